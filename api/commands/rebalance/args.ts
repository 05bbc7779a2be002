/**
 * Arguments of a rebalance, from words or from an object of a program.
 */
import { z } from 'zod'
import { METHODS } from '../../../src/portfolio/allocation/allocate.ts'
import { COVARIANCES } from '../../../src/portfolio/allocation/covariance.ts'
import { WEIGHT_SCALE } from '../../../src/portfolio/rebalance/weight.ts'
import { parseDecimal } from '../../../src/core/decimal.ts'
import { EXECUTION_FORMS, parseExecution } from '../../../src/trading/algorithms/execution.ts'
import { divide, isDecimal } from '../../amount.ts'
import { parseDuration } from '../../../src/core/duration.ts'

/** Text of a whole portfolio: 500 symbols with their weights. */
const WEIGHTS_MAX = 20_000
const VERBS = ['status', 'stop'] as const
const KEYS = ['weights', 'symbols', 'band', 'min', 'turnover', 'cost', 'sl', 'algo', 'every', 'cov', 'interval', 'bars', 'gross'] as const

const Part = z
  .string()
  .max(12)
  .regex(/^\d{1,4}(\.\d{1,4})?%$/, 'use a percentage such as 5%')
const Money = z
  .string()
  .max(20)
  .regex(/^\$?\d+(\.\d{1,8})?$/, 'use an amount in USDT such as 20')
  .transform((text) => text.replace('$', ''))

export const RebalanceArgs = z.strictObject({
  what: z.enum([...METHODS, ...VERBS]).optional(),
  weights: z
    .string()
    .max(WEIGHTS_MAX)
    .refine((text) => typeof readWeights(text) !== 'string', 'use BTC=0.5,ETH=0.3 or BTC=50%,ETH=30%; a short has a minus')
    .optional(),
  symbols: z
    .string()
    .max(WEIGHTS_MAX)
    .regex(/^[A-Za-z0-9:/-]+(,[A-Za-z0-9:/-]+)*$/, 'use symbols with commas: BTC,ETH,SOL')
    .optional(),
  band: Part.default('5%'),
  min: Money.default('10'),
  turnover: Part.optional(),
  cost: Money.optional(),
  sl: Part.default('5%'),
  algo: z
    .string()
    .max(40)
    .refine((text) => typeof parseExecution(text) !== 'string', `use ${EXECUTION_FORMS}`)
    .optional(),
  every: z
    .string()
    .max(12)
    .refine((text) => parseDuration(text) !== undefined, 'use a time such as 7d or 12h')
    .optional(),
  cov: z.enum(COVARIANCES).default('ledoit-wolf'),
  interval: z
    .string()
    .max(10)
    .regex(/^\d{1,3}[mhd]$/, 'use an interval such as 1h')
    .default('1h'),
  bars: z.coerce.number().int().min(30).max(1000).default(500),
  gross: Part.default('100%'),
})
export type RebalanceArgs = z.infer<typeof RebalanceArgs>

export function readRebalance(words: readonly string[]): Record<string, unknown> {
  const raw: Record<string, unknown> = {}
  for (const word of words) {
    const option = /^([a-z]+)=(.+)$/i.exec(word)
    const key = KEYS.find((each) => each === option?.[1]?.toLowerCase())
    if (option !== null && key !== undefined) raw[key] = option[2]
    else if (word.includes('=')) raw.weights = joined(raw.weights, word)
    else if (raw.what === undefined && [...METHODS, ...VERBS].some((each) => each === word.toLowerCase())) raw.what = word.toLowerCase()
    else raw.symbols = joined(raw.symbols, word)
  }
  return raw
}

/** Lists may be written with commas, with blanks or with both. */
const joined = (before: unknown, word: string): string =>
  [...(typeof before === 'string' ? before.split(',') : []), ...word.split(',')].filter((part) => part !== '').join(',')

/** `BTC=0.5,ETH=-10%` as names with millionths of equity; a sentence for what is none. */
export function readWeights(text: string): readonly { readonly name: string; readonly weight: number }[] | string {
  const weights: { name: string; weight: number }[] = []
  for (const part of text.split(',')) {
    const match = /^([A-Za-z0-9:/-]+)=(-?\d+(?:\.\d+)?|-?\.\d+)(%?)$/.exec(part.trim())
    const figure = match?.[2] ?? ''
    const fraction = match?.[3] === '%' ? divide(figure, '100', WEIGHT_SCALE + 4) : figure
    const weight = match === null || !isDecimal(fraction) ? undefined : parseDecimal(fraction, WEIGHT_SCALE, 'trunc')
    if (match === null || weight === undefined) return `'${part.slice(0, 40)}' is not SYMBOL=weight`
    weights.push({ name: match[1] as string, weight })
  }
  return weights
}

/** Millionths of `12.5%`. */
export const millionths = (percent: string): number => parseDecimal(percent.slice(0, -1), 4) ?? 0
