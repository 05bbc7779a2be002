/**
 * Labels against loops that are written from their definitions, and their ends: nothing after the end of a label changes it.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../../core/random.ts'
import type { BarColumns } from '../../market/bars.ts'
import { LABELS, readLabel } from './catalog.ts'
import type { Labels } from './label.ts'

function walk(seed: number, rows: number): BarColumns {
  const random = new Random(seed)
  const close = new Float64Array(rows)
  const high = new Float64Array(rows)
  const low = new Float64Array(rows)
  let price = 1_000
  for (let at = 0; at < rows; at += 1) {
    price = Math.max(50, price + Math.round(random.normal() * 6))
    close[at] = price
    high[at] = price + random.below(6)
    low[at] = price - random.below(6)
  }
  const ts = Float64Array.from({ length: rows }, (_, at) => at * 60_000)
  return { ts, open: close, high, low, close, volume: new Float64Array(rows) }
}
const slice = (bars: BarColumns, to: number): BarColumns => ({
  ts: bars.ts.slice(0, to),
  open: bars.open.slice(0, to),
  high: bars.high.slice(0, to),
  low: bars.low.slice(0, to),
  close: bars.close.slice(0, to),
  volume: bars.volume.slice(0, to),
})
function labelsOf(bars: BarColumns, label: { readonly use: string; readonly [key: string]: unknown }): Labels {
  const made = readLabel(label)
  if (!made.ok) throw new Error(made.error)
  return made.value(bars)
}

const SMALL = [
  { use: 'return', horizon: 3 },
  { use: 'direction', horizon: 4, band: 0.002 },
  { use: 'triple-barrier', horizon: 12, up: 0.8, down: 0.5, period: 10 },
  { use: 'triple-barrier', horizon: 12, period: 10, timeout: 'none' },
  { use: 'trend-scan', shortest: 3, longest: 9 },
  { use: 'volatility', horizon: 5 },
]

test('every label of the catalog is tested here', () => {
  expect([...new Set(SMALL.map(({ use }) => use))].sort()).toEqual(Object.keys(LABELS).sort())
})

test.each(SMALL)('what comes after the end of a label does not change it: %j', (label) => {
  fc.assert(
    fc.property(fc.nat(9_999), fc.integer({ min: 30, max: 118 }), (seed, cut) => {
      const bars = walk(seed, 120)
      const [whole, part] = [labelsOf(bars, label), labelsOf(slice(bars, cut), label)]
      let known = 0
      for (let bar = 0; bar < cut; bar += 1) {
        const end = whole.end[bar] as number
        if (part.end[bar] === -1) continue
        known += 1
        expect(end).toBeGreaterThan(bar)
        expect(end).toBeLessThan(cut)
        expect([part.value[bar], part.end[bar], part.grossReturn[bar]]).toEqual([whole.value[bar], end, whole.grossReturn[bar]])
      }
      expect(known).toBeGreaterThan(0)
    }),
    { numRuns: 40 },
  )
})

describe('labels are what they say', () => {
  const bars = walk(7, 300)
  const { close, high, low } = bars
  const at = (column: Float64Array, k: number): number => column[k] as number

  test('the next return, its direction outside a band, and the volatility to come', () => {
    const [plain, side, moved] = SMALL.filter(({ use }) => ['return', 'direction', 'volatility'].includes(use)).map((label) =>
      labelsOf(bars, label),
    ) as [Labels, Labels, Labels]
    for (let k = 0; k < 290; k += 1) {
      expect(plain.value[k]).toBeCloseTo(Math.log(at(close, k + 3) / at(close, k)), 12)
      const growth = at(close, k + 4) / at(close, k) - 1
      expect(side.value[k]).toBe(growth > 0.002 ? 1 : growth < -0.002 ? 0 : Number.NaN)
      expect([side.end[k], side.grossReturn[k]]).toEqual([k + 4, growth])
      const steps = [1, 2, 3, 4, 5].map((ahead) => Math.log(at(close, k + ahead) / at(close, k + ahead - 1)))
      const mean = steps.reduce((a, b) => a + b, 0) / 5
      expect(moved.value[k]).toBeCloseTo(Math.sqrt(steps.reduce((sum, step) => sum + (step - mean) ** 2, 0) / 5), 12)
    }
    expect([plain.end[297], plain.value[297]]).toEqual([-1, Number.NaN])
  })

  test('of three barriers the one that is touched first; a bar that touches two counts as the worse', () => {
    const labels = labelsOf(bars, { use: 'triple-barrier', horizon: 12, up: 0.8, down: 0.5, period: 10 })
    const seen = new Set<string>()
    for (let k = 10; k + 12 < 300; k += 1) {
      const returns = Array.from({ length: 10 }, (_, j) => Math.log(at(close, k - j) / at(close, k - j - 1)))
      const mean = returns.reduce((a, b) => a + b, 0) / 10
      const reach = Math.sqrt(returns.reduce((sum, r) => sum + (r - mean) ** 2, 0) / 10) * Math.sqrt(12)
      const [top, bottom] = [at(close, k) * (1 + 0.8 * reach), at(close, k) * (1 - 0.5 * reach)]
      const firstLow = low.findIndex((price, j) => j > k && j <= k + 12 && price <= bottom)
      const firstHigh = high.findIndex((price, j) => j > k && j <= k + 12 && price >= top)
      const isLow = firstLow >= 0 && (firstHigh < 0 || firstLow <= firstHigh)
      const isHigh = !isLow && firstHigh >= 0
      const end = isLow ? firstLow : isHigh ? firstHigh : k + 12
      const exit = isLow ? bottom : isHigh ? top : at(close, k + 12)
      const value = isLow ? 0 : isHigh ? 1 : exit === at(close, k) ? Number.NaN : exit > at(close, k) ? 1 : 0
      seen.add(isLow ? 'low' : isHigh ? 'high' : 'time')
      expect([labels.value[k], labels.end[k]]).toEqual([value, end])
      expect(labels.grossReturn[k]).toBeCloseTo(exit / at(close, k) - 1, 9)
    }
    expect([...seen].sort()).toEqual(['high', 'low', 'time'])
  })

  test('the clearest trend is that of the largest t-value of a least-squares line, and is known at the end of the longest span', () => {
    const labels = labelsOf(bars, { use: 'trend-scan', shortest: 3, longest: 9 })
    for (let k = 0; k + 9 < 300; k += 1) {
      let best = 0
      for (let span = 3; span <= 9; span += 1) {
        const y = Array.from({ length: span + 1 }, (_, j) => Math.log(at(close, k + j)))
        const n = y.length
        const [sx, sy] = [(n * (n - 1)) / 2, y.reduce((a, b) => a + b, 0)]
        const sxx = y.reduce((sum, _, j) => sum + j * j, 0)
        const sxy = y.reduce((sum, value, j) => sum + j * value, 0)
        const slope = (n * sxy - sx * sy) / (n * sxx - sx * sx)
        const level = (sy - slope * sx) / n
        const errors = y.reduce((sum, value, j) => sum + (value - level - slope * j) ** 2, 0)
        const t = slope / Math.sqrt(errors / (n - 2) / (sxx - (sx * sx) / n))
        if (Math.abs(t) > Math.abs(best)) best = t
      }
      expect([labels.value[k], labels.end[k]]).toEqual([best > 0 ? 1 : 0, k + 9])
    }
  })
})

test.each([
  [{ use: 'tripple-barrier' }, "label: there is no label 'tripple-barrier': did you mean triple-barrier?"],
  [{ use: 'return', horizon: 0 }, 'label return: horizon is too small: at least 1'],
  [{ use: 'return', bars: 3 }, 'label return: has no key bars'],
  [{ use: 'trend-scan', shortest: 9, longest: 3 }, 'label trend-scan: shortest must not be above longest'],
  [{ use: 'triple-barrier', timeout: 'maybe' }, 'label triple-barrier: timeout must be one of side, none'],
])('%j is refused: %s', (label, sentence) => {
  expect(readLabel(label)).toEqual({ ok: false, error: sentence })
})
