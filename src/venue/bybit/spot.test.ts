/**
 * Spot rows and bodies as tables: which kind an order is, in what coin a fee was paid, and what is sent for a command.
 */
import { describe, expect, test } from 'vitest'
import { LINEAR, SPOT } from '../../../test/support/venue/spot-instruments.ts'
import { instrumentIndex, lots, orderId, ticks } from '../../core/units.ts'
import { LOT_PARTS, makeInstrument } from '../../market/instrument.ts'
import { spotFill } from '../../portfolio/spot.ts'
import type { SubmitOrder } from '../../trading/event.ts'
import type { ExecutionReport } from '../../trading/report.ts'
import { createBody } from './orders/bodies.ts'
import { toExecutionReport, toOrderReport } from './map.ts'
import { type ExecutionWire, type OrderWire, executionRow, orderRow } from './rows.ts'

/** As the stream sends one of spot: no createType, no direction of the trigger. */
const order = (part: Partial<OrderWire>): OrderWire =>
  orderRow.parse({
    category: 'spot',
    orderId: '1523347543495541248',
    orderLinkId: 'b1-abc123-1',
    symbol: 'BTCUSDT',
    side: 'Sell',
    orderType: 'Market',
    price: '0',
    qty: '0.01',
    cumExecQty: '0',
    orderStatus: 'Untriggered',
    stopOrderType: 'Stop',
    cancelType: 'UNKNOWN',
    rejectReason: 'EC_NoError',
    triggerPrice: '55000.0',
    triggerBy: '',
    basePrice: '60000.0',
    marketUnit: 'baseCoin',
    reduceOnly: false,
    updatedTime: '1746270400355',
    ...part,
  })
const plain: Partial<OrderWire> = { stopOrderType: '', triggerPrice: '0.00', basePrice: '', orderStatus: 'New' }

describe('which kind an order is', () => {
  test.each<[string, Partial<OrderWire>, string]>([
    ['a sale that waits for a fall', {}, 'stop-market'],
    ['a sale that waits for a rise', { triggerPrice: '65000.0' }, 'take-profit-market'],
    ['a purchase that waits for a rise', { side: 'Buy', triggerPrice: '65000.0' }, 'stop-market'],
    ['a purchase that waits for a fall', { side: 'Buy' }, 'take-profit-market'],
    ['a limit sale that waits for a fall', { orderType: 'Limit', price: '54900.0' }, 'stop-limit'],
    ['a limit sale that waits for a rise', { orderType: 'Limit', price: '64900.0', triggerPrice: '65000.0' }, 'take-profit-limit'],
    ['at the price itself', { triggerPrice: '60000.0' }, 'stop-market'],
    ['without the price at which it was made', { basePrice: undefined, triggerPrice: '65000.0' }, 'stop-market'],
    ['with that price empty', { basePrice: '', triggerPrice: '65000.0' }, 'stop-market'],
    ['triggered, under another type', { orderStatus: 'New', stopOrderType: 'UNKNOWN' }, 'stop-market'],
    ['one that holds its coins', { stopOrderType: 'tpslOrder', triggerPrice: '65000.0' }, 'take-profit-market'],
    ['a stop attached to an order of somebody’s', { stopOrderType: 'StopLoss' }, 'stop-market'],
    ['a target attached to an order of somebody’s', { stopOrderType: 'TakeProfit', basePrice: undefined }, 'take-profit-market'],
    ['a market order', plain, 'market'],
    ['a limit order', { ...plain, orderType: 'Limit', price: '59000.0' }, 'limit'],
    ['a limit order without the field', { ...plain, stopOrderType: undefined, triggerPrice: '', orderType: 'Limit' }, 'limit'],
  ])('which kind an order is: %s', (_, part, kind) => {
    expect(toOrderReport(order(part), SPOT).kind).toBe(kind)
  })
})

describe('orders', () => {
  test('a sale takes profit above and stops below, a purchase does not, and a trigger is of the last price', () => {
    expect(toOrderReport(order({}), SPOT)).toMatchObject({
      instrument: 1,
      side: -1,
      reduceOnly: true,
      triggerBy: 'last',
      trigger: 550_000,
      lots: 10_000,
    })
    expect(toOrderReport(order({ side: 'Buy' }), SPOT).reduceOnly).toBe(false)
    // A linear row says it for itself.
    expect(toOrderReport(order({ triggerDirection: 2 }), LINEAR).reduceOnly).toBe(false)
  })
  test.each([
    ['our id', { orderLinkId: 'b1-abc123-1' }, 'ours'],
    ['no id', { ...plain, orderLinkId: '' }, 'external'],
    ['no id, conditional', { orderLinkId: '' }, 'external'],
    ['no id, an attached stop', { orderLinkId: '', stopOrderType: 'StopLoss' }, 'attached-stop'],
    ['no id, an attached target', { orderLinkId: '', stopOrderType: 'TakeProfit' }, 'attached-target'],
  ])('orders of %s', (_, part, origin) => {
    expect(toOrderReport(order(part), SPOT).origin).toBe(origin)
  })
  test.each([
    ['Deactivated', 'canceled'],
    ['PartiallyFilledCanceled', 'canceled'],
    ['Triggered', 'triggered'],
    ['Untriggered', 'open'],
  ])('orders: %s is %s', (orderStatus, status) => {
    expect(toOrderReport(order({ orderStatus }), SPOT).status).toBe(status)
  })
  test('a purchase by money has no more coins than it has filled, and one off the grid is rounded down', () => {
    const bought = { ...plain, side: 'Buy' as const, qty: '25000', cumExecQty: '0.3', orderStatus: 'Filled', marketUnit: 'quoteCoin' }
    expect(toOrderReport(order(bought), SPOT)).toMatchObject({ lots: 300_000, filled: 300_000 })
    expect(toOrderReport(order({ qty: '0.0000019' }), SPOT).lots).toBe(1)
    expect(() => toOrderReport(order({ qty: 'x' }), SPOT)).toThrow("qty 'x'")
  })
})

const execution = (part: Partial<ExecutionWire>): ExecutionWire =>
  executionRow.parse({
    category: 'spot',
    symbol: 'BTCUSDT',
    orderId: '1523347543495541248',
    orderLinkId: 'b1-abc123-1',
    side: 'Buy',
    execId: '2100000000066209718',
    execPrice: '60000.0',
    execQty: '0.01',
    execFee: '0.00001',
    execType: 'Trade',
    execTime: '1746270400353',
    feeRate: '0.001',
    feeCurrency: 'BTC',
    isMaker: false,
    leavesQty: '0',
    orderQty: '0.01',
    seq: 140612148849382,
    stopOrderType: '',
    ...part,
  })
const feeOf = (part: Partial<ExecutionWire>, instrument = SPOT): Pick<ExecutionReport, 'fee' | 'feeCoin' | 'feeLotParts'> => {
  const { fee, feeCoin, feeLotParts } = toExecutionReport(execution(part), instrument) as ExecutionReport
  return { fee, feeCoin, ...(feeLotParts === undefined ? undefined : { feeLotParts }) }
}

describe('in what coin a fee was paid', () => {
  test.each<[string, Partial<ExecutionWire>, object]>([
    // 10 lots of 0.000001 BTC, worth 0.60 USDT.
    ['a purchase pays coins', {}, { fee: 60_000_000, feeCoin: 'BTC', feeLotParts: 10 * LOT_PARTS }],
    ['a part of a lot', { execFee: '0.0000000125' }, { fee: 75_000, feeCoin: 'BTC', feeLotParts: 12_500 }],
    ['finer than a part: up', { execFee: '0.0000000000001' }, { fee: 6, feeCoin: 'BTC', feeLotParts: 1 }],
    ['a sale pays money', { side: 'Sell', execFee: '0.6', feeCurrency: 'USDT' }, { fee: 60_000_000, feeCoin: 'USDT' }],
    ['a maker’s purchase is paid money', { execFee: '-0.06', feeCurrency: 'USDT' }, { fee: -6_000_000, feeCoin: 'USDT' }],
    [
      'a maker’s sale is paid coins, rounded up',
      { side: 'Sell', execFee: '-0.0000000125', feeCurrency: 'BTC' },
      { fee: -75_000, feeCoin: 'BTC', feeLotParts: -12_500 },
    ],
    ['a rebate below a part is none', { side: 'Sell', execFee: '-0.0000000000001' }, { fee: 0, feeCoin: 'BTC', feeLotParts: 0 }],
    ['in another coin', { execFee: '0.24', feeCurrency: 'MNT' }, { fee: 0, feeCoin: 'MNT' }],
    ['unsaid, of a purchase', { feeCurrency: '' }, { fee: 60_000_000, feeCoin: 'BTC', feeLotParts: 10 * LOT_PARTS }],
    ['unsaid, of a sale', { side: 'Sell', execFee: '0.6', feeCurrency: undefined }, { fee: 60_000_000, feeCoin: 'USDT' }],
    ['unsaid, of a paid maker’s purchase', { isMaker: true, feeRate: '-0.0001', execFee: '-0.06', feeCurrency: '' }, { feeCoin: 'USDT' }],
  ])('in what coin a fee was paid: %s', (_, part, expected) => {
    expect(feeOf(part)).toMatchObject(expected)
  })
  test('in what coin a fee was paid of a perpetual: money, and none where it was paid in another coin', () => {
    expect(feeOf({ feeCurrency: 'USDT', execFee: '0.33' }, LINEAR)).toEqual({ fee: 33_000_000, feeCoin: 'USDT' })
    expect(feeOf({ feeCurrency: '', execFee: '0.33' }, LINEAR)).toEqual({ fee: 33_000_000, feeCoin: 'USDT' })
    expect(feeOf({ feeCurrency: 'MNT', execFee: '0.33' }, LINEAR)).toEqual({ fee: 0, feeCoin: 'MNT' })
    expect(feeOf({ feeCurrency: 'BTC', execFee: '0.33' }, LINEAR)).toEqual({ fee: 0, feeCoin: 'BTC' })
  })
  test.each<[string, Partial<ExecutionWire>, number]>([
    ['on a step', { execPrice: '60000.1' }, 0],
    // 0.01 BTC at 60,000.13 is booked at 60,000.1, with 0.0003 USDT beside it.
    ['bought above its step', { execPrice: '60000.13' }, 30_000],
    ['bought below its step', { execPrice: '60000.07' }, -30_000],
    ['sold above its step', { execPrice: '60000.13', side: 'Sell' }, 30_000],
    ['of a fine price and quantity, rounded against us', { execPrice: '60000.123456789', execQty: '0.001' }, 2_346],
    ['and of a sale', { execPrice: '60000.123456789', execQty: '0.001', side: 'Sell' }, 2_345],
  ])('a perpetual %s: what lies between two steps is reported beside its price', (_, part, more) => {
    const { price, offStep = 0 } = toExecutionReport(execution({ feeCurrency: 'USDT', ...part }), LINEAR) as ExecutionReport
    expect([price, offStep]).toEqual([600_001, more])
  })
  test('in what coin a fee was paid of a coin whose lot is several units: 25 coins of a lot of 10 are two lots and a half', () => {
    const coin = makeInstrument({
      index: instrumentIndex(0),
      venue: 'bybit',
      symbol: 'PEPEUSDT-SPOT',
      tickSize: '0.0000001',
      lotSize: '10',
    })
    const part = { feeCurrency: 'PEPE', execFee: '25', execPrice: '0.0000123', execQty: '25000', orderQty: '25000' }
    expect(feeOf(part, coin)).toEqual({ fee: 30_750, feeCoin: 'PEPE', feeLotParts: 2_500_000 })
    expect(() => feeOf({ ...part, execFee: 'x' }, coin)).toThrow("execFee 'x'")
  })
  test('the records take what the row says: 0.01 BTC bought less a thousandth', () => {
    const report = toExecutionReport(execution({}), SPOT) as ExecutionReport
    const { price, lots: quantity, fee, feeCoin, feeLotParts, feeRate } = report
    const fill = spotFill(SPOT, 0, 0, {
      side: 1,
      price,
      lots: quantity,
      fee: { coin: feeCoin, amount: fee, lotParts: feeLotParts, rate: feeRate },
    })
    expect(fill).toMatchObject({ lots: 9_990, spare: 0, fee: 60_000_000 })
  })
  test('what the fill was of is not odd for being off the grid', () => {
    expect(toExecutionReport(execution({ orderQty: '600.55', leavesQty: '0.0000005' }), SPOT)).toMatchObject({ leaves: 0, lots: 10_000 })
    expect(toExecutionReport(execution({ orderQty: '600', marketUnit: 'quoteCoin' }), SPOT)).toMatchObject({ orderLots: 10_000 })
    // Read by REST the row does not say it.
    const hand = { orderQty: '25000', orderType: 'Market', orderLinkId: '' }
    expect(toExecutionReport(execution(hand), SPOT)).toMatchObject({ orderLots: 10_000, leaves: 0 })
    const ours = { orderQty: '0.03', orderType: 'Market', leavesQty: '0.02' }
    expect(toExecutionReport(execution(ours), SPOT)).toMatchObject({ orderLots: 30_000, leaves: 20_000 })
  })
})

describe('what is sent', () => {
  const command = (part: Partial<SubmitOrder>): SubmitOrder => ({
    type: 'submit-order',
    orderId: orderId(1),
    clientOrderId: 'b1-abc123-1',
    instrument: instrumentIndex(1),
    side: 1,
    kind: 'market',
    lots: lots(10_000),
    budget: undefined,
    limit: undefined,
    trigger: undefined,
    triggerBy: 'mark',
    stop: ticks(500_000),
    targets: [{ price: ticks(700_000), share: 1 }],
    timeInForce: 'gtc',
    reduceOnly: false,
    ...part,
  })
  const head = { category: 'spot', symbol: 'BTCUSDT', qty: '0.01', isLeverage: 0, orderLinkId: 'b1-abc123-1' }
  const sale = { side: -1, reduceOnly: true } as const
  test.each<[string, Partial<SubmitOrder>, object]>([
    ['a market purchase counts coins', {}, { side: 'Buy', orderType: 'Market', marketUnit: 'baseCoin' }],
    [
      'a limit purchase',
      { kind: 'limit', limit: ticks(590_000), timeInForce: 'post-only' },
      { side: 'Buy', orderType: 'Limit', price: '59000', timeInForce: 'PostOnly' },
    ],
    [
      'a purchase at a breakout',
      { kind: 'stop-market', trigger: ticks(610_000) },
      { side: 'Buy', orderType: 'Market', marketUnit: 'baseCoin', orderFilter: 'StopOrder', triggerPrice: '61000' },
    ],
    ['a sale says nothing of reducing', sale, { side: 'Sell', orderType: 'Market', marketUnit: 'baseCoin' }],
    [
      'a stop',
      { ...sale, kind: 'stop-market', trigger: ticks(550_000) },
      { side: 'Sell', orderType: 'Market', marketUnit: 'baseCoin', orderFilter: 'StopOrder', triggerPrice: '55000' },
    ],
    [
      'a target with a limit',
      { ...sale, kind: 'take-profit-limit', trigger: ticks(650_000), limit: ticks(649_000) },
      { side: 'Sell', orderType: 'Limit', price: '64900', timeInForce: 'GTC', orderFilter: 'StopOrder', triggerPrice: '65000' },
    ],
  ])('what is sent: %s', (_, part, body) => {
    expect(createBody(command(part), SPOT)).toEqual({ ...head, ...body })
  })
  test('what is sent: and a perpetual as before', () => {
    expect(createBody(command({ lots: lots(10) }), LINEAR)).toEqual({
      category: 'linear',
      symbol: 'BTCUSDT',
      side: 'Buy',
      orderType: 'Market',
      qty: '0.01',
      positionIdx: 0,
      orderLinkId: 'b1-abc123-1',
      reduceOnly: false,
      tpslMode: 'Full',
      stopLoss: '50000',
      slTriggerBy: 'MarkPrice',
      takeProfit: '70000',
      tpTriggerBy: 'MarkPrice',
    })
  })
})
