/**
 * The algorithms as pure steps, against schedules worked out by hand and against bounds that must hold for any market.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, type Side, cash, instrumentIndex, lots, orderId, strategyId, ticks, ts } from '../../core/units.ts'
import { type AlgorithmSpec, type AlgorithmState, type MarketNow, type OpenChild, summaryOf } from './algorithm.ts'
import { parseExecution } from './execution.ts'
import { dueFraction } from './schedule.ts'
import { stepAlgorithm } from './step.ts'
import { volumeWeights } from './volume-profile.ts'

const START = 1_000_000

function stateOf(spec: AlgorithmSpec, over: Partial<AlgorithmState> = {}): AlgorithmState {
  return {
    id: orderId(1),
    strategy: strategyId('manual'),
    instrument: instrumentIndex(0),
    class: 'entry',
    side: 1,
    lots: lots(100),
    spec,
    stop: undefined,
    reason: { rule: 'test', values: {} },
    arrival: ticks(1_000),
    startedTs: ts(START),
    status: 'working',
    cause: '',
    filled: lots(0),
    filledNotional: cash(0),
    makerLots: lots(0),
    fees: cash(0),
    children: 0,
    failures: 0,
    marketVolume: 0,
    waitUntil: ts(0),
    ...over,
  }
}
const market = (atMs: number, over: Partial<MarketNow> = {}): MarketNow => ({
  now: ts(START + atMs),
  mark: ticks(1_000),
  spreadTicks: 2,
  lotsMin: lots(1),
  lotsPerBase: 1,
  ...over,
})
const child = (over: Partial<OpenChild> = {}): OpenChild => ({
  orderId: orderId(2),
  left: lots(10),
  limit: undefined,
  isCanceling: false,
  ...over,
})
const brief = (state: AlgorithmState, open: OpenChild | undefined, now: MarketNow): string => {
  const step = stepAlgorithm(state, open, now)
  switch (step.type) {
    case 'submit':
      return `${step.kind} ${step.lots}${step.limit === undefined ? '' : ` at ${step.limit}`} ${step.timeInForce}`
    case 'amend':
      return `amend to ${step.limit}`
    case 'cancel':
    case 'end':
      return `${step.type}: ${step.cause}`
    case 'wait':
      return 'wait'
  }
}

const TWAP: AlgorithmSpec = { type: 'twap', overMs: 100_000, slices: 10, limit: undefined }

describe('twap', () => {
  test.each([
    ['the first slice is due at once', 0, 0, 'market 10 gtc'],
    ['nothing more until the second', 9_999, 10, 'wait'],
    ['the second', 10_000, 10, 'market 10 gtc'],
    ['what was missed is caught up', 45_000, 10, 'market 40 gtc'],
    ['the last slice takes all', 95_000, 90, 'market 10 gtc'],
    ['what is left after the time is sent', 200_000, 70, 'market 30 gtc'],
    ['all is filled', 50_000, 100, 'end: filled'],
  ])('twap: %s', (_, at, filled, expected) => {
    expect(brief(stateOf(TWAP, { filled: lots(filled) }), undefined, market(at))).toBe(expected)
  })

  test('a child that is open is waited for, and a slice below the minimum waits for the next', () => {
    expect(brief(stateOf(TWAP), child(), market(50_000))).toBe('wait')
    expect(brief(stateOf(TWAP), undefined, market(0, { lotsMin: lots(15) }))).toBe('wait')
    expect(brief(stateOf(TWAP), undefined, market(10_000, { lotsMin: lots(15) }))).toBe('market 20 gtc')
    expect(brief(stateOf(TWAP, { filled: lots(95) }), undefined, market(99_000, { lotsMin: lots(15) }))).toBe(
      'end: the rest is below the minimum',
    )
  })

  test('twap: with a limit its children take at the limit or not at all, and the time ends it', () => {
    const limited: AlgorithmSpec = { ...TWAP, limit: ticks(1_010) }
    expect(brief(stateOf(limited), undefined, market(0))).toBe('limit 10 at 1010 ioc')
    expect(brief(stateOf(limited), undefined, market(100_000))).toBe('end: time is over and the price is beyond the limit')
  })

  test('no schedule is ever ahead: due parts rise from one slice to all, whatever the slices', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 5_000, max: DAY_MS }),
        fc.double({ min: 0, max: 1.5, noNaN: true }),
        (slices, overMs, part) => {
          const spec = { type: 'twap', overMs, slices, limit: undefined } as const
          const elapsed = Math.floor(overMs * part)
          const due = dueFraction(spec, elapsed)
          expect(due).toBeGreaterThan(0)
          expect(due).toBeLessThanOrEqual(1)
          // At most one slice ahead of the straight line, never behind it.
          expect(due).toBeGreaterThanOrEqual(Math.min(1, elapsed / overMs) - 1e-9)
          expect(due).toBeLessThanOrEqual(Math.min(1, elapsed / overMs + 1 / slices) + 1e-9)
        },
      ),
    )
  })
})

describe('vwap', () => {
  test('parts follow the weights', () => {
    const spec: AlgorithmSpec = { type: 'vwap', overMs: 40_000, weights: [1, 4, 4, 1], limit: undefined }
    const at = (ms: number, filled: number): string => brief(stateOf(spec, { filled: lots(filled) }), undefined, market(ms))
    expect([at(0, 0), at(10_000, 10), at(20_000, 50), at(30_000, 90)]).toEqual([
      'market 10 gtc',
      'market 40 gtc',
      'market 40 gtc',
      'market 10 gtc',
    ])
  })

  test('weights are the mean volumes of the same times of earlier days', () => {
    // Two days of minutes; the volume is the minute of the hour, doubled on the second day.
    const bars = Array.from({ length: 2 * 1_440 }, (_, k) => ({ ts: k * 60_000, volume: (k % 60) * (k < 1_440 ? 1 : 2) }))
    const history = { count: bars.length, ts: (k: number) => bars[k]?.ts ?? 0, volume: (k: number) => bars[k]?.volume ?? 0 }
    const weights = volumeWeights(history, 60_000, ts(2 * DAY_MS), 4 * 60_000, 4)
    expect(weights).toEqual([0, 1.5, 3, 4.5])
  })

  test.each([
    ['without history all are equal', 0, [1, 1, 1]],
    ['a slice of which nothing is known gets the average', 1, [30, 30, 30]],
  ])('vwap: %s', (_, count, expected) => {
    const history = { count, ts: () => 0, volume: () => 30 }
    expect(volumeWeights(history, 60_000, ts(DAY_MS), 180_000, 3)).toEqual(expected)
  })
})

describe('iceberg', () => {
  const spec: AlgorithmSpec = { type: 'iceberg', limit: ticks(990), shown: lots(30) }
  test.each([
    ['shows one part', 0, undefined, 'limit 30 at 990 gtc'],
    ['waits while it stands', 0, child({ left: lots(30), limit: ticks(990) }), 'wait'],
    ['shows the next when it is filled', 30, undefined, 'limit 30 at 990 gtc'],
    ['shows what is left at the end', 90, undefined, 'limit 10 at 990 gtc'],
    ['is over when all is filled', 100, undefined, 'end: filled'],
  ])('iceberg: %s', (_, filled, open, expected) => {
    expect(brief(stateOf(spec, { filled: lots(filled) }), open, market(0))).toBe(expected)
  })

  test('a rest that could not stand alone goes with the part before it', () => {
    expect(brief(stateOf(spec, { filled: lots(65) }), undefined, market(0, { lotsMin: lots(8) }))).toBe('limit 35 at 990 gtc')
  })
})

describe('pov', () => {
  const spec: AlgorithmSpec = { type: 'pov', share: 0.2, overMs: 60_000, limit: undefined }
  test.each([
    ['nothing traded, nothing sent', 0, 0, 0, 'wait'],
    ['a fifth of what traded', 100, 0, 0, 'market 20 gtc'],
    ['less what it has', 100, 15, 0, 'market 5 gtc'],
    ['never more than is left', 10_000, 90, 0, 'market 10 gtc'],
    ['time is over', 100, 20, 60_000, 'end: time is over'],
  ])('pov: %s', (_, volume, filled, at, expected) => {
    expect(brief(stateOf(spec, { marketVolume: volume, filled: lots(filled) }), undefined, market(at))).toBe(expected)
  })

  test('pov: its share is never passed, whatever trades', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 30 }), (volumes) => {
        const state = stateOf(spec, { lots: lots(1_000) })
        for (const volume of volumes) {
          state.marketVolume += volume
          const step = stepAlgorithm(state, undefined, market(0))
          if (step.type === 'submit') state.filled = lots(state.filled + step.lots)
          expect(state.filled).toBeLessThanOrEqual(0.2 * state.marketVolume)
        }
      }),
    )
  })
})

describe('chase', () => {
  const spec: AlgorithmSpec = { type: 'chase', budget: ticks(10), forMs: 60_000 }
  const resting = (limit: number): OpenChild => child({ left: lots(100), limit: ticks(limit) })
  test.each([
    ['stands half a spread behind the mark', undefined, 0, 1_000, 'limit 100 at 999 post-only'],
    ['stays while the price is there', resting(999), 5_000, 1_000, 'wait'],
    ['stays when the price comes', resting(999), 5_000, 990, 'wait'],
    ['follows the price away', resting(999), 5_000, 1_006, 'amend to 1005'],
    ['gives up its place beyond the budget', resting(1_005), 5_000, 1_013, 'cancel: the price ran away'],
    ['gives up its place when the time is over', resting(1_005), 60_000, 1_006, 'cancel: the chase is over'],
    ['waits for the cancel', { ...resting(1_005), isCanceling: true }, 60_000, 1_006, 'wait'],
    ['then takes the rest', undefined, 60_001, 1_006, 'market 100 gtc'],
    ['and waits for that', child({ left: lots(100) }), 61_000, 1_006, 'wait'],
  ])('chase: a buyer %s', (_, open, at, mark, expected) => {
    expect(brief(stateOf(spec), open, market(at, { mark: ticks(mark) }))).toBe(expected)
  })

  test('never rests beyond its budget, on either side', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Side>(1, -1),
        fc.integer({ min: 900, max: 1_100 }),
        fc.integer({ min: 0, max: 20 }),
        (side, mark, spreadTicks) => {
          const step = stepAlgorithm(stateOf(spec, { side }), undefined, market(0, { mark: ticks(mark), spreadTicks }))
          if (step.type === 'submit' && step.limit !== undefined) expect((step.limit - 1_000) * side).toBeLessThanOrEqual(10)
        },
      ),
    )
  })
})

describe('any algorithm', () => {
  const specs: readonly AlgorithmSpec[] = [
    TWAP,
    { type: 'vwap', overMs: 50_000, weights: [3, 1, 2], limit: undefined },
    { type: 'iceberg', limit: ticks(1_000), shown: lots(7) },
    { type: 'pov', share: 0.5, overMs: 50_000, limit: undefined },
    { type: 'chase', budget: ticks(5), forMs: 20_000 },
  ]

  test('paused it cancels its child and waits; ending it cancels and ends; a refusal makes it wait', () => {
    for (const spec of specs) {
      const paused = stateOf(spec, { status: 'paused', cause: 'by you', marketVolume: 100 })
      expect(brief(paused, child(), market(0))).toBe('cancel: by you')
      expect(brief(paused, child({ isCanceling: true }), market(0))).toBe('wait')
      expect(brief(paused, undefined, market(0))).toBe('wait')
      const ending = stateOf(spec, { status: 'ending', cause: 'panic' })
      expect(brief(ending, child(), market(0))).toBe('cancel: panic')
      expect(brief(ending, undefined, market(0))).toBe('end: panic')
      expect(brief(stateOf(spec, { marketVolume: 100, waitUntil: ts(START + 1) }), undefined, market(0))).toBe('wait')
    }
  })

  test('never asks for more than is left, in any state and market', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...specs),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 200_000 }),
        fc.integer({ min: 1, max: 2_000 }),
        fc.integer({ min: 0, max: 1_000 }),
        (spec, filled, at, mark, marketVolume) => {
          const step = stepAlgorithm(stateOf(spec, { filled: lots(filled), marketVolume }), undefined, market(at, { mark: ticks(mark) }))
          if (step.type === 'submit') expect(step.lots).toBeLessThanOrEqual(100 - filled)
          if (filled === 100) expect(step).toEqual({ type: 'end', cause: 'filled' })
        },
      ),
    )
  })

  test('the summary: average price, shortfall against the arrival, maker share, participation', () => {
    // 60 at 1,010 and 40 at 1,020, one tick times one lot being 50 units of Cash: average 1,014, 1.4 % worse than 1,000 for a buyer.
    const state = stateOf(TWAP, {
      filled: lots(100),
      filledNotional: cash((60 * 1_010 + 40 * 1_020) * 50),
      makerLots: lots(25),
      marketVolume: 4,
      fees: cash(77),
      children: 2,
    })
    expect(summaryOf(state, ts(START + 30_000), 50, 100)).toEqual({
      filled: 100,
      averagePrice: 1_014,
      shortfallBps: 140,
      makerShare: 0.25,
      participation: 0.25,
      fees: 77,
      children: 2,
      tookMs: 30_000,
    })
    expect(summaryOf({ ...state, side: -1 }, ts(START), 50, 100).shortfallBps).toBeCloseTo(-140, 9)
  })
})

describe('how it is written', () => {
  test.each([
    ['twap:30m', { type: 'twap', overMs: 1_800_000, slices: 60 }],
    ['TWAP:10s', { type: 'twap', overMs: 10_000, slices: 1 }],
    ['vwap:2h:24', { type: 'vwap', overMs: 7_200_000, slices: 24 }],
    ['pov:12.5%:90m', { type: 'pov', share: 0.125, overMs: 5_400_000 }],
    ['pov:10%', { type: 'pov', share: 0.1, overMs: 3_600_000 }],
    ['iceberg:0.05', { type: 'iceberg', shown: '0.05' }],
    ['chase:5bp:60s', { type: 'chase', budgetBps: 5, forMs: 60_000 }],
  ])('how it is written: %s', (text, expected) => {
    expect(parseExecution(text)).toEqual(expected)
  })

  test.each([
    'twap',
    'twap:30',
    'twap:25h',
    'twap:30m:0',
    'twap:30m:999',
    'pov:0%',
    'pov:100%',
    'iceberg:0',
    'chase:5:60s',
    'twap:1m:2:3',
    'x',
  ])('%s is answered with a sentence that shows how', (text) => {
    const answer = parseExecution(text)
    expect(typeof answer).toBe('string')
    expect(String(answer)).toMatch(/use |slices/)
  })

  test('how it is written: no text throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseExecution(text)))
  })
})
