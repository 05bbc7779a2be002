/**
 * Bodies of the formats, of our own writing after what their vendors document, with what each asks for, and what is refused with which figures.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readSignal } from './read-signal.ts'
import { type OutsideSignal, SIGNAL_FORMATS, type SignalBody, type SignalFormat } from './signal.ts'
import { readSignalSymbol } from './symbol.ts'
import { templateOf } from './template.ts'

const json = (value: unknown): SignalBody => ({ type: 'json', value })
const line = (text: string): SignalBody => ({ type: 'text', text })

const read = (format: SignalFormat, body: SignalBody): Partial<OutsideSignal> => {
  const signal = readSignal(format, body, 'linear')
  if (!signal.ok) throw new Error(JSON.stringify(signal.error))
  return signal.value
}
const refusal = (format: SignalFormat, body: SignalBody) => {
  const signal = readSignal(format, body, 'linear')
  return signal.ok ? 'read' : signal.error
}

const AT = Date.parse('2026-01-31T12:00:00Z')

describe('tradingview-target', () => {
  const sent = {
    ticker: 'BTCUSDT.P',
    market_position: 'long',
    prev_market_position: 'flat',
    market_position_size: '0.5',
    timenow: '2026-01-31T12:00:00Z',
    interval: '15',
  }
  test('the position that it names is the wish', () => {
    expect(read('tradingview-target', json(sent))).toMatchObject({ symbol: 'BTCUSDT', wish: 'long', sentAtMs: AT, ceiling: undefined })
    expect(read('tradingview-target', json({ ...sent, market_position: 'flat' })).wish).toBe('flat')
    expect(read('tradingview-target', json({ ...sent, market_position: 'short' })).wish).toBe('short')
  })
  test('the body that Ballast prints, filled in by TradingView, is read', () => {
    const filled = templateOf('tradingview-target')
      .replaceAll('{{ticker}}', 'ETHUSDT.P')
      .replaceAll('{{timenow}}', '2026-01-31T12:00:00Z')
      .replaceAll('{{strategy.market_position}}', 'short')
      .replaceAll('{{strategy.prev_market_position}}', 'long')
      .replaceAll('{{time}}', '2026-01-31T11:45:00Z')
      .replace(/\{\{[^}]+\}\}/g, 'x')
    expect(read('tradingview-target', json(JSON.parse(filled)))).toMatchObject({
      symbol: 'ETHUSDT',
      wish: 'short',
      id: 'ETHUSDT.P-x-2026-01-31T12:00:00Z',
      barTime: '2026-01-31T11:45:00Z',
    })
  })
  test.each([
    [
      { ...sent, market_position: '{{strategy.market_position}}' },
      'placeholder',
      { placeholder: '{{strategy.market_position}}', field: 'market_position' },
    ],
    [{ ticker: 'BTCUSDT' }, 'field-missing', { field: 'market_position' }],
    [{ market_position: 'long' }, 'field-missing', { field: 'ticker' }],
    [
      { ...sent, market_position: 'Long' },
      'field-value',
      { field: 'market_position', value: 'Long', problem: 'must be one of long, short, flat' },
    ],
    [{ ...sent, position: 'flat' }, 'field-value', { field: 'position', value: 'flat', problem: "says something else than 'long'" }],
    [{ ...sent, stop_los: '2' }, 'field-unknown', { field: 'stop_los' }],
    [{ ...sent, timenow: '2026-01-31 12:00' }, 'field-value', { field: 'timenow' }],
    [{ ...sent, stopLoss: { pct: '-2' } }, 'field-value', { field: 'stopLoss.pct', value: '-2' }],
    [{ ...sent, stopLoss: { pct: '2', price: '60000' } }, 'field-value', { field: 'stopLoss', problem: 'needs either pct or price' }],
    [[sent], 'body-not-json', { begins: 'not an object' }],
  ])('%j is refused: %s', (body, code, figures) => {
    expect(refusal('tradingview-target', json(body))).toMatchObject({ code, figures })
  })
  test('text is no body of it', () => {
    expect(refusal('tradingview-target', line('buy now'))).toEqual({ code: 'body-not-json', figures: { begins: 'buy now' } })
    expect(refusal('tradingview-target', line('  '))).toMatchObject({ code: 'body-empty' })
  })
})

describe('tradingview', () => {
  const sent = { ticker: 'BINANCE:ETHUSDT', action: 'sell', contracts: '0.25', order_id: 'Short', bar_time: '2026-01-31T11:45:00Z' }
  test('an order is a step that way, with its quantity as the most', () => {
    expect(read('tradingview', json({ ...sent, ticker: 'ETHUSDT' }))).toMatchObject({
      symbol: 'ETHUSDT',
      wish: 'sell',
      ceiling: { mode: 'base', value: '0.25' },
      orderId: 'Short',
    })
  })
  test('where it says the position after the order, that is the wish', () => {
    expect(read('tradingview', json({ ...sent, ticker: 'ETHUSDT', market_position: 'flat' })).wish).toBe('flat')
  })
  test('quantities of JSON numbers are taken as written', () => {
    expect(read('tradingview', json({ ticker: 'ETHUSDT', side: 'buy', quantity: 0.1 })).ceiling).toEqual({ mode: 'base', value: '0.1' })
  })
  test.each([
    [sent, 'symbol-unreadable', { symbol: 'BINANCE:ETHUSDT', problem: 'names another exchange' }],
    [{ ticker: 'ETHUSDT', action: 'long' }, 'field-value', { field: 'action', value: 'long', problem: 'must be one of buy, sell' }],
    [{ ticker: 'ETHUSDT', action: 'buy', contracts: '0' }, 'field-value', { field: 'contracts', value: '0' }],
    [{ ticker: 'ETHUSDT', action: 'buy', contracts: '1e3' }, 'field-value', { field: 'contracts', value: '1e3' }],
    [{ ticker: 'ETHUSDT', action: 'buy', contracts: '-1' }, 'field-value', { field: 'contracts', value: '-1' }],
    [{ ticker: 'ETHUSDT' }, 'field-missing', { field: 'action' }],
  ])('%j is refused: %s', (body, code, figures) => {
    expect(refusal('tradingview', json(body))).toMatchObject({ code, figures })
  })
})

describe('native', () => {
  const sent = { v: 1, symbol: 'BTC', intent: 'target', position: 'long' }
  test('all that it may say', () => {
    const all = {
      ...sent,
      id: 'a1',
      time: AT,
      barTime: '1738324800000',
      size: { mode: 'risk', value: '0.5' },
      order: { type: 'limit', price: '64000', offsetBps: null },
      stopLoss: { pct: '2.0' },
      takeProfit: [
        { pct: '2', share: '0.5' },
        { price: '70000', share: '0.5' },
      ],
      leverage: 3,
      maxAgeSec: 30,
      comment: 'breakout',
    }
    expect(read('native', json(all))).toEqual({
      symbol: 'BTCUSDT',
      wish: 'long',
      id: 'a1',
      sentAtMs: AT,
      barTime: '1738324800000',
      orderId: undefined,
      maxAgeMs: 30_000,
      limit: '64000',
      stop: '2.0%',
      targets: [
        { at: '2%', share: '0.5' },
        { at: '70000', share: '0.5' },
      ],
      ceiling: { mode: 'risk', value: '0.5' },
      exit: undefined,
      comment: 'breakout',
    })
  })
  test.each([
    [{ intent: 'exit' }, 'flat'],
    [{ intent: 'exit', position: 'flat', prevPosition: 'short' }, 'exit-short'],
    [{ intent: 'reverse', position: 'short' }, 'short'],
    [{ intent: 'cancel', position: undefined }, 'cancel'],
  ])('%j wishes %s', (more, wish) => {
    expect(read('native', json({ ...sent, position: undefined, ...more })).wish).toBe(wish)
  })
  test.each([
    [
      { mode: 'part', value: '50' },
      { mode: 'part', value: '50' },
    ],
    [
      { mode: 'contracts', value: 0.05 },
      { mode: 'base', value: '0.05' },
    ],
    [{ mode: 'mirror' }, undefined],
  ])('an exit of %j closes %j', (size, exit) => {
    expect(read('native', json({ ...sent, intent: 'exit', position: 'flat', size }))).toMatchObject({
      wish: 'flat',
      exit,
      ceiling: undefined,
    })
  })
  test.each([
    [{ ...sent, v: 2 }, 'field-value', { field: 'v', value: '2', problem: 'must be 1' }],
    [{ ...sent, intent: 'enter', position: 'flat' }, 'field-value', { field: 'position' }],
    [{ ...sent, position: null }, 'field-missing', { field: 'position' }],
    [{ ...sent, intent: 'exit', position: 'flat', size: { mode: 'quote', value: '1' } }, 'exit-part', { mode: 'quote', value: '1' }],
    [{ ...sent, size: { mode: 'part', value: '50' } }, 'field-value', { field: 'size.mode', value: 'part', problem: 'is for exits' }],
    [{ ...sent, order: { type: 'limit' } }, 'field-missing', { field: 'order.price' }],
    [{ ...sent, order: { type: 'market', offsetBps: 5 } }, 'field-value', { field: 'order.offsetBps' }],
    [{ ...sent, size: { mode: 'risk', value: '101' } }, 'field-value', { field: 'size.value', value: '101' }],
    [{ ...sent, size: { mode: 'lots', value: '1' } }, 'field-value', { field: 'size.mode' }],
    [
      {
        ...sent,
        takeProfit: [
          { pct: '2', share: '0.7' },
          { pct: '3', share: '0.7' },
        ],
      },
      'field-value',
      { field: 'takeProfit' },
    ],
    [{ ...sent, takeProfit: [{ share: '0.7' }] }, 'field-value', { field: 'takeProfit.0' }],
    [{ ...sent, stopLoss: { pct: '2', px: '1' } }, 'field-unknown', { field: 'stopLoss.px' }],
  ])('%j is refused: %s', (body, code, figures) => {
    expect(refusal('native', json(body))).toMatchObject({ code, figures })
  })
})

describe('3commas', () => {
  const sent = {
    secret: 'not looked at',
    max_lag: '300',
    timestamp: '2026-01-31T12:00:00Z',
    tv_exchange: 'BYBIT',
    tv_instrument: 'SOLUSDT.P',
    action: 'sell',
    bot_uuid: 'x',
    strategy_info: { market_position: 'short', market_position_size: '5', prev_market_position: 'flat', prev_market_position_size: '0' },
    order: { amount: '5', currency_type: 'base' },
  }
  test('the strategy type names a position, the custom type an action', () => {
    expect(read('3commas', json(sent))).toMatchObject({
      symbol: 'SOLUSDT',
      wish: 'short',
      maxAgeMs: 300_000,
      ceiling: { mode: 'base', value: '5' },
    })
    expect(
      read('3commas', json({ tv_instrument: 'SOLUSDT', action: 'exit_long', order: { amount: '100', currency_type: 'position_percent' } })),
    ).toMatchObject({
      wish: 'exit-long',
      ceiling: undefined,
      exit: { mode: 'part', value: '100' },
    })
    const flat = { market_position: 'flat', prev_market_position: 'long' }
    expect(read('3commas', json({ ...sent, strategy_info: flat }))).toMatchObject({ wish: 'flat', exit: undefined, ceiling: undefined })
  })
  test.each([
    [{ ...sent, strategy_info: null, action: null }, 'field-missing', { field: 'action' }],
    [{ ...sent, max_lag: 'soon' }, 'field-value', { field: 'max_lag' }],
    [{ ...sent, order: { amount: 'all' } }, 'field-value', { field: 'order.amount', value: 'all' }],
    [{ ...sent, tv_instrument: '{{ticker}}' }, 'placeholder', { placeholder: '{{ticker}}', field: 'tv_instrument' }],
  ])('%j is refused: %s', (body, code, figures) => {
    expect(refusal('3commas', json(body))).toMatchObject({ code, figures })
  })
})

describe('line', () => {
  test.each([
    [
      'long BTC 1% sl=2% tp=4%,8%',
      {
        wish: 'long',
        symbol: 'BTCUSDT',
        stop: '2%',
        ceiling: { mode: 'risk', value: '1' },
        targets: [
          { at: '4%', share: undefined },
          { at: '8%', share: undefined },
        ],
      },
    ],
    ['short ETHUSDT $500 limit=3100 id=a1', { wish: 'short', ceiling: { mode: 'quote', value: '500' }, limit: '3100', id: 'a1' }],
    [
      'buy SOL 0.5 age=30s time=2026-01-31T12:00:00+01:00',
      { wish: 'buy', ceiling: { mode: 'base', value: '0.5' }, maxAgeMs: 30_000, sentAtMs: AT - 3_600_000 },
    ],
    ['close BTC', { wish: 'flat', exit: undefined }],
    ['close BTC 50%', { wish: 'flat', exit: { mode: 'part', value: '50' }, ceiling: undefined }],
    ['exit-long BTC 0.05', { wish: 'exit-long', exit: { mode: 'base', value: '0.05' } }],
    ['exit-short BTC/USDT:USDT', { wish: 'exit-short', symbol: 'BTCUSDT' }],
  ])('%s', (text, signal) => {
    expect(read('line', line(text))).toMatchObject(signal)
  })
  test.each([
    ['moon BTC', 'field-value', { field: 'first word', value: 'moon' }],
    ['long', 'field-missing', { field: 'symbol' }],
    ['long BTC 1% 2%', 'field-value', { field: 'size', problem: 'is a second size' }],
    ['long BTC all', 'field-value', { field: 'size', value: 'all' }],
    ['long BTC lev=5', 'field-unknown', { field: 'lev' }],
    ['long BTC sl=2% sl=3%', 'field-value', { field: 'sl', problem: 'is given twice' }],
    ['long BTC sl=-2%', 'field-value', { field: 'sl' }],
    ['flat BTC $50', 'exit-part', { mode: 'quote', value: '50' }],
    ['cancel BTC 50%', 'exit-part', { mode: 'risk', value: '50' }],
    ['long {{ticker}}', 'placeholder', { placeholder: '{{ticker}}' }],
    ['long BTC\nshort ETH', 'field-value', { problem: 'has more than one line' }],
  ])('%s is refused: %s', (text, code, figures) => {
    expect(refusal('line', line(text))).toMatchObject({ code, figures })
  })
  test('JSON is no line', () => expect(refusal('line', json({ ticker: 'BTC' }))).toMatchObject({ code: 'body-not-text' }))
})

describe('symbols', () => {
  test.each([
    ['BYBIT:BTCUSDT.P', 'linear', 'BTCUSDT'],
    ['BTCUSDT.P', 'linear', 'BTCUSDT'],
    ['BTCUSDTPERP', 'linear', 'BTCUSDT'],
    ['BTC/USDT:USDT', 'linear', 'BTCUSDT'],
    ['BTC-USDT-SWAP', 'linear', 'BTCUSDT'],
    ['BTC/USDT', 'linear', 'BTCUSDT'],
    ['XBTUSDT', 'linear', 'BTCUSDT'],
    ['eth', 'linear', 'ETHUSDT'],
    ['BTCUSDT', 'spot', 'BTCUSDT-SPOT'],
    ['BTC/USDT', 'spot', 'BTCUSDT-SPOT'],
    ['BTC-SPOT', 'spot', 'BTCUSDT-SPOT'],
  ] as const)('%s at a source of %s is %s', (text, market, symbol) => {
    expect(readSignalSymbol(text, market)).toEqual({ ok: true, value: symbol })
  })
  test.each([
    ['XBTUSD', 'linear', 'symbol-unreadable'],
    ['BTCUSDT.P', 'spot', 'symbol-market'],
    ['BTC/USDT:USDT', 'spot', 'symbol-market'],
    ['BTC-SPOT', 'linear', 'symbol-market'],
    ['BINANCE:BTCUSDT', 'linear', 'symbol-unreadable'],
    ["BTC'; drop", 'linear', 'symbol-unreadable'],
  ] as const)('%s at a source of %s is refused: %s', (text, market, code) => {
    expect(readSignalSymbol(text, market)).toMatchObject({ ok: false, error: { code } })
  })
})

test('no body, whatever it is, does anything but be read or be refused', () => {
  const body = fc.oneof(
    fc.anything().map(json),
    fc.string().map(line),
    fc.dictionary(fc.constantFrom('v', 'ticker', 'symbol', 'market_position', 'action', 'size', 'tv_instrument'), fc.anything()).map(json),
  )
  fc.assert(
    fc.property(fc.constantFrom(...SIGNAL_FORMATS), body, (format, given) => {
      const signal = readSignal(format, given, 'linear')
      if (!signal.ok) for (const figure of Object.values(signal.error.figures)) expect(String(figure).length).toBeLessThanOrEqual(200)
      else expect(signal.value.symbol).toMatch(/^[A-Z0-9]{2,20}$/)
    }),
    { numRuns: 500 },
  )
})
