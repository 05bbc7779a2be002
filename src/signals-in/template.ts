/**
 * The body to paste at the sender, for each format. None holds a secret: that is in the address alone.
 */
import type { SignalFormat } from './signal.ts'

const TARGET = `{"v":1,"id":"{{ticker}}-{{strategy.order.id}}-{{timenow}}","symbol":"{{ticker}}","exchange":"{{exchange}}","interval":"{{interval}}","time":"{{timenow}}","barTime":"{{time}}","intent":"target","position":"{{strategy.market_position}}","prevPosition":"{{strategy.prev_market_position}}","price":"{{strategy.order.price}}","comment":"{{strategy.order.comment}}"}`

const ORDER = `{"ticker":"{{ticker}}","action":"{{strategy.order.action}}","contracts":"{{strategy.order.contracts}}","market_position":"{{strategy.market_position}}","prev_market_position":"{{strategy.prev_market_position}}","order_id":"{{strategy.order.id}}","time":"{{timenow}}","bar_time":"{{time}}","price":"{{strategy.order.price}}"}`

const THREE_COMMAS = `{"max_lag":"60","timestamp":"{{timenow}}","tv_exchange":"{{exchange}}","tv_instrument":"{{ticker}}","action":"{{strategy.order.action}}","strategy_info":{"market_position":"{{strategy.market_position}}","prev_market_position":"{{strategy.prev_market_position}}"}}`

const NATIVE = `{"v":1,"id":"a-name-used-once","symbol":"BTCUSDT","time":"2026-01-31T12:00:00Z","intent":"target","position":"long","size":{"mode":"risk","value":"0.5"},"stopLoss":{"pct":"2"}}`

const TEMPLATES: Readonly<Record<SignalFormat, string>> = {
  native: NATIVE,
  'tradingview-target': TARGET,
  tradingview: ORDER,
  '3commas': THREE_COMMAS,
  line: 'long BTCUSDT 0.5% sl=2% id=a-name-used-once',
}

export const templateOf = (format: SignalFormat): string => TEMPLATES[format]
