/**
 * Equity watched over time: flow-adjusted peak, drawdown raw and smoothed, the loss of a day, and the tiers that follow from them.
 * Never takes a deposit for a profit, and never forgets a peak because time passed.
 */
import { type Cash, DAY_MS, type Ts, cash, ts } from '../core/units.ts'
import type { DrawdownTiers } from './limits.ts'

/** Equity samples kept for the rolling day: one each 15 minutes of market time. */
const SAMPLE_MS = 900_000
const SAMPLES = DAY_MS / SAMPLE_MS
/** Two sightings at least this much market time apart confirm a breach (S9). */
const CONFIRM_MS = 5_000

export type BreakerTier = 'orange' | 'red'

/** JSON-safe; changed in place by the functions of this file only. */
export interface EquityWatch {
  highWater: Cash
  drawdown: number
  smoothed: number
  lastTs: Ts
  dayStart: Cash
  dayTs: Ts
  /** Ring of equity samples of the last 24 h. */
  readonly samples: number[]
  /** Weight that the smoothed drawdown keeps over `keepMs`: steps are mostly equal, and a power is dear. */
  keepMs: number
  keep: number
  nextSampleTs: Ts
  sampleAt: number
  orangeSeenTs: number
  redSeenTs: number
}

export const makeEquityWatch = (): EquityWatch => ({
  highWater: cash(0),
  drawdown: 0,
  smoothed: 0,
  lastTs: ts(0),
  dayStart: cash(0),
  dayTs: ts(-1),
  samples: [],
  keepMs: -1,
  keep: 0.1 - 0.1,
  nextSampleTs: ts(0),
  sampleAt: 0,
  orangeSeenTs: -1,
  redSeenTs: -1,
})

/** A deposit or withdrawal moves every reference with it. */
export function shiftByFlow(watch: EquityWatch, amount: Cash): void {
  if (watch.dayTs < 0) return
  watch.highWater = cash(watch.highWater + amount)
  watch.dayStart = cash(watch.dayStart + amount)
  for (let k = 0; k < watch.samples.length; k++) watch.samples[k] = (watch.samples[k] as number) + amount
}

/** Takes the equity of an instant; instants ascend. */
export function watchEquity(watch: EquityWatch, equity: Cash, now: Ts, tiers: DrawdownTiers): void {
  if (watch.dayTs < 0) {
    watch.highWater = equity
    watch.dayStart = equity
    watch.dayTs = ts(now - (now % DAY_MS))
    watch.lastTs = now
  } else if (now - watch.dayTs >= DAY_MS) {
    watch.dayTs = ts(now - (now % DAY_MS))
    watch.dayStart = equity
  }
  if (now >= watch.nextSampleTs) {
    if (watch.samples.length < SAMPLES) watch.samples.push(equity)
    else watch.samples[watch.sampleAt] = equity
    watch.sampleAt = watch.sampleAt + 1 === SAMPLES ? 0 : watch.sampleAt + 1
    watch.nextSampleTs = ts(now - (now % SAMPLE_MS) + SAMPLE_MS)
  }
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

/** The worse of the loss since the UTC day began and since 24 h ago. */
export function dayLossOf(watch: EquityWatch, equity: Cash): Cash {
  if (watch.dayTs < 0) return cash(0)
  const oldest = watch.samples.length < SAMPLES ? watch.samples[0] : watch.samples[watch.sampleAt]
  return cash(Math.max(0, watch.dayStart - equity, (oldest ?? equity) - equity))
}
