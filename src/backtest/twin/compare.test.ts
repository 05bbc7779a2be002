/**
 * Whatever happened on either side: the differences add up to the gap to the last unit of money, and each trade is in one pair at most.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Side, cash, instrumentIndex, lots, orderId, strategyId, ticks, tradeNumber, ts } from '../../core/units.ts'
import { makeInstrument } from '../../market/instrument.ts'
import type { ClosedTrade } from '../../portfolio/trade.ts'
import { compareTwin } from './compare.ts'
import type { LiveRecord, LiveTrade } from './live-record.ts'
import { pairTrades } from './pair-trades.ts'

const STRATEGY = strategyId('trend')
const MINUTE = 60_000
const INSTRUMENTS = ['BTCUSDT', 'ETHUSDT'].map((symbol, at) =>
  makeInstrument({ index: instrumentIndex(at), venue: 'bybit', symbol, tickSize: '0.1', lotSize: '0.001' }),
)
const NOTHING: LiveRecord = {
  strategy: STRATEGY,
  series: INSTRUMENTS.map(() => ({ bars: [], late: new Set(), fundings: [] })),
  begunTs: undefined,
  identity: undefined,
  termsTs: undefined,
  closed: [],
  entries: new Map(),
  denials: [],
  holds: [],
  modes: [],
  hands: [],
  lost: [],
  settings: [],
  universes: [],
}

const side = fc.constantFrom<Side>(1, -1)
const amount = fc.integer({ min: -5e13, max: 5e13 })
const reason = fc.constantFrom('signal', 'stop', 'take-profit', 'operator', 'flatten', 'liquidation')
const aTrade = fc
  .record({
    at: fc.integer({ min: -5, max: 200 }),
    heldBars: fc.integer({ min: 0, max: 40 }),
    instrument: fc.constantFrom(0, 1),
    side,
    // Averages lie between ticks.
    entryPrice: fc.double({ min: 1, max: 2e6, noNaN: true }),
    exitPrice: fc.double({ min: 1, max: 2e6, noNaN: true }),
    quantity: fc.integer({ min: 1, max: 5e6 }),
    fee: amount,
    funding: amount,
    pnl: amount,
    open: fc.boolean(),
    isByHand: fc.boolean(),
    reason,
  })
  .map(({ at, heldBars, isByHand, ...rest }): LiveTrade => {
    const decidedTs = ts(at * MINUTE)
    const trade: ClosedTrade = {
      number: tradeNumber(at + 10),
      side: rest.side,
      instrument: instrumentIndex(rest.instrument),
      strategy: STRATEGY,
      entryTs: decidedTs,
      entryPrice: ticks(rest.entryPrice),
      exitTs: ts((at + heldBars) * MINUTE),
      exitPrice: ticks(rest.exitPrice),
      quantity: lots(rest.quantity),
      fee: cash(rest.fee),
      funding: cash(rest.funding),
      pnl: cash(rest.pnl),
      entryOrderId: orderId(at + 10),
      exitReason: rest.open ? 'open' : rest.reason,
      open: rest.open,
      mae: cash(0),
      mfe: cash(0),
    }
    return { trade, decidedTs, isByHand, ordered: lots(rest.quantity) }
  })
const trades = fc.array(aTrade, { maxLength: 12 })

test('the differences, and the causes, add up to the gap exactly', () => {
  fc.assert(
    fc.property(trades, trades, (live, twin) => {
      const compared = compareTwin({
        record: NOTHING,
        instruments: INSTRUMENTS,
        live,
        twin,
        twinDenials: [],
        from: ts(0),
        to: ts(150 * MINUTE),
        intervalMs: MINUTE,
        decidesTogether: true,
      })
      const sum = (rows: readonly { readonly amount: number }[]): bigint => rows.reduce((all, row) => all + BigInt(row.amount), 0n)
      expect(BigInt(compared.gap)).toBe(BigInt(compared.live) - BigInt(compared.twin))
      expect(sum(compared.differences)).toBe(BigInt(compared.gap))
      expect(sum(compared.causes)).toBe(BigInt(compared.gap))
      expect(compared.causes.reduce((all, { count }) => all + count, 0)).toBe(compared.differences.length)
      for (const { amount: each } of compared.differences) expect(Number.isSafeInteger(each)).toBe(true)
    }),
    { numRuns: 400 },
  )
})

test('each trade is in one pair at most, of one symbol and one side, and what a person opened in none', () => {
  fc.assert(
    fc.property(trades, trades, (live, twin) => {
      const { pairs, extra, missing } = pairTrades(live, twin)
      expect(new Set(pairs.map((pair) => pair.live)).size).toBe(pairs.length)
      expect(new Set(pairs.map((pair) => pair.twin)).size).toBe(pairs.length)
      expect(pairs.length + extra.length).toBe(live.length)
      expect(pairs.length + missing.length).toBe(twin.length)
      for (const { live: a, twin: b } of pairs) {
        expect([a.trade.instrument, a.trade.side, a.isByHand]).toEqual([b.trade.instrument, b.trade.side, false])
      }
    }),
    { numRuns: 200 },
  )
})
