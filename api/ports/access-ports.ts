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
  /** Ends what belongs to the person: open confirmations, the authenticator, subscriptions of the private chat. */
  remove(platform: ChatPlatform, userId: string): Promise<PeopleChange>
}

/** A browser that is logged in. Times are wall-clock ms. */
export interface SessionState {
  readonly id: string
  /** Whose it is: `telegram:501`, or `key:1a2b3c4d`. */
  readonly actor: string
  readonly name: string
  /** The browser's own word for itself; untrusted. */
  readonly agent: string
  readonly createdAt: number
  readonly lastUsedAt: number
  readonly expiresAt: number
}
export interface LiveSession extends SessionState {
  readonly role: Role
  /** Comes with each request that changes something: another site cannot know it. */
  readonly csrf: string
}
export interface Session extends LiveSession {
  /** The secret of the cookie, in this one answer alone. */
  readonly cookie: string
}
export interface Sessions {
  /** The secret of a link that begins one session within five minutes. */
  makeLink(actor: string, name: string): Promise<string>
  /** Undefined: unknown, used, or its time is over. */
  login(token: string, agent: string): Promise<Session | undefined>
  /** Undefined: unknown, ended, over, or its person has no role any more. */
  find(cookie: string): Promise<LiveSession | undefined>
  noteUse(id: string): Promise<void>
  /** Those that last, newest first, with what their person may now. @param actor undefined: everybody's */
  list(actor: string | undefined): Promise<readonly (SessionState & { readonly role: Role })[]>
  end(id: string): Promise<boolean>
}

/** Time zones in which people read times. */
export interface Zones {
  /** Undefined: UTC, as nobody has said otherwise. */
  of(actor: string): Promise<string | undefined>
  set(actor: string, zone: string): Promise<void>
}
