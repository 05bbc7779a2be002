/**
 * The queue of commands to the trader: rows with NOTIFY, each taken once; and the asker's side, which waits for the outcome.
 * Never runs a command twice that may have sent an order: what was taken when its trader ended is failed, not repeated.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { AskedBy } from '../../api/ports/ports.ts'
import { commandRefusal, refused } from '../../src/trading/command-refusal.ts'
import type { CommandOutcome, CommandQueue, KeySpending, QueuedCommand, TraderCommand } from '../../src/kernel/trader-command.ts'
import { STOP_COMMANDS } from '../../src/kernel/handlers/stop-commands.ts'
import { PostgresKeySpending } from '../access/key-spending.ts'
import type { Sql } from '../client.ts'
import { toJson } from '../json.ts'

export const COMMANDS_CHANNEL = 'ballast_commands'
const OUTCOMES_CHANNEL = 'ballast_outcomes'
const SWEEP_MS = 1_000
const POLL_MS = 250

interface CommandRow {
  readonly id: number
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
  readonly actor: string
  readonly askedAt: number
  readonly apiKeyId: string | null
}

/** The trader's side. */
export class PostgresCommandQueue implements CommandQueue {
  readonly spending: KeySpending
  private readonly sql: Sql
  private stopListening: (() => void) | undefined

  constructor(sql: Sql) {
    this.sql = sql
    this.spending = new PostgresKeySpending(sql)
  }

  async claimCommands(names?: readonly TraderCommand['name'][]): Promise<readonly QueuedCommand[]> {
    const rows = await this.sql<CommandRow[]>`
      update commands set status = 'taken', taken_at = (extract(epoch from clock_timestamp()) * 1000)::bigint
      where id in (select id from commands where status = 'pending' and ${names === undefined ? this.sql`true` : this.sql`name in ${this.sql(names)}`} order by id for update skip locked)
      returning id, name, args, actor, asked_at as "askedAt", api_key_id as "apiKeyId"`
    return [...rows]
      .sort((a, b) => a.id - b.id)
      .map((row) => ({
        id: row.id,
        actor: row.actor,
        command: { ...row.args, name: row.name } as TraderCommand,
        askedAtMs: row.askedAt,
        apiKeyId: row.apiKeyId ?? undefined,
      }))
  }

  async complete(id: number, outcome: CommandOutcome): Promise<void> {
    await this.sql`
      with done as (
        update commands set status = ${outcome.status}, outcome = ${toJson(outcome)}::text::jsonb, done_at = (extract(epoch from clock_timestamp()) * 1000)::bigint
        where id = ${id} returning id)
      select pg_notify(${OUTCOMES_CHANNEL}, id::text) from done`
  }

  async onArrival(callback: () => void, onReturn: () => void): Promise<void> {
    let isFirst = true
    const { unlisten } = await this.sql.listen(COMMANDS_CHANNEL, callback, () => {
      if (!isFirst) onReturn()
      isFirst = false
    })
    const sweep = setInterval(callback, SWEEP_MS)
    this.stopListening = () => {
      clearInterval(sweep)
      // A connection that is closed listens no more.
      unlisten().catch(() => undefined)
    }
  }

  /**
   * At a start: what the last trader took and did not answer. Pause, halt and panic may be done twice, so they are; a signal is carried out
   * if it had not come into the journal, so that no exit is lost (S15); the rest is failed.
   */
  async recoverInterrupted(): Promise<void> {
    await this.sql`
      update commands set status = 'pending', taken_at = null where status = 'taken' and name = 'signal' and not exists (
        select 1 from journal where type = 'outside-signal' and (payload->>'signal')::bigint = (commands.args->>'signal')::bigint)`
    const decided = await this.sql<{ id: number }[]>`select id from commands where status = 'taken' and name = 'signal'`
    for (const { id } of decided)
      await this.complete(id, {
        status: 'done',
        text: 'Decided; the trader restarted before it could say what became of it. See /why and /whynot.',
      })
    await this.sql`update commands set status = 'pending', taken_at = null where status = 'taken' and name in ${this.sql(STOP_COMMANDS)}`
    const outcome: CommandOutcome = { ...refused(commandRefusal('trader-restarted')), status: 'failed' }
    const rows = await this.sql<{ id: number }[]>`select id from commands where status = 'taken'`
    for (const { id } of rows) await this.complete(id, outcome)
  }

  stop(): void {
    this.stopListening?.()
    this.stopListening = undefined
  }
}

/** The asker's side. */
export class CommandWriter {
  private readonly sql: Sql
  private readonly waiting = new Map<number, () => void>()
  private listening: Promise<unknown> | undefined

  constructor(sql: Sql) {
    this.sql = sql
  }

  /** Writes the row and wakes the trader. With an idempotency key that was used, answers the row that is there; undefined: it is of another command. */
  async enqueueCommand(command: TraderCommand, by: AskedBy): Promise<number | undefined> {
    const { name, ...args } = command
    const [row] = await this.sql<{ id: number }[]>`
      with added as (
        insert into commands (name, args, actor, surface, role, request_id, api_key_id, idempotency_key)
        values (${name}, ${toJson(args)}::text::jsonb, ${by.actor}, ${by.surface}, ${by.role}, ${by.requestId}, ${by.apiKeyId ?? null}, ${by.idempotencyKey ?? null})
        on conflict (api_key_id, idempotency_key) do nothing returning id)
      select id, pg_notify(${COMMANDS_CHANNEL}, id::text) from added`
    if (row !== undefined) return row.id
    const [standing] = await this.sql<{ id: number }[]>`
      select id from commands where api_key_id = ${by.apiKeyId ?? null} and idempotency_key = ${by.idempotencyKey ?? null}
        and name = ${name} and args = ${toJson(args)}::text::jsonb`
    return standing?.id
  }

  /** The outcome, or undefined when there is none within the time: the command stays queued. */
  async awaitOutcome(id: number, timeoutMs: number): Promise<CommandOutcome | undefined> {
    this.listening ??= this.sql.listen(OUTCOMES_CHANNEL, (payload) => this.waiting.get(Number(payload))?.())
    await this.listening
    const deadline = performance.now() + timeoutMs
    try {
      for (;;) {
        const answered = new Promise<void>((resolve) => this.waiting.set(id, resolve))
        const [row] = await this.sql<{ outcome: CommandOutcome | null }[]>`select outcome from commands where id = ${id}`
        if (row?.outcome != null) return row.outcome
        const left = deadline - performance.now()
        if (left <= 0) return undefined
        await Promise.race([answered, sleep(Math.min(POLL_MS, left))])
      }
    } finally {
      this.waiting.delete(id)
    }
  }
}
