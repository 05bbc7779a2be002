/**
 * pairs against a loop by hand over real candles, and its rule at the edges.
 */
import { expect, test } from 'vitest'
import { type PriceBar, keptPairs } from '../support/by-hand/pair-bars.ts'
import { mean } from '../support/by-hand/arithmetic.ts'
import { LOTS, builtIn, candlesOf, fillsOf, runFixed, unnamed } from '../support/by-hand/fixture.ts'
import { HandMarket } from '../support/by-hand/market.ts'
import { wishesOf } from '../support/by-hand/order-requests.ts'

const RULE = { window: 96, entry: 1.8, exit: 0.3, stopZ: 3, maxBars: 48, correlation: 0.5, stop: 1.2 }

/** Least squares of the left log price on the right one over the last 96 bars, anew at each bar. */
function byHand(leftSymbol: string, rightSymbol: string, ticks: readonly [number, number]): [HandMarket, HandMarket] {
  const [lefts, rights] = [candlesOf(leftSymbol), candlesOf(rightSymbol)]
  const [left, right] = [new HandMarket(), new HandMarket()]
  const ys = lefts.map(({ close }) => Math.log(close / ticks[0]))
  const xs = rights.map(({ close }) => Math.log(close / ticks[1]))
  let held: { slope: number; cut: number; deviation: number; side: number; bars: number } | undefined
  let isArmed = true
  lefts.forEach((candle, k) => {
    const other = rights[k]
    if (other === undefined) throw new Error('the series differ in length')
    left.play(candle)
    right.play(other)
    const [x, y] = [xs[k] as number, ys[k] as number]
    const closeBoth = (): void => {
      left.close()
      right.close()
    }
    if ((left.position === 0) !== (right.position === 0)) {
      closeBoth()
      held = undefined
      isArmed = false
      return
    }
    if (held !== undefined && left.position !== 0) {
      held.bars += 1
      const z = (y - held.cut - held.slope * x) / held.deviation
      // On its side the spread comes from below (1) or from above (-1).
      const isBack = held.side === 1 ? z >= -RULE.exit : z <= RULE.exit
      if (!isBack && Math.abs(z) < RULE.stopZ && held.bars < RULE.maxBars) return
      closeBoth()
      isArmed = isBack
      return
    }
    held = undefined
    if (k + 1 < RULE.window) return
    const [wx, wy] = [xs.slice(k + 1 - RULE.window, k + 1), ys.slice(k + 1 - RULE.window, k + 1)]
    const [mx, my] = [mean(wx), mean(wy)]
    const varX = mean(wx.map((v) => (v - mx) ** 2))
    const varY = mean(wy.map((v) => (v - my) ** 2))
    const both = mean(wx.map((v, n) => (v - mx) * ((wy[n] as number) - my)))
    const slope = both / varX
    const cut = my - slope * mx
    const deviation = Math.sqrt(mean(wx.map((v, n) => ((wy[n] as number) - cut - slope * v) ** 2)))
    const z = (y - cut - slope * x) / deviation
    if (Math.abs(z) <= RULE.exit) isArmed = true
    if (!isArmed || both / Math.sqrt(varX * varY) < RULE.correlation || slope < 0.1 || slope > 10) return
    if (Math.abs(z) < RULE.entry || Math.abs(z) >= RULE.stopZ) return
    const side = z > 0 ? -1 : 1
    held = { slope, cut, deviation, side, bars: 0 }
    const stopOf = (close: number, s: number): number => (s === 1 ? Math.floor(close * 0.988) : Math.ceil(close * 1.012))
    left.enter(side, slope > 1 ? Math.floor(LOTS / slope) : LOTS, { stop: stopOf(candle.close, side) })
    right.enter(-side, slope > 1 ? LOTS : Math.floor(LOTS * slope), { stop: stopOf(other.close, -side) })
  })
  return [left, right]
}

test.each([
  ['ETHUSDT', 'BTCUSDT', [100, 10]],
  ['SOLUSDT', 'ETHUSDT', [100, 100]],
  ['BTCUSDT', 'SOLUSDT', [10, 100]],
] as const)('pairs on three days of %s against %s: the loop by hand gives the same fills of both legs', async (a, b, ticks) => {
  const run = await runFixed('pairs', RULE, [a, b])
  const hand = byHand(a, b, ticks)
  expect(hand[0].fills.length).toBeGreaterThan(10)
  expect([0, 1].map((at) => fillsOf(run, at))).toEqual(hand.map(({ fills }) => unnamed(fills)))
})

/** Right swings, left follows it exactly but for the last bars. */
const right = keptPairs.right
const said = (tail: readonly number[], params: object = {}) => {
  const left: PriceBar[] = keptPairs.leftWith(tail)
  const parsed = { window: 30, entry: 2, exit: 0.5, stopZ: 12, stop: 4, ...params }
  return wishesOf(builtIn('pairs'), parsed, left, undefined, [right.slice(0, left.length)]).at(-1) ?? []
}
const sides = (tail: readonly number[], params: object = {}) =>
  said(tail, params).map((request) => (request.type === 'enter' ? [request.market, request.entry.side] : [request.market, request.type]))

test.each<[string, readonly number[], object, readonly unknown[]]>([
  [
    'left dear: left is sold, right bought',
    [1.02],
    {},
    [
      [0, -1],
      [1, 1],
    ],
  ],
  [
    'left cheap: left is bought, right sold',
    [0.98],
    {},
    [
      [0, 1],
      [1, -1],
    ],
  ],
  ['not far enough', [1.02], { entry: 9 }, []],
  ['farther than the stop is no entry', [1.02], { entry: 1, exit: 0.5, stopZ: 2 }, []],
  ['prices that are not correlated enough', [1.02], { correlation: 1 }, []],
])('pairs: %s', (_, tail, params, expected) => {
  expect(sides(tail, params)).toEqual(expected)
})

test('pairs: legs have stops on their losing sides in whole ticks, and values of 1 to the hedge ratio', () => {
  const [first, second] = said([1.02])
  if (first?.type !== 'enter' || second?.type !== 'enter') throw new Error('two entries are asked for')
  const ratio = Number(first.entry.reason.values['hedgeRatio'])
  expect((second.entry.strength ?? 1) / (first.entry.strength ?? 1)).toBeCloseTo(ratio, 3)
  expect(Math.max(first.entry.strength ?? 1, second.entry.strength ?? 1)).toBeCloseTo(1, 9)
  expect([first, second].every(({ entry }) => Number.isInteger(entry.stop))).toBe(true)
})

test('pairs: one symbol, or three, is refused with what it needs', () => {
  expect(() => wishesOf(builtIn('pairs'), {}, [])).toThrow('pairs needs 2 symbols (left, right), not 1.')
})

test.each<[object, string]>([
  [{ entry: 1, exit: 1 }, 'exit must be smaller than entry'],
  [{ entry: 3, stopZ: 3 }, 'entry must be smaller than stopZ'],
])('pairs: parameters %j are refused', (given, message) => {
  expect(builtIn('pairs').params.safeParse(given).error?.issues[0]?.message).toBe(message)
})
