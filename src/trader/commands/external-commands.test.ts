/**
 * The command handler's answers about external positions, and the comparison with the exchange: what is shown, what is fixed, what is refused.
 */
import { describe, expect, test } from 'vitest'
import { cash, lots, orderId, ticks, ts } from '../../core/units.ts'
import type { CommandOutcome, TraderCommand } from '../../kernel/trader-command.ts'
import type { KernelFact } from '../../kernel/fact.ts'
import { BTC, Bench, brief, signal } from '../../../test/support/kernel/kernel-run.ts'
import type { AccountReading, OrderReport, PositionReport } from '../../trading/report.ts'
import { accountDifferences } from '../account/account-differences.ts'
import { commandHandlerOn } from '../../../test/support/kernel/command-handler-on.ts'
import type { CommandHandler } from './command-handler.ts'
import { knownStateOf } from '../account/reconciler.ts'
import { verifyFlat } from '../account/verify-flat.ts'
import type { WallClock } from '../../system/wall-clock.ts'

const position = (size: number, stop?: number): PositionReport => ({
  instrument: BTC,
  lots: lots(size),
  entry: ticks(100),
  mark: ticks(100),
  stop: stop === undefined ? undefined : ticks(stop),
  target: undefined,
  leverage: '10',
  liquidation: undefined,
  maintenance: cash(0),
  adlRank: 0,
  isHedge: false,
  isReduceOnly: false,
  autoAddsMargin: false,
})
const order = (part: Partial<OrderReport>): OrderReport => ({
  type: 'order',
  instrument: BTC,
  venueOrderId: 'v1',
  clientOrderId: 'b1-tests1-1',
  parentClientOrderId: '',
  side: 1,
  kind: 'limit',
  origin: 'ours',
  lots: lots(10),
  filled: lots(0),
  limit: ticks(90),
  trigger: undefined,
  triggerBy: 'mark',
  reduceOnly: false,
  status: 'open',
  cause: '',
  ts: ts(1),
  ...part,
})

class Room {
  readonly bench = new Bench()
  readonly facts: KernelFact[] = []
  reading: AccountReading = { openOrders: [], executions: [], positions: [], holdings: [], walletBalance: cash(10_000e8), coin: 'USDT' }
  reconciled = 0
  private readonly commandHandler: CommandHandler

  constructor() {
    this.commandHandler = commandHandlerOn(this.bench, this.facts, {
      compare: async () => accountDifferences(this.reading, this.bench.kernel, knownStateOf(this.bench.kernel)),
      reconcile: () => {
        this.reconciled += 1
      },
    })
  }

  ask(command: TraderCommand): Promise<CommandOutcome> {
    return this.commandHandler.execute({ id: 1, actor: 'cli', command, askedAtMs: 0 }, 0)
  }
  get holds(): string[] {
    return this.bench.kernel.holds.map((hold) => hold.id)
  }
}

describe('S8 what was closed outside', () => {
  test('re-enter lifts the symbol’s hold and the strategy’s', async () => {
    const room = new Room()
    room.bench.enter()
    room.bench.outside(0)
    expect(room.holds).toEqual(['external-close-BTCUSDT', 'external-close-s0'])
    expect(await room.ask({ name: 'resume', scope: { type: 'symbol', symbol: 'BTCUSDT' }, isAdmin: false })).toMatchObject({
      status: 'done',
    })
    expect(room.holds).toEqual([])
    expect(brief(room.bench.say(signal(1)))).toEqual(['entry buy 10'])
  })

  test('what was closed outside: keep out stays', async () => {
    const room = new Room()
    room.bench.enter()
    room.bench.outside(0)
    await room.ask({ name: 'pause', scope: { type: 'symbol', symbol: 'BTCUSDT' }, reason: '' })
    expect(room.holds).toEqual(['external-close-BTCUSDT', 'external-close-s0', 'pause-BTCUSDT'])
  })
})

describe('S8 what is not ours', () => {
  test('a resume does not say whose it is', async () => {
    const room = new Room()
    room.bench.outside(7)
    const outcome = await room.ask({ name: 'resume', scope: { type: 'account' }, isAdmin: true })
    expect(outcome).toMatchObject({
      status: 'refused',
      text: 'Not resumed: external-BTCUSDT: use /adopt BTCUSDT or /ignore BTCUSDT.',
      refusal: { code: 'not-resumed' },
    })
    room.bench.outside(0)
    expect(await room.ask({ name: 'resume', scope: { type: 'account' }, isAdmin: true }), 'it is gone').toMatchObject({ status: 'done' })
  })

  test.each<readonly [string, Extract<TraderCommand, { name: 'adopt' }>, string]>([
    ['a stop that would trigger now', { name: 'adopt', symbol: 'BTCUSDT', stop: '100' }, 'A stop at 100 would trigger now'],
    ['what is no price', { name: 'adopt', symbol: 'BTCUSDT', stop: 'low' }, "'low' is not a price"],
    ['another owner', { name: 'adopt', symbol: 'BTCUSDT', strategy: 's1' }, 'BTCUSDT belongs to s0'],
    ['another symbol', { name: 'adopt', symbol: 'ETHUSDT' }, 'Nothing in ETHUSDT is external'],
  ])('%s is refused in words', async (_, command, words) => {
    const room = new Room()
    room.bench.outside(7)
    const outcome = await room.ask(command)
    expect(outcome.status).toBe('refused')
    expect(outcome.text).toContain(words)
    expect(room.facts).toEqual([])
  })

  test('adopted and ignored are said with figures', async () => {
    const room = new Room()
    room.bench.outside(7)
    expect((await room.ask({ name: 'ignore', symbol: 'BTCUSDT' })).text).toBe(
      'It is left untouched and counts toward risk limits. Entries on BTCUSDT are allowed.',
    )
    expect((await room.ask({ name: 'adopt', symbol: 'BTCUSDT', stop: '5%' })).text).toBe('s0 now owns 7 BTCUSDT. Stop 95, sent to Bybit.')
    expect(brief(room.facts)).toContain('stop at 95')
  })
})

describe('/reconcile', () => {
  test('/reconcile says when all agrees', async () => {
    const outcome = await new Room().ask({ name: 'reconcile' })
    expect(outcome).toEqual({ status: 'done', text: 'Positions, orders, stops and wallet agree with Bybit, read just now.', keys: [] })
  })

  test('shows each difference with its fix, and changes nothing', async () => {
    const room = new Room()
    room.bench.enter(1, 90)
    room.bench.give({
      type: 'place-orders',
      strategy: room.bench.config.strategies[0]?.id as never,
      instrument: BTC,
      orders: [{ side: 1, kind: 'limit', lots: lots(5), limit: ticks(95), stop: ticks(80), timeInForce: 'gtc' }],
      actor: 'cli',
      ts: ts(room.bench.now),
    })
    room.reading = {
      ...room.reading,
      positions: [position(4)],
      walletBalance: cash(9_990e8),
      openOrders: [order({}), order({ clientOrderId: 'b1-others-3', venueOrderId: 'v3' })],
    }
    const outcome = await room.ask({ name: 'reconcile' })
    expect(outcome.table?.rows).toEqual([
      ['position', 'BTCUSDT', '10', '4', 'look for missed fills, then book the rest as your close'],
      ['order', 'BTCUSDT #2', 'submitted', 'not open', 'look it up by its id and book its final state'],
      ['order', 'BTCUSDT #1', 'filled', 'open', 'cancel it'],
      ['stop', 'BTCUSDT', '90', 'none', 'set it to 90'],
      ['wallet', 'USDT', '10000', '9990', 'look for missed fills, funding and flows, then book the rest as unexplained'],
      ['order', 'BTCUSDT', 'unknown', 'b1-others-3', 'another Ballast trades this account: stop one of them, then /resume'],
    ])
    expect(outcome.keys).toHaveLength(5)
    expect([room.facts, room.reconciled]).toEqual([[], 0])
  })

  test('fix carries out what was shown and still stands, and nothing else', async () => {
    const room = new Room()
    room.bench.enter(1, 90)
    room.reading = { ...room.reading, positions: [position(10)], openOrders: [order({})] }
    const shown = (await room.ask({ name: 'reconcile' })).keys ?? []
    expect(shown).toEqual([`leftover/1`, 'stop/BTCUSDT/90/0'])
    room.reading = { ...room.reading, openOrders: [], walletBalance: cash(1e8) }
    const outcome = await room.ask({ name: 'reconcile', keys: shown })
    expect(outcome.text).toBe('1 in progress.')
    expect(brief(room.facts)).toEqual(['stop at 90'])
    room.reading = { ...room.reading, openOrders: [order({})] }
    await room.ask({ name: 'reconcile', keys: [...shown, 'wallet/-999900000000'] })
    expect(room.facts).toContainEqual(
      expect.objectContaining({ type: 'cancel-requested', orderId: orderId(1), venueOrderId: 'v1', clientOrderId: 'b1-tests1-1' }),
    )
    expect(room.reconciled, 'the wallet needs two readings').toBe(1)
  })

  test('reconcile fix says when the differences have settled meanwhile', async () => {
    expect((await new Room().ask({ name: 'reconcile', keys: ['order/3'] })).text).toContain('have settled')
  })
})

test('S7 what is not ours is listed as not touched and not waited for', async () => {
  const room = new Room()
  room.bench.outside(7)
  let ms = 0
  const wallClock: WallClock = {
    nowMs: () => ms,
    steadyMs: () => ms,
    every: () => () => {},
    sleep: async (by) => {
      ms += by
    },
  }
  const verify = (reading: Partial<AccountReading>): Promise<string> =>
    verifyFlat({ readAccount: async () => ({ ok: true, value: { ...room.reading, ...reading } }) }, room.bench.kernel, wallClock, () =>
      ts(0),
    )
  const theirs = order({ clientOrderId: '', origin: 'external', venueOrderId: 'x' })
  expect(await verify({ positions: [position(7)], openOrders: [theirs] })).toBe(
    "FLAT: 0 positions, 0 open orders in Ballast's scope, read from Bybit 00:00:00. Not touched: BTCUSDT 7 (external), 1 order not placed by Ballast. Trading is halted until an admin resumes.",
  )
  expect(await verify({ positions: [position(9)], openOrders: [order({})] })).toBe(
    'NOT FLAT: BTCUSDT 2 still open, 1 order still open. Retrying; stops stay at the exchange.',
  )
})
