/**
 * Lists of the API: their query, their cursors, and the ids that stand in paths.
 */
import { createHash } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import { fromId } from './ids.ts'
import { whole } from './query.ts'

export const listOf = <T extends z.ZodType>(row: T) =>
  z.object({ data: z.array(row), nextCursor: z.string().nullable(), hasMore: z.boolean() })

export const LIMIT_MAX = 500
export const ListQuery = z.object({
  limit: whole(1, LIMIT_MAX, 'maximum number of rows').default(100),
  cursor: z
    .string()
    .max(60)
    .refine((text) => fromCursor(text) !== undefined, 'pass nextCursor of the previous page unchanged')
    .optional()
    .openapi({ description: 'nextCursor of the previous page' }),
})

/** A cursor is opaque to its user: the number of the last row, with a sum over it, so that a spoilt one is seen. */
export const toCursor = (last: number): string => Buffer.from(`c${last}.${sumOf(last)}`).toString('base64url')
export function fromCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined
  const match = /^c(\d{1,16})\.[\w-]{6}$/.exec(Buffer.from(cursor, 'base64url').toString())
  if (match === null) return undefined
  const last = Number(match[1])
  return toCursor(last) === cursor ? last : undefined
}
const sumOf = (last: number): string => createHash('sha256').update(`cursor ${last}`).digest('base64url').slice(0, 6)

/** A page of rows of which one more than `limit` was asked for. */
export function page<Row, Shape>(rows: readonly Row[], limit: number, key: (row: Row) => number, shape: (row: Row) => Shape) {
  const kept = rows.slice(0, limit)
  const last = kept.at(-1)
  const hasMore = rows.length > limit && last !== undefined
  return { data: kept.map(shape), nextCursor: hasMore ? toCursor(key(last)) : null, hasMore }
}

/** The number that an id means; also plain `12` and `#12` for trades and positions. */
export function numberOf(prefix: 'trd' | 'pos' | 'ord', text: string): number | undefined {
  return fromId(prefix, text) ?? (/^#?\d{1,9}$/.test(text) ? Number(text.replace('#', '')) : undefined)
}
