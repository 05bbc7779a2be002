/**
 * S9 end to end: money that moves without a trade, over the wire simulator's transaction log and wallet stream.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { cash, instrumentIndex } from '../../src/core/units.ts'
import { ledgerSum } from '../../src/portfolio/ledger.ts'
import { QuietWorld } from '../support/quiet-world.ts'

const BTC = instrumentIndex(0)
let world: QuietWorld

beforeEach(async () => {
  world = new QuietWorld()
  await world.start()
})

/** Equity and the day's result in USDT, and the drawdown. */
const figures = (of = world) => {
  const { equity, watch, ledger } = of.kernel.portfolio
  expect(ledgerSum(ledger)).toBe(0)
  return { equity: equity / 1e8, day: Math.round((equity - watch.day.start) / 1e4) / 1e4, drawdown: Math.round(watch.drawdown * 1e4) }
}
/** Opens, closes, and waits until nothing is held: a flat account with a loss of fees. */
async function lose(of = world): Promise<void> {
  await of.open()
  await of.pass(4_000)
  await of.ask({ name: 'close', symbol: 'BTCUSDT' })
  await of.pass(4_000)
  expect(of.held()).toEqual({ books: 0, venue: 0 })
  of.alerts.length = 0
  of.summaries.length = 0
}

describe('a transfer', () => {
  test('S9 2,000 of a flat account leave it: it trades on, equity is less by it, day and drawdown stay', async () => {
    await lose()
    const before = figures()
    world.moveMoney('-2000', 'TRANSFER_OUT')
    await world.pass(20_000)
    const after = figures()
    expect(after.equity).toBeCloseTo(before.equity - 2_000, 8)
    expect([after.drawdown, world.holds, world.alerts]).toEqual([before.drawdown, [], ['P3 account.flow']])
    expect(world.summaries[0]).toBe(
      'Transfer out: -2000 USDT. It does not count as profit or loss: equity peak and day result are adjusted.',
    )
    const { ledger } = world.kernel.portfolio
    expect([ledger.flows / 1e8, ledger.adjustments, ledger.unexplained]).toEqual([2_000, 0, 0])
    // It is reported by the stream, long before the minute's reading.
    expect(ledger.wallet).toBe(world.host.exchange.venue.ledger.wallet)
  })

  test('S9 out with a position open: the position is kept, the drawdown stays, nothing is halted', async () => {
    await world.open()
    await world.pass(4_000)
    const { books } = world.held()
    expect(books).toBeGreaterThan(0)
    world.alerts.length = 0
    world.moveMoney('-2000', 'TRANSFER_OUT')
    await world.pass(90_000)
    expect(world.held()).toEqual({ books, venue: books })
    expect([world.holds, world.alerts.filter((a) => a.startsWith('P1'))]).toEqual([[], []])
    expect(figures().drawdown).toBeLessThan(100)
  })

  test('S9 5,000 come in: the result of the day is unchanged', async () => {
    await lose()
    const before = figures()
    world.moveMoney('5000', 'TRANSFER_IN')
    await world.pass(20_000)
    const after = figures()
    expect(after.equity).toBeCloseTo(before.equity + 5_000, 8)
    expect(world.kernel.portfolio.watch.day.start).toBeGreaterThan(cash(14_900e8))
    expect([Math.abs(after.day) < 60, world.alerts]).toEqual([true, ['P3 account.flow']])
  })

  test('S9 while nobody runs: booked once at the start, and not again by a later one', async () => {
    await lose()
    const before = figures().equity
    world.kill()
    world.moveMoney('-700', 'TRANSFER_OUT')
    world.moveMoney('12.5', 'BONUS')
    await world.pass(5_000)
    await world.start()
    expect(figures().equity).toBeCloseTo(before - 687.5, 8)
    expect(world.alerts).toEqual(['P3 account.flow', 'P3 account.flow'])
    world.kill()
    await world.pass(5_000)
    await world.start()
    await world.pass(70_000)
    expect(figures().equity).toBeCloseTo(before - 687.5, 8)
    expect(world.alerts).toHaveLength(2)
  })

  test('S9 between the two readings that open the records: in the opening balance, and no flow beside it', async () => {
    const late = new QuietWorld()
    late.fault({ path: '/v5/account/wallet-balance' }, { type: 'delay-reply', ms: 1_500 })
    const started = late.start()
    await started
    await late.pass(60_000)
    expect(late.kernel.portfolio.ledger.wallet).toBe(late.host.exchange.venue.ledger.wallet)
    expect(late.kernel.portfolio.ledger.flows).toBe(0)
  })
})

describe('every kind', () => {
  test('S9 each row of the log is booked under its own name, and none is a result', async () => {
    const before = figures()
    const rows = [
      ['-1', 'INTEREST', 'Interest: -1 USDT'],
      ['2', 'AIRDROP', 'Airdrop: +2 USDT'],
      ['3', 'FEE_REFUND', 'Fee refund: +3 USDT'],
      ['-4', 'CURRENCY_SELL', 'Conversion: -4 USDT'],
      ['5', 'DEPOSIT', 'Deposit: +5 USDT'],
      ['-6', 'WITHDRAW', 'Withdrawal: -6 USDT'],
      ['7', 'BONUS', 'Bonus: +7 USDT'],
      ['-8', 'AUTO_PRINCIPAL_REPAYMENT_LOAN', 'Loan: -8 USDT'],
      ['9', 'NEVER_HEARD_OF', 'Other (NEVER_HEARD_OF): +9 USDT'],
    ] as const
    for (const [amount, type] of rows) world.moveMoney(amount, type)
    await world.pass(20_000)
    expect(world.summaries).toEqual(
      rows.map(([, , said]) => `${said}. It does not count as profit or loss: equity peak and day result are adjusted.`),
    )
    const after = figures()
    expect(after.equity).toBeCloseTo(before.equity + 7, 8)
    expect([after.day, after.drawdown, world.holds]).toEqual([0, 0, []])
  })

  test('S9 of another coin it is reported, and is no money of the records', async () => {
    const before = figures().equity
    world.moveMoney('1250000.5', 'AIRDROP', 'EXC')
    await world.pass(70_000)
    expect([figures().equity, world.alerts]).toEqual([before, ['P4 account.flow']])
    expect(world.summaries[0]).toBe('Airdrop: +1250000.5 EXC. It does not change the equity used for risk limits.')
  })

  test('S8 trades of others in a symbol that is not traded here are flows of theirs, not a loss of ours', async () => {
    const narrow = new QuietWorld('sim', 1)
    await narrow.start()
    for (let k = 0; k < 6; k++) {
      narrow.order('Buy', '20.00', 'ETHUSDT')
      narrow.order('Sell', '20.00', 'ETHUSDT')
    }
    await narrow.pass(70_000)
    const { ledger, equity, watch, dayLoss } = narrow.kernel.portfolio
    expect(ledger.wallet).toBe(narrow.host.exchange.venue.ledger.wallet)
    expect(ledger.wallet).toBeLessThan(9_800e8)
    expect([ledger.adjustments, ledger.unexplained, dayLoss, equity - watch.day.start, watch.drawdown, narrow.holds]).toEqual([
      0,
      0,
      0,
      0,
      0,
      [],
    ])
    expect(narrow.summaries.every((said) => /^External trade: .* USDT on ETHUSDT/.test(said))).toBe(true)
  })

  test('fills and funding of our own are booked once: the log shows them too', async () => {
    await world.open()
    // Past a settlement of funding, at sixty times the speed.
    await world.pass(9 * 60_000)
    expect(world.kernel.portfolio.ledger.funding).not.toBe(0)
    const { ledger } = world.kernel.portfolio
    expect([ledger.wallet, ledger.flows, ledger.unexplained, ledger.adjustments]).toEqual([
      world.host.exchange.venue.ledger.wallet,
      0,
      0,
      0,
    ])
    expect(world.kernel.portfolio.positionLots(BTC)).toBe(world.held().venue)
  })
})

describe('what the log does not explain', () => {
  test('a key that may not read the log still has its account read: what moves is unexplained', async () => {
    const deaf = new QuietWorld()
    deaf.fault({ path: '/v5/account/transaction-log' }, { type: 'error', retCode: 10005, retMsg: 'Permission denied' })
    await deaf.start()
    expect(deaf.kernel.portfolio.equity).toBe(cash(10_000e8))
    deaf.moveMoney('-300', 'TRANSFER_OUT')
    await deaf.pass(40_000)
    expect([deaf.kernel.portfolio.equity / 1e8, deaf.holds]).toEqual([9_700, ['unexplained-money']])
    // That the key lacks the right is reported too.
    expect(deaf.alerts).toEqual(['P1 key.invalid', 'P1 account.unexplained'])
  })

  test('a log that does not answer is asked again: nothing is unexplained for it', async () => {
    world.fault({ path: '/v5/account/transaction-log' }, { type: 'http', status: 503 })
    world.moveMoney('-300', 'TRANSFER_OUT')
    await world.pass(40_000)
    expect(world.alerts).toEqual([])
    world.host.faults.clear()
    await world.pass(40_000)
    expect([world.kernel.portfolio.equity / 1e8, world.alerts, world.holds]).toEqual([9_700, ['P3 account.flow'], []])
  })

  test('S9 is unexplained: reported at once, held until an admin has seen it, and no result either', async () => {
    await lose()
    const before = figures()
    world.host.act(({ venue, source }) => venue.deposit(cash(-900e8), 'USDT', source.now, () => {}))
    await world.pass(90_000)
    const after = figures()
    expect(after.equity).toBeCloseTo(before.equity - 900, 8)
    expect([world.alerts, world.holds]).toEqual([['P1 account.unexplained'], ['unexplained-money']])
    expect([world.kernel.portfolio.ledger.unexplained / 1e8, after.drawdown]).toEqual([900, before.drawdown])
    expect(await world.open()).toMatchObject({ status: 'refused' })
    // No clean reading lifts it, and nobody but an admin.
    await world.pass(130_000)
    expect(world.holds).toEqual(['unexplained-money'])
    expect(await world.ask({ name: 'resume', scope: { type: 'account' }, isAdmin: false })).toMatchObject({ status: 'refused' })
    expect(await world.ask({ name: 'resume', scope: { type: 'account' }, isAdmin: true })).toMatchObject({ status: 'done' })
    expect(world.holds).toEqual([])
  })
})
