/**
 * The picture of the risk curves: both lines, and the balances and drawdowns where they bend.
 */
import { expect, test } from 'vitest'
import { curvesPicture } from './curves-picture.ts'

const svg = curvesPicture({
  subtitle: 'linear & more',
  byBalance: [
    [100, 0.02],
    [1_000, 0.02],
    [10_000, 0.005],
  ],
  byDrawdown: [
    [0, 1],
    [0.15, 0],
  ],
  marks: [1_000],
  lines: [{ name: 'red', at: 0.15, isBad: true }],
})

test('names the balances and drawdowns where the risk bends, and escapes what it is given', () => {
  for (const part of ['>1,000<', '>10,000<', '>2.00 %<', '>red 15 %<', 'linear &amp; more']) expect(svg).toContain(part)
  expect(svg.match(/<path d="M/g)).toHaveLength(2)
})
