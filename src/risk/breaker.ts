/**
 * Equity watched over time: flow-adjusted peak, drawdown raw and smoothed, losses of day and week, and the tiers that follow from them.
 * A deposit is no profit, and no peak is forgotten because time passed.
 */
import { type Cash, type Ts, cash, ts } from '../core/units.ts'
import type { DrawdownTiers } from './limits.ts'
import { DAY, type LossWindow, WEEK, copyWindow, makeLossWindow, seeEquity, seeFlow } from './loss-window.ts'

/** Two sightings at least this much market time apart confirm a breach (S9). */
const CONFIRM_MS = 5_000

export type BreakerTier = 'orange' | 'red'

/** JSON-safe; changed in place by the functions of this file only. */
export interface EquityWatch {
  highWater: Cash
  drawdown: number
  smoothed: number
  /** Below 0 before the first instant. */
  lastTs: Ts
  day: LossWindow
  week: LossWindow
  /** Weight that the smoothed drawdown keeps over `keepMs`: steps are mostly equal, and a power is dear. */
  keepMs: number
  keep: number
  orangeSeenTs: number
  redSeenTs: number
}

export const makeEquityWatch = (): EquityWatch => ({
  highWater: cash(0),
  drawdown: 0,
  smoothed: 0,
  lastTs: ts(-1),
  day: makeLossWindow(),
  week: makeLossWindow(),
  keepMs: -1,
  keep: 0.1 - 0.1,
  orangeSeenTs: -1,
  redSeenTs: -1,
})

/**
 * A deposit, withdrawal or transfer. The peak is scaled by (equity + flow) / equity, so that a drawdown of 6 % stays one of 6 %; what the
 * day has won or lost is money and stays as it is.
 * @param equity before the flow
 */
export function scaleByFlow(watch: EquityWatch, equity: Cash, flow: Cash): void {
  if (watch.lastTs < 0 || flow === 0) return
  const after = equity + flow
  const scale = equity <= 0 || after <= 0 ? undefined : after / equity
  seeFlow(watch.day, flow, scale, watch.lastTs)
  seeFlow(watch.week, flow, scale, watch.lastTs)
  if (scale === undefined) {
    // There is nothing to be a part of: what is there now is the reference.
    watch.highWater = cash(Math.max(0, after))
    watch.drawdown = 0
    return
  }
  watch.highWater = cash(Math.max(after, Math.round(watch.highWater * scale)))
}

/** A confirmed resume after a breaker: what there is now is the peak from here on. */
export function setReference(watch: EquityWatch, equity: Cash): void {
  watch.highWater = cash(Math.max(0, equity))
  watch.drawdown = 0
  watch.smoothed = 0
  watch.orangeSeenTs = -1
  watch.redSeenTs = -1
}

/** Takes the equity of an instant; instants ascend. */
export function watchEquity(watch: EquityWatch, equity: Cash, now: Ts, tiers: DrawdownTiers): void {
  if (watch.lastTs < 0) {
    watch.highWater = equity
    watch.lastTs = now
  }
  seeEquity(watch.day, equity, now, DAY)
  seeEquity(watch.week, equity, now, WEEK)
  if (equity >= watch.highWater) {
    watch.highWater = equity
    watch.drawdown = 0
  } else watch.drawdown = watch.highWater > 0 ? (watch.highWater - equity) / watch.highWater : 0
  if (watch.smoothed !== 0 || watch.drawdown !== 0) {
    const elapsed = now - watch.lastTs
    if (elapsed !== watch.keepMs) {
      watch.keepMs = elapsed
      watch.keep = elapsed <= 0 ? 1 : 2 ** (-elapsed / tiers.halfLifeMs)
    }
    watch.smoothed = watch.smoothed * watch.keep + watch.drawdown * (1 - watch.keep)
    if (watch.smoothed < 1e-12) watch.smoothed = 0
  }
  watch.lastTs = now
  watch.orangeSeenTs = watch.drawdown >= tiers.orange ? (watch.orangeSeenTs < 0 ? now : watch.orangeSeenTs) : -1
  watch.redSeenTs = watch.drawdown >= tiers.red ? (watch.redSeenTs < 0 ? now : watch.redSeenTs) : -1
}

/** The tier that two sightings have confirmed. */
export function confirmedTier(watch: EquityWatch, now: Ts): BreakerTier | undefined {
  if (watch.redSeenTs >= 0 && now - watch.redSeenTs >= CONFIRM_MS) return 'red'
  if (watch.orangeSeenTs >= 0 && now - watch.orangeSeenTs >= CONFIRM_MS) return 'orange'
  return undefined
}

export const copyWatch = (watch: EquityWatch): EquityWatch => ({ ...watch, day: copyWindow(watch.day), week: copyWindow(watch.week) })

/** As snapshots had it before there was a week: the day's window in fields of the watch itself. */
interface WatchWithoutWeek extends Omit<EquityWatch, 'day' | 'week'> {
  readonly dayStart: Cash
  readonly dayTs: Ts
  readonly samples: readonly number[]
  readonly sampleTimes: readonly number[]
  readonly flows: LossWindow['flows']
  readonly nextSampleTs: Ts
}
export type SavedWatch = EquityWatch | WatchWithoutWeek

/** A saved watch as it counts now; the week of an older one begins with what its day knows. */
export function watchFrom(saved: SavedWatch): EquityWatch {
  if ('day' in saved) return copyWatch(saved)
  const { dayStart, dayTs, samples, sampleTimes, flows, nextSampleTs, ...rest } = saved
  const day: LossWindow = {
    start: dayStart,
    startTs: dayTs,
    samples: [...samples],
    sampleTimes: [...sampleTimes],
    flows: flows.map((flow) => ({ ...flow })),
    nextSampleTs,
  }
  return { ...rest, lastTs: dayTs < 0 ? ts(-1) : rest.lastTs, day, week: copyWindow(day) }
}
