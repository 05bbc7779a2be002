/**
 * The universe of a strategy as it is written in the configuration and on a command line.
 */
import { z } from 'zod'
import { parseDuration } from '../../core/duration.ts'
import { DAY_MS, HOUR_MS } from '../../core/units.ts'
import { type UniverseRules, UNIVERSE_ORDERS } from '../../strategy/universe/universe.ts'
import type { StrategyDefinition } from '../../strategy/strategy.ts'

const OVER_MAX_MS = 90 * DAY_MS
const TAKE = 'use a whole number from 1 to 200'
const AMOUNT = 'use an amount a day, such as 5000000'
const BPS = 'use basis points above 0, such as 3'
const PERCENT = 'use a percentage from 0 to 1000'

const span = (least: number, most: number, words: string) =>
  z.string().refine((text) => {
    const ms = parseDuration(text)
    return ms !== undefined && ms >= least && ms <= most
  }, `use ${words}`)

const percent = z.coerce.number(PERCENT).min(0, PERCENT).max(1_000, PERCENT)
// A command line has one text for a list.
const symbols = z.preprocess((value) => (typeof value === 'string' ? value.split(',') : value), z.array(z.string().min(1)))

export const universeSchema = z.strictObject({
  take: z.coerce.number(TAKE).int(TAKE).min(1, TAKE).max(200, TAKE),
  by: z.enum(UNIVERSE_ORDERS, `use one of ${UNIVERSE_ORDERS.join(', ')}`).optional(),
  over: span(HOUR_MS, OVER_MAX_MS, 'a span such as 7d, from 1h to 90d').optional(),
  every: span(HOUR_MS, OVER_MAX_MS, 'a span such as 1d, from 1h to 90d').optional(),
  minVolume: z.coerce.number(AMOUNT).min(0, AMOUNT).optional(),
  minAge: span(0, 3_650 * DAY_MS, 'a span such as 30d').optional(),
  maxSpreadBps: z.coerce.number(BPS).positive(BPS).max(10_000, BPS).optional(),
  minVolatility: percent.optional(),
  maxVolatility: percent.optional(),
  white: symbols.optional(),
  black: symbols.optional(),
  cooldown: span(0, 365 * DAY_MS, 'a span such as 2d').optional(),
})
export type UniverseSpec = z.infer<typeof universeSchema>

/** The rules, or the sentence that says why they cannot be those of this strategy. */
export function universeOf(
  spec: UniverseSpec,
  { symbols: roles }: StrategyDefinition,
  candidates: readonly string[],
): UniverseRules | string {
  if (roles !== undefined) return `its symbols have roles (${roles.join(', ')}), so there is nothing to select among: leave out universe.`
  const { white = [], black = [], minVolatility, maxVolatility } = spec
  const stray = [...white, ...black].find((symbol) => !candidates.includes(symbol))
  if (stray !== undefined) return `${stray} is in a list of its universe, and not in its symbols.`
  const both = white.find((symbol) => black.includes(symbol))
  if (both !== undefined) return `${both} is in both lists of its universe.`
  if (white.length > spec.take) return `its universe takes ${spec.take}, and ${white.length} symbols are on the white list.`
  if (minVolatility !== undefined && maxVolatility !== undefined && minVolatility > maxVolatility)
    return `minVolatility of its universe is above maxVolatility (${minVolatility} and ${maxVolatility}).`
  return {
    take: spec.take,
    by: spec.by ?? 'volume',
    overMs: msOf(spec.over ?? '7d'),
    everyMs: msOf(spec.every ?? '1d'),
    minVolume: spec.minVolume,
    minAgeMs: spec.minAge === undefined ? undefined : msOf(spec.minAge),
    maxSpreadBps: spec.maxSpreadBps,
    minVolatility,
    maxVolatility,
    white,
    black,
    cooldownMs: msOf(spec.cooldown ?? '0d'),
  }
}

/** Of a strategy that has other symbols now: those that it has lost are on no list any more. */
export const universeAmong = ({ white, black, ...rules }: UniverseSpec, candidates: readonly string[]): UniverseSpec => ({
  ...rules,
  ...(white === undefined ? {} : { white: white.filter((symbol) => candidates.includes(symbol)) }),
  ...(black === undefined ? {} : { black: black.filter((symbol) => candidates.includes(symbol)) }),
})

const msOf = (text: string): number => parseDuration(text) ?? 0
