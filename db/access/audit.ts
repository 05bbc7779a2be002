/**
 * The audit: who did what on which surface, in rows that are only added and each hold the hash of the one before (docs/decisions/0025).
 * Entries that wait while a transaction runs go into the next one together, so that many writers do not queue for the chain one by one.
 */
import type { Audit, AuditEntry, AuditQuery, AuditRow, BrokenRow, ChainCheck, ChainHead } from '../../api/ports/ports.ts'
import type { Queryable, Sql } from '../client.ts'
import { messageOf } from '../error.ts'
import { toJson } from '../json.ts'
import { CHAIN_START, type LinkedRow, breakAt, chained } from './audit-chain.ts'
import { readHead, writeHead } from './audit-head.ts'

/** Any number that no other lock of Ballast has: of all processes one adds to the chain at a time. */
const CHAIN_LOCK = 7_215_002
/** A process that is frozen while it holds the chain must not hold up the others for long. */
const LOCK_WAIT_MS = 3_000
const BATCH_MAX = 100
const PAGE = 1_000

interface Waiting {
  readonly entry: AuditEntry
  readonly resolve: () => void
  readonly reject: (cause: unknown) => void
}

export class PostgresAudit implements Audit {
  private readonly sql: Sql
  private readonly headFile: string
  private readonly log: (text: string) => void
  private waiting: Waiting[] = []
  private isWriting = false

  /** @param headFile notes the newest row outside of the database */
  constructor(sql: Sql, headFile: string, log: (text: string) => void) {
    this.sql = sql
    this.headFile = headFile
    this.log = log
  }

  async note(entry: AuditEntry): Promise<void> {
    await this.write(entry).catch((cause: unknown) => this.log(`the audit lacks ${entry.command} (${entry.decision}): ${messageOf(cause)}`))
  }

  write(entry: AuditEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ entry, resolve, reject })
      if (!this.isWriting) void this.writeWaiting()
    })
  }

  private async writeWaiting(): Promise<void> {
    this.isWriting = true
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, BATCH_MAX)
      try {
        await this.append(batch.map(({ entry }) => storable(entry)))
        for (const { resolve } of batch) resolve()
      } catch (cause) {
        for (const { reject } of batch) reject(cause)
      }
    }
    this.isWriting = false
  }

  private async append(entries: readonly AuditEntry[]): Promise<void> {
    const last = await this.sql.begin(async (sql) => {
      await sql.unsafe(`set local lock_timeout = ${LOCK_WAIT_MS}`)
      await sql`select pg_advisory_xact_lock(${CHAIN_LOCK}::bigint)`
      const rows = await this.link(sql, entries)
      for (const row of rows) await insert(sql, row)
      return rows.at(-1)
    })
    if (last !== undefined) this.noteHead(last)
  }

  private async link(sql: Queryable, entries: readonly AuditEntry[]): Promise<readonly LinkedRow[]> {
    const [head] = await sql<ChainHead[]>`select seq, hash from audit where seq is not null order by seq desc limit 1`
    const [clock] = await sql<{ now: number }[]>`select (extract(epoch from clock_timestamp()) * 1000)::bigint as now`
    return chained(head ?? CHAIN_START, clock?.now ?? 0, entries)
  }

  /** The row is written by then: a disk that is full must not undo it. The note may be behind by what others write meanwhile, never ahead. */
  private noteHead(head: ChainHead): void {
    try {
      writeHead(this.headFile, head)
    } catch (cause) {
      this.log(`could not note the newest row of the audit in ${this.headFile}: ${messageOf(cause)}`)
    }
  }

  async list({ limit, before, user, since, hasReads }: AuditQuery): Promise<readonly AuditRow[]> {
    const { sql } = this
    const name = user?.replace(/^@/, '').toLowerCase()
    return sql<AuditRow[]>`
      select ${columns(sql)} from audit a
      where seq is not null
        ${before === undefined ? sql`` : sql`and seq < ${before}`}
        ${since === undefined ? sql`` : sql`and ts >= ${since}`}
        ${name === undefined ? sql`` : sql`and (lower(who) = ${name} or lower(actor) = ${name} or lower(split_part(actor, ':', 2)) = ${name})`}
        ${hasReads === true ? sql`` : sql`and decision <> 'read'`}
        and (decision <> 'begun' or not exists (
          select 1 from audit o where o.request_id = a.request_id and o.command = a.command and o.seq > a.seq))
      order by seq desc limit ${limit}`
  }

  verify(): Promise<ChainCheck> {
    return verifyAudit(this.sql, this.headFile)
  }
}

/** Reads the whole chain, a page at a time. What is noted is read first: rows that are written meanwhile come after it. */
export async function verifyAudit(sql: Sql, headFile: string): Promise<ChainCheck> {
  const noted = readHead(headFile)
  const [counts] = await sql<{ older: number; strays: number }[]>`
    select count(*) filter (where seq is null and (first is null or id < first))::int as older,
      count(*) filter (where seq < 1 or (seq is null and id > first))::int as strays
    from audit, (select min(id) as first from audit where seq is not null) as chain`
  const older = counts?.older ?? 0
  let head = CHAIN_START
  const broken = (seq: number, how: BrokenRow, row?: AuditRow): ChainCheck => ({
    rows: head.seq,
    older,
    head: headOf(head),
    noted,
    broken: { seq, how, row },
  })
  for (;;) {
    const page = await sql<LinkedRow[]>`select ${columns(sql)}, prev from audit where seq > ${head.seq} order by seq limit ${PAGE}`
    for (const row of page) {
      const how = breakAt(head, row)
      if (how !== undefined) return broken(head.seq + 1, how, row)
      if (row.seq === noted?.seq && row.hash !== noted.hash) return broken(row.seq, 'rewritten', row)
      head = row
    }
    if (page.length < PAGE) break
  }
  if ((counts?.strays ?? 0) > 0) return broken(head.seq + 1, 'unnumbered')
  if (noted !== undefined && noted.seq > head.seq) return broken(head.seq + 1, 'cut')
  return { rows: head.seq, older, head: headOf(head), noted, broken: undefined }
}

const headOf = ({ seq, hash }: ChainHead): ChainHead | undefined => (seq === 0 ? undefined : { seq, hash })

/** As the database gives it back: what is hashed is what is kept. */
const storable = (entry: AuditEntry): AuditEntry => JSON.parse(toJson(entry)) as AuditEntry

const columns = (sql: Queryable) =>
  sql`seq, ts, actor, who, surface, command, args, role, decision, confirm_id as "confirmId", result, request_id as "requestId", hash`

const insert = (sql: Queryable, row: LinkedRow) => sql`
  insert into audit (ts, actor, who, surface, command, args, role, decision, confirm_id, result, request_id, seq, prev, hash)
  values (${row.ts}, ${row.actor}, ${row.who ?? null}, ${row.surface}, ${row.command}, ${toJson(row.args)}::text::jsonb, ${row.role},
    ${row.decision}, ${row.confirmId ?? null}, ${row.result ?? null}, ${row.requestId}, ${row.seq}, ${row.prev}, ${row.hash})`
