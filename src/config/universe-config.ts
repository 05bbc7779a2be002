/**
 * The universe of a strategy as it is written in the configuration and on a command line.
 */
import { z } from 'zod'
import { parseDuration } from '../core/duration.ts'
import { DAY_MS, HOUR_MS } from '../core/units.ts'
import { type UniverseRules, UNIVERSE_ORDERS } from '../strategy/universe/universe.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'

const OVER_MAX_MS = 90 * DAY_MS

const span = (least: number, most: number, words: string) =>
  z.string().refine((text) => {
    const ms = parseDuration(text)
    return ms !== undefined && ms >= least && ms <= most
  }, `must be ${words}`)

const percent = z.coerce.number().min(0).max(1_000)
// A command line has one text for a list.
const symbols = z.preprocess((value) => (typeof value === 'string' ? value.split(',') : value), z.array(z.string().min(1)))

export const universeSchema = z.strictObject({
  take: z.coerce.number().int().min(1).max(200),
  by: z.enum(UNIVERSE_ORDERS).optional(),
  over: span(HOUR_MS, OVER_MAX_MS, 'a span such as 7d, from 1h to 90d').optional(),
  every: span(HOUR_MS, OVER_MAX_MS, 'a span such as 1d, from 1h to 90d').optional(),
  minVolume: z.coerce.number().min(0).optional(),
  minAge: span(0, 3_650 * DAY_MS, 'a span such as 30d').optional(),
  maxSpreadBps: z.coerce.number().positive().max(10_000).optional(),
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

const msOf = (text: string): number => parseDuration(text) ?? 0
