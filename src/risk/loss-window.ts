/**
 * What was lost over a span of time: the worse of the calendar's span and the rolling one. Flows are neither a loss nor a gain.
 */
import { type Cash, DAY_MS, HOUR_MS, type Ts, cash, ts } from '../core/units.ts'
import { type MoneyLimit, limitAt } from '../core/money-limit.ts'

export interface WindowLength {
  readonly spanMs: number
  /** Equity is kept at most this often; the rolling span is one of time, however few samples it has. */
  readonly sampleMs: number
  /** Offset of the calendar's span from 1970-01-01, ms. */
  readonly anchorMs: number
}

export const DAY: WindowLength = { spanMs: DAY_MS, sampleMs: 900_000, anchorMs: 0 }
/** Weeks begin on Monday; 1970-01-05 was one. */
export const WEEK: WindowLength = { spanMs: 7 * DAY_MS, sampleMs: 2 * HOUR_MS, anchorMs: 4 * DAY_MS }

export interface Flow {
  readonly ts: number
  /** (equity + flow) / equity. */
  readonly scale: number
  /** Cash; absent in journals of before it was kept. */
  readonly amount?: number
}

/** JSON-safe; changed in place by the functions of this file only. */
export interface LossWindow {
  /** Equity when the calendar's span began, and every flow since; `startTs` is below 0 before the first instant. */
  start: Cash
  startTs: Ts
  /** Equity samples and every flow since, oldest first: the first is the last one at or before the span's length ago, where there is one. */
  readonly samples: number[]
  readonly sampleTimes: number[]
  /** Flows since the first sample. */
  readonly flows: Flow[]
  nextSampleTs: Ts
}

export const makeLossWindow = (): LossWindow => ({
  start: cash(0),
  startTs: ts(-1),
  samples: [],
  sampleTimes: [],
  flows: [],
  nextSampleTs: ts(0),
})

const spanStart = (now: Ts, { spanMs, anchorMs }: WindowLength): Ts => ts(now - ((((now - anchorMs) % spanMs) + spanMs) % spanMs))

/** Takes the equity of an instant; instants ascend. */
export function seeEquity(window: LossWindow, equity: Cash, now: Ts, length: WindowLength): void {
  if (window.startTs < 0 || now - window.startTs >= length.spanMs) {
    window.startTs = spanStart(now, length)
    window.start = equity
  }
  if (now >= window.nextSampleTs) sample(window, equity, now, length)
}

function sample(window: LossWindow, equity: Cash, now: Ts, { spanMs, sampleMs }: WindowLength): void {
  const { samples, sampleTimes, flows } = window
  samples.push(equity)
  sampleTimes.push(now)
  const oldest = now - spanMs
  while (sampleTimes.length > 1 && (sampleTimes[1] as number) <= oldest) {
    sampleTimes.shift()
    samples.shift()
  }
  while (flows.length > 0 && (flows[0] as Flow).ts <= Math.min(oldest, sampleTimes[0] as number)) flows.shift()
  window.nextSampleTs = ts(now - (now % sampleMs) + sampleMs)
}

/** Money that moved without a trade. `scale` is undefined where there was nothing to be a part of. */
export function seeFlow(window: LossWindow, amount: Cash, scale: number | undefined, at: Ts): void {
  window.start = cash(window.start + amount)
  for (let k = 0; k < window.samples.length; k++) window.samples[k] = (window.samples[k] as number) + amount
  if (scale !== undefined) window.flows.push({ ts: at, scale, amount })
}

/** Money lost, 0 or more. */
export function lossOf(window: LossWindow, equity: Cash): Cash {
  if (window.startTs < 0) return cash(0)
  return cash(Math.max(0, window.start - equity, (window.samples[0] ?? equity) - equity))
}

/** Money won or lost since the calendar's span began. */
export const resultOf = (window: LossWindow, equity: Cash): Cash => cash(window.startTs < 0 ? 0 : equity - window.start)

/** Equity that the span began with, without what came and went since: what a part of equity is a part of. */
function baseOf({ start, startTs, samples, flows }: LossWindow, equity: Cash): number {
  if (startTs < 0) return equity
  let all = 0
  let sinceStart = 0
  for (const { ts: at, amount } of flows) {
    if (amount === undefined) continue
    all += amount
    if (at >= startTs) sinceStart += amount
  }
  return Math.max(start - sinceStart, (samples[0] ?? start) - all)
}

/** The limit in money for this span: a part of the equity that it began with. */
export const limitOf = (window: LossWindow, equity: Cash, limit: MoneyLimit): Cash => limitAt(limit, baseOf(window, equity))

/**
 * Money that may still be lost: the limit less what was lost, and less again by the part that was withdrawn within the span. A deposit does
 * not make it more.
 * @param now of the equity that was seen last
 */
export function lossLeft(window: LossWindow, equity: Cash, limit: MoneyLimit, now: Ts, { spanMs }: WindowLength): number {
  const left = limitOf(window, equity, limit) - lossOf(window, equity)
  let scale = 1
  for (const flow of window.flows) if (flow.ts > now - spanMs) scale *= flow.scale
  return left > 0 && scale < 1 ? Math.floor(left * scale) : left
}

export const copyWindow = (window: LossWindow): LossWindow => ({
  ...window,
  samples: [...window.samples],
  sampleTimes: [...window.sampleTimes],
  flows: window.flows.map((flow) => ({ ...flow })),
})
