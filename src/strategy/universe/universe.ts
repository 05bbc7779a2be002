/**
 * Which of a strategy's symbols may take entries: a selection by what their candles of before say, made again on a schedule.
 */
import type { Ts } from '../../core/units.ts'

export const UNIVERSE_ORDERS = ['volume', 'volatility', 'quiet'] as const
export type UniverseOrder = (typeof UNIVERSE_ORDERS)[number]

export interface UniverseRules {
  /** At most so many, the white ones included. */
  readonly take: number
  /** Who comes first: the largest turnover, the largest volatility, or the smallest. */
  readonly by: UniverseOrder
  /** Span that turnover and volatility are measured over. */
  readonly overMs: number
  /** Made again at each whole multiple of this in UTC. */
  readonly everyMs: number
  /** Mean turnover a day, in the quote coin. */
  readonly minVolume?: number | undefined
  /** There have to be candles from so long ago. */
  readonly minAgeMs?: number | undefined
  readonly maxSpreadBps?: number | undefined
  /** Realized volatility of a day, in percent. */
  readonly minVolatility?: number | undefined
  readonly maxVolatility?: number | undefined
  /** Always in while they are traded, whatever they measure. */
  readonly white: readonly string[]
  /** Never in. */
  readonly black: readonly string[]
  /** One that has left stays out for so long. */
  readonly cooldownMs: number
}

/** What is known of a symbol at an instant, from bars that had closed by then. */
export interface Measure {
  /** Whether it trades: its newest bars are there. */
  readonly isTraded: boolean
  /** Whether there are candles from `minAgeMs` ago. */
  readonly isOld: boolean
  /** Mean turnover a day, in the quote coin. */
  readonly volume: number
  /** Realized volatility of a day, in percent; undefined with fewer than two bars. */
  readonly volatility: number | undefined
  /** Undefined where nobody quotes it. */
  readonly spreadBps: number | undefined
}

export interface Candidate extends Measure {
  readonly symbol: string
  /** Whether it was in until now; undefined before the first selection. */
  readonly wasIn: boolean | undefined
  /** Since when that is so. */
  readonly since: Ts | undefined
}

export const VERDICTS = [
  'chosen',
  'white',
  'black',
  'not-traded',
  'too-young',
  'volume',
  'spread',
  'volatility',
  'cooldown',
  'rank',
] as const
/** `chosen` and `white` are in; the others say why it is out, the first that holds. */
export type Verdict = (typeof VERDICTS)[number]

/** Those of symbols that take entries. */
export const IN_VERDICTS = ['chosen', 'white'] as const
export const isIn = (verdict: Verdict): boolean => IN_VERDICTS.some((each) => each === verdict)

/**
 * A verdict for each candidate, in their order. Depends on nothing but its arguments, and on the order of the candidates only in the order of
 * the answer: equals are ranked by name.
 *
 * @example selectUniverse({ take: 1, by: 'volume', ... }, [btc, eth], now) // ['chosen', 'rank']
 */
export function selectUniverse(rules: UniverseRules, candidates: readonly Candidate[], now: Ts): Verdict[] {
  const verdicts = candidates.map((each) => standing(rules, each, now))
  const whites = verdicts.filter((verdict) => verdict === 'white').length
  const ranked = candidates
    .filter((_, k) => verdicts[k] === undefined)
    .sort((a, b) => rank(rules.by, b) - rank(rules.by, a) || byName(a, b))
  const chosen = new Set(ranked.slice(0, Math.max(0, rules.take - whites)))
  return candidates.map((each, k) => verdicts[k] ?? (chosen.has(each) ? 'chosen' : 'rank'))
}

/** What is certain of it without the others; undefined: it is ranked. */
function standing(rules: UniverseRules, { symbol, wasIn, since, ...measure }: Candidate, now: Ts): Verdict | undefined {
  const { volume, volatility, spreadBps } = measure
  if (rules.black.includes(symbol)) return 'black'
  if (!measure.isTraded) return 'not-traded'
  if (rules.white.includes(symbol)) return 'white'
  if (rules.minAgeMs !== undefined && !measure.isOld) return 'too-young'
  if (rules.minVolume !== undefined && volume < rules.minVolume) return 'volume'
  if (rules.maxSpreadBps !== undefined && !(spreadBps !== undefined && spreadBps <= rules.maxSpreadBps)) return 'spread'
  if (volatility === undefined || volatility < (rules.minVolatility ?? 0) || volatility > (rules.maxVolatility ?? Number.POSITIVE_INFINITY))
    return 'volatility'
  if (wasIn === false && since !== undefined && now - since < rules.cooldownMs) return 'cooldown'
  return undefined
}

function rank(by: UniverseOrder, { volume, volatility = 0 }: Candidate): number {
  if (by === 'volume') return volume
  return by === 'volatility' ? volatility : -volatility
}

const byName = (a: Candidate, b: Candidate): number => (a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : 0)

/** The last instant at or before `now` at which a selection is due. */
export const dueAt = ({ everyMs }: UniverseRules, now: Ts): number => Math.floor(now / everyMs) * everyMs
