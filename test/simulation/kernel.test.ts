/**
 * Random scripts of markets, operators and repeated events through the kernel and the matching engine; what must hold after each step.
 */
import type { SettingTarget } from '../../src/kernel/state/effective-limits.ts'
import { type SettingKey, settingOf } from '../../src/risk/settings/setting.ts'
import { limitAt } from '../../src/core/money-limit.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Side, cash, instrumentIndex, lots, strategyId, ticks, ts } from '../../src/core/units.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'
import type { KernelInput, PlacedOrder } from '../../src/kernel/input.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { MANUAL_OWNER } from '../../src/trading/manual-owner.ts'
import type { KernelSnapshot } from '../../src/kernel/snapshot.ts'
import { notionalOf } from '../../src/market/instrument.ts'
import { ledgerSum } from '../../src/portfolio/ledger.ts'
import { parseExecution } from '../../src/trading/algorithms/execution.ts'
import { isLimitClose, isStopKind, openLotsOf } from '../../src/trading/order.ts'
import type { SimOrder } from '../../src/venue/sim/sim-order.ts'
import { type LogEntry, MANUAL, WiredKernel, fold, wiredConfig } from '../support/kernel/wired-kernel.ts'

type Step =
  | { readonly type: 'minutes'; readonly count: number; readonly shake: number }
  | { readonly type: 'pause' | 'resume' | 'panic' | 'lift-panic' | 'cancel' | 'repeat' | 'bare' | 'deposit' | 'tick' }
  | { readonly type: 'close'; readonly symbol: 0 | 1; readonly part: number }
  | { readonly type: 'close-limit'; readonly symbol: 0 | 1 | 2; readonly part: number | undefined; readonly away: number }
  | { readonly type: 'panic-symbol'; readonly symbol: 0 | 1 | 2 }
  | { readonly type: 'mode'; readonly mode: 'running' | 'closing-only' | 'off' }
  | {
      readonly type: 'place'
      readonly side: Side
      readonly kind: EntryKind
      readonly away: number
      readonly pair: boolean
      readonly targets: number
    }
  | { readonly type: 'work'; readonly side: Side; readonly how: string; readonly isExit: boolean }
  | { readonly type: 'steer'; readonly to: 'paused' | 'working' | 'ended' }
  | { readonly type: 'change'; readonly by: number }
  | { readonly type: 'protect'; readonly leg: 'stop' | 'target' | 'trail'; readonly away: number }
  | { readonly type: 'outside'; readonly symbol: 0 | 1 | 2; readonly side: Side; readonly lots: number }
  | { readonly type: 'adopt' | 'ignore'; readonly symbol: 0 | 1 | 2 }
  | { readonly type: 'stop-outside'; readonly symbol: 0 | 1 | 2; readonly by: number | undefined }
  | { readonly type: 'depth'; readonly share: number | undefined }
  | { readonly type: 'setting'; readonly key: SettingKey; readonly text: string | undefined; readonly target: SettingTarget }

const ENTRY_KINDS = ['market', 'limit', 'stop-market', 'stop-limit', 'take-profit-market', 'take-profit-limit'] as const
type EntryKind = (typeof ENTRY_KINDS)[number]
/** Ticks of the manual symbol, whose first price is 15,000. */
const away = fc.integer({ min: 5, max: 120 })
const side = fc.constantFrom<Side>(1, -1)

const symbol = fc.constantFrom<0 | 1>(0, 1)
const anySymbol = fc.constantFrom<0 | 1 | 2>(0, 1, 2)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('minutes' as const),
      count: fc.integer({ min: 1, max: 12 }),
      shake: fc.constantFrom(0.0005, 0.002, 0.01),
    }),
  },
  { weight: 5, arbitrary: fc.record({ type: fc.constantFrom('pause', 'resume', 'cancel', 'repeat', 'bare', 'deposit', 'tick' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('panic', 'lift-panic' as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('close' as const), symbol, part: fc.integer({ min: 1, max: 60 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('close-limit' as const),
      symbol: anySymbol,
      part: fc.constantFrom(undefined, 1, 7, 30),
      away: fc.integer({ min: -20, max: 80 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('panic-symbol' as const), symbol: anySymbol }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('mode' as const), mode: fc.constantFrom('running', 'closing-only', 'off' as const) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('place' as const),
      side,
      kind: fc.constantFrom(...ENTRY_KINDS),
      away,
      pair: fc.boolean(),
      targets: fc.integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      type: fc.constant('work' as const),
      side,
      how: fc.constantFrom('twap:5m:10', 'vwap:4m:8', 'pov:30%:10m', 'iceberg:0.02', 'chase:20bp:3m'),
      isExit: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('steer' as const), to: fc.constantFrom('paused', 'working', 'ended' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('change' as const), by: fc.integer({ min: -60, max: 60 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('protect' as const), leg: fc.constantFrom('stop', 'target', 'trail' as const), away }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('outside' as const), symbol: anySymbol, side, lots: fc.integer({ min: 1, max: 90 }) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('adopt', 'ignore' as const), symbol: anySymbol }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('stop-outside' as const),
      symbol: anySymbol,
      by: fc.constantFrom(undefined, -40, -3, 3, 40),
    }),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom<readonly [SettingKey, ...string[]]>(
        ['gross', '20%', '100%', '500%'],
        ['net', '10%', '60%', '500%'],
        ['position', '15%', '80%', '300%'],
        ['order', '10%', '60%', '300%'],
        ['openPositions', '1', '2', '20'],
        ['dayLoss', '1%', '3%', '10%'],
        ['weekLoss', '1%', '5%', '20%'],
        ['leverage', '2x', '5x', '20x'],
        ['capital', '20%', '50%', '100%'],
      )
      .chain(([key, ...texts]) =>
        fc.record({
          type: fc.constant('setting' as const),
          key: fc.constant(key),
          text: fc.constantFrom(undefined, ...texts),
          target: fc.constantFrom<SettingTarget>(
            { type: 'account' },
            ...(settingOf(key).scopes.includes('strategy') ? [{ type: 'strategy' as const, strategy: strategyId('sma') }] : []),
            ...(settingOf(key).scopes.includes('symbol') ? [{ type: 'symbol' as const, symbol: 'ETHUSDT' }] : []),
          ),
        }),
      ),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('depth' as const), share: fc.constantFrom(undefined, 0.002, 0.01, 0.05) }) },
)
const script = fc.tuple(fc.integer({ min: 1, max: 1e6 }), fc.array(step, { minLength: 3, maxLength: 40 }))

function play(wired: WiredKernel, steps: readonly Step[], settled: () => void = () => {}): void {
  const actor = 'cli'
  for (const s of steps) {
    settled()
    const at = ts(wired.now)
    switch (s.type) {
      case 'minutes':
        for (let k = 0; k < s.count; k++) wired.minute(s.shake)
        break
      case 'pause':
        wired.give({
          type: 'add-hold',
          hold: {
            id: 'p',
            scope: { type: 'account' },
            effect: 'no-entries',
            cause: 'operator',
            actor,
            reason: '',
            since: at,
            until: ts(at + 1),
          },
          ts: at,
        })
        break
      case 'setting':
        wired.give({ type: 'change-risk-setting', setting: { target: s.target, key: s.key, text: s.text, actor, since: at }, ts: at })
        break
      case 'resume':
        wired.give({ type: 'lift-hold', holdId: 'p', actor, ts: at })
        break
      case 'panic':
        wired.give({ type: 'panic', actor, reason: '', ts: at })
        break
      case 'lift-panic':
        for (const holdId of ['panic', 'breaker-red', 'breaker-orange', ...PANIC_HOLDS, ...OUTSIDE_HOLDS])
          wired.give({ type: 'lift-hold', holdId, actor, ts: at })
        break
      case 'cancel':
        wired.give({ type: 'cancel-orders', orderId: undefined, actor, ts: at })
        break
      case 'deposit':
        wired.venue.deposit(cash(500e8), 'USDT', at, (event) => wired.give(event))
        break
      case 'tick':
        wired.now += 7_000
        wired.give({ type: 'time-advanced', marks: wired.marks(), ts: ts(wired.now) })
        break
      case 'bare':
        wired.give({ type: 'protection-missing', instrument: instrumentIndex(0), bareMs: 6_000, ts: at })
        break
      case 'repeat':
        for (const { input } of wired.log.slice(-6))
          if (input.type.startsWith('order-') && input.type !== 'order-adopted') wired.give(input)
        break
      case 'close':
        wired.give({ type: 'close-position', instrument: instrumentIndex(s.symbol), lots: lots(s.part), actor, ts: at })
        break
      case 'close-limit': {
        const i = instrumentIndex(s.symbol)
        const held: number = wired.kernel.portfolio.positionLots(i)
        const limit = ticks(wired.kernel.portfolio.mark(i) + (held > 0 ? s.away : -s.away))
        const part = s.part === undefined ? undefined : lots(s.part)
        if (limit > 0) wired.give({ type: 'close-position', instrument: i, lots: part, limit, actor, ts: at })
        break
      }
      case 'panic-symbol':
        wired.give({ type: 'panic', instrument: instrumentIndex(s.symbol), actor, reason: '', ts: at })
        break
      case 'place':
        place(wired, s)
        break
      case 'work':
        work(wired, s)
        break
      case 'steer':
        for (const { id } of [...wired.kernel.parentOrders.active]) wired.give({ type: 'steer-algorithm', id, to: s.to, actor, ts: at })
        break
      case 'change': {
        const order = wired.kernel.orders.open(MANUAL).find((o) => o.origin === 'ours' && o.limit !== undefined)
        if (order?.limit !== undefined)
          wired.give({ type: 'change-order', instrument: MANUAL, orderId: order.orderId, limit: ticks(order.limit + s.by), actor, ts: at })
        break
      }
      case 'protect': {
        const held = wired.kernel.portfolio.positionLots(MANUAL)
        const mark = wired.kernel.portfolio.mark(MANUAL)
        const price = ticks(mark + (held > 0 ? -1 : 1) * (s.leg === 'target' ? -s.away : s.away))
        const leg = s.leg === 'trail' ? { trail: { by: ticks(s.away), activation: undefined } } : { [s.leg]: price }
        wired.give({ type: 'change-protection', instrument: MANUAL, ...leg, actor, ts: at })
        break
      }
      case 'outside':
        wired.outside(instrumentIndex(s.symbol), s.side, s.lots)
        break
      case 'adopt': {
        const { portfolio, config } = wired.kernel
        const i = config.instruments.find(({ index }) => portfolio.externalLots(index) !== 0)?.index ?? instrumentIndex(s.symbol)
        wired.give({
          type: 'adopt-external',
          instrument: i,
          strategy: portfolio.ownerOrExternal(i),
          stop: undefined,
          actor,
          ts: at,
        })
        break
      }
      case 'ignore':
        wired.give({ type: 'ignore-external', instrument: instrumentIndex(s.symbol), actor, ts: at })
        break
      case 'stop-outside': {
        const i = instrumentIndex(s.symbol)
        const stop = wired.venue.openOrders(i).find((o) => o.attached === 'stop')?.trigger
        if (stop === undefined) break
        wired.moveStop(i, s.by === undefined ? undefined : stop + s.by)
        // What the watchdog of the live driver does about a stop that is gone.
        if (s.by === undefined) wired.give({ type: 'protection-missing', instrument: i, bareMs: 800, ts: at })
        break
      }
      case 'depth':
        wired.venue.setDepth(s.share)
        break
      case 'mode':
        wired.give({ type: 'set-strategy-mode', strategy: strategyId('sma'), mode: s.mode, actor, ts: at })
        break
    }
  }
}

function place(wired: WiredKernel, s: Extract<Step, { readonly type: 'place' }>): void {
  const mark = wired.kernel.portfolio.mark(MANUAL)
  if (mark === 0) return
  const order = (kind: EntryKind, toSide: Side): PlacedOrder => {
    const rises = isStopKind(kind) === (toSide === 1)
    const trigger = ticks(mark + (rises ? s.away : -s.away))
    const isLimit = kind === 'limit' || kind.endsWith('-limit')
    const at = kind === 'market' ? mark : kind === 'limit' ? mark - toSide * s.away : trigger
    return {
      side: toSide,
      kind,
      lots: lots(60),
      ...(isLimit ? { limit: ticks(at) } : undefined),
      ...(kind === 'market' || kind === 'limit' ? undefined : { trigger }),
      stop: ticks(at - toSide * 150),
      targets: Array.from({ length: s.targets }, (_, k) => ({ price: ticks(at + toSide * 40 * (k + 1)), share: 1 / s.targets })),
      timeInForce: 'gtc',
      expiresAt: ts(wired.now + 600_000),
    }
  }
  const orders = [order(s.kind, s.side), ...(s.pair ? [order('stop-market', s.side === 1 ? -1 : 1)] : [])]
  wired.give({ type: 'place-orders', strategy: MANUAL_OWNER, instrument: MANUAL, orders, actor: 'cli', ts: ts(wired.now) })
}

function work(wired: WiredKernel, s: Extract<Step, { readonly type: 'work' }>): void {
  const execution = parseExecution(s.how)
  if (typeof execution === 'string') throw new Error(execution)
  const mark = wired.kernel.portfolio.mark(MANUAL)
  const held: number = wired.kernel.portfolio.positionLots(MANUAL)
  if (mark === 0 || (s.isExit && held === 0)) return
  const to = s.isExit ? (held > 0 ? -1 : 1) : s.side
  wired.give({
    type: 'start-algorithm',
    strategy: MANUAL_OWNER,
    instrument: MANUAL,
    class: s.isExit ? 'reduce' : 'entry',
    side: to,
    lots: lots(s.isExit ? Math.abs(held) : 300),
    execution,
    ...(execution.type === 'iceberg' ? { limit: ticks(mark + to * 20) } : undefined),
    stop: ticks(mark - to * 200),
    actor: 'cli',
    ts: ts(wired.now),
  })
}

const OUTSIDE_HOLDS = [
  'external-close-BTCUSDT',
  'external-close-ETHUSDT',
  'external-close-SOLUSDT',
  'external-close-sma',
  'external-close-donchian',
]

const PANIC_HOLDS = wiredConfig().instruments.map(({ symbol }) => `panic-${symbol}`)

/** Closes that wait for their price are together for no more than is held, as soon as the venue has reported all; none holds up another exit. */
function expectClosesFit({ kernel, isSilent }: WiredKernel): void {
  if (!isSilent) return
  for (const { index: i } of kernel.config.instruments) {
    const held = Math.abs(kernel.portfolio.positionLots(i))
    const waiting = kernel.orders.open(i).filter((o) => isLimitClose(o) && !o.cancelRequested)
    // A flat position takes them along with the next tick.
    if (held > 0) expect(waiting.reduce((sum, o) => sum + openLotsOf(o), 0)).toBeLessThanOrEqual(held)
    if (kernel.guardedLots(i) > 0 && kernel.config.instruments[i]?.category === 'spot') expect(waiting).toEqual([])
  }
}

/** A panic of one symbol says nothing of another. */
function expectAlone({ input, facts }: LogEntry): void {
  if (input.type !== 'panic' || input.instrument === undefined) return
  const about = facts.flatMap((fact) =>
    fact.type === 'order-submitted'
      ? [fact.command.instrument]
      : 'instrument' in fact && fact.instrument !== undefined
        ? [fact.instrument]
        : [],
  )
  expect(about.filter((i) => i !== input.instrument)).toEqual([])
}

/** S5: what is held has its stop at the venue, of its size, when the venue is silent. What is not ours is not ours to protect (S8). */
function expectGuarded({ venue, kernel, bare, isSilent }: WiredKernel): void {
  // Fills of one instant are reported one after the other, and may come to what is held by chance before the last.
  if (!isSilent) return
  for (const { index, category } of kernel.config.instruments) {
    if (category === 'spot') continue
    const held = Math.abs(venue.positions[index]?.lots ?? 0)
    if (kernel.portfolio.venueLots(index) !== venue.positions[index]?.lots) continue
    if (held === 0 || kernel.portfolio.positionLots(index) === 0) continue
    const stops = venue.openOrders(index).filter((o) => o.attached === 'stop')
    if (stops.length > 0) bare.delete(index)
    if (!bare.has(index)) expect(stops.map((o) => o.lots)).toEqual([held])
  }
}

/** On spot, when the venue is silent: what exits and any one that protects would sell is held, and a stop is for what no exit sells. */
function expectCovered({ venue, kernel }: WiredKernel): void {
  for (const { index: i, category } of kernel.config.instruments) {
    if (category !== 'spot') continue
    const held: number = kernel.portfolio.positionLots(i)
    const sells = venue.openOrders(i).filter((o) => o.side === -1 && o.clientOrderId.startsWith('b1-'))
    const left = (o: SimOrder): number => o.lots - o.filled
    const exits = sells.filter((o) => o.kind === 'market').reduce((sum, o) => sum + left(o), 0)
    const guards = sells.filter((o) => o.kind !== 'market')
    expect(exits + Math.max(0, ...guards.map(left))).toBeLessThanOrEqual(held)
    const stops = guards.filter((o) => o.kind === 'stop-market')
    if (stops.length > 0) expect(stops.map(left)).toEqual([kernel.guardedLots(i)])
  }
}

/** What must hold of parent orders. */
function expectBounded(kernel: Kernel): void {
  for (const state of kernel.parentOrders.active) {
    const open = kernel.orders.open(state.instrument).filter((o) => o.parentOrderId === state.id && o.origin === 'ours')
    expect(open.length, 'one child at a time').toBeLessThanOrEqual(1)
    expect(state.filled + open.reduce((sum, o) => sum + o.lots - o.filled, 0), 'a parent is never overfilled').toBeLessThanOrEqual(
      state.lots,
    )
  }
}

const plain = (kernel: Kernel): unknown => JSON.parse(JSON.stringify(kernel.snapshot()))
const RUNS = { numRuns: 150 }
const MARKETS = ['linear', 'spot'] as const

describe.each(MARKETS)('with people on %s', (market) => {
  test('fold(whole log) and fold(snapshot, tail) are the state that was lived through', () => {
    fc.assert(
      fc.property(script, fc.double({ min: 0, max: 1, noNaN: true }), ([seed, steps], cut) => {
        const wired = new WiredKernel(seed, market)
        const stops: { at: number; state: string }[] = []
        wired.check = () => void stops.push({ at: wired.log.length, state: JSON.stringify(wired.kernel.snapshot()) })
        play(wired, steps)
        const lived = plain(wired.kernel)
        expect(plain(fold(new Kernel(wiredConfig(market)), wired.log))).toEqual(lived)
        const stop = stops[Math.floor(cut * (stops.length - 1))]
        if (stop === undefined) return
        const restored = new Kernel(wiredConfig(market))
        restored.restore(JSON.parse(stop.state) as KernelSnapshot)
        expect(plain(fold(restored, wired.log.slice(stop.at)))).toEqual(lived)
      }),
      RUNS,
    )
  }, 60_000)

  test('replay decides the same facts again', () => {
    fc.assert(
      fc.property(script, ([seed, steps]) => {
        const wired = new WiredKernel(seed, market)
        play(wired, steps)
        const again = new Kernel(wiredConfig(market))
        const facts = structuredClone(wired.log).map(({ input }): LogEntry => {
          again.factBuffer.reset()
          again.apply(input)
          return { input, facts: structuredClone(Array.from({ length: again.factBuffer.count }, (_, k) => again.factBuffer.at(k))) }
        })
        expect(facts.map((entry) => entry.facts)).toEqual(wired.log.map((entry) => entry.facts))
        expect(plain(again)).toEqual(plain(wired.kernel))
      }),
      RUNS,
    )
  }, 60_000)

  test('after each step: the ledger sums to zero, limits hold in the worst case (S8), and nothing but a command loosens (S1)', () => {
    fc.assert(
      fc.property(script, ([seed, steps]) => {
        const wired = new WiredKernel(seed, market)
        const { kernel } = wired
        let holds = new Set<string>()
        wired.check = ({ input, facts }) => {
          expect(ledgerSum(kernel.portfolio.ledger)).toBe(0)
          expectBounded(kernel)
          expectAlone({ input, facts })
          for (const fact of facts) if (fact.type === 'order-submitted' && fact.class === 'entry') expectWithinLimits(kernel, fact)
          const now = new Set(kernel.holds.map((hold) => hold.id))
          for (const id of holds) if (!now.has(id)) expectCommand(input, id)
          holds = now
          // The stop of what was adopted is on its way.
          if (input.type !== 'adopt-external') expectGuarded(wired)
        }
        play(wired, steps, () => {
          expectCovered(wired)
          expectClosesFit(wired)
        })
        wired.give({ type: 'panic', actor: 'cli', reason: '', ts: ts(wired.now) })
        expect(kernel.parentOrders.active.filter((a) => a.status !== 'ending')).toEqual([])
        // A last print fills what waits for a price; then both sides must agree.
        wired.minute(0)
        wired.minute(0)
        expect(kernel.parentOrders.active).toEqual([])
        expect(kernel.portfolio.positions.map((p) => p.lots)).toEqual([0, 0, 0])
        // What is left is others': of contracts as the records have it, of coins as many as they will.
        for (const { index, category } of kernel.config.instruments)
          if (category === 'linear') expect(kernel.portfolio.externalLots(index)).toBe(wired.venue.positions[index]?.lots)
        expect(kernel.portfolio.money).toBe(wired.venue.money())
      }),
      RUNS,
    )
  }, 60_000)
})

/** S1: only an operator's word lifts a hold. */
function expectCommand(input: KernelInput, holdId: string): void {
  if (input.type === 'adopt-external' || input.type === 'ignore-external')
    expect(holdId).toBe(`external-${wiredConfig().instruments[input.instrument]?.symbol}`)
  else expect(input).toMatchObject({ type: 'lift-hold', holdId })
}

function expectWithinLimits(kernel: Kernel, { command }: Extract<KernelFact, { readonly type: 'order-submitted' }>): void {
  const { portfolio } = kernel
  const i = command.instrument
  const limits = kernel.limits.of(i)
  const held = portfolio.venueLots(i) * command.side
  const worst = lots(Math.max(0, held) + portfolio.openEntryLots(i, command.side))
  const instrument = portfolio.instrument(i)
  expect(worst).toBeGreaterThanOrEqual(command.lots)
  expect(notionalOf(instrument, portfolio.mark(i), worst, 'ceil')).toBeLessThanOrEqual(limitAt(limits.positionMax, portfolio.equity))
  // A reversal: what its own close frees is not counted (docs/risk.md).
  const freed = held < 0 ? notionalOf(instrument, portfolio.mark(i), lots(-held), 'ceil') : 0
  expect(portfolio.grossNotional - freed).toBeLessThanOrEqual(limitAt(limits.grossMax, portfolio.equity))
  expect(portfolio.marginUsed).toBeLessThanOrEqual(portfolio.marginEquity)
  const side = command.side === 1 ? 'netLong' : 'netShort'
  expect(portfolio.exposure(undefined)[side]).toBeLessThanOrEqual(limitAt(limits.netMax, portfolio.equity))
  expect(portfolio.symbolsAtStake().length).toBeLessThanOrEqual(limits.openPositionsMax)
  for (const window of ['day', 'week'] as const)
    expect(portfolio.lossLeft(window, window === 'day' ? limits.dayLossMax : limits.weekLossMax)).toBeGreaterThan(0)
  for (const { strategy, grossMax, netMax, openPositionsMax, dayLossMax } of limits.scopes ?? []) {
    if (strategy === undefined) continue
    const own = portfolio.exposure(strategy)
    expect(own.gross - (portfolio.ownerOf(i) === strategy ? freed : 0)).toBeLessThanOrEqual(limitAt(grossMax, portfolio.equity))
    expect(own[side]).toBeLessThanOrEqual(limitAt(netMax, portfolio.equity))
    expect(portfolio.symbolsAtStake().filter((each) => portfolio.ownerOf(each) === strategy).length).toBeLessThanOrEqual(openPositionsMax)
    expect(portfolio.lossLeft('day', dayLossMax, { type: 'strategy', strategy })).toBeGreaterThan(0)
  }
}

test('the scripts reach what they are to test: fills, denials, holds, panics, closed trades', () => {
  const seen = new Set<string>()
  for (const [seed, steps] of fc.sample(script, { numRuns: 400, seed: 7 })) {
    const wired = new WiredKernel(seed)
    wired.check = ({ input, facts }) => {
      seen.add(input.type)
      if (input.type === 'panic' && input.instrument !== undefined) seen.add('panic of one symbol')
      const order = input.type === 'order-filled' ? wired.kernel.orders.find(input.instrument, input.orderId, undefined) : undefined
      if (order !== undefined && isLimitClose(order)) seen.add(`close at a price ${order.status}`)
      for (const fact of facts) seen.add(fact.type)
    }
    play(wired, steps)
  }
  for (const type of [
    'change-risk-setting',
    'risk-setting-changed',
    'order-filled',
    'order-adopted',
    'order-canceled',
    'order-denied',
    'hold-added',
    'hold-lifted',
    'trade-closed',
    'stop-requested',
    'cancel-requested',
    'panic',
    'order-triggered',
    'order-amended',
    'amend-requested',
    'algorithm-started',
    'algorithm-changed',
    'algorithm-ended',
    'external-adopted',
    'external-ignored',
    'stop-adopted',
    'panic of one symbol',
    'close at a price filled',
    'close at a price partially-filled',
  ])
    expect([...seen]).toContain(type)
})
