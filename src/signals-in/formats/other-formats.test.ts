/**
 * Bodies of OKX, TradersPost, WunderTrading, Altrady, OctoBot, Autoview, Alertatron, Cornix and freqtrade, of our own writing after what they
 * document: what each asks for, and what is refused with which figures.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readSignal } from '../read-signal.ts'
import { type OutsideSignal, SIGNAL_FORMATS, type SignalBody, type SignalFormat } from '../signal.ts'
import { templateOf } from '../template.ts'

const bodyOf = (body: unknown): SignalBody => (typeof body === 'string' ? { type: 'text', text: body } : { type: 'json', value: body })
const read = (format: SignalFormat, body: unknown): Partial<OutsideSignal> => {
  const signal = readSignal(format, bodyOf(body), 'linear')
  if (!signal.ok) throw new Error(JSON.stringify(signal.error))
  return signal.value
}
const refusal = (format: SignalFormat, body: unknown) => {
  const signal = readSignal(format, bodyOf(body), 'linear')
  return signal.ok ? 'read' : signal.error
}
const AT = Date.parse('2026-01-31T12:00:00Z')

describe('okx', () => {
  const strategy = {
    id: 'x1',
    action: 'buy',
    marketPosition: 'long',
    prevMarketPosition: 'flat',
    instrument: 'BTC-USDT-SWAP',
    signalToken: 'not looked at',
    timestamp: '2026-01-31T12:00:00Z',
    maxLag: '30',
    investmentType: 'base',
    amount: '0.05',
  }
  const action = { action: 'ENTER_SHORT', instrument: 'ETHUSDT.P', orderType: 'limit', orderPriceOffset: '0.5' }
  test.each([
    [
      'a strategy names the position',
      strategy,
      { symbol: 'BTCUSDT', wish: 'long', sentAtMs: AT, maxAgeMs: 30_000, orderId: 'x1', ceiling: { mode: 'base', value: '0.05' } },
    ],
    [
      'a flat one is closed whole',
      { ...strategy, action: 'sell', marketPosition: 'flat' },
      { wish: 'flat', exit: undefined, ceiling: undefined },
    ],
    ['a limit stands at a distance', action, { symbol: 'ETHUSDT', wish: 'short', limit: '0.5%', ceiling: undefined }],
    [
      'a share of the balance is one of equity',
      { ...action, investmentType: 'percentage_balance', amount: 10 },
      { ceiling: { mode: 'equity', value: '10' } },
    ],
    ['margin says nothing of a size', { ...action, investmentType: 'margin', amount: '100' }, { ceiling: undefined }],
    [
      'an exit closes a part',
      { action: 'EXIT_LONG', instrument: 'BTCUSDT', investmentType: 'percentage_position', amount: '50' },
      { wish: 'exit-long', exit: { mode: 'part', value: '50' } },
    ],
  ])('%s', (_, body, signal) => expect(read('okx', body)).toMatchObject(signal))
  test.each([
    [{ ...strategy, marketPosition: undefined }, 'field-missing', { field: 'marketPosition' }],
    [{ ...strategy, action: 'hold' }, 'field-value', { field: 'action' }],
    [{ ...action, orderPriceOffset: undefined }, 'field-missing', { field: 'orderPriceOffset' }],
    [{ action: 'EXIT_LONG', instrument: 'BTCUSDT', investmentType: 'margin', amount: '5' }, 'exit-part', { mode: 'margin', value: '5' }],
    [{ ...strategy, instrument: 'BTC-USD-SWAP' }, 'symbol-unreadable', {}],
    ['ENTER_LONG', 'body-not-json', {}],
  ])('%j is refused: %s', (body, code, figures) => expect(refusal('okx', body)).toMatchObject({ code, figures }))
})

describe('traderspost', () => {
  const sent = { ticker: 'BTCUSDT', action: 'buy', quantity: 0.1, signalPrice: 64_000, extras: { anything: 1 } }
  test.each([
    ['an action is a step', sent, { wish: 'buy', ceiling: { mode: 'base', value: '0.1' } }],
    ['a sentiment is the position', { ...sent, action: 'sell', sentiment: 'bearish' }, { wish: 'short' }],
    ['a flat one is closed whole', { ...sent, action: 'sell', sentiment: 'flat' }, { wish: 'flat', exit: undefined }],
    [
      'an exit of half',
      { ticker: 'BTCUSDT', action: 'exit', quantity: 50, quantityType: 'percent_of_position' },
      { wish: 'flat', exit: { mode: 'part', value: '50' } },
    ],
    ['a cancel', { ticker: 'BTCUSDT', action: 'cancel', sentiment: 'long' }, { wish: 'cancel' }],
    [
      'a limit with stop and target',
      {
        ...sent,
        orderType: 'limit',
        limitPrice: '63500',
        stopLoss: { type: 'stop', percent: 2 },
        takeProfit: { limitPrice: 70_000 },
        quantityType: 'risk_percent',
        quantity: 1,
      },
      { limit: '63500', stop: '2%', targets: [{ at: '70000', share: undefined }], ceiling: { mode: 'risk', value: '1' } },
    ],
  ])('%s', (_, body, signal) => expect(read('traderspost', body)).toMatchObject(signal))
  test.each([
    [{ ...sent, action: 'add' }, 'field-value', { field: 'action', value: 'add' }],
    [{ ...sent, orderType: 'limit' }, 'field-missing', { field: 'limitPrice' }],
    [{ ...sent, orderType: 'trailing_stop' }, 'field-value', { field: 'orderType' }],
    [
      { ...sent, stopLoss: { trailPercent: 1 } },
      'field-value',
      { field: 'stopLoss.trailPercent', problem: 'is not supported: give a percent or a price' },
    ],
    [{ ...sent, quantityType: 'percent_of_position' }, 'field-value', { field: 'quantityType', problem: 'is for exits' }],
    [{ ...sent, action: 'exit', quantityType: 'dollar_amount' }, 'exit-part', { mode: 'dollar_amount' }],
  ])('%j is refused: %s', (body, code, figures) => expect(refusal('traderspost', body)).toMatchObject({ code, figures }))
})

describe('wundertrading', () => {
  const json = {
    code: 'ENTER-SHORT_BYBIT_BTC/USDT_NAME_15M_0a1b',
    orderType: 'limit',
    price: '64000',
    amountPerTradeType: 'percents',
    amountPerTrade: 0.035,
    stopLoss: { priceDeviation: 0.02 },
    takeProfits: [{ priceDeviation: '0.015', portfolio: 0.5 }, { price: 60_000 }],
  }
  test.each([
    ['a code alone', 'Enter-Long_BYBIT_ETHUSDT_NAME_15M_0a1b', { wish: 'long', symbol: 'ETHUSDT', ceiling: undefined }],
    ['an exit', 'EXIT-LONG_BYBIT_ETHUSDT_NAME', { wish: 'exit-long' }],
    ['all', { code: 'EXIT-ALL', pair: 'SOLUSDT' }, { wish: 'flat', symbol: 'SOLUSDT' }],
    [
      'parts of 1 are percents',
      json,
      {
        wish: 'short',
        symbol: 'BTCUSDT',
        limit: '64000',
        stop: '2%',
        targets: [
          { at: '1.5%', share: '0.5' },
          { at: '60000', share: undefined },
        ],
        ceiling: { mode: 'equity', value: '3.5' },
      },
    ],
    ['dollars are the value', { ...json, amountPerTradeType: '$', amountPerTrade: '250' }, { ceiling: { mode: 'quote', value: '250' } }],
  ])('%s', (_, body, signal) => expect(read('wundertrading', body)).toMatchObject(signal))
  test.each([
    ['BUY_BYBIT_BTCUSDT', 'field-value', { field: 'code' }],
    ['ENTER-LONG', 'field-missing', { field: 'pair' }],
    ['ENTER-LONG_BYBIT_{{ticker}}', 'placeholder', { placeholder: '{{ticker}}' }],
    [{ ...json, price: undefined }, 'field-missing', { field: 'price' }],
    [{ ...json, stopLoss: { priceDeviation: 2 } }, 'field-value', { field: 'stopLoss.priceDeviation' }],
    [{ ...json, stopLoss: {} }, 'field-value', { field: 'stopLoss' }],
  ])('%j is refused: %s', (body, code, figures) => expect(refusal('wundertrading', body)).toMatchObject({ code, figures }))
})

describe('altrady', () => {
  const sent = { api_key: 'k', api_secret: 's', action: 'open', exchange: 'BYBI', symbol: 'BYBI_USDT_SOL', side: 'long' }
  test.each([
    ['its code of a market is read', sent, { symbol: 'SOLUSDT', wish: 'long', ceiling: undefined }],
    [
      'with all that it may say',
      {
        ...sent,
        signal_id: 's1',
        order_type: 'limit',
        signal_price: 140,
        quote_amount: 200,
        stop_loss: { stop_percentage: 2 },
        take_profit: [{ price_percentage: 4, position_percentage: 50 }, { price: 160 }],
        dca_orders: [],
      },
      {
        id: 's1',
        limit: '140',
        stop: '2%',
        ceiling: { mode: 'quote', value: '200' },
        targets: [
          { at: '4%', share: '0.5' },
          { at: '160', share: undefined },
        ],
      },
    ],
    ['a reverse is the other side', { ...sent, action: 'reverse', side: 'short' }, { wish: 'short' }],
    ['a close of a side', { ...sent, action: 'close', side: 'short' }, { wish: 'exit-short', exit: undefined }],
    ['a close', { ...sent, action: 'close', side: undefined }, { wish: 'flat' }],
    ['a reduction', { ...sent, action: 'reduce', position_percentage: 25 }, { wish: 'exit-long', exit: { mode: 'part', value: '25' } }],
  ])('%s', (_, body, signal) => expect(read('altrady', body)).toMatchObject(signal))
  test.each([
    [{ ...sent, side: undefined }, 'field-missing', { field: 'side' }],
    [{ ...sent, action: 'increase' }, 'field-value', { field: 'action' }],
    [{ ...sent, action: 'reduce' }, 'field-missing', { field: 'position_percentage' }],
    [{ ...sent, test: true }, 'field-value', { field: 'test' }],
    [
      { ...sent, dca_orders: [{ price_percentage: 2 }] },
      'field-value',
      { field: 'dca_orders', problem: 'is not supported: Ballast enters once' },
    ],
    [{ ...sent, take_profit: [{ position_percentage: 50 }] }, 'field-value', { field: 'take_profit.0' }],
  ])('%j is refused: %s', (body, code, figures) => expect(refusal('altrady', body)).toMatchObject({ code, figures }))
})

describe('key-value', () => {
  test.each([
    ['EXCHANGE=bybit\nSYMBOL=BTCUSDT\nSIGNAL=BUY', { symbol: 'BTCUSDT', wish: 'buy' }],
    [
      'EXCHANGE=bybit;SYMBOL=ETHUSDT;SIGNAL=SELL;ORDER_TYPE=LIMIT;PRICE=3100;VOLUME=2%;STOP_PRICE=3200;TAKE_PROFIT_PRICE_1=3000;TAKE_PROFIT_PRICE_2=2900;TAG=t1',
      {
        wish: 'sell',
        limit: '3100',
        stop: '3200',
        orderId: 't1',
        ceiling: { mode: 'equity', value: '2' },
        targets: [
          { at: '3000', share: undefined },
          { at: '2900', share: undefined },
        ],
      },
    ],
    ['SYMBOL=BTCUSDT;SIGNAL=SELL;REDUCE_ONLY=true;VOLUME=0.05', { wish: 'exit-long', exit: { mode: 'base', value: '0.05' } }],
    ['SYMBOL=BTCUSDT;SIGNAL=CANCEL', { wish: 'cancel' }],
    [
      'e=bybit s=BTCUSDT b=long q=5% sl=2% tp=4% l=3',
      { wish: 'long', ceiling: { mode: 'equity', value: '5' }, stop: '2%', targets: [{ at: '4%', share: undefined }] },
    ],
    [
      's=BTCUSDT b=sell fp=66000 q=0.01 fsl=67000 ftp=60000',
      { wish: 'sell', limit: '66000', stop: '67000', targets: [{ at: '60000', share: undefined }] },
    ],
    ['s=BTCUSDT c=position', { wish: 'flat' }],
    ['s=BTCUSDT c=position b=short q=50%', { wish: 'exit-short', exit: { mode: 'part', value: '50' } }],
    ['s=BTCUSDT c=order', { wish: 'cancel' }],
  ])('%s', (text, signal) => expect(read('key-value', text)).toMatchObject(signal))
  test.each([
    ['SYMBOL=BTCUSDT;SIGNAL=BUY;LEVERAGE=5', 'field-unknown', { field: 'LEVERAGE' }],
    ['SYMBOL=BTCUSDT;SIGNAL=HOLD', 'field-value', { field: 'SIGNAL' }],
    ['SYMBOL=BTCUSDT;SIGNAL=BUY;VOLUME=12a%', 'field-value', { field: 'VOLUME', value: '12a%' }],
    ['SYMBOL=BTCUSDT;SIGNAL=BUY;SIGNAL=SELL', 'field-value', { problem: 'is given twice' }],
    ['SYMBOL=BTCUSDT;SIGNAL=BUY;ORDER_TYPE=LIMIT', 'field-missing', { field: 'PRICE' }],
    ['s=BTCUSDT b=buy ts=2%', 'field-unknown', { field: 'ts' }],
    ['s=BTCUSDT b=buy d=1', 'field-value', { field: 'd' }],
    ['s=BTCUSDT', 'field-missing', { field: 'b' }],
    ['s=BTCUSDT b=buy | s=ETHUSDT b=sell', 'field-value', { problem: 'has more than one command' }],
    ['SYMBOL={{ticker}};SIGNAL=BUY', 'placeholder', { placeholder: '{{ticker}}' }],
    [{ SYMBOL: 'BTCUSDT' }, 'body-not-text', {}],
  ])('%j is refused: %s', (body, code, figures) => expect(refusal('key-value', body)).toMatchObject({ code, figures }))
})

describe('alertatron', () => {
  test.each([
    ['Keys(XBTUSDT) { market(side=buy, amount=0.05); } #bot', { symbol: 'BTCUSDT', wish: 'buy', ceiling: { mode: 'base', value: '0.05' } }],
    [
      'k(BTCUSDT) { limit(side=sell, amount=5%, offset=@66000); stop(offset=2%); }',
      { wish: 'sell', limit: '66000', stop: '2%', ceiling: { mode: 'equity', value: '5' } },
    ],
    ['k(BTCUSDT){market(position=0)}', { wish: 'flat', ceiling: undefined }],
    ['k(BTCUSDT){market(position=-0.5)}', { wish: 'short', ceiling: { mode: 'base', value: '0.5' } }],
    ['k(BTCUSDT){close(amount=50%p)}', { wish: 'flat', exit: { mode: 'part', value: '50' } }],
    ['k(BTCUSDT){market(side=buy, amount=1, reduceOnly=true)}', { wish: 'exit-short', exit: { mode: 'base', value: '1' } }],
    ['k(BTCUSDT){cancel(which=all)}', { wish: 'cancel' }],
  ])('%s', (text, signal) => expect(read('alertatron', text)).toMatchObject(signal))
  test.each([
    ['market(side=buy, amount=1)', 'field-value', { field: 'body' }],
    ['k(BTCUSDT){trailingStop(offset=1%)}', 'field-unknown', { field: 'trailingStop' }],
    ['k(BTCUSDT){market(side=buy, leverage=5)}', 'field-unknown', { field: 'market.leverage' }],
    ['k(BTCUSDT){market(side=buy); market(side=sell)}', 'field-value', { problem: 'has more than one order' }],
    ['k(BTCUSDT){stop(offset=1%)}', 'field-missing', { field: 'market, limit, close or cancel' }],
    ['k(BTCUSDT){limit(side=buy, amount=1)}', 'field-missing', { field: 'limit.offset' }],
    ['k(BTCUSDT){limit(side=buy, offset=e1%)}', 'field-value', { field: 'limit.offset' }],
  ])('%s is refused: %s', (body, code, figures) => expect(refusal('alertatron', body)).toMatchObject({ code, figures }))
})

describe('cornix', () => {
  const sent = '#BTC/USDT\nLONG\nEntry: 64000\nTake-Profit Targets:\n1) 66000\n2) 68000\nStop: 62500\nLeverage: 10x\nAmount: 5%'
  test.each([
    [
      'pair, entry, targets and stop',
      sent,
      {
        symbol: 'BTCUSDT',
        wish: 'long',
        limit: '64000',
        stop: '62500',
        targets: [
          { at: '66000', share: undefined },
          { at: '68000', share: undefined },
        ],
        ceiling: { mode: 'equity', value: '5' },
      },
    ],
    [
      'the side follows from the stop',
      'ETH/USDT\nBuy 3000\nSell 2800\nStop 3100\nRisk 1%',
      { wish: 'short', limit: '3000', stop: '3100', ceiling: { mode: 'risk', value: '1' } },
    ],
    [
      'a zone is entered at the end that comes first',
      'ETH/USDT\nLong\nBuy zone 2900-3000\nTP 3200\nStop 2800',
      { wish: 'long', limit: '3000' },
    ],
    ['at market', 'ETHUSDT short\nEntry: market\nTarget 2800\nStop 3100', { wish: 'short', limit: undefined, stop: '3100' }],
    ['a close', 'Close BTC/USDT', { symbol: 'BTCUSDT', wish: 'flat' }],
    ['a cancel', 'Cancel #ETH/USDT', { symbol: 'ETHUSDT', wish: 'cancel' }],
  ])('%s', (_, text, signal) => expect(read('cornix', text)).toMatchObject(signal))
  test.each([
    ['no stop', 'BTC/USDT\nEntry 64000\nTarget 66000', 'field-missing', { field: 'Stop' }],
    ['no entry', 'BTC/USDT\nTarget 66000\nStop 62500', 'field-missing', { field: 'Entry' }],
    ['no pair', 'Entry 64000\nStop 62500', 'field-missing', { field: 'pair, such as BTC/USDT' }],
    ['a ladder', 'BTC/USDT\nEntry 64000 63000\nStop 62500', 'field-value', { field: 'Entry' }],
    ['a breakout', 'BTC/USDT\nEnter above 64000\nStop 62500', 'field-value', { field: 'Entry' }],
    ['a stop on the wrong side', 'BTC/USDT\nLong\nEntry 64000\nStop 65000', 'field-value', { field: 'Stop', value: '65000' }],
  ])('%s is refused', (_, text, code, figures) => expect(refusal('cornix', text)).toMatchObject({ code, figures }))
})

describe('freqtrade', () => {
  const sent = { type: 'entry_fill', trade_id: '12', pair: 'BTC/USDT:USDT', direction: 'Long' }
  test.each([
    ['an entry', sent, { symbol: 'BTCUSDT', wish: 'long', id: 'entry_fill 12' }],
    ['a short', { ...sent, direction: 'Short' }, { wish: 'short' }],
    ['an exit', { ...sent, type: 'exit_fill', is_final_exit: 'True' }, { wish: 'exit-long' }],
    ['an exit of a short', { ...sent, type: 'exit', direction: 'Short' }, { wish: 'exit-short' }],
    ['an entry that was canceled', { ...sent, type: 'entry_cancel' }, { wish: 'cancel' }],
  ])('%s', (_, body, signal) => expect(read('freqtrade', body)).toMatchObject(signal))
  test.each([
    [{ ...sent, type: 'status' }, 'field-value', { field: 'type' }],
    [{ ...sent, direction: '{direction}' }, 'field-value', { field: 'direction', value: '{direction}' }],
    [{ ...sent, type: 'exit_fill', is_final_exit: 'False' }, 'exit-part', { mode: 'is_final_exit' }],
    [{ ...sent, pair: 'BTC/USD' }, 'symbol-unreadable', {}],
  ])('%j is refused: %s', (body, code, figures) => expect(refusal('freqtrade', body)).toMatchObject({ code, figures }))
})

test.each(SIGNAL_FORMATS)('%s: the body that Ballast prints is read once its placeholders are filled', (format) => {
  const filled = templateOf(format)
    .replaceAll('{{exchange}}', 'bybit')
    .replaceAll(/\{\{ticker\}\}|\{pair\}/g, 'BTCUSDT')
    .replaceAll(/\{\{(timenow|time)\}\}/g, '2026-01-31T12:00:00Z')
    .replaceAll('{{strategy.order.action}}', 'buy')
    .replaceAll(/\{\{strategy\.(prev_)?market_position\}\}|\{direction\}/g, 'long')
    .replaceAll(/\{\{strategy\.order\.contracts\}\}/g, '0.05')
    .replaceAll(/\{\{[^}]+\}\}|\{trade_id\}/g, '7')
  const body = filled.startsWith('{') ? JSON.parse(filled) : filled
  expect(read(format, body)).toMatchObject({ symbol: 'BTCUSDT' })
})

test('whatever is sent is read or refused', () => {
  const words = fc.constantFrom(
    'BTCUSDT',
    'buy',
    'long',
    'LONG',
    'Entry',
    'Stop',
    '64000',
    '5%',
    '=',
    ';',
    '\n',
    '{',
    '}',
    '(',
    ')',
    's=',
    'SIGNAL=BUY',
    'ENTER-LONG_',
    '@',
    ' ',
  )
  const text = fc.oneof(
    fc.string(),
    fc.array(words, { maxLength: 20 }).map((list) => list.join('')),
  )
  fc.assert(
    fc.property(fc.constantFrom(...SIGNAL_FORMATS), fc.oneof(text, fc.object()), (format, body) => {
      const signal = readSignal(format, bodyOf(body), 'linear')
      expect(signal.ok ? signal.value.symbol : signal.error.code).toBeTruthy()
    }),
    { numRuns: 2_000 },
  )
})
