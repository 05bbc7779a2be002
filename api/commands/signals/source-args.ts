/**
 * What is said of a source of signals when it is made, read strictly.
 */
import { z } from 'zod'
import { parseDuration } from '../../../src/core/duration.ts'
import { type Result, err, ok } from '../../../src/core/result.ts'
import { SIGNAL_FORMATS, SOURCE_MODES, SOURCE_SIDES } from '../../../src/signals-in/signal.ts'
import { SIGNAL_MARKETS, readSignalSymbol } from '../../../src/signals-in/symbol.ts'
import { WEBHOOK } from '../../../src/strategy/builtin/webhook.ts'
import type { NewSource } from '../../ports/signal-ports.ts'
import { NETWORK_PRESETS, networkOf } from './networks.ts'

const MAX_AGE_MS = 86_400_000
const DEFAULT_AGE = '60s'
const EXPECT_MAX_MS = 2_678_400_000
const OVERLAP_MAX_MS = 604_800_000
export const DEFAULT_OVERLAP = '24h'

const span = (mostMs: number, words: string) =>
  z
    .string()
    .max(10)
    .refine((text) => {
      const ms = parseDuration(text)
      return ms !== undefined && ms <= mostMs
    }, words)

export const sourceShape = {
  name: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9-]{0,29}$/, 'up to 30 letters, digits and dashes')
    .optional(),
  format: z.enum(SIGNAL_FORMATS).optional(),
  symbols: z.string().min(1).max(300).optional(),
  mode: z.enum(SOURCE_MODES).optional(),
  side: z.enum(SOURCE_SIDES).optional(),
  strategy: z.string().min(1).max(60).optional(),
  market: z.enum(SIGNAL_MARKETS).optional(),
  stop: z
    .string()
    .regex(/^(?!0+(\.0+)?%?$)\d{1,2}(\.\d{1,4})?%?$/, 'a distance in percent such as 2%')
    .optional(),
  age: span(MAX_AGE_MS, 'a time up to a day, such as 60s').optional(),
  most: z
    .string()
    .regex(/^\$?(?!0+(\.0+)?$)\d{1,12}(\.\d{1,8})?$/, 'an amount such as $500')
    .optional(),
  cidr: z.string().min(1).max(300).optional(),
  expect: span(EXPECT_MAX_MS, 'a time up to 31 days, such as 1h').optional(),
  overlap: span(OVERLAP_MAX_MS, 'a time up to 7 days, such as 24h').optional(),
} as const
const Shape = z.object(sourceShape)
export type SourceArgs = z.infer<typeof Shape>

/** As they are typed: `--max-age 60s`, `--max-age=60s` or `max-age=60s`. */
export const KEY_OF: Readonly<Record<string, keyof SourceArgs>> = {
  format: 'format',
  symbols: 'symbols',
  symbol: 'symbols',
  mode: 'mode',
  side: 'side',
  sides: 'side',
  strategy: 'strategy',
  market: 'market',
  stop: 'stop',
  'max-age': 'age',
  age: 'age',
  'max-notional': 'most',
  most: 'most',
  cidr: 'cidr',
  'expect-every': 'expect',
  expect: 'expect',
  overlap: 'overlap',
}

/** All of a source, with what was not said; a sentence where it cannot be. */
export function sourceOf(args: SourceArgs): Result<NewSource, string> {
  const { name, format, mode = 'paper', market = 'linear' } = args
  if (name === undefined) return err('Name the source: signal source add tv-trend format=tradingview-target')
  if (format === undefined) return err(`Say in which format it sends: format=${SIGNAL_FORMATS.join('|')}`)
  // What enters without a stop of its own gets this one; without it nothing would (S15).
  if (mode === 'trade' && args.stop === undefined)
    return err('A source that trades needs a stop for signals that bring none: stop=2%. Without one it stays on paper.')
  const symbols: string[] = []
  for (const text of (args.symbols ?? '').split(',').filter((each) => each.trim() !== '')) {
    const read = readSignalSymbol(text, market)
    if (!read.ok) return err(`'${text.slice(0, 40)}' is no symbol of ${market}: use symbols=BTC,ETH`)
    symbols.push(read.value)
  }
  const networks = networksOf(args.cidr)
  if (!networks.ok) return networks
  return ok({
    name: name.toLowerCase(),
    format,
    strategy: args.strategy ?? WEBHOOK,
    market,
    symbols: symbols.length === 0 ? null : symbols,
    mode,
    side: args.side ?? null,
    stop: args.stop === undefined ? null : `${args.stop.replace(/%$/, '')}%`,
    maxAgeMs: parseDuration(args.age ?? DEFAULT_AGE) ?? 0,
    notionalMax: args.most === undefined ? null : args.most.replace(/^\$/, ''),
    networks: networks.value,
    expectEveryMs: args.expect === undefined ? null : (parseDuration(args.expect) ?? null),
  })
}

function networksOf(text: string | undefined): Result<readonly string[] | null, string> {
  if (text === undefined) return ok(null)
  const networks: string[] = []
  for (const each of text.split(',')) {
    const preset = NETWORK_PRESETS[each.trim().toLowerCase()]
    const network = preset === undefined ? networkOf(each) : undefined
    if (preset === undefined && network === undefined)
      return err(
        `'${each.slice(0, 40)}' is no network: use cidr=${Object.keys(NETWORK_PRESETS).join('|')} or addresses such as 203.0.113.7/32`,
      )
    networks.push(...(preset ?? []), ...(network === undefined ? [] : [network]))
  }
  return ok(networks)
}
