/**
 * The body to paste at the sender, for each format. None holds a secret: that is in the address alone.
 */
import type { SignalFormat } from './signal.ts'

const TARGET = `{"v":1,"id":"{{ticker}}-{{strategy.order.id}}-{{timenow}}","symbol":"{{ticker}}","exchange":"{{exchange}}","interval":"{{interval}}","time":"{{timenow}}","barTime":"{{time}}","intent":"target","position":"{{strategy.market_position}}","prevPosition":"{{strategy.prev_market_position}}","price":"{{strategy.order.price}}","comment":"{{strategy.order.comment}}"}`

const ORDER = `{"ticker":"{{ticker}}","action":"{{strategy.order.action}}","contracts":"{{strategy.order.contracts}}","market_position":"{{strategy.market_position}}","prev_market_position":"{{strategy.prev_market_position}}","order_id":"{{strategy.order.id}}","time":"{{timenow}}","bar_time":"{{time}}","price":"{{strategy.order.price}}"}`

const THREE_COMMAS = `{"max_lag":"60","timestamp":"{{timenow}}","tv_exchange":"{{exchange}}","tv_instrument":"{{ticker}}","action":"{{strategy.order.action}}","strategy_info":{"market_position":"{{strategy.market_position}}","prev_market_position":"{{strategy.prev_market_position}}"}}`

const NATIVE = `{"v":1,"id":"a-name-used-once","symbol":"BTCUSDT","time":"2026-01-31T12:00:00Z","intent":"target","position":"long","size":{"mode":"risk","value":"0.5"},"stopLoss":{"pct":"2"}}`

const OKX = `{"id":"{{strategy.order.id}}","action":"{{strategy.order.action}}","marketPosition":"{{strategy.market_position}}","prevMarketPosition":"{{strategy.prev_market_position}}","instrument":"{{ticker}}","timestamp":"{{timenow}}","maxLag":"60","investmentType":"base","amount":"{{strategy.order.contracts}}"}`

const TRADERS_POST = `{"ticker":"{{ticker}}","action":"{{strategy.order.action}}","sentiment":"{{strategy.market_position}}","quantity":"{{strategy.order.contracts}}","time":"{{timenow}}"}`

const ALTRADY = `{"action":"open","exchange":"BYBI","symbol":"BYBI_USDT_BTC","side":"long","stop_loss":{"stop_percentage":2},"take_profit":[{"price_percentage":4,"position_percentage":100}]}`

const FREQTRADE = `{"type":"entry_fill","trade_id":"{trade_id}","pair":"{pair}","direction":"{direction}"}`

const TEMPLATES: Readonly<Record<SignalFormat, string>> = {
  native: NATIVE,
  'tradingview-target': TARGET,
  tradingview: ORDER,
  '3commas': THREE_COMMAS,
  line: 'long BTCUSDT 0.5% sl=2% id=a-name-used-once',
  okx: OKX,
  traderspost: TRADERS_POST,
  wundertrading: 'ENTER-LONG_BYBIT_BTCUSDT_NAME_15M_CODE',
  altrady: ALTRADY,
  'key-value': 'EXCHANGE={{exchange}};SYMBOL={{ticker}};SIGNAL=BUY;VOLUME=2%;STOP_PRICE=60000',
  alertatron: 'Ballast(BTCUSDT) { market(side=buy, amount=0.05); stop(offset=2%); }',
  cornix: 'BTC/USDT LONG\nEntry: 64000\nTargets: 66000, 68000\nStop: 62500',
  freqtrade: FREQTRADE,
}

export const templateOf = (format: SignalFormat): string => TEMPLATES[format]
