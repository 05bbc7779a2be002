/**
 * Equity watched over time: flow-adjusted peak, drawdown raw and smoothed, the loss of a day, and the tiers that follow from them.
 * Never takes a deposit for a profit, and never forgets a peak because time passed.
 */
import { type Cash, DAY_MS, type Ts, cash, ts } from '../core/units.ts'
import type { DrawdownTiers } from './limits.ts'

/** Equity is sampled at most once each 15 minutes of market time; the rolling day is one of time, however few samples it has. */
const SAMPLE_MS = 900_000
/** Two sightings at least this much market time apart confirm a breach (S9). */
const CONFIRM_MS = 5_000

export type BreakerTier = 'orange' | 'red'

/** JSON-safe; changed in place by the functions of this file only. */
export interface EquityWatch {
  highWater: Cash
  drawdown: number
  smoothed: number
  lastTs: Ts
  /** Equity when the UTC day began, and every flow since: what the day has won or lost in money is equity less this. */
  dayStart: Cash
  dayTs: Ts
  /** Equity samples and every flow since, oldest first: the first is the last one at or before 24 h ago, where there is one. */
  readonly samples: number[]
  /** When each of them was taken. */
  readonly sampleTimes: number[]
  /** Flows of the last 24 h: when, and (equity + flow) / equity of each. */
  readonly flows: { readonly ts: number; readonly scale: number }[]
  /** Weight that the smoothed drawdown keeps over `keepMs`: steps are mostly equal, and a power is dear. */
  keepMs: number
  keep: number
  nextSampleTs: Ts
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
  sampleTimes: [],
  flows: [],
  keepMs: -1,
  keep: 0.1 - 0.1,
  nextSampleTs: ts(0),
  orangeSeenTs: -1,
  redSeenTs: -1,
})

/**
 * A deposit, withdrawal or transfer. The peak is scaled by (equity + flow) / equity, so that a drawdown of 6 % stays one of 6 %; what the
 * day has won or lost is money and stays as it is.
 * @param equity before the flow
 */
export function scaleByFlow(watch: EquityWatch, equity: Cash, flow: Cash): void {
  if (watch.dayTs < 0 || flow === 0) return
  const after = equity + flow
  watch.dayStart = cash(watch.dayStart + flow)
  for (let k = 0; k < watch.samples.length; k++) watch.samples[k] = (watch.samples[k] as number) + flow
  if (equity <= 0 || after <= 0) {
    // There is nothing to be a part of: what is there now is the reference.
    watch.highWater = cash(Math.max(0, after))
    watch.drawdown = 0
    return
  }
  const scale = after / equity
  watch.highWater = cash(Math.max(after, Math.round(watch.highWater * scale)))
  watch.flows.push({ ts: watch.lastTs, scale })
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
  if (watch.dayTs < 0) {
    watch.highWater = equity
    watch.dayStart = equity
    watch.dayTs = ts(now - (now % DAY_MS))
    watch.lastTs = now
  } else if (now - watch.dayTs >= DAY_MS) {
    watch.dayTs = ts(now - (now % DAY_MS))
    watch.dayStart = equity
  }
  if (now >= watch.nextSampleTs) sample(watch, equity, now)
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

function sample(watch: EquityWatch, equity: Cash, now: Ts): void {
  const { samples, sampleTimes, flows } = watch
  samples.push(equity)
  sampleTimes.push(now)
  const dayAgo = now - DAY_MS
  while (sampleTimes.length > 1 && (sampleTimes[1] as number) <= dayAgo) {
    sampleTimes.shift()
    samples.shift()
  }
  while (flows.length > 0 && (flows[0] as { ts: number }).ts <= dayAgo) flows.shift()
  watch.nextSampleTs = ts(now - (now % SAMPLE_MS) + SAMPLE_MS)
}

/** The tier that two sightings have confirmed. */
export function confirmedTier(watch: EquityWatch, now: Ts): BreakerTier | undefined {
  if (watch.redSeenTs >= 0 && now - watch.redSeenTs >= CONFIRM_MS) return 'red'
  if (watch.orangeSeenTs >= 0 && now - watch.orangeSeenTs >= CONFIRM_MS) return 'orange'
  return undefined
}

/** Money lost since the UTC day began or since 24 h ago, whichever is worse; flows are no loss. */
export function dayLossOf(watch: EquityWatch, equity: Cash): Cash {
  if (watch.dayTs < 0) return cash(0)
  return cash(Math.max(0, watch.dayStart - equity, (watch.samples[0] ?? equity) - equity))
}

/** Money won or lost since the UTC day began; flows are neither. */
export const dayResultOf = (watch: EquityWatch, equity: Cash): Cash => cash(watch.dayTs < 0 ? 0 : equity - watch.dayStart)

/**
 * Money that the day may still lose: the limit less what was lost, and less again by the part that was withdrawn within 24 h. A deposit
 * does not make it more.
 */
export function dayLossLeft(watch: EquityWatch, equity: Cash, limit: Cash): number {
  const left = limit - dayLossOf(watch, equity)
  let scale = 1
  for (const flow of watch.flows) if (flow.ts > watch.lastTs - DAY_MS) scale *= flow.scale
  return left > 0 && scale < 1 ? Math.floor(left * scale) : left
}
