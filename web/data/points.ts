/**
 * A small line as points of a picture, from figures that are floats only there.
 */
export const [WIDTH, HEIGHT] = [300, 60]

/** `0,60 10,58 …` from the lowest at the bottom to the highest at the top. */
export function pointsOf(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const span = high - low || 1
  return values
    .map(
      (value, at) =>
        `${((at / Math.max(1, values.length - 1)) * WIDTH).toFixed(1)},${(HEIGHT - ((value - low) / span) * HEIGHT).toFixed(1)}`,
    )
    .join(' ')
}
