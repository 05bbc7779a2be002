/**
 * One strategy over several symbols in the kernel: when it is asked, what it sees, and that a restart changes neither.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { MINUTE_MS, strategyId, ticks, ts } from '../../src/core/units.ts'
import { type MarketsContext, type StrategyDefinition, defineStrategy, ticksFromFloat, z } from '../../src/strategy/sdk.ts'
import { ordersOf } from '../support/kernel/kernel-run.ts'
import { BTC, ETH, Life, START, barOf, configOf } from '../support/market-life.ts'
import { twoMarkets } from '../support/two-markets.ts'

/** Writes down what it sees. */
function watcher(
  log: string[],
  extra: Partial<StrategyDefinition> = {},
  say: (context: MarketsContext) => void = () => {},
): StrategyDefinition {
  return {
    ...defineStrategy({
      contract: 2,
      name: 'watcher',
      version: 1,
      summary: 'Writes down what it sees.',
      params: z.strictObject({}),
      protection: 'position-stop',
      givesStop: true,
      intervals: () => ({ '3m': 1 }),
      warmup: () => 0,
      init: () => ({ calls: 0 }),
      onBar(context, state) {
        state.calls += 1
        const minute = (context.now - START) / MINUTE_MS
        const seen = context.markets.map(
          (m) => `${m.name}${m.hasClosed() ? '*' : ''} ${m.bars.close(0)}${m.hasClosed('3m') ? `/${m.higher('3m').close(0)}` : ''}`,
        )
        log.push(`${minute}: ${seen.join(', ')}`)
        say(context)
      },
    }),
    ...extra,
  }
}

describe('one decision for all symbols', () => {
  test('once an instant, after all bars of it, when every interval has a closed bar', () => {
    const log: string[] = []
    const life = new Life(configOf(watcher(log)))
    for (let minute = 0; minute < 6; minute++) life.bars(minute, [100 + minute, 50 + minute])
    expect(log).toEqual([
      '3: BTCUSDT* 102/102, ETHUSDT* 52/52',
      '4: BTCUSDT* 103, ETHUSDT* 53',
      '5: BTCUSDT* 104, ETHUSDT* 54',
      '6: BTCUSDT* 105/105, ETHUSDT* 55/55',
    ])
  })

  test('bars that are missing are counted by symbol until it is asked, and the instant of the last question is kept', () => {
    const life = new Life(configOf(watcher([], { intervals: () => ({ '3m': 2 }) })))
    const seen: unknown[] = []
    const look = (): void => {
      seen.push(life.kernel.runs.map((run) => [run?.barsMissing, run?.lastDecisionTs ?? null]))
    }
    look()
    for (let minute = 0; minute < 7; minute++) {
      life.bars(minute, [100, 50])
      look()
    }
    const both = (missing: number, minute: number | null): unknown => {
      const at = minute === null ? null : START + minute * MINUTE_MS
      return [
        [missing, at],
        [missing, at],
      ]
    }
    // A bar of three minutes that has begun counts whole.
    expect(seen).toEqual([6, 6, 6, 3, 3, 3].map((missing) => both(missing, null)).concat([both(0, 6), both(0, 7)]))
  })

  test('a bar that is missing is seen as such, and decides on its own when it comes late: exits only', () => {
    const log: string[] = []
    const stop = (price: number) => ticksFromFloat(price, 'floor')
    const life = new Life(
      configOf(
        watcher(log, {}, ({ market }) => {
          for (const name of ['BTCUSDT', 'ETHUSDT'])
            market(name).signal({ side: 1, strength: 1, stop: stop(10), reason: { rule: 'always', values: {} } })
        }),
      ),
    )
    for (let minute = 0; minute < 2; minute++) life.bars(minute, [100, 50], 'warmup')
    expect(ordersOf(life.bars(2, [100, undefined]))).toEqual([])
    // The entries wait for a bar that came in time.
    expect(ordersOf(life.bars(2, [undefined, 50], 'late'))).toEqual([])
    expect(log).toEqual(['3: BTCUSDT* 100/100, ETHUSDT* 50/50'])
    expect(ordersOf(life.bars(3, [101, undefined])).map(({ instrument }) => instrument)).toEqual([BTC, ETH])
    expect(log.at(-1)).toBe('4: BTCUSDT* 101, ETHUSDT 50')
  })

  test('rows of an outage are seen instant by instant', () => {
    const log: string[] = []
    const life = new Life(configOf(watcher(log)))
    const rows = [0, 1, 2, 3].flatMap((minute) => [barOf(0, minute, 100 + minute), barOf(1, minute, 50 + minute)])
    life.give({ type: 'bars-closed', ts: ts(START + 4 * MINUTE_MS), mode: 'late', bars: rows })
    expect(log).toEqual(['3: BTCUSDT* 102/102, ETHUSDT* 52/52', '4: BTCUSDT* 103, ETHUSDT* 53'])
  })

  test('what it throws stops it on all its symbols, with the line and the bar', () => {
    const life = new Life(
      configOf(
        watcher([], {}, () => {
          throw new Error('no idea')
        }),
      ),
    )
    for (let minute = 0; minute < 3; minute++) life.bars(minute, [100, 50])
    expect(life.kernel.runs.map((run) => run?.mode)).toEqual(['errored', 'errored'])
    expect(life.kernel.runs[1]?.modeCause).toMatch(/^Error: no idea at .*markets-run\.test\.ts.*\(bars that closed at 2024-10-04 00:03/)
    const before = life.rows.length
    life.give({ type: 'set-strategy-mode', strategy: strategyId('s'), mode: 'running', actor: 'cli', ts: life.kernel.now })
    expect(life.kernel.runs.map((run) => run?.mode)).toEqual(['running', 'running'])
    expect(life.rows.length).toBe(before + 1)
  })

  test.each([
    { extra: { intervals: () => ({ '90s': 1 }) }, says: /bars of 90s cannot be made from bars of 60 s/ },
    { extra: { intervals: () => ({ '1m': 1 }) }, says: /bars of 1m cannot be made from bars of 60 s/ },
    { extra: { intervals: () => ({ hour: 1 }) }, says: /'hour' is not an interval/ },
    { extra: { intervals: () => ({ '1h': 0 }) }, says: /0 bars of 1h cannot be read/ },
    { extra: { symbols: ['only'] }, says: /watcher needs 1 symbols \(only\), not 2/ },
  ])('what does not fit stops it at its first bar: $says', ({ extra, says }) => {
    const life = new Life(configOf(watcher([], extra)))
    life.bars(0, [100, 50])
    expect(life.kernel.runs[0]?.modeCause).toMatch(says)
  })

  test('a market or interval that is not declared is an error with its name', () => {
    const of = (say: (context: MarketsContext) => void): string | undefined => {
      const life = new Life(configOf(watcher([], {}, say)))
      for (let minute = 0; minute < 3; minute++) life.bars(minute, [100, 50])
      return life.kernel.runs[0]?.modeCause
    }
    expect(of(({ market }) => market('XRPUSDT'))).toMatch(/there is no market 'XRPUSDT': BTCUSDT, ETHUSDT/)
    expect(of(({ higher }) => higher('1h'))).toMatch(/bars of 1h were requested: declare them in 'intervals'/)
    expect(of(({ bars }) => bars.close(1))).toMatch(/only 1 can be read: set 'history'/)
    expect(of(({ signal }) => signal({ side: 1, strength: 1, stop: ticks(10.5), reason: { rule: 'r', values: {} } }))).toMatch(
      /SignalError: stop is 10.5: a price is a whole number of ticks/,
    )
  })
})

test('a signal that came while held stays dead on its symbol over a restart, and lives again after a bar without it', () => {
  let isSaying = true
  const strategy = watcher([], {}, ({ market }) => {
    if (isSaying) market('ETHUSDT').signal({ side: 1, strength: 1, stop: ticks(10), reason: { rule: 'always', values: {} } })
  })
  const life = new Life(configOf(strategy))
  const hold = {
    id: 'h',
    scope: { type: 'account' },
    effect: 'no-entries',
    cause: 'operator',
    actor: 'cli',
    reason: '',
    since: ts(START),
  } as const
  life.give({ type: 'add-hold', hold, ts: ts(START) })
  for (let minute = 0; minute < 3; minute++) life.bars(minute, [100, 50])
  expect(life.kernel.runs.map((run) => run?.deadSide)).toEqual([0, 1])
  life.restart(0, undefined)
  life.give({ type: 'lift-hold', holdId: 'h', actor: 'cli', ts: life.kernel.now })
  expect(ordersOf(life.bars(3, [100, 50]))).toEqual([])
  isSaying = false
  life.bars(4, [100, 50])
  isSaying = true
  expect(ordersOf(life.bars(5, [100, 50])).map(({ instrument }) => instrument)).toEqual([ETH])
})

test('a restart anywhere, with a snapshot or without, changes nothing that it sees or decides', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.nat(), fc.option(fc.nat(), { nil: undefined }), (seed, cut, snap) => {
      const play = (restartAt: number | undefined): readonly string[] => {
        const random = new Random(seed)
        const life = new Life(configOf(twoMarkets, { middle: '2m', long: '5m' }))
        const said: string[] = []
        let [a, b] = [10_000, 5_000]
        let snapshot: unknown
        let snapshotAt = 0
        for (let minute = 0; minute < 60; minute++) {
          if (snap !== undefined && minute === snap % 60) {
            snapshot = JSON.parse(JSON.stringify(life.kernel.snapshot()))
            snapshotAt = life.rows.length
          }
          if (minute === restartAt) life.restart(snapshotAt, snapshot)
          a = Math.round(a * (1 + 0.004 * random.normal()))
          b = Math.round(b * (1 + 0.004 * random.normal()))
          const missing = random.next()
          const facts = life.bars(minute, [missing < 0.05 ? undefined : a, missing > 0.95 ? undefined : b])
          // The assessment shows the account's past returns, which it gathers anew after a start.
          said.push(JSON.stringify(facts, (name, value) => (name === 'risk' ? undefined : value)))
          life.fill(facts)
        }
        expect(life.kernel.runs[0]?.mode).toBe('running')
        return said
      }
      expect(play(cut % 60)).toEqual(play(undefined))
    }),
    { numRuns: 60 },
  )
})

test('other code starts from scratch over the bars that were read, symbol beside symbol', () => {
  const log: string[] = []
  const life = new Life(configOf(watcher(log)))
  for (let minute = 0; minute < 4; minute++) life.bars(minute, [100 + minute, 50 + minute])
  log.length = 0
  const history = [0, 1].flatMap((at) => Array.from({ length: 6 }, (_, k) => barOf(at, k - 2, 90 + at * 100 + k)))
  life.give({ type: 'strategy-started', strategy: strategyId('s'), identity: 'two', isAnew: true, history, ts: life.kernel.now })
  expect(log).toEqual(['3: BTCUSDT* 94/94, ETHUSDT* 194/194', '4: BTCUSDT* 95, ETHUSDT* 195'])
  const states = [life.kernel.snapshot()]
  life.restart(0, undefined)
  states.push(life.kernel.snapshot())
  expect(states[1]).toEqual(states[0])
})

test('the second symbol may be the first of the configuration', () => {
  const log: string[] = []
  const life = new Life(configOf(watcher(log, { symbols: ['lead', 'follow'] }), {}, [ETH, BTC]))
  for (let minute = 0; minute < 3; minute++) life.bars(minute, [100, 50])
  expect(log).toEqual(['3: lead* 50/50, follow* 100/100'])
})
