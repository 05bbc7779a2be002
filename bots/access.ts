/**
 * Who may do what in chat: roles by user id, capped by the chat (S17).
 */
import { ROLES, type Role } from '../api/commands/command.ts'

export type Platform = 'telegram' | 'discord'

export interface ChatUser {
  readonly platform: Platform
  readonly userId: string
  readonly role: Role
  readonly name: string
}

/** Where users are kept. */
export interface ChatUsers {
  find(platform: Platform, userId: string): Promise<ChatUser | undefined>
  list(platform: Platform): Promise<readonly ChatUser[]>
  put(user: ChatUser): Promise<void>
}

export interface AccessList {
  /** User ids that the configuration makes admins. */
  readonly admins: readonly string[]
  /** Group chats as `id` or `id:maxRole`; operator unless said. */
  readonly chats: readonly string[]
}

export type Access =
  | { readonly type: 'known'; readonly role: Role }
  | { readonly type: 'unknown-user' }
  | { readonly type: 'unlisted-chat' }

const isRole = (text: string | undefined): text is Role => ROLES.some((role) => role === text)
const lower = (a: Role, b: Role): Role => (ROLES.indexOf(a) <= ROLES.indexOf(b) ? a : b)

/** The highest role in a listed chat; undefined when the chat is not listed. */
export function chatCap(list: AccessList, chatId: string): Role | undefined {
  for (const entry of list.chats) {
    const cut = entry.lastIndexOf(':')
    const [id, role] = cut > 0 ? [entry.slice(0, cut), entry.slice(cut + 1)] : [entry, undefined]
    if (id === chatId) return isRole(role) ? role : 'operator'
  }
  return undefined
}

/** A private chat with a listed user counts as listed, uncapped. */
export async function accessOf(
  platform: Platform,
  userId: string,
  chat: { readonly id: string; readonly isPrivate: boolean },
  list: AccessList,
  users: ChatUsers,
): Promise<Access> {
  const role = list.admins.includes(userId) ? 'admin' : (await users.find(platform, userId))?.role
  const cap = chat.isPrivate ? 'admin' : chatCap(list, chat.id)
  if (cap === undefined) return { type: 'unlisted-chat' }
  return role === undefined ? { type: 'unknown-user' } : { type: 'known', role: lower(role, cap) }
}
