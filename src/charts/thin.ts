/**
 * A long line with fewer points that looks the same.
 */
const POINTS_MAX = 1000

export interface Line {
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
}

/** About a thousand points at most, the last one always among them. */
export function thin({ x, y }: Line): [number, number][] {
  const stretch = Math.ceil(x.length / (POINTS_MAX / 2))
  const points: [number, number][] = []
  for (let from = 0; from < x.length; from += stretch) {
    const end = Math.min(x.length, from + stretch)
    let low = from
    let high = from
    for (let k = from; k < end; k += 1) {
      if ((y[k] as number) < (y[low] as number)) low = k
      if ((y[k] as number) > (y[high] as number)) high = k
    }
    for (const k of low === high ? [low] : low < high ? [low, high] : [high, low]) points.push([x[k] as number, y[k] as number])
  }
  const last = x.length - 1
  if (last >= 0 && points.at(-1)?.[0] !== x[last]) points.push([x[last] as number, y[last] as number])
  return points
}
