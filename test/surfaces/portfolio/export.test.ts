/**
 * Exports: CSV that another reader understands, entries that sum to zero, lots across years, and the wallet as an exchange tells it.
 */
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvOf, plainText } from '../../../api/commands/export/csv.ts'
import { entriesOf, ledgerExport } from '../../../api/commands/export/ledger.ts'
import { lotsExport } from '../../../api/commands/export/lots.ts'
import { spanOf } from '../../../api/commands/export/span.ts'
import { walletExport } from '../../../api/commands/export/wallet.ts'
import { CASH_SCALE, type Side, cash } from '../../../src/core/units.ts'
import { formatDecimal } from '../../../src/core/decimal.ts'
import type { FillRow, LedgerRow } from '../../../src/journal/row.ts'
import { LEDGER_ACCOUNTS, emptyLedger, postToWallet } from '../../../src/portfolio/ledger.ts'
import { by, makeWorld } from '../../support/command-world.ts'

const fill = (at: string, symbol: string, side: Side, quantity: string, price: string, fee: string): FillRow => ({
  seq: Date.parse(at),
  tradeId: `x${at}`,
  orderId: 1,
  symbol,
  side,
  price,
  quantity,
  fee,
  feeCoin: 'USDT',
  liquidity: 'taker',
  strategy: 'manual',
  tradeNumber: 7,
  ts: Date.parse(at),
})
const row = (seq: number, type: string, cause: string, over: Partial<LedgerRow>): LedgerRow => ({
  seq,
  type,
  reference: `r${seq}`,
  symbol: null,
  cause,
  wallet: '0',
  capital: '0',
  trading: '0',
  fees: '0',
  funding: '0',
  external: '0',
  flows: '0',
  unexplained: '0',
  adjustments: '0',
  ts: Date.UTC(2025, 5, seq),
  ...over,
})

describe('CSV', () => {
  test('any text comes back as it was from another reader (RFC 4180)', () => {
    const cells = fc.array(fc.array(fc.string(), { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(cells, (rows) => {
        const text = csvOf({ columns: ['a', 'b', 'c'], rows })
        const read: unknown = parse(text, { record_delimiter: '\r\n', relax_column_count: true })
        expect(read).toEqual([['a', 'b', 'c'], ...rows])
      }),
    )
  })

  test.each([
    ['=1+1', "'=1+1"],
    ['@sum', "'@sum"],
    ['-late', "'-late"],
    ['two\nlines', 'two lines'],
    ['plain', 'plain'],
  ])('%j of a user is no formula and no second line', (text, shown) => {
    expect(plainText(text)).toBe(shown)
  })
})

describe('the ledger', () => {
  const rows = [
    row(1, 'wallet-adjusted', 'opening', { wallet: '1000', capital: '-1000' }),
    row(2, 'order-filled', '', { wallet: '999.5', capital: '-1000', fees: '0.5', symbol: 'BTCUSDT' }),
    row(3, 'order-filled', '', { wallet: '999.5', capital: '-1000', fees: '0.5', symbol: 'BTCUSDT' }),
    row(4, 'order-filled', '', { wallet: '1019', capital: '-1000', fees: '1', trading: '-20', symbol: 'BTCUSDT' }),
  ]

  test('is the differences of its balances; what moved nothing is no entry', () => {
    expect(
      entriesOf(rows).map(({ seq, type, postings }) => [seq, type, postings.map(({ account, amount }) => `${account} ${amount}`)]),
    ).toEqual([
      [1, 'wallet-adjusted', ['wallet 1000', 'capital -1000']],
      [2, 'order-filled', ['wallet -0.5', 'fees 0.5']],
      [4, 'order-filled', ['wallet 19.5', 'trading -20', 'fees 0.5']],
    ])
  })

  test('of before the rows that are kept is carried forward, and called so', () => {
    expect(entriesOf(rows.slice(1))[0]).toMatchObject({ type: 'brought-forward', walletAfter: '999.5' })
  })

  test('for any movements: each entry sums to zero, and the sums by account are the balances', () => {
    const accounts = LEDGER_ACCOUNTS.filter((account) => account !== 'wallet')
    const moves = fc.array(fc.tuple(fc.constantFrom(...accounts), fc.integer({ min: -1e12, max: 1e12 })), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(moves, (drawn) => {
        const ledger = emptyLedger()
        const text = () => Object.fromEntries(LEDGER_ACCOUNTS.map((name) => [name, formatDecimal(ledger[name], CASH_SCALE)]))
        const kept = drawn.map(([account, amount], at) => {
          postToWallet(ledger, account, cash(amount))
          return row(at + 1, 'wallet-adjusted', at === 0 ? 'opening' : 'other', { ...text(), ts: at })
        })
        const { table, totals } = ledgerExport(kept, spanOf(undefined))
        const units = (amount: string): bigint => BigInt(Math.round(Number(amount) * 1e8))
        const bySeq = new Map<string, bigint>()
        for (const cells of table.rows) bySeq.set(cells[0] as string, (bySeq.get(cells[0] as string) ?? 0n) + units(cells[7] as string))
        for (const sum of bySeq.values()) expect(sum).toBe(0n)
        for (const account of LEDGER_ACCOUNTS) expect(units(totals[account])).toBe(BigInt(ledger[account]))
      }),
    )
  })
})

describe('lots', () => {
  const fills = [
    fill('2024-12-30T10:00:00Z', 'BTCUSDT', 1, '0.1', '40000', '2.2'),
    fill('2025-02-01T10:00:00Z', 'BTCUSDT', 1, '0.1', '50000', '2.75'),
    fill('2025-03-01T10:00:00Z', 'BTCUSDT', -1, '0.15', '60000.5', '4.95'),
    fill('2026-01-01T00:00:00Z', 'BTCUSDT', -1, '0.05', '55000', '1.5'),
  ]

  test('a lot of the year before is closed in this year, and what is closed in the next is not in it', () => {
    const { table, gain, fees } = lotsExport(fills, [], 'fifo', spanOf(2025))
    // 0.1 x (60,000.5 - 40,000) - 2.2 - 3.3; 0.05 x (60,000.5 - 50,000) - 1.375 - 1.65.
    expect(table.rows.map((cells) => cells.slice(0, 9))).toEqual([
      ['BTCUSDT', 'long', '0.1', '2024-12-30T10:00:00.000Z', '2025-03-01T10:00:00.000Z', '4000', '6000.05', '5.5', '1994.55'],
      ['BTCUSDT', 'long', '0.05', '2025-02-01T10:00:00.000Z', '2025-03-01T10:00:00.000Z', '2500', '3000.025', '3.025', '497'],
    ])
    expect([gain, fees]).toEqual(['2491.55', '8.525'])
  })

  test('average cost of the same: 0.15 at 45,000', () => {
    const { table, gain } = lotsExport(fills, [], 'average', spanOf(2025))
    // 9,000.075 - 6,750 - 3.7125 - 4.95.
    expect(table.rows.map((cells) => cells[8])).toEqual(['2241.4125'])
    expect(gain).toBe('2241.4125')
  })

  test('spot pays the fee of a purchase in coins: fewer came in, at the price of the fill', () => {
    const spot = [
      fill('2025-01-01T00:00:00Z', 'SOLUSDT-SPOT', 1, '10', '100', '1'),
      fill('2025-01-02T00:00:00Z', 'SOLUSDT-SPOT', -1, '9.99', '110', '1.0989'),
    ]
    const { table } = lotsExport(spot, [], 'fifo', spanOf(2025))
    // 1 USDT at 100 is 0.01 SOL: 9.99 for 999. 1,098.9 - 999 - 1 - 1.0989.
    expect(table.rows[0]?.slice(2, 9)).toEqual(['9.99', expect.any(String), expect.any(String), '999', '1098.9', '2.0989', '97.8011'])
  })

  test('a position that was changed outside of Ballast is warned about', () => {
    const changed = row(3, 'position-adjusted', 'external', { symbol: 'BTCUSDT' })
    expect(lotsExport(fills, [changed], 'fifo', spanOf(2025)).warnings).toEqual([
      'BTCUSDT: its position was changed outside of Ballast, so its lots are not complete.',
    ])
  })
})

test('the wallet: a spot purchase is the money that it took, a linear fill what the ledger moved, an opening is none', () => {
  const buy = fill('2025-06-02T00:00:00Z', 'SOLUSDT-SPOT', 1, '10', '100', '1')
  const sell = fill('2025-06-03T00:00:00Z', 'SOLUSDT-SPOT', -1, '9.99', '110', '1.0989')
  const rows = [
    row(1, 'wallet-adjusted', 'opening', { wallet: '5000', capital: '-5000' }),
    row(2, 'order-filled', '', { wallet: '4999', fees: '1', capital: '-5000', symbol: 'SOLUSDT-SPOT', reference: buy.tradeId }),
    row(3, 'order-filled', '', {
      wallet: '5096.8',
      fees: '2.1',
      trading: '-98.9',
      capital: '-5000',
      symbol: 'SOLUSDT-SPOT',
      reference: sell.tradeId,
    }),
    row(4, 'funding-settled', '', { wallet: '5096.7', fees: '2.1', trading: '-98.9', funding: '0.1', capital: '-5000', symbol: 'BTCUSDT' }),
  ]
  expect(walletExport(rows, [buy, sell], spanOf(2025)).rows.map((cells) => cells.slice(1))).toEqual([
    ['order-filled', '', 'SOLUSDT', buy.tradeId, '-1000'],
    ['order-filled', '', 'SOLUSDT', sell.tradeId, '1097.8011'],
    ['funding-settled', '', 'BTCUSDT', 'r4', '-0.1'],
  ])
})

test('/export sums up a year and names the way to the file', async () => {
  const world = makeWorld()
  world.fills = [
    fill('2025-02-01T10:00:00Z', 'BTCUSDT', 1, '0.1', '50000', '2.75'),
    fill('2025-03-01T10:00:00Z', 'BTCUSDT', -1, '0.1', '60000', '3.3'),
  ]
  const { reply } = await world.runner.runLine('export lots 2025 average', by('viewer'))
  expect(reply.title).toBe('Tax lots (average)  2025')
  expect(reply.fields).toEqual([
    { name: 'Rows', value: '1' },
    { name: 'Gain', value: '+993.95 USDT' },
    { name: 'Fees in it', value: '6.05 USDT' },
  ])
  expect(reply.text).toContain('ballast export lots --year 2025 --method average --out lots.csv')
})
