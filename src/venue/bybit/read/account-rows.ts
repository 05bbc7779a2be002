/**
 * Rows of the account's lists, each by itself: one of a symbol that is not traded here and has not the documented shape costs no other.
 * One of ours does: what is not known of an order or a position of ours is not guessed.
 */
import { z } from 'zod'
import { type Result, err, ok } from '../../../core/result.ts'
import type { UnreadRow } from '../../../trading/report.ts'
import type { VenueError } from '../../port/error.ts'
import { type Requests, firstIssue } from '../http/requests.ts'

export interface AccountRows<T> {
  readonly rows: readonly T[]
  readonly unread: readonly UnreadRow[]
}

const named = z.object({ symbol: z.string() })

/** @param isOurs of a symbol as the exchange writes it; '' where the row names none */
export async function readRows<T>(
  requests: Requests,
  path: string,
  params: Parameters<Requests['readAll']>[2],
  row: z.ZodType<T>,
  isOurs: (symbol: string) => boolean,
): Promise<Result<AccountRows<T>, VenueError>> {
  const read = await requests.readAll('account', path, params, z.unknown())
  if (!read.ok) return read
  const rows: T[] = []
  const unread: UnreadRow[] = []
  for (const raw of read.value) {
    const parsed = row.safeParse(raw)
    if (parsed.success) {
      rows.push(parsed.data)
      continue
    }
    const name = named.safeParse(raw)
    const symbol = name.success ? name.data.symbol.slice(0, 40) : ''
    const detail = `${path}: ${symbol === '' ? '' : `${symbol} `}${firstIssue(parsed.error)}`
    if (isOurs(symbol)) return err({ type: 'venue-down', code: 'odd-shape', detail })
    unread.push({ symbol, detail })
  }
  return ok({ rows, unread })
}
