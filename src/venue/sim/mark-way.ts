/**
 * Where mark and last price are on a stretch that both go evenly, together: what one is when the other has come to a level.
 */
import type { Side } from '../../core/units.ts'

/** The mark of a bar, in ticks. */
export interface MarkRow {
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

/** Where the follower is once the leader has come to `level`: exact before it is rounded, so that two prices that are one stay one. */
function follow(level: number, from: number, to: number, otherFrom: number, otherTo: number): number {
  return from === to ? otherFrom : otherFrom + ((level - from) * (otherTo - otherFrom)) / (to - from)
}

/**
 * The last price in whole ticks, rounded against `side`, once the mark has come to `level`; at the beginning where the mark is past it already.
 * @example lastWhere(95, 100, 90, 102, 92, -1) // 97: half of the way
 */
export function lastWhere(level: number, markFrom: number, markTo: number, lastFrom: number, lastTo: number, side: Side): number {
  const isPast = (level - markFrom) * (markTo - markFrom) < 0
  if (isPast) return lastFrom
  const last = follow(level, markFrom, markTo, lastFrom, lastTo)
  return side === 1 ? Math.ceil(last - 1e-9) : Math.floor(last + 1e-9)
}

/** The mark, rounded to the nearest tick, once the last price has come to `level`. */
export function markWhere(level: number, lastFrom: number, lastTo: number, markFrom: number, markTo: number): number {
  const isPast = (level - lastFrom) * (lastTo - lastFrom) < 0
  return isPast ? markFrom : Math.round(follow(level, lastFrom, lastTo, markFrom, markTo))
}

/** How far a level is, as a part of a way; of no way the distance itself. */
export const partOfWay = (level: number, from: number, to: number): number =>
  Math.abs(level - from) / (from === to ? 1 : Math.abs(to - from))
