/**
 * Logins of browsers: one-time links, the sessions that they begin, and what their people may do now.
 * Only hashes are kept, of links and of cookies. The role is looked up with each request: who loses it loses the session.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Role, Session, Sessions, SessionState } from '../../api/ports/access-ports.ts'
import type { Sql } from '../client.ts'
import type { ConfiguredAdmins } from './people.ts'

const LINK_MS = 300_000
const SESSION_MS = 86_400_000
const SECRET_BYTES = 32
const AGENT_MAX = 200

const makeSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url')
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
/** Made from the cookie, which no page can read: who knows it was told by us. */
const csrfOf = (cookie: string): string => createHash('sha256').update(`csrf ${cookie}`).digest('base64url')

interface Row extends SessionState {
  readonly userRole: Role | null
  readonly keyRole: Role | null
}

export class PostgresSessions implements Sessions {
  private readonly sql: Sql
  private readonly admins: ConfiguredAdmins

  constructor(sql: Sql, admins: ConfiguredAdmins) {
    this.sql = sql
    this.admins = admins
  }

  async makeLink(actor: string, name: string): Promise<string> {
    const token = makeSecret()
    await this.sql`delete from login_links where expires_at < ${this.now()} - 86400000`
    await this
      .sql`insert into login_links (hash, actor, name, expires_at) values (${hashOf(token)}, ${actor}, ${name}, ${this.now()} + ${LINK_MS}::bigint)`
    return token
  }

  /** Of two that come with the same link one is let in. */
  async login(token: string, agent: string): Promise<Session | undefined> {
    const [link] = await this.sql<{ actor: string; name: string }[]>`
      update login_links set used_at = ${this.now()} where hash = ${hashOf(token)} and used_at is null and expires_at > ${this.now()}
      returning actor, name`
    if (link === undefined) return undefined
    const cookie = makeSecret()
    await this.sql`
      insert into sessions (id, hash, actor, name, agent, expires_at)
      values (${randomBytes(4).toString('hex')}, ${hashOf(cookie)}, ${link.actor}, ${link.name}, ${agent.slice(0, AGENT_MAX)}, ${this.now()} + ${SESSION_MS}::bigint)`
    const session = await this.find(cookie)
    return session === undefined ? undefined : { ...session, cookie }
  }

  async find(cookie: string): Promise<(SessionState & { readonly role: Role; readonly csrf: string }) | undefined> {
    const [row] = await this.rows(this.sql`s.hash = ${hashOf(cookie)}`)
    if (row === undefined) return undefined
    const role = this.roleOf(row)
    if (role === undefined) {
      await this.end(row.id)
      return undefined
    }
    const { userRole: _user, keyRole: _key, ...state } = row
    return { ...state, role, csrf: csrfOf(cookie) }
  }

  async noteUse(id: string): Promise<void> {
    await this.sql`update sessions set last_used_at = ${this.now()} where id = ${id} and last_used_at < ${this.now()} - 60000`
  }

  async list(actor: string | undefined): Promise<readonly (SessionState & { readonly role: Role })[]> {
    const rows = await this.rows(actor === undefined ? this.sql`true` : this.sql`s.actor = ${actor}`)
    return rows.flatMap((row) => {
      const role = this.roleOf(row)
      const { userRole: _user, keyRole: _key, ...state } = row
      return role === undefined ? [] : [{ ...state, role }]
    })
  }

  async end(id: string): Promise<boolean> {
    const rows = await this.sql`update sessions set ended_at = ${this.now()} where id = ${id} and ended_at is null returning 1`
    return rows.length > 0
  }

  private rows(where: ReturnType<Sql>) {
    return this.sql<Row[]>`
      select s.id, s.actor, s.name, s.agent, s.created_at as "createdAt", s.last_used_at as "lastUsedAt", s.expires_at as "expiresAt",
        u.role as "userRole", k.role as "keyRole"
      from sessions s
        left join chat_users u on s.actor = u.platform || ':' || u.user_id
        left join api_keys k on s.actor = 'key:' || k.id and k.revoked_at is null and (k.expires_at is null or k.expires_at > ${this.now()})
      where ${where} and s.ended_at is null and s.expires_at > ${this.now()} order by s.created_at desc, s.id`
  }

  private roleOf({ actor, userRole, keyRole }: Row): Role | undefined {
    const [platform = '', id = ''] = actor.split(':')
    const isConfigured = (platform === 'telegram' || platform === 'discord') && this.admins[platform].includes(id)
    return isConfigured ? 'admin' : (userRole ?? keyRole ?? undefined)
  }

  private now() {
    return this.sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`
  }
}
