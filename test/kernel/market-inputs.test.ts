/**
 * Funding, mark and spread as a strategy sees them: as of the close, in a warm-up as of then, and the same after a restart.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MINUTE_MS, rate, strategyId, ticks, ts } from '../../src/core/units.ts'
import { Bars } from '../../src/market/bars.ts'
import type { Instrument } from '../../src/market/instrument.ts'
import { MarketSet } from '../../src/strategy/market-set.ts'
import { NO_BOOKS } from '../../src/strategy/own-orders.ts'
import { defineStrategy, z } from '../../src/strategy/sdk.ts'
import { BTC, ETH, Life, START, barOf, configOf } from '../support/market-life.ts'
import type { BarsClosed, ClosedBar } from '../../src/kernel/input.ts'

type Seen = readonly [
  minute: number,
  settled: number | undefined,
  rate: number | undefined,
  next: number | undefined,
  mark: number,
  spread: number | undefined,
]

/** Writes down what it sees of its first symbol. */
const watcher = (log: Seen[]) =>
  defineStrategy({
    contract: 2,
    name: 'watcher',
    version: 1,
    summary: 'Writes down what it sees.',
    params: z.strictObject({}),
    protection: 'position-stop',
    givesStop: true,
    warmup: () => 0,
    init: () => ({}),
    onBar({ now, funding, predictedFunding, mark, spreadBps }) {
      const minute = (now - START) / MINUTE_MS
      log.push([
        minute,
        funding === undefined ? undefined : (funding.at - START) / MINUTE_MS,
        funding?.rate,
        predictedFunding,
        mark,
        spreadBps,
      ])
    },
  })

const at = (minute: number) => ts(START + minute * MINUTE_MS)
const row = (minute: number, price: number, more: Partial<ClosedBar> = {}): ClosedBar => ({ ...barOf(BTC, minute, price), ...more })
const closed = (minute: number, bars: readonly ClosedBar[], more: Partial<BarsClosed> = {}): BarsClosed => ({
  type: 'bars-closed',
  ts: at(minute + 1),
  mode: 'live',
  bars,
  ...more,
})

test('a strategy sees the settlement before the close, and what was quoted at the close, of bars that closed just now alone', () => {
  const log: Seen[] = []
  const life = new Life(configOf(watcher(log), {}, [BTC]))
  life.give(closed(0, [row(0, 100)]))
  const fundings = [{ instrument: BTC, ts: at(1), rate: rate(1_000_000) }]
  life.give(closed(0, [], { fundings }))
  life.give(closed(1, [row(1, 100, { spreadTicks: 2, mark: ticks(101), predicted: rate(-3_000_000) })]))
  // Nobody has said anything of it: what was said before is of another close.
  life.give(closed(2, [row(2, 110)]))
  life.give(closed(3, [row(3, 100, { spreadTicks: 0 })], { fundings: [{ instrument: BTC, ts: at(4), rate: rate(5) }] }))
  life.give(closed(4, [row(4, 100, { spreadTicks: 9, mark: ticks(300), predicted: rate(7) })], { mode: 'late' }))
  expect(log).toEqual([
    [1, undefined, undefined, undefined, 100, undefined],
    [2, 1, 0.0001, -0.0003, 101, 200],
    [3, 1, 0.0001, undefined, 110, undefined],
    [4, 1, 0.0001, undefined, 100, undefined],
    [5, 4, 5e-10, undefined, 100, undefined],
  ])
})

test('a strategy that begins anew sees at each earlier bar the settlement of that time', () => {
  const log: Seen[] = []
  const life = new Life(configOf(watcher(log)))
  const fundings = [1, 3, 5].map((minute) => ({ instrument: BTC, ts: at(minute), rate: rate(minute * 1_000_000) }))
  life.give(closed(6, [row(6, 100, { mark: ticks(200) }), barOf(ETH, 6, 50)], { fundings }))
  log.length = 0
  const history = [BTC, ETH].flatMap((i) => [0, 1, 2, 3, 4, 5, 6].map((minute) => barOf(i, minute, 100)))
  life.give({ type: 'strategy-started', strategy: strategyId('s'), identity: 'two', isAnew: true, history, ts: life.kernel.now })
  expect(log.map(([minute, settled, , , mark]) => [minute, settled, mark])).toEqual([
    [1, undefined, 100],
    [2, 1, 100],
    [3, 1, 100],
    [4, 3, 100],
    [5, 3, 100],
    [6, 5, 100],
    [7, 5, 100],
  ])
})

test('funding, mark and spread that are seen after a restart anywhere are those that would have been seen', () => {
  const gap = fc.option(fc.nat(), { nil: undefined })
  fc.assert(
    fc.property(
      fc.array(fc.record({ spread: gap, mark: gap, next: gap, isEth: fc.boolean(), pays: gap }), { minLength: 4, maxLength: 30 }),
      fc.nat(),
      gap,
      (steps, cut, snap) => {
        const play = (restartAt: number | undefined): readonly Seen[] => {
          const log: Seen[] = []
          const life = new Life(configOf(watcher(log)))
          let snapshot: unknown
          let snapshotAt = 0
          steps.forEach(({ spread, mark, next, isEth, pays }, k) => {
            if (snap !== undefined && k === snap % steps.length) {
              snapshot = JSON.parse(JSON.stringify(life.kernel.snapshot()))
              snapshotAt = life.rows.length
            }
            if (k === restartAt) life.restart(snapshotAt, snapshot)
            const quoted = row(k, 100, {
              ...(spread === undefined ? undefined : { spreadTicks: spread % 9 }),
              ...(mark === undefined ? undefined : { mark: ticks(90 + (mark % 20)) }),
              ...(next === undefined ? undefined : { predicted: rate(next % 1_000) }),
            })
            const fundings = pays === undefined ? undefined : [{ instrument: BTC, ts: at(k), rate: rate(pays % 1_000) }]
            // Where the other symbol alone has closed, the first one is as it was at its own last close.
            life.give(closed(k, isEth ? [barOf(ETH, k, 50)] : [quoted, barOf(ETH, k, 50)], fundings === undefined ? {} : { fundings }))
          })
          return log
        }
        // Folding asks nobody: what is seen from the restart on is compared.
        const whole = play(undefined)
        const restarted = play(cut % steps.length)
        expect(restarted).toEqual(whole)
      },
    ),
    { numRuns: 60 },
  )
})

test('mark and spread count in the steps that the instrument has now', () => {
  const bars = Bars.withCapacity(MINUTE_MS, 4)
  const config = configOf(watcher([]))
  const set = new MarketSet(watcher([]), {}, [{ instrument: config.instruments[0] as Instrument, bars }])
  bars.push(barOf(BTC, 0, 100).bar)
  bars.reveal()
  set.see(0, { spreadTicks: 2, mark: ticks(110) })
  bars.convert(10)
  set.convert(0, 10)
  set.begin(NO_BOOKS)
  expect([set.context.bars.close(0), set.context.mark, set.context.spreadBps]).toEqual([1_000, 1_100, 200])
})
