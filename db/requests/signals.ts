/**
 * Signals as they come in: judged under the lock of their source, kept with their verdict, and handed to the trader in the same transaction.
 * What was answered as accepted is there after a kill, once (S15).
 */
import { createHash } from 'node:crypto'
import type { Arrival, OpenSource, SignalIntake, SignalRow, Signals, Taken } from '../../api/ports/signal-ports.ts'
import type { SignalCommand } from '../../src/kernel/trader-command.ts'
import { type Judgment, judgeSignal, twinKey } from '../../src/signals-in/judge.ts'
import { refusalSentence } from '../../src/signals-in/refusal-sentence.ts'
import type { OutsideSignal, SignalRefusal } from '../../src/signals-in/signal.ts'
import type { PostgresSignalSources } from '../access/signal-sources.ts'
import type { AlertType } from '../../src/alerts/catalogue.ts'
import { insertAlert } from '../alerts.ts'
import type { Queryable, Sql } from '../client.ts'
import { toJson } from '../json.ts'
import { COMMANDS_CHANNEL } from './commands.ts'

const TWIN_WINDOW_MS = 600_000
const BODY_KEPT = 4_000
const SAID_MAX = 200
/** A source that sends nonsense again and again is reported once in a while. */
const ALERT_EVERY_MS = 60_000
/** What is refused might have been an exit. */
const EXIT_WORDS = /\b(flat|exit|close|exit_long|exit_short)\b/i

interface Kept {
  readonly verdict: SignalRow['verdict']
  readonly refusal?: SignalRefusal
  readonly signal?: OutsideSignal
  readonly key?: string
  readonly duplicateOf?: number
}

export class PostgresSignals implements Signals, SignalIntake {
  private readonly sql: Sql
  private readonly sources: PostgresSignalSources

  constructor(sql: Sql, sources: PostgresSignalSources) {
    this.sql = sql
    this.sources = sources
  }

  open(sourceId: string): Promise<OpenSource | undefined> {
    return this.sources.open(sourceId)
  }
  hasSources(): Promise<boolean> {
    return this.sources.hasAny()
  }

  async list({ limit, before, after }: Parameters<Signals['list']>[0]): Promise<readonly SignalRow[]> {
    return this.sql<SignalRow[]>`
      select s.id, coalesce(o.name, s.source_id) as source, s.verdict, s.code, s.figures, s.body, s.symbol, s.wish, s.sent_at as "sentAt",
        s.received_at as "receivedAt", s.duplicate_of as "duplicateOf", c.outcome
      from signals s left join signal_sources o on o.id = s.source_id left join commands c on c.id = s.command_id
      where s.id < ${before ?? Number.MAX_SAFE_INTEGER} and s.id > ${after ?? 0} order by s.id desc limit ${limit}`
  }

  async receiveSignal(source: OpenSource, { read, body, atMs }: Arrival): Promise<Taken> {
    return this.sql.begin(async (sql): Promise<Taken> => {
      // One after the other for each source: of two that come at once the second sees the first.
      await sql`select 1 from signal_sources where id = ${source.id} for update`
      if (!read.ok) {
        const id = await keep(sql, source, body, { verdict: 'refused', refusal: read.error })
        await this.tell(sql, source, read.error, EXIT_WORDS.test(body) ? 'signal.exit_refused' : 'signal.rejected', atMs)
        return { id, judgment: { type: 'refused', refusal: read.error } }
      }
      const signal = read.value
      const key = twinKey(signal) ?? `body ${createHash('sha256').update(body).digest('hex')}`
      const earlier = {
        twin: await twinOf(sql, source, key),
        newestSentAtMs: await newestSentAt(sql, source, signal.symbol),
      }
      const rules = { symbols: source.symbols ?? undefined, maxAgeMs: source.maxAgeMs, side: source.side ?? undefined }
      const judgment = judgeSignal(signal, rules, earlier, atMs)
      if (judgment.type === 'refused') {
        const id = await keep(sql, source, body, { verdict: 'refused', refusal: judgment.refusal, signal, key })
        await this.tell(sql, source, judgment.refusal, judgment.refusal.code === 'stale' ? 'signal.stale' : 'signal.rejected', atMs)
        return { id, judgment }
      }
      if (judgment.type === 'duplicate') {
        const id = await keep(sql, source, body, { verdict: 'duplicate', signal, key, duplicateOf: judgment.of })
        return { id, judgment }
      }
      const twin = judgment.twin === undefined ? {} : { duplicateOf: judgment.twin }
      const id = await keep(sql, source, body, { verdict: source.mode === 'trade' ? 'accepted' : 'paper', signal, key, ...twin })
      if (source.mode === 'trade') await enqueue(sql, id, source, commandOf(id, source, signal, judgment, body))
      return { id, judgment }
    })
  }

  /** Keeps what was refused before it was judged. */
  async refuse(source: OpenSource, { body, read, atMs }: Arrival, refusal: SignalRefusal): Promise<number> {
    const id = await keep(this.sql, source, body, { verdict: 'refused', refusal, ...(read.ok ? { signal: read.value } : {}) })
    await this.tell(this.sql, source, refusal, 'signal.rejected', atMs)
    return id
  }

  async reportWrongSecrets(address: string, count: number, atMs: number): Promise<void> {
    await insertAlert(this.sql, {
      type: 'signal.wrong_secret',
      summary: `${count} requests from ${address} within a minute used an unknown source or a wrong secret. If it is your sender, give it a new address: signal source rotate.`,
      atMs,
      detail: { address, count },
    })
  }

  private async tell(sql: Queryable, source: OpenSource, refusal: SignalRefusal, type: AlertType, atMs: number): Promise<void> {
    const [last] = await sql<{ id: number }[]>`
      select id from alerts where type = ${type} and detail->>'source' = ${source.name}
        and created_at > (extract(epoch from clock_timestamp()) * 1000)::bigint - ${ALERT_EVERY_MS}::bigint limit 1`
    if (last !== undefined) return
    const maybe = type === 'signal.exit_refused' ? ' It may have been an exit: look at the position.' : ''
    await insertAlert(sql, {
      type,
      summary: `Signal from ${source.name} refused: ${refusalSentence(refusal)}${maybe} See /signals.`,
      atMs,
      detail: { source: source.name, code: refusal.code },
    })
  }
}

async function keep(sql: Queryable, source: OpenSource, body: string, kept: Kept): Promise<number> {
  const { verdict, refusal, signal, key, duplicateOf } = kept
  const [row] = await sql<{ id: number }[]>`
    insert into signals (source_id, verdict, code, figures, body, symbol, wish, twin_key, sent_at, duplicate_of)
    values (${source.id}, ${verdict}, ${refusal?.code ?? null}, ${toJson(refusal?.figures ?? {})}::text::jsonb,
      ${body.replaceAll('\u0000', '').slice(0, BODY_KEPT)}, ${signal?.symbol ?? null}, ${signal?.wish ?? null}, ${key ?? null},
      ${signal?.sentAtMs ?? null}, ${duplicateOf ?? null}) returning id`
  return row?.id ?? 0
}

/** The first one: a third is a twin of it, too. */
async function twinOf(sql: Queryable, source: OpenSource, key: string): Promise<number | undefined> {
  const [row] = await sql<{ id: number }[]>`
    select id from signals where source_id = ${source.id} and twin_key = ${key} and verdict in ('accepted', 'paper')
      and received_at > (extract(epoch from clock_timestamp()) * 1000)::bigint - ${TWIN_WINDOW_MS}::bigint order by id limit 1`
  return row?.id
}

async function newestSentAt(sql: Queryable, source: OpenSource, symbol: string): Promise<number | undefined> {
  const [row] = await sql<{ newest: number | null }[]>`
    select max(sent_at) as newest from signals where source_id = ${source.id} and symbol = ${symbol} and verdict in ('accepted', 'paper')`
  return row?.newest ?? undefined
}

function commandOf(
  id: number,
  source: OpenSource,
  signal: OutsideSignal,
  { mayEnter, twin, barred }: Extract<Judgment, { readonly type: 'accepted' }>,
  body: string,
): SignalCommand {
  const { limit, targets, ceiling, exit } = signal
  const stop = signal.stop ?? source.stop
  return {
    name: 'signal',
    signal: id,
    source: source.name,
    strategy: source.strategy,
    symbol: signal.symbol,
    wish: signal.wish,
    mayEnter,
    ...(limit === undefined ? {} : { limit }),
    ...(stop === null ? {} : { stop }),
    ...(targets.length === 0 ? {} : { targets }),
    ...(ceiling === undefined ? {} : { ceiling }),
    ...(exit === undefined ? {} : { exit }),
    ...(twin === undefined ? {} : { first: twin }),
    ...(barred === undefined ? {} : { barred }),
    ...(source.notionalMax === null ? {} : { notionalMax: source.notionalMax }),
    said: body
      .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
      .trim()
      .slice(0, SAID_MAX),
  }
}

async function enqueue(sql: Queryable, id: number, source: OpenSource, command: SignalCommand): Promise<void> {
  const { name, ...args } = command
  const [row] = await sql<{ id: number }[]>`
    insert into commands (name, args, actor, surface, role, request_id)
    values (${name}, ${toJson(args)}::text::jsonb, ${`signal:${source.name}`}, 'webhook', 'trader', ${`sig_${id}`}) returning id`
  await sql`update signals set command_id = ${row?.id ?? null} where id = ${id}`
  await sql`select pg_notify(${COMMANDS_CHANNEL}, ${String(row?.id ?? '')})`
}
