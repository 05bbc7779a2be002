/**
 * How far apart the rows of a file lie: the interval of its bars, or why they have none.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS, ts } from '../../core/units.ts'
import { gcd } from '../../core/decimal.ts'
import { utcText } from '../../core/utc.ts'

export type Spacing =
  | { readonly type: 'even'; readonly intervalMs: number }
  /** One distance, then another for a while: two files of two intervals in one. */
  | { readonly type: 'mixed'; readonly row: number; readonly beforeMs: number; readonly afterMs: number }
  /** A row beside the grid that nearly all others lie on. */
  | { readonly type: 'stray'; readonly row: number; readonly gridMs: number }
  | { readonly type: 'none'; readonly what: string; readonly next: string }

/** Rows beside the grid of the others, up to which they are mistakes and no finer grid. */
const STRAY_MAX = 0.02
/** A run of one longer distance that chance would make less often than this is another interval. */
const CHANCE_MAX = 1e-6

export function spacingOf(openTs: Float64Array): Spacing {
  const distances = distancesOf(openTs)
  const common = commonestOf(distances)
  if (common === undefined)
    return { type: 'none', what: 'a single row does not show the interval of bars', next: 'Pass it, for example --interval 1m.' }
  const unstorable = unstorableOf(openTs, distances, common)
  if (unstorable !== undefined) return unstorable
  let greatest = 0
  for (const distance of distances.keys()) greatest = gcd(greatest, distance)
  if (greatest !== common) {
    const stray = strayOf(openTs, common)
    if (stray !== undefined) return stray
    if (greatest < MINUTE_MS || greatest % MINUTE_MS !== 0)
      return { type: 'none', what: 'the rows lie on no grid of whole minutes', next: 'Fetch candles of a fixed interval.' }
  }
  return mixedOf(openTs, greatest) ?? { type: 'even', intervalMs: greatest }
}

/** How often each distance between neighbors occurs. */
export function distancesOf(openTs: Float64Array): Map<number, number> {
  const counts = new Map<number, number>()
  for (let at = 1; at < openTs.length; at += 1) {
    const distance = (openTs[at] as number) - (openTs[at - 1] as number)
    counts.set(distance, (counts.get(distance) ?? 0) + 1)
  }
  return counts
}

/** The most frequent distance, the smaller one of equals. */
export function commonestOf(counts: ReadonlyMap<number, number>): number | undefined {
  let best: number | undefined
  for (const [distance, count] of counts) {
    const most = best === undefined ? 0 : (counts.get(best) as number)
    if (count > most || (count === most && best !== undefined && distance < best)) best = distance
  }
  return best
}

/** Bars of a second, of a month, or no bars at all. */
function unstorableOf(openTs: Float64Array, distances: ReadonlyMap<number, number>, common: number): Spacing | undefined {
  const none = (what: string, next: string): Spacing => ({ type: 'none', what, next })
  const below = [...distances].reduce((sum, [distance, count]) => sum + (distance < MINUTE_MS ? count : 0), 0)
  if (common < MINUTE_MS || below * 2 > openTs.length) {
    const isEven = [...distances.keys()].every((distance) => distance % common === 0) && common % 1000 === 0
    return isEven
      ? none(`bars of ${common / 1000} s cannot be stored`, 'The shortest interval is 1m: fetch those.')
      : none(
          'the rows are ticks or trades and not bars: they follow each other within seconds, at no fixed distance',
          'Fetch candles of a fixed interval.',
        )
  }
  const days = [...distances.keys()].map((distance) => distance / DAY_MS)
  if (
    openTs.length > 2 &&
    days.every((each) => each >= 28 && Number.isInteger(each)) &&
    days.some((each) => each < 32) &&
    isOnMonths(openTs)
  )
    return none('bars of a month cannot be stored: months are not equally long', 'Fetch bars of 1d or 1w.')
  return undefined
}

/** All rows on the same day of a month and at the same time of day. */
function isOnMonths(openTs: Float64Array): boolean {
  const rest = (at: number): string => utcText(ts(at)).slice(8)
  const first = rest(openTs[0] as number)
  return openTs.every((at) => rest(at) === first)
}

function strayOf(openTs: Float64Array, gridMs: number): Spacing | undefined {
  const counts = new Map<number, number>()
  for (const at of openTs) counts.set(at % gridMs, (counts.get(at % gridMs) ?? 0) + 1)
  const phase = commonestOf(counts) as number
  const strays = openTs.length - (counts.get(phase) as number)
  // A handful of rows is reported by one of them; a long file by a share.
  if (strays === 0 || strays > Math.max(1, openTs.length * STRAY_MAX)) return undefined
  return { type: 'stray', row: openTs.findIndex((at) => at % gridMs !== phase), gridMs }
}

/** A run of one longer distance on its own grid, too long for chance. */
function mixedOf(openTs: Float64Array, intervalMs: number): Spacing | undefined {
  let run = 0
  let before = 0
  for (let at = 1; at < openTs.length; at += 1) {
    const distance = (openTs[at] as number) - (openTs[at - 1] as number)
    run = distance === before ? run + 1 : 1
    before = distance
    if (distance <= intervalMs || distance > DAY_MS || (openTs[at] as number) % distance !== 0) continue
    if ((intervalMs / distance) ** run <= CHANCE_MAX && run >= 4)
      return { type: 'mixed', row: at - run + 1, beforeMs: intervalMs, afterMs: distance }
  }
  return undefined
}

/** An interval that the name of a file says, as `-5m-` or Kraken's `_60.csv`; undefined where it says none. */
export function intervalOfName(name: string): number | undefined {
  const bare = name.replace(/(?:\.(?:csv|tsv|txt|json|gz|zip|zst|xz|bz2|parquet|feather|arrow))+$/i, '')
  const word = [...bare.matchAll(/(?:^|[-_. ])(\d{1,3})(m|min|h|d|w)(?=$|[-_. ])/g)].at(-1)
  if (word !== undefined) return Number(word[1]) * (UNIT_MS[(word[2] as string).charAt(0)] as number)
  const minutes = /^[A-Z0-9]{5,12}_(\d{1,5})$/.exec(bare)
  return minutes === null ? undefined : Number(minutes[1]) * MINUTE_MS
}

const UNIT_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS }
