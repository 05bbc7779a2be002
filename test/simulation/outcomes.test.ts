/**
 * Each way in which Bybit refuses, over the real sender, driver, kernel and wire: a typed outcome, an alert, and books that agree.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { instrumentIndex } from '../../src/core/units.ts'
import { QuietWorld } from '../support/quiet-world.ts'

let world: QuietWorld

beforeEach(async () => {
  world = new QuietWorld()
  expect(await world.start()).toMatchObject({ ok: true })
  expect([world.alerts, world.holds]).toEqual([[], []])
})

/** Alerts of fills are no news here. */
const alerts = (): string[] => world.alerts

describe('an entry', () => {
  test('10006 with its headers: it waits as long as they say, and is taken', async () => {
    world.fault({ path: '/v5/order/create' }, { type: 'rate-limit', waitMs: 1_500 })
    const asked = world.open()
    await asked
    expect([world.orders(), alerts()]).toEqual([['entry submitted'], ['P3 rate_limit.near']])
    world.host.faults.clear()
    await world.pass(3_000)
    expect(world.orders()).toEqual(['entry filled'])
    const { books, venue } = world.held()
    expect([books > 0, books]).toEqual([true, venue])
  })

  test('10006 for longer than five seconds: it is dropped, and never sent late', async () => {
    world.fault({ path: '/v5/order/create' }, { type: 'rate-limit', waitMs: 1_500 })
    await world.open()
    await world.pass(8_000)
    world.host.faults.clear()
    await world.pass(20_000)
    expect([world.orders(), world.held()]).toEqual([['entry never-arrived'], { books: 0, venue: 0 }])
  })

  test.each([
    [110007, 'insufficient margin'],
    [110094, 'below the least notional'],
  ])('%i, %s: rejected, P2, nothing held', async (retCode) => {
    world.fault({ path: '/v5/order/create' }, { type: 'error', retCode, retMsg: 'no' })
    await world.open()
    await world.pass(3_000)
    expect([world.orders(), alerts(), world.held(), world.holds]).toEqual([
      ['entry rejected'],
      ['P2 order.rejected BTCUSDT'],
      { books: 0, venue: 0 },
      [],
    ])
  })

  test('hedge mode: rejected, the symbol is held with what to do, and a resume is refused until it is one-way', async () => {
    world.change({ positionMode: 'hedge' })
    await world.pass(2_000)
    expect(world.holds).toContain('precondition-account.position_mode-BTCUSDT')
    expect(alerts()).toContain('P1 account.position_mode BTCUSDT')
    expect(await world.open()).toMatchObject({ status: 'refused', text: expect.stringContaining('hedge mode') })
    const resume = { name: 'resume', scope: { type: 'account' }, isAdmin: true } as const
    expect(await world.ask(resume)).toMatchObject({ status: 'refused', text: expect.stringContaining('one-way') })
    world.change({ positionMode: 'one-way' })
    await world.pass(2_000)
    expect(await world.ask(resume)).toMatchObject({ status: 'done' })
    expect(world.holds).toEqual([])
  })

  test('30228: rejected, the symbol takes no more entries, the others do', async () => {
    world.change({ status: { BTCUSDT: 'Closed' } })
    await world.open()
    await world.pass(8_000)
    expect([world.orders(), alerts()]).toEqual([['entry rejected'], ['P2 order.rejected BTCUSDT', 'P2 symbol.delisting BTCUSDT']])
    expect(await world.open()).toMatchObject({
      status: 'refused',
      text: 'BTCUSDT: Bybit accepts no entries in this symbol (closed) (instrument-status).',
    })
    expect(await world.open('ETHUSDT')).toMatchObject({ status: 'done' })
  })

  test('an expired key: rejected, P1, entries held; with a valid key a person resumes', async () => {
    world.change({ deadlineDay: 0 })
    await world.open()
    await world.pass(4_000)
    expect(world.orders()).toEqual(['entry rejected'])
    expect(alerts()).toEqual(expect.arrayContaining(['P1 key.invalid', 'P2 order.rejected BTCUSDT']))
    expect(world.holds).toEqual(expect.arrayContaining(['auth', 'precondition-key.invalid']))
    world.change({ deadlineDay: 30 })
    await world.pass(40_000)
    expect(await world.ask({ name: 'resume', scope: { type: 'account' }, isAdmin: true })).toMatchObject({ status: 'done' })
    expect(world.holds).toEqual([])
  })
})

describe('an exit', () => {
  beforeEach(async () => {
    await world.open()
    await world.pass(4_000)
    expect(world.held().books).toBeGreaterThan(0)
    world.alerts.length = 0
  })
  const close = { name: 'close', symbol: 'BTCUSDT' } as const

  test('10006: it is sent again until it is taken', async () => {
    world.fault({ path: '/v5/order/create' }, { type: 'rate-limit', waitMs: 1_500 })
    await world.ask(close)
    await world.pass(20_000)
    world.host.faults.clear()
    await world.pass(5_000)
    expect(world.held()).toEqual({ books: 0, venue: 0 })
  })

  test('HTTP 403 without a trade WebSocket: said plainly at once, nothing leaves for ten minutes, the stop stands, and then it is closed', async () => {
    world.fault({}, { type: 'http', status: 403 })
    await world.ask(close)
    await world.pass(5_000)
    world.host.faults.clear()
    expect(alerts()).toContain('P1 ip_ban')
    expect(world.summaries.join()).toContain('not even exits: there is no trade WebSocket here (demo has none)')
    await world.pass(500_000)
    const stops = world.host.exchange.instruments.flatMap((i) => world.host.exchange.venue.openOrders(i.index))
    // It may have been stopped out meanwhile: then it is flat, and that is what the stop is for.
    if (world.held().venue !== 0) expect(stops.map((order) => order.attached)).toEqual(['stop'])
    await world.pass(160_000)
    expect(world.held()).toEqual({ books: 0, venue: 0 })
  }, 60_000)

  test('maintenance: P1 while something is held, the order is settled afterwards, and its end is reported', async () => {
    world.change({ maintenance: true })
    await world.ask(close)
    await world.pass(2_000)
    expect(alerts()).toContain('P1 exchange.maintenance')
    expect(world.parts.get('exchange')).toContain('maintenance (Scheduled maintenance)')
    world.change({ maintenance: false })
    await world.pass(60_000)
    expect(world.held()).toEqual({ books: 0, venue: 0 })
    expect(alerts()).toContain('P4 exchange.back')
  })

  test('a symbol in delivery: exits pass (S2)', async () => {
    world.change({ status: { BTCUSDT: 'Delivering' } })
    await world.ask(close)
    await world.pass(5_000)
    expect(world.held()).toEqual({ books: 0, venue: 0 })
  })
})

describe('S2 an exit while HTTP answers 403, with a trade WebSocket', () => {
  const close = { name: 'close', symbol: 'BTCUSDT' } as const
  const BAN_MS = 600_000

  beforeEach(async () => {
    world = new QuietWorld('sim', 3, true)
    expect(await world.start()).toMatchObject({ ok: true })
    await world.open()
    await world.open('ETHUSDT')
    await world.pass(4_000)
    expect([world.held().books > 0, world.held('ETHUSDT').books > 0, world.traded]).toEqual([true, true, []])
    world.alerts.length = 0
    world.summaries.length = 0
  })
  /** Executions at the exchange. */
  const fills = (symbol: string) =>
    world.host.exchange.account.executions.all.filter((row) => row.symbol === symbol && row.execType === 'Trade')

  test('it goes at once, is booked once, and no second one when HTTP is back; a stop that cannot be moved does not stand in its way', async () => {
    world.fault({ path: '/v5/*' }, { type: 'http', status: 403 })
    expect(await world.ask({ name: 'protect', symbol: 'ETHUSDT', stop: '-19%' })).toBeDefined()
    await world.ask(close, 1_000)
    expect([world.held(), world.traded]).toEqual([{ books: 0, venue: 0 }, ['order.create']])
    expect(alerts().filter((alert) => alert.startsWith('P1'))).toEqual(['P1 ip_ban'])
    expect(world.summaries.join()).toContain('Exits, cancels and order changes use the trade WebSocket')
    expect(world.held('ETHUSDT').books).toBeGreaterThan(0)
    // Entries do not take that way.
    await world.open('SOLUSDT')
    await world.pass(10_000)
    expect(world.held('SOLUSDT')).toEqual({ books: 0, venue: 0 })
    const before = fills('BTCUSDT').length
    world.host.faults.clear()
    await world.pass(BAN_MS + 30_000)
    expect([world.held(), world.traded, fills('BTCUSDT').length]).toEqual([{ books: 0, venue: 0 }, ['order.create'], before])
    expect(world.orders().filter((order) => !order.startsWith('entry'))).toEqual(['reduce filled'])
    expect(world.held('ETHUSDT').books).toBe(world.held('ETHUSDT').venue)
  }, 120_000)

  test('S6 its reply is lost: it stays unknown while nothing can be read, is found when HTTP is back, and is never sent twice', async () => {
    const before = fills('BTCUSDT').length
    world.host.faults.set(
      {
        seed: 1,
        rules: [
          { match: { path: '/v5/*' }, when: {}, effect: { type: 'http', status: 403 } },
          { match: { op: 'order.create' }, when: { times: 1 }, effect: { type: 'drop-reply-after', way: 'hang' } },
          // The private stream does not tell either.
          ...['order', 'execution', 'position'].map((topic) => ({ match: { topic }, when: {}, effect: { type: 'drop-frame' } as const })),
        ],
      },
      world.time.nowMs,
    )
    await world.ask(close)
    await world.pass(60_000)
    const { books, venue } = world.held()
    expect([books > 0, venue, world.traded]).toEqual([true, 0, ['order.create']])
    expect(world.orders()).toContain('reduce submitted')
    world.host.faults.clear()
    await world.pass(BAN_MS)
    expect([world.held(), world.traded, fills('BTCUSDT').length]).toEqual([{ books: 0, venue: 0 }, ['order.create'], before + 1])
    expect(world.orders().filter((order) => !order.startsWith('entry'))).toEqual(['reduce filled'])
  }, 120_000)

  test('refused there too: said at once, tried again until it is taken', async () => {
    world.host.faults.set(
      {
        seed: 1,
        rules: [
          { match: { path: '/v5/*' }, when: {}, effect: { type: 'http', status: 403 } },
          { match: { op: 'order.create' }, when: { times: 3 }, effect: { type: 'error', retCode: 10403, retMsg: 'Exceed IP limit' } },
        ],
      },
      world.time.nowMs,
    )
    await world.ask(close)
    expect(alerts().filter((alert) => alert.startsWith('P1'))).toEqual(['P1 ip_ban', 'P1 ip_ban'])
    expect(world.summaries.join()).toContain('The trade WebSocket rejects exits too (10403 Exceed IP limit)')
    await world.pass(10_000)
    expect([world.held(), world.traded.length]).toEqual([{ books: 0, venue: 0 }, 4])
  })
})

describe('S12 the account is changed in the app', () => {
  test.each([
    ['reduce-only', { isReduceOnly: { BTCUSDT: true } }, 'P2 account.reduce_only BTCUSDT', 'precondition-account.reduce_only-BTCUSDT'],
    [
      'auto-add margin',
      { autoAddMargin: { BTCUSDT: true } },
      'P2 account.auto_add_margin BTCUSDT',
      'precondition-account.auto_add_margin-BTCUSDT',
    ],
  ] as const)('%s: the stream shows it, entries of the symbol are held', async (_, change, alert, hold) => {
    world.change(change)
    await world.pass(1_000)
    expect([alerts(), world.holds]).toEqual([[alert], [hold]])
  })

  test('leverage: set back by us off a position, held in one', async () => {
    const leverage = (): number => world.host.exchange.venue.leverage(instrumentIndex(0))
    const set = (value: number): void =>
      world.host.act((exchange) => {
        exchange.venue.setLeverage(instrumentIndex(0), value)
        exchange.account.tellPosition(instrumentIndex(0))
      })
    const wanted = leverage()
    set(2)
    await world.pass(3_000)
    expect([leverage(), world.holds, alerts()]).toEqual([wanted, [], []])
    await world.open()
    await world.pass(4_000)
    set(2)
    await world.pass(3_000)
    expect([leverage(), world.holds]).toEqual([2, ['precondition-account.leverage-BTCUSDT']])
  })

  test('S12 leverage by a setting: set at once where flat; in a position after it closes, under a hold that ends by itself', async () => {
    const leverages = (): number[] => [0, 1].map((at) => world.host.exchange.venue.leverage(instrumentIndex(at)))
    const set = (value: string) => world.ask({ name: 'set-limit', key: 'leverage', value, scope: { type: 'account' } })
    await world.open()
    await world.pass(4_000)
    expect((await set('4x'))?.status).toBe('done')
    await world.pass(4_000)
    expect([leverages(), world.holds]).toEqual([[10, 4], ['precondition-account.leverage_pending-BTCUSDT']])
    await world.ask({ name: 'close', symbol: 'BTCUSDT' })
    await world.pass(10_000)
    expect([leverages(), world.holds, alerts()]).toEqual([[4, 4], [], ['P4 account.leverage_pending BTCUSDT']])
  })

  const marginMode = (): string => world.host.exchange.venue.marginMode
  const setMode = (value: string) => world.ask({ name: 'set-limit', key: 'marginMode', value, scope: { type: 'account' } })

  test('S12 margin mode: another one on the account is set back by us while nothing is open', async () => {
    world.change({ marginMode: 'ISOLATED_MARGIN' })
    await world.pass(3_601_000)
    expect([marginMode(), world.holds, alerts()]).toEqual(['cross', [], []])
  }, 120_000)

  test('S12 margin mode by a setting: set at once where flat; with a position after it closes, under a hold that ends by itself', async () => {
    // At 10x a position is liquidated before the stop of these tests.
    await world.ask({ name: 'set-limit', key: 'leverage', value: '3x', scope: { type: 'account' } })
    expect(await setMode('isolated')).toMatchObject({ status: 'done' })
    await world.pass(2_000)
    expect([marginMode(), world.holds]).toEqual(['isolated', []])
    await world.open()
    await world.pass(4_000)
    expect(await setMode('cross')).toMatchObject({ status: 'done', text: expect.stringContaining('once all positions are closed') })
    await world.pass(4_000)
    expect([marginMode(), world.holds]).toEqual(['isolated', ['precondition-account.margin_mode_pending']])
    await world.ask({ name: 'close', symbol: 'BTCUSDT' })
    await world.pass(10_000)
    expect([marginMode(), world.holds, alerts()]).toEqual(['cross', [], ['P4 account.margin_mode_pending']])
  })

  test('S12 leverage and margin mode that wait for a close are waited for over a kill: the holds still end by themselves', async () => {
    await world.ask({ name: 'set-limit', key: 'leverage', value: '3x', scope: { type: 'account' } })
    await setMode('isolated')
    await world.pass(2_000)
    await world.open()
    await world.pass(4_000)
    await setMode('cross')
    await world.ask({ name: 'set-limit', key: 'leverage', value: '2x', scope: { type: 'account' } })
    await world.pass(4_000)
    const pending = ['precondition-account.leverage_pending-BTCUSDT', 'precondition-account.margin_mode_pending']
    expect([...world.holds].sort()).toEqual(pending)
    world.kill()
    await world.pass(2_000)
    await world.start()
    await world.pass(4_000)
    expect([...world.holds].sort()).toEqual(pending)
    await world.ask({ name: 'close', symbol: 'BTCUSDT' })
    await world.pass(10_000)
    expect([marginMode(), world.host.exchange.venue.leverage(instrumentIndex(0)), world.holds]).toEqual(['cross', 2, []])
  })

  test('S12 margin mode that Bybit refuses: one sentence with its reason, entries on hold', async () => {
    world.change({ marginModeRefusal: 'Equity needs to be equal to or greater than 1000 USDC' })
    await setMode('isolated')
    await world.pass(2_000)
    expect([marginMode(), world.holds]).toEqual(['cross', ['precondition-account.margin_mode']])
    expect(world.summaries.at(-1)).toBe(
      'Bybit does not switch the account to isolated margin (3400045 Set margin mode failed: Equity needs to be equal to or greater than 1000 USDC). Fix that, or set risk.marginMode to what the account has: cross margin. Entries are on hold until /resume.',
    )
    expect(await world.open()).toMatchObject({ status: 'refused' })
  })

  test('ADL rank: reported at 4 of a position, once', async () => {
    await world.open()
    await world.pass(4_000)
    world.change({ adlRank: { BTCUSDT: 4 } })
    world.change({ adlRank: { BTCUSDT: 5 } })
    await world.pass(1_000)
    expect(alerts().filter((alert) => alert.includes('adl'))).toEqual(['P3 adl.rank_high BTCUSDT'])
  })

  test('a price step that Bybit changes: the refusal is reported, the trader starts again in the new steps, and all works as ever', async () => {
    await world.open()
    await world.pass(4_000)
    const { books } = world.held()
    expect(books).toBeGreaterThan(0)
    world.alerts.length = 0
    world.change({ tickSize: { BTCUSDT: '1000' } })
    expect(await world.ask({ name: 'protect', symbol: 'BTCUSDT', stop: '-19%' })).toMatchObject({ status: 'done' })
    await world.pass(10_000)
    expect([world.stops().length, world.startsAgain.length]).toEqual([1, 1])
    expect(await world.startAgain()).toMatchObject({ ok: true })
    await world.pass(5_000)
    expect(await world.ask({ name: 'protect', symbol: 'BTCUSDT', stop: '-19%' })).toMatchObject({ status: 'done' })
    await world.ask({ name: 'close', symbol: 'BTCUSDT' })
    await world.pass(5_000)
    expect(world.held()).toEqual({ books: 0, venue: 0 })
    expect(alerts()).toEqual(['P1 stop.failed_to_place BTCUSDT', 'P3 instrument.changed BTCUSDT'])
  })

  test('what only a reading shows is found within the hour', async () => {
    world.change({ borrowAmount: '5', wallet: ['Withdraw'] })
    await world.pass(3_601_000)
    expect(alerts()).toEqual(expect.arrayContaining(['P1 key.has_withdraw', 'P2 account.borrowed']))
    expect(world.holds).toEqual(expect.arrayContaining(['precondition-account.borrowed']))
  }, 120_000)
})

test('S12 on live a key that may withdraw is refused at the start', async () => {
  const live = new QuietWorld('live')
  live.host.exchange.conditions.change({ wallet: ['Withdraw'] })
  expect(await live.start()).toMatchObject({
    ok: false,
    error: { sentence: 'The key has permission to withdraw coins, which trading does not need.' },
  })
})

test('DCP is armed where the account has it, and the status says so', async () => {
  const own = new QuietWorld()
  own.host.exchange.conditions.change({ dcpWindowSec: 10 })
  await own.start()
  expect(own.parts.get('account')).toContain('cancel on disconnect after 10 s')
  expect(world.parts.get('account')).toContain('no cancel on disconnect')
})
