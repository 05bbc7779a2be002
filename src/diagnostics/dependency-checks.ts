/**
 * What `doctor` asks of others: the database and the health that is written there, the queue's Redis, the chats.
 * Never waits longer than a few seconds for any of them, never shows a password or a token, and never migrates a database.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { makeClient } from '../../db/client.ts'
import { findBinaries } from '../../db/embedded/cluster.ts'
import { silenceOf } from '../../api/commands/silence.ts'
import { brokenSentence } from '../../api/commands/access/audit-command.ts'
import type { ChainCheck, PartHealth } from '../../api/ports/ports.ts'
import { verifyAudit } from '../../db/access/audit.ts'
import { sharedUrl } from '../../db/embedded/embedded.ts'
import { clusterOf } from '../../db/embedded/placement.ts'
import { messageOf } from '../../db/error.ts'
import { type HealthRow, readHealth } from '../../db/health.ts'
import { type CheckLine, failed, problem, warned, well } from './check-line.ts'
import type { Config } from '../config/sections/config-schema.ts'
import { holderOf } from '../system/lock.ts'
import { type DataPaths, readDiscordFile } from '../system/paths.ts'

const LIMIT_SEC = 4

export async function databaseChecks(config: Config, paths: DataPaths): Promise<readonly CheckLine[]> {
  const shared = sharedUrl(paths.root)
  const url = config.databaseUrl ?? shared
  if (url === undefined) return [await packagedCheck(paths)]
  const what = config.databaseUrl === undefined ? 'embedded PostgreSQL' : 'DATABASE_URL'
  const sql = makeClient({ url, max: 1, connectTimeoutSec: LIMIT_SEC })
  try {
    const [row] = await sql<{ version: string; isMade: boolean; isChained: boolean }[]>`
      select current_setting('server_version') as version, to_regclass('health') is not null as "isMade",
        exists (select 1 from information_schema.columns where table_name = 'audit' and column_name = 'hash') as "isChained"`
    const database = well('database', `${what} answers, version ${row?.version.split(' ')[0] ?? '?'}`)
    const answered = row?.isChained === true ? [database, auditCheck(await verifyAudit(sql, paths.auditHead))] : [database]
    const isRunning = (await holderOf(paths, 'supervisor')) ?? (await holderOf(paths, 'trader'))
    if (isRunning === undefined || row?.isMade !== true) return answered
    const parts = await readHealth(sql)
    const problems = [...silentTrader(parts), ...parts.filter((part) => part.status !== 'ok').map(partCheck)]
    return [...answered, ...(problems.length > 0 ? problems : [well('running', `${parts.length} components OK`)])]
  } catch (cause) {
    return [
      failed(
        'database',
        `${what} does not answer (${messageOf(cause).replaceAll(url, '•••')})`,
        config.databaseUrl === undefined
          ? 'Ballast restarts it by itself; if it does not, restart Ballast.'
          : 'Check that PostgreSQL is running and that DATABASE_URL is correct.',
      ),
    ]
  } finally {
    await sql.end({ timeout: 1 })
  }
}

export function auditCheck(check: ChainCheck): CheckLine {
  const broken = brokenSentence(check)
  if (broken !== undefined) return failed('audit', broken, 'Keep a copy of the database, and ask who has access to it.')
  return well('audit', check.head === undefined ? 'nothing on record yet' : `${check.rows} rows, hash chain intact`)
}

/** A trader that is frozen or gone leaves its last good word behind. */
function silentTrader(parts: readonly PartHealth[]): CheckLine[] {
  const silence = silenceOf(parts, Date.now())
  if (silence === undefined) return []
  return [
    failed(
      'trader',
      `has not reported for ${Math.round(silence.ageMs / 1_000)} s`,
      'Stops stay at the exchange. To flatten without it: ballast panic --direct',
    ),
  ]
}

/** Chats and jobs that are down let trading continue (S14). */
const ASIDE = new Set(['telegram', 'discord', 'worker', 'bots', 'dead-man'])

export function partCheck({ part, status, detail }: HealthRow): CheckLine {
  const text = detail === '' ? part : `${part}: ${detail}`
  if (status === 'ok') return well('running', text)
  if (status === 'warn' || ASIDE.has(part)) return warned('running', text, 'See: ballast health')
  return failed('running', text, 'See: ballast status')
}

/** What a start would find. */
async function packagedCheck({ root }: DataPaths): Promise<CheckLine> {
  const binaries = await findBinaries()
  if (!binaries.ok) return problem('database', binaries.error)
  const file = join(root, 'pg.port')
  const port = existsSync(file) ? `, last on port ${readFileSync(file, 'utf8').trim()}` : ', created at the first start'
  const cluster = clusterOf(root)
  const place = cluster.startsWith(root) ? '' : `, files in ${cluster}, which belongs to this data directory`
  return well('database', `embedded PostgreSQL is installed${port}${place}`)
}

export async function queueCheck({ redisUrl }: Config): Promise<CheckLine> {
  if (redisUrl === undefined) return well('queue', 'in the database (REDIS_URL is not set)')
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    connectTimeout: LIMIT_SEC * 1000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  let problems = ''
  // What the client shows by its event says why; its promise only says that it is closed.
  redis.on('error', (cause: Error) => {
    problems = cause.message
  })
  try {
    await redis.connect()
    await within(redis.ping())
    return well('queue', 'Redis answers')
  } catch (cause) {
    const why = problems === '' ? messageOf(cause) : problems
    return failed(
      'queue',
      `REDIS_URL does not answer (${why.replaceAll(redisUrl, '•••')})`,
      'Check that Redis is running and that REDIS_URL is correct.',
    )
  } finally {
    redis.disconnect()
  }
}

export async function telegramCheck({ telegram }: Config, { telegramToken: file }: DataPaths): Promise<CheckLine> {
  const token = telegram.token ?? (existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined)
  if (token === undefined) return well('telegram', 'off; to enable it: ballast telegram pair')
  const root = (telegram.apiRoot ?? 'https://api.telegram.org').replace(/\/$/, '')
  try {
    const reply = await fetch(`${root}/bot${token}/getMe`, { signal: AbortSignal.timeout(LIMIT_SEC * 1000), redirect: 'error' })
    if (reply.status === 401 || reply.status === 404)
      return failed(
        'telegram',
        'Telegram rejected this token',
        'Get a token from @BotFather, remove telegram.token and run ballast telegram pair.',
      )
    if (!reply.ok) return warned('telegram', `Telegram answers HTTP ${reply.status}`, 'Try again later. Trading works without it.')
    const { result } = (await reply.json()) as { readonly result?: { readonly username?: string } }
    return well('telegram', `@${result?.username ?? '?'} answers`)
  } catch {
    // The error holds the address, and that holds the token.
    return warned('telegram', `${new URL(root).host} does not answer`, 'Check the network. Trading works without it.')
  }
}

export async function discordCheck({ discord }: Config, paths: DataPaths): Promise<CheckLine> {
  const token = discord.token ?? readDiscordFile(paths)?.token
  if (token === undefined) return well('discord', 'off; to enable it: ballast discord setup')
  const { DiscordSetup } = await import('../../bots/discord/setup.ts')
  const bot = await Promise.race([new DiscordSetup(token, discord.apiRoot).identity(), sleep(LIMIT_SEC * 1000, undefined, { ref: false })])
  if (bot === undefined) return warned('discord', 'Discord does not answer', 'Check the network. Trading works without it.')
  return bot.ok ? well('discord', `${bot.value.name} answers`) : failed('discord', bot.error.sentence, bot.error.next)
}

async function within<T>(answer: Promise<T>): Promise<T> {
  const silence = sleep(LIMIT_SEC * 1000, undefined, { ref: false }).then(() => Promise.reject(new Error('no response')))
  return Promise.race([answer, silence])
}
