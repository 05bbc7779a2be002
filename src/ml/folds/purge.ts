/**
 * Which samples may train beside a test set: those whose labels know nothing of it (purging), and none right after it (embargo).
 * López de Prado 2018, Advances in Financial Machine Learning, 7.4 with snippets 7.1 to 7.3.
 */
import { type IndexRange, type LabelSpans, joinRanges } from './labels.ts'

export interface TrainingMask {
  /** 1 where the sample may train. */
  readonly mask: Uint8Array
  /** Samples outside the test set that go because their label overlaps one of it. */
  readonly purged: number
  /** Samples that go because of the embargo alone. */
  readonly embargoed: number
}

/** Samples of an embargo that is a part of all samples, rounded down as in snippet 7.2. */
export const embargoSamples = (samples: number, embargo: number): number => Math.floor(samples * embargo)

/** First sample that is decided at `instant` or later. */
function firstFrom(t0: Float64Array, instant: number): number {
  let low = 0
  let high = t0.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((t0[middle] as number) < instant) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Samples that may train when the blocks `test` are held out. Spans are closed: labels that share one instant overlap. The embargo of
 * `embargo` samples begins after each block with the first sample that is decided at the block's last label end or later.
 * @param test ascending ranges that do not overlap
 */
export function trainingMask(spans: LabelSpans, test: readonly IndexRange[], embargo: number): TrainingMask {
  const { t0, t1 } = spans
  const samples = t0.length
  const blocks = joinRanges(test)
  const mask = new Uint8Array(samples).fill(1)
  for (const [from, to] of blocks) mask.fill(0, from, to)
  let purged = 0
  let embargoed = 0
  for (const [from, to] of blocks) {
    const first = t0[from] as number
    let last = Number.NEGATIVE_INFINITY
    for (let at = from; at < to; at += 1) last = Math.max(last, t1[at] as number)
    for (let at = 0; at < from; at += 1)
      if (mask[at] === 1 && (t1[at] as number) >= first) {
        mask[at] = 0
        purged += 1
      }
    for (let at = to; at < samples && (t0[at] as number) <= last; at += 1)
      if (mask[at] === 1) {
        mask[at] = 0
        purged += 1
      }
    const resume = firstFrom(t0, last)
    for (let at = resume; at < Math.min(samples, resume + embargo); at += 1)
      if (mask[at] === 1) {
        mask[at] = 0
        embargoed += 1
      }
  }
  return { mask, purged, embargoed }
}

/** How many of the samples after it a label reaches into at most. */
export function labelReach({ t0, t1 }: LabelSpans): number {
  let reach = 0
  for (let at = 0; at < t0.length; at += 1) {
    const end = t1[at] as number
    while (at + reach + 1 < t0.length && (t0[at + reach + 1] as number) <= end) reach += 1
  }
  return reach
}
