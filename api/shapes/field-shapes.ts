/**
 * The kinds of fields that rows of the API are made of.
 */
import { z } from '@hono/zod-openapi'

export const decimal = () => z.string().openapi({ example: '64210.5' })
/** A symbol as it is answered, and as it is asked for where rows are chosen by it. */
export const symbolName = <T extends z.ZodType>(schema: T): T =>
  schema.openapi({ description: 'A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT', example: 'BTCUSDT' })
export const instant = () => z.string().openapi({ format: 'date-time', example: '2026-11-24T14:02:07.000Z' })
export const iso = (ms: number): string => new Date(ms).toISOString()
export const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms))
