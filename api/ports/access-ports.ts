/**
 * Who may do what in chats, as commands see and change it.
 */

/** Ascending. */
export const ROLES = ['viewer', 'operator', 'trader', 'admin'] as const
export type Role = (typeof ROLES)[number]

export const PLATFORMS = ['telegram', 'discord'] as const
export type ChatPlatform = (typeof PLATFORMS)[number]

export interface Person {
  readonly platform: ChatPlatform
  readonly userId: string
  readonly role: Role
  readonly name: string
  /** Named in the configuration: an admin whom no command changes. */
  readonly isConfigured: boolean
  readonly hasAuthenticator: boolean
}

/** `last-admin`: nobody else could change roles any more, so that nothing was done. */
export type PeopleChange = 'done' | 'unknown' | 'last-admin'

export interface People {
  list(): Promise<readonly Person[]>
  /** False where somebody is there already. */
  add(person: Pick<Person, 'platform' | 'userId' | 'role' | 'name'>): Promise<boolean>
  /** Ends the confirmations that wait for this person: they were asked of another role. */
  setRole(platform: ChatPlatform, userId: string, role: Role): Promise<PeopleChange>
  /** Ends all that is theirs: confirmations that wait, authenticator, what their private chat is told. */
  remove(platform: ChatPlatform, userId: string): Promise<PeopleChange>
}
