/**
 * Which trade of the twin is which real one: first those decided at the same instant, then those that were open at the same time.
 */
import type { LiveTrade } from './live-record.ts'
import type { TwinTrade } from './twin-run.ts'

export interface TradePairs {
  readonly pairs: readonly { readonly live: LiveTrade; readonly twin: TwinTrade }[]
  /** Traded here and not by the twin. */
  readonly extra: readonly LiveTrade[]
  /** Traded by the twin and not here. */
  readonly missing: readonly TwinTrade[]
}

/** Each trade is in one pair at most, and a pair is of one symbol and one side. What a person opened is nobody's twin. */
export function pairTrades(live: readonly LiveTrade[], twin: readonly TwinTrade[]): TradePairs {
  const pairs: { live: LiveTrade; twin: TwinTrade }[] = []
  const freeLive = new Set(live)
  const freeTwin = new Set(twin)
  const join = (pair: { live: LiveTrade; twin: TwinTrade }): void => {
    pairs.push(pair)
    freeLive.delete(pair.live)
    freeTwin.delete(pair.twin)
  }
  const candidates = live
    .filter((each) => !each.isByHand)
    .flatMap((each) => twin.flatMap((other) => (areAlike(each, other) ? [{ live: each, twin: other }] : [])))
    .map((pair) => ({ pair, apartMs: Math.abs(pair.live.decidedTs - pair.twin.decidedTs) }))
    .filter(({ pair, apartMs }) => apartMs === 0 || overlap(pair.live, pair.twin))
    .sort((a, b) => a.apartMs - b.apartMs || a.pair.live.decidedTs - b.pair.live.decidedTs)
  for (const { pair } of candidates) if (freeLive.has(pair.live) && freeTwin.has(pair.twin)) join(pair)
  pairs.sort((a, b) => a.live.decidedTs - b.live.decidedTs)
  return { pairs, extra: [...freeLive], missing: [...freeTwin] }
}

const areAlike = ({ trade: a }: LiveTrade, { trade: b }: TwinTrade): boolean => a.instrument === b.instrument && a.side === b.side

const overlap = (a: LiveTrade, b: TwinTrade): boolean =>
  Math.max(a.decidedTs, b.decidedTs) < Math.min(a.trade.open ? Infinity : a.trade.exitTs, b.trade.open ? Infinity : b.trade.exitTs)
