/**
 * Why a trade is there on one side and not on the other, or ended otherwise: what the journal kept of that instant, as a code with figures.
 * Never guesses: what nothing kept explains is `unexplained`.
 */
import type { InstrumentIndex, Side, Ts } from '../../core/units.ts'
import type { OrderDenied } from '../../kernel/fact.ts'
import { holdOn } from '../../kernel/state/holds.ts'
import type { RiskFigures } from '../../risk/denial.ts'
import type { LiveRecord, LiveTrade, Spell } from './live-record.ts'
import type { TwinTrade } from './twin-run.ts'

export const TWIN_CAUSES = [
  /** Other prices than the twin's, at the same decision. */
  'slippage',
  /** A stop or target was reached at another instant, or by one of the two alone. */
  'trigger',
  'fee',
  'funding',
  /** Another quantity: the account had other equity then, or the lot rounds. */
  'size',
  /** Less was filled than ordered. */
  'partly-filled',
  /** The trader was away, or the bar came late: exits only. */
  'missed-bar',
  /** Risk denied the entry: `rule` says which. */
  'denied',
  'hold',
  /** The strategy was off, closing-only or errored. */
  'mode',
  'universe',
  /** A person, or a program of theirs, opened, closed or moved it. */
  'hand',
  /** The entry was sent and ended without a fill. */
  'not-filled',
  /** A breaker or a panic closed it. */
  'flattened',
  /** The exchange ended it: liquidation, deleveraging, delisting, an unknown end. */
  'exchange',
  /** A trade of before the window was still open. */
  'carried-in',
  /** The twin's own risk denied what was entered here. */
  'twin-denied',
  /** It follows from a difference before: one of the two was still in a trade. */
  'knock-on',
  'unexplained',
] as const
export type TwinCause = (typeof TWIN_CAUSES)[number]

export interface Explanation {
  readonly code: TwinCause
  readonly figures: RiskFigures
}

const because = (code: TwinCause, figures: RiskFigures = {}): Explanation => ({ code, figures })

export interface Both {
  readonly record: LiveRecord
  /** All trades of the symbol's strategy, those of before the window among them. */
  readonly live: readonly LiveTrade[]
  readonly twin: readonly TwinTrade[]
  readonly twinDenials: readonly OrderDenied[]
  readonly from: Ts
  readonly intervalMs: number
  /** One decision for all symbols of the strategy: what it holds in one bears on the others. */
  readonly decidesTogether: boolean
}

/** Why what the twin entered at `at` was not entered here. */
export function whyNotLive(both: Both, instrument: InstrumentIndex, side: Side, at: Ts): Explanation {
  const { record, live, from } = both
  const isThere = <T extends { readonly instrument: InstrumentIndex; readonly side: Side }>(each: T): boolean =>
    each.instrument === instrument && each.side === side
  const denial = record.denials.find((each) => isThere(each) && each.class === 'entry' && each.ts === at)
  if (denial !== undefined) return ofDenial(denial)
  const lost = record.lost.find((each) => isThere(each) && each.decidedTs === at)
  if (lost !== undefined) {
    const hand = handAfter(record, instrument, at, at + both.intervalMs)
    return lost.outcome === 'canceled' && hand !== undefined
      ? because('hand', hand)
      : because('not-filled', { outcome: lost.outcome, detail: lost.detail })
  }
  const open = live.find(({ trade, decidedTs }) => trade.instrument === instrument && decidedTs < at && (trade.open || trade.exitTs > at))
  if (open?.isByHand === true) return because('hand', { act: 'place-orders', trade: open.trade.number })
  if (open !== undefined) return because(open.decidedTs <= from ? 'carried-in' : 'knock-on', { trade: open.trade.number })
  if (record.series[instrument]?.late.has(at) === true) return because('missed-bar', { bar: at })
  const mode = spellAt(record.modes, at)
  if (mode !== undefined && mode !== 'running') return because('mode', { mode })
  const hold = holdOn(
    record.holds.filter((spell) => covers(spell, at)).map(({ what }) => what),
    record.strategy,
    instrument,
  )
  return hold === undefined
    ? ofOtherSymbols(both, instrument, at)
    : because('hold', { id: hold.id, cause: hold.cause, reason: hold.reason })
}

/** Of a strategy that decides for several symbols at once: one side was in a trade of another symbol of which the other side was not. */
function ofOtherSymbols({ decidesTogether, live, twin }: Both, instrument: InstrumentIndex, at: Ts): Explanation {
  if (!decidesTogether) return because('unexplained')
  const isOpen = ({ trade, decidedTs }: LiveTrade | TwinTrade): boolean =>
    trade.instrument !== instrument && decidedTs < at && (trade.open || trade.exitTs > at)
  const isHeld = (trades: readonly (LiveTrade | TwinTrade)[], of: LiveTrade | TwinTrade): boolean =>
    trades.some((each) => isOpen(each) && each.trade.instrument === of.trade.instrument && each.trade.side === of.trade.side)
  const here = live.find((each) => isOpen(each) && !isHeld(twin, each))
  if (here !== undefined) return because('knock-on', { trade: here.trade.number })
  const there = twin.find((each) => isOpen(each) && !isHeld(live, each))
  return there === undefined ? because('unexplained') : because('knock-on', { since: there.decidedTs })
}

/** Why what was entered here was not entered by the twin. */
export function whyNotTwin(both: Both, { trade, decidedTs, isByHand }: LiveTrade): Explanation {
  if (isByHand) return because('hand', { act: 'place-orders', trade: trade.number })
  const { instrument, side } = trade
  const signaled = handAfter(both.record, instrument, decidedTs, decidedTs, ['outside-signal'])
  if (signaled !== undefined) return because('hand', signaled)
  const denial = both.twinDenials.find(
    (each) => each.instrument === instrument && each.side === side && each.class === 'entry' && each.ts === decidedTs,
  )
  if (denial !== undefined) return because('twin-denied', { rule: denial.rule, ...denial.figures })
  const open = both.twin.find((each) => isOpenAt(each, instrument, decidedTs))
  return open === undefined ? ofOtherSymbols(both, instrument, decidedTs) : because('knock-on', { since: open.decidedTs })
}

/** Why two trades that belong together ended otherwise; undefined: they ended alike. */
export function whyOtherExit(both: Both, { trade: live }: LiveTrade, { trade: twin }: TwinTrade): Explanation | undefined {
  const { record, intervalMs } = both
  const figures = { live: live.exitReason, twin: twin.exitReason }
  const from = live.entryTs
  // A bar's stop is dated at its open, and really reached at some instant of the bar.
  const apartMs = live.exitTs - twin.exitTs
  const areNear = live.open && twin.open ? true : !live.open && !twin.open && apartMs >= -intervalMs && apartMs <= 2 * intervalMs
  if (live.exitReason === twin.exitReason && areNear) return undefined
  if (live.exitReason === 'operator' || live.exitReason === 'panic-direct') {
    const hand = handAfter(record, live.instrument, from, live.exitTs, CLOSING_ACTS)
    return because('hand', { ...figures, ...(hand ?? { act: 'outside Ballast' }) })
  }
  if (live.exitReason === 'flatten')
    return because('flattened', { ...figures, ...handAfter(record, live.instrument, from, live.exitTs, ['panic']) })
  if (!ORDINARY_EXITS.has(live.exitReason)) return because('exchange', figures)
  const until = Math.max(live.exitTs, twin.exitTs)
  const moved = handAfter(record, live.instrument, from, until, ['change-protection', 'adopt-external', 'outside-signal'])
  if (moved !== undefined) return because('hand', { ...figures, ...moved })
  if (twin.exitReason === 'signal') {
    const late = record.series[live.instrument]?.late
    if (late?.has(twin.exitTs) === true) return because('missed-bar', { ...figures, bar: twin.exitTs })
    const denial = record.denials.find((each) => each.instrument === live.instrument && each.class !== 'entry' && each.ts === twin.exitTs)
    if (denial !== undefined) return ofDenial(denial)
  }
  const isTriggered = [live.exitReason, twin.exitReason].some((reason) => reason === 'stop' || reason === 'take-profit')
  return isTriggered ? because('trigger', figures) : because('unexplained', figures)
}

const ORDINARY_EXITS: ReadonlySet<string> = new Set(['signal', 'stop', 'take-profit', 'open'])
const CLOSING_ACTS: readonly string[] = ['close-position', 'panic', 'place-orders', 'start-algorithm']

function ofDenial({ rule, figures }: OrderDenied): Explanation {
  switch (rule) {
    case 'hold':
      return because('hold', figures)
    case 'strategy-off':
      return because('mode', figures)
    case 'universe':
      return because('universe', figures)
    default:
      return figures.problem === 'late-bar' ? because('missed-bar', figures) : because('denied', { rule, ...figures })
  }
}

/** The last act of a person in the symbol in a stretch of time. */
function handAfter(
  record: LiveRecord,
  instrument: InstrumentIndex,
  from: number,
  to: number,
  acts?: readonly string[],
): RiskFigures | undefined {
  const found = record.hands.findLast(
    (each) =>
      (each.instrument === undefined || each.instrument === instrument) &&
      each.ts >= from &&
      each.ts <= to &&
      (acts === undefined || acts.includes(each.act)),
  )
  return found === undefined ? undefined : { act: found.act, actor: found.actor }
}

const isOpenAt = ({ trade, decidedTs }: TwinTrade, instrument: InstrumentIndex, at: Ts): boolean =>
  trade.instrument === instrument && decidedTs <= at && (trade.open || trade.exitTs > at)

const covers = ({ from, to }: Spell<unknown>, at: Ts): boolean => from <= at && (to === undefined || at < to)
const spellAt = <T>(spells: readonly Spell<T>[], at: Ts): T | undefined => spells.findLast((spell) => covers(spell, at))?.what
