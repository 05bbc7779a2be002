/**
 * People with roles in chats, changed one at a time, so that of two admins who remove each other at once one stays.
 */
import type { ChatPlatform, People, PeopleChange, Person } from '../../api/ports/access-ports.ts'
import type { Role } from '../../api/commands/command.ts'
import type { Queryable, Sql } from '../client.ts'

/** User ids of those whom the configuration makes admins. */
export type ConfiguredAdmins = Readonly<Record<ChatPlatform, readonly string[]>>

type Row = Pick<Person, 'platform' | 'userId' | 'role' | 'name'>
const actorOf = (platform: ChatPlatform, userId: string): string => `${platform}:${userId}`

export class PostgresPeople implements People {
  private readonly sql: Sql
  private readonly admins: ConfiguredAdmins

  constructor(sql: Sql, admins: ConfiguredAdmins) {
    this.sql = sql
    this.admins = admins
  }

  async list(): Promise<readonly Person[]> {
    const rows = await this.sql<Row[]>`select platform, user_id as "userId", role, name from chat_users order by created_at, user_id`
    const enrolled = new Set((await this.sql<{ actor: string }[]>`select actor from codes`).map(({ actor }) => actor))
    const configured = (['telegram', 'discord'] as const).flatMap((platform) =>
      this.admins[platform].map((userId) => ({
        platform,
        userId,
        role: 'admin' as const,
        name: rows.find((row) => row.platform === platform && row.userId === userId)?.name ?? '',
        isConfigured: true,
      })),
    )
    const others = rows
      .filter(({ platform, userId }) => !this.admins[platform].includes(userId))
      .map((row) => ({ ...row, isConfigured: false }))
    return [...configured, ...others].map((row) => ({ ...row, hasAuthenticator: enrolled.has(actorOf(row.platform, row.userId)) }))
  }

  async add({ platform, userId, role, name }: Row): Promise<boolean> {
    const rows = await this.sql`
      insert into chat_users (platform, user_id, role, name) values (${platform}, ${userId}, ${role}, ${name}) on conflict do nothing returning 1`
    return rows.length > 0
  }

  setRole(platform: ChatPlatform, userId: string, role: Role): Promise<PeopleChange> {
    return this.change(platform, userId, role !== 'admin', async (sql) => {
      await sql`update chat_users set role = ${role} where platform = ${platform} and user_id = ${userId}`
      await this.voidCards(sql, platform, userId)
    })
  }

  remove(platform: ChatPlatform, userId: string): Promise<PeopleChange> {
    return this.change(platform, userId, true, async (sql) => {
      const actor = actorOf(platform, userId)
      const privateChat = platform === 'telegram' ? `telegram:${userId}` : `discord:user:${userId}`
      await sql`delete from chat_users where platform = ${platform} and user_id = ${userId}`
      await sql`delete from codes where actor = ${actor}`
      await sql`delete from person_settings where actor = ${actor}`
      for (const table of ['alert_subscriptions', 'price_rules', 'chat_quiet', 'report_schedules'])
        await sql`delete from ${sql(table)} where channel = ${privateChat}`
      await this.voidCards(sql, platform, userId)
    })
  }

  private change(
    platform: ChatPlatform,
    userId: string,
    endsAdmin: boolean,
    run: (sql: Queryable) => Promise<void>,
  ): Promise<PeopleChange> {
    return this.sql.begin(async (sql) => {
      const rows = await sql<Row[]>`select platform, user_id as "userId", role from chat_users order by platform, user_id for update`
      const found = rows.find((row) => row.platform === platform && row.userId === userId)
      if (found === undefined) return 'unknown'
      const isConfigured = this.admins.telegram.length + this.admins.discord.length > 0
      const hasOther = isConfigured || rows.some((row) => row !== found && row.role === 'admin')
      if (endsAdmin && found.role === 'admin' && !hasOther) return 'last-admin'
      await run(sql)
      return 'done'
    })
  }

  private async voidCards(sql: Queryable, platform: ChatPlatform, userId: string): Promise<void> {
    await sql`update confirmations set status = 'void' where status = 'pending' and actor = ${actorOf(platform, userId)}`
  }
}
