/**
 * `signal tail`: signals as they come in, one line each, with what became of them.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiClient, ApiFailure } from '../../../api/client.ts'
import type { CliContext } from '../context.ts'

const EVERY_MS = 1_000
const SHOWN_BEFORE = 5

interface Row {
  readonly number: number
  readonly receivedAt: string
  readonly source: string
  readonly wish: string | null
  readonly symbol: string | null
  readonly status: string
  readonly result: string
}

/** Until Ctrl-C. A signal is shown when it comes, and again when the trader has answered. */
export async function tailSignals(context: CliContext, client: ApiClient, errorOf: (failure: ApiFailure) => Error): Promise<void> {
  const shown = new Map<number, string>()
  let isFirst = true
  for (;;) {
    const answer = await client.get<{ readonly data: readonly Row[] }>(`/api/v1/signals?limit=${isFirst ? SHOWN_BEFORE : 100}`)
    if (!answer.ok) throw errorOf(answer.error)
    const rows = [...answer.value.data].reverse()
    for (const row of rows) {
      const isOld = shown.size > 0 && row.number < Math.min(...shown.keys())
      if (isOld || shown.get(row.number) === row.result) continue
      shown.set(row.number, row.result)
      context.out.line(
        context.out.options.json
          ? JSON.stringify(row)
          : `${row.receivedAt.slice(11, 19)} #${row.number} ${row.source}: ${row.wish ?? 'not understood'} ${row.symbol ?? ''} – ${row.result}`,
      )
    }
    if (isFirst && rows.length === 0) context.out.note('No signal has come in yet.')
    isFirst = false
    await sleep(EVERY_MS)
  }
}
