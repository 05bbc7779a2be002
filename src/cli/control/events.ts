/**
 * `ballast events tail`: the events of the running Ballast as they come, one line each.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { contextOf } from '../context.ts'
import { clientOf, failureOf } from './api-access.ts'

const EVERY_MS = 1_000
const PAGE = 500

interface EventRow {
  readonly id: string
  readonly type: string
  readonly ts: string
  readonly data?: Readonly<Record<string, unknown>>
}
interface Page {
  readonly data: readonly EventRow[]
  readonly hasMore: boolean
}

export function register(program: Command): void {
  program
    .command('events')
    .description('follow what happens in the running Ballast')
    .command('tail')
    .description('print events as they come, until Ctrl-C; with --json one JSON object per line')
    .option('--types <list>', 'only these, such as order-filled,trade-closed')
    .option('--since <id>', 'begin after this event instead of with the last ten')
    .action(runTail)
}

interface Flags {
  readonly types?: string
  readonly since?: string
}

async function runTail({ types, since }: Flags, command: Command): Promise<void> {
  const context = contextOf(command)
  const client = clientOf(context)
  const typed = types === undefined ? {} : { types }
  const get = async (query: Record<string, string>): Promise<Page> => {
    const answer = await client.get<Page>(`/api/v1/events?${new URLSearchParams({ ...typed, ...query })}`)
    if (!answer.ok) throw failureOf(answer.error, context)
    return answer.value
  }
  const print = (row: EventRow): void =>
    context.out.line(
      context.out.options.json
        ? JSON.stringify(row)
        : `${row.ts.slice(0, 19).replace('T', ' ')}  ${row.type.padEnd(18)} ${wordsOf(row.data ?? {})}`,
    )
  let last = since
  if (last === undefined) {
    const { data } = await get({ limit: '10' })
    for (const row of [...data].reverse()) print(row)
    last = data[0]?.id
  }
  for (;;) {
    const { data, hasMore } = await get(last === undefined ? { limit: '10' } : { limit: String(PAGE), since_id: last })
    // Before the first one the answer is newest first.
    const rows = last === undefined ? [...data].reverse() : data
    for (const row of rows) print(row)
    last = rows.at(-1)?.id ?? last
    if (!hasMore) await sleep(EVERY_MS)
  }
}

/** The plain values of an event; what is nested is for programs. */
const wordsOf = (data: Readonly<Record<string, unknown>>): string =>
  Object.entries(data)
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ')
