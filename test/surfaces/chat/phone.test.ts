/**
 * Every command as a phone shows it: long symbols, large numbers, and no line that the phone would break.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CommandRunner } from '../../../api/commands/run/run.ts'
import { renderTelegram } from '../../../bots/telegram/render.ts'
import type { AccountRow, OrderRow, TradeRow } from '../../../src/journal/row.ts'
import { by, makeWorld, position } from '../../support/command-world.ts'
import { strategyRowOf } from '../../support/strategy-row.ts'

const COLUMNS = 30
const LINES = [
  'status',
  'positions',
  'orders',
  'trades 50',
  'trade 12',
  'why 12',
  'risk',
  'measures',
  'measures BTC',
  'stats all',
  'stress',
  'stress btc-crash',
  'balance',
  'flows',
  'export ledger',
  'rebalance status',
  'pnl all sym',
  'pnl all strategy',
  'pnl all day',
  'daily 90',
  'weekly',
  'monthly',
  'performance all',
  'exposure',
  'exposure strategy',
  'exposure cluster',
  'funding all',
  'allocator dry-run',
  'strategies',
  'algos',
  'health',
  'backtest list',
  'key list',
  'help',
  'panic',
  'close all',
] as const

const symbols = fc.constantFrom('BTCUSDT', '1000000MOGUSDT', '10000000AIDOGEUSDT', 'SHIB1000USDT-SPOT')
const numbers = fc.tuple(fc.integer({ min: -999_999_999, max: 999_999_999 }), fc.nat({ max: 99_999_999 })).map(([a, b]) => `${a}.${b}`)
const rowOf = fc.record({
  symbol: symbols,
  a: numbers,
  b: numbers,
  strategy: fc.constantFrom('ema-cross', 'my-very-long-strategy-of-many-words'),
})

function worldOf(rows: readonly { readonly symbol: string; readonly a: string; readonly b: string; readonly strategy: string }[]) {
  const world = makeWorld()
  const { reads } = world.ports
  const trades = rows.map(
    ({ symbol, a, b, strategy }, k): TradeRow => ({
      number: 9_990 + k,
      strategy,
      symbol,
      side: 1,
      entryTs: 0,
      entryPrice: a.replace('-', ''),
      exitTs: 9e9,
      exitPrice: b.replace('-', ''),
      quantity: a.replace('-', ''),
      fee: b,
      funding: b,
      pnl: a,
      resultR: b,
      exitReason: 'take-profit',
      entryOrderId: 7,
      mae: a,
      mfe: b,
      isOpen: false,
    }),
  )
  const [order] = world.orders
  world.positions = rows.map(({ symbol, a, b }) => ({ ...position, symbol, quantity: a, markPrice: b.replace('-', ''), unrealizedPnl: b }))
  world.orders = rows.map(({ symbol, a, b }, k): OrderRow => ({ ...(order as OrderRow), orderId: k, symbol, quantity: a, limitPrice: b }))
  world.fills = rows.map(
    ({ symbol, a, b }) => ({ symbol, quantity: a, price: b, fee: b, feeCoin: 'USDT', side: 1, ts: 0, orderId: 7 }) as never,
  )
  world.periods = rows.map(({ a, b }, k) => ({
    from: k * 86_400_000,
    to: (k + 1) * 86_400_000,
    startEquity: '1',
    endEquity: a,
    startFlows: '0',
    endFlows: b,
    growth: 1 + Number(b) / 1e4,
    flows: [],
    trades: 12_345,
    wins: 1,
    fees: b,
    funding: a,
  }))
  world.funding = rows.map(({ symbol, a, b }) => ({ symbol, settlements: 1_234, paid: a, received: b, lastTs: 0 }))
  world.flows = rows.map(({ symbol, a }) => ({ symbol, kind: 'transfer-in', amount: a, coin: 'USDT', isBooked: true, ts: 0 }) as never)
  world.health = rows.map(
    ({ strategy, a }) => ({ part: 'stream-private', status: 'warn', detail: `${strategy} ${a}`, updatedAt: 0 }) as never,
  )
  const groups = rows.map(({ symbol, a, b }) => ({ key: symbol, count: 12_345, wins: 1, net: a, fee: b, funding: b, gain: a, loss: b }))
  return new CommandRunner({
    ...world.ports,
    reads: {
      ...reads,
      account: async () => ({
        ...((await reads.account()) as AccountRow),
        equity: rows[0]?.b.replace('-', '') ?? '1',
        dayLoss: rows[0]?.a ?? '1',
      }),
      trades: async () => trades,
      trade: async () => trades[0],
      tradeSums: async () => groups,
      tradeStats: async () => ({
        count: 12_345,
        wins: 1,
        losses: 2,
        net: rows[0]?.a ?? '0',
        gain: '1',
        loss: rows[0]?.b ?? '0',
        best: rows[0]?.a ?? '0',
        worst: rows[0]?.b ?? '0',
        deviation: 1,
        maxWinStreak: 1,
        maxLossStreak: 99,
        holdingMs: 9e9,
        fee: '1',
        funding: '1',
        resultR: 0.5,
        mae: 1,
        mfe: 1e9,
        byExit: rows.map(({ a, strategy }) => ({ reason: strategy, count: 1, net: a })),
      }),
      equitySince: async () => 0,
      equityGrid: async () => rows.map(({ b }, k) => ({ ts: k * 3_600_000, equity: b.replace('-', ''), flows: null })),
      resultGrid: async () => rows.map(({ symbol, strategy, a }, k) => ({ ts: k * 3_600_000, symbol, strategy, pnl: Number(a) })),
      algorithms: async () =>
        rows.map(
          ({ symbol, a }) =>
            ({
              id: 1,
              symbol,
              type: 'twap',
              side: 1,
              quantity: a,
              filledQuantity: a,
              arrivalPrice: a,
              shortfallBps: 1.5,
              makerShare: 0,
              participation: 0,
              children: 3,
              fees: a,
              updatedTs: 0,
              averagePrice: a,
              status: 'working',
              startedTs: 0,
            }) as never,
        ),
      strategies: async () => rows.map(({ symbol, strategy }) => strategyRowOf(strategy, symbol)),
    },
    backtests: {
      ...world.ports.backtests,
      list: async () =>
        rows.map(
          ({ symbol, strategy }) => ({ id: 'bt_0123456789', spec: { strategy, symbol }, status: 'running', progress: 0.5 }) as never,
        ),
    },
  })
}

describe('on a phone', () => {
  test.each(LINES)('%s: no line of a table is broken, and none of its cells is cut', async (line) => {
    await fc.assert(
      fc.asyncProperty(fc.array(rowOf, { minLength: 1, maxLength: 12 }), async (rows) => {
        const { reply } = await worldOf(rows).runLine(line, by('admin', { isPrivateChat: true }))
        const { text, entities } = renderTelegram(reply, line)
        for (const { type, offset, length } of entities) {
          if (type !== 'pre') continue
          const table = text.slice(offset, offset + length)
          for (const shown of table.split('\n')) expect([...shown].length, shown).toBeLessThanOrEqual(COLUMNS)
          expect(table).not.toContain('…')
        }
        for (const { name } of reply.fields) expect(text).toContain(`${name}: `)
      }),
      { numRuns: 40 },
    )
  })
})
