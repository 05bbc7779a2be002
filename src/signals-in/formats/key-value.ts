/**
 * Keys and values, as OctoBot (`EXCHANGE=bybit;SYMBOL=BTCUSDT;SIGNAL=BUY`) and Autoview (`e=bybit s=BTCUSDT b=long q=5%`) take them.
 * A key that Ballast does not carry out refuses the signal by its name.
 */
import { type Result, err, ok } from '../../core/result.ts'
import { amount, percent, placeholderIn, refuseCode, refuseMissing, refuseValue } from '../fields.ts'
import {
  type OutsideSignal,
  type OutsideTarget,
  type SignalBody,
  type SignalRefusal,
  type Wish,
  isExitWish,
  outsideSignal,
} from '../signal.ts'

type Said = ReadonlyMap<string, string>
const SHOWN_MAX = 60
const OCTOBOT_KEYS: readonly RegExp[] = [
  /^(EXCHANGE|SYMBOL|SIGNAL|ORDER_TYPE|VOLUME|PRICE|STOP_PRICE|REDUCE_ONLY|TAG)$/,
  /^TAKE_PROFIT_PRICE(_\d{1,2})?$/,
]
const AUTOVIEW_KEYS: readonly RegExp[] = [/^(a|b|c|d|e|fp|fsl|ftp|l|q|s|sl|t|tp)$/]

export function readKeyValue(body: SignalBody): Result<OutsideSignal, SignalRefusal> {
  if (body.type === 'json') return refuseCode('body-not-text')
  const text = body.text.trim()
  if (text === '') return refuseCode('body-empty')
  const placeholder = placeholderIn(text)
  if (placeholder !== undefined) return err(placeholder)
  const isOctoBot = /^\s*[A-Z_]+\s*=/.test(text)
  if (!isOctoBot && /[|\r\n]/.test(text)) return refuseValue('body', text.slice(0, SHOWN_MAX), 'has more than one command')
  const said = new Map<string, string>()
  for (const word of text.split(isOctoBot ? /[;\r\n]+/ : /\s+/)) {
    if (word.trim() === '') continue
    const cut = word.indexOf('=')
    const key = word.slice(0, Math.max(0, cut)).trim()
    if (cut < 1) return refuseValue('body', word.trim().slice(0, SHOWN_MAX), 'is no key=value')
    if (!(isOctoBot ? OCTOBOT_KEYS : AUTOVIEW_KEYS).some((form) => form.test(key)))
      return refuseCode('field-unknown', { field: key.slice(0, SHOWN_MAX) })
    if (said.has(key)) return refuseValue(key, word.trim(), 'is given twice')
    said.set(key, word.slice(cut + 1).trim())
  }
  return isOctoBot ? octoBot(said) : autoview(said)
}

function octoBot(said: Said): Result<OutsideSignal, SignalRefusal> {
  const symbol = said.get('SYMBOL')
  if (symbol === undefined) return refuseMissing('SYMBOL')
  const signal = said.get('SIGNAL')?.toUpperCase()
  if (signal === undefined) return refuseMissing('SIGNAL')
  if (signal !== 'BUY' && signal !== 'SELL' && signal !== 'CANCEL') return refuseValue('SIGNAL', signal, 'must be one of BUY, SELL, CANCEL')
  const reduces = said.get('REDUCE_ONLY')?.toLowerCase() === 'true'
  const wish: Wish =
    signal === 'CANCEL' ? 'cancel' : reduces ? (signal === 'SELL' ? 'exit-long' : 'exit-short') : signal === 'BUY' ? 'buy' : 'sell'
  const type = said.get('ORDER_TYPE')?.toUpperCase() ?? 'MARKET'
  if (type !== 'MARKET' && type !== 'LIMIT') return refuseValue('ORDER_TYPE', type, 'must be one of MARKET, LIMIT')
  if (type === 'LIMIT' && said.get('PRICE') === undefined) return refuseMissing('PRICE')
  const size = sizeOf('VOLUME', said.get('VOLUME'), isExitWish(wish))
  if (!size.ok) return size
  const prices = pricesOf(said, { ...(type === 'LIMIT' ? { limit: 'PRICE' } : {}), stop: 'STOP_PRICE' })
  if (!prices.ok) return prices
  const targets: OutsideTarget[] = []
  for (const [key, at] of said) {
    if (!key.startsWith('TAKE_PROFIT_PRICE')) continue
    if (!amount.safeParse(at).success) return refuseValue(key, at, 'is no price')
    targets.push({ at, share: undefined })
  }
  return ok(outsideSignal({ symbol, wish, orderId: said.get('TAG'), targets, ...prices.value, ...size.value }))
}

function autoview(said: Said): Result<OutsideSignal, SignalRefusal> {
  const symbol = said.get('s')
  if (symbol === undefined) return refuseMissing('s')
  if (said.get('d') === '1') return refuseValue('d', '1', 'disables the command: nothing is done')
  const wish = autoviewWish(said)
  if (!wish.ok) return wish
  const type = said.get('t')?.toLowerCase() ?? (said.has('fp') ? 'limit' : 'market')
  if (type !== 'market' && type !== 'limit') return refuseValue('t', type, 'must be one of market, limit')
  if (type === 'limit' && !said.has('fp')) return refuseMissing('fp')
  const size = sizeOf('q', said.get('q'), isExitWish(wish.value))
  if (!size.ok) return size
  const prices = pricesOf(said, { ...(type === 'limit' ? { limit: 'fp' } : {}), stop: 'fsl' })
  if (!prices.ok) return prices
  const stop = distanceOf(said, 'sl')
  if (!stop.ok) return stop
  const target = distanceOf(said, 'tp')
  if (!target.ok) return target
  const at = target.value ?? said.get('ftp')
  if (at !== undefined && target.value === undefined && !amount.safeParse(at).success) return refuseValue('ftp', at, 'is no price')
  return ok(
    outsideSignal({
      symbol,
      wish: wish.value,
      ...prices.value,
      ...(stop.value === undefined ? {} : { stop: stop.value }),
      targets: at === undefined ? [] : [{ at, share: undefined }],
      ...size.value,
    }),
  )
}

/** `c` closes or cancels, and `b` then says of which side; else `b` is what is entered. */
function autoviewWish(said: Said): Result<Wish, SignalRefusal> {
  const side = said.get('b')?.toLowerCase()
  if (side !== undefined && !['buy', 'sell', 'long', 'short'].includes(side))
    return refuseValue('b', side, 'must be one of buy, sell, long, short')
  const closes = said.get('c')?.toLowerCase()
  if (closes === 'order') return ok('cancel')
  if (closes === 'position') return ok(side === undefined ? 'flat' : side === 'buy' || side === 'long' ? 'exit-long' : 'exit-short')
  if (closes !== undefined) return refuseValue('c', closes, 'must be one of order, position')
  return side === undefined ? refuseMissing('b') : ok(side as 'buy' | 'sell' | 'long' | 'short')
}

/** A percentage, or a quantity of coins. */
function sizeOf(
  key: string,
  text: string | undefined,
  isExit: boolean,
): Result<Pick<Partial<OutsideSignal>, 'ceiling' | 'exit'>, SignalRefusal> {
  if (text === undefined) return ok({})
  const isPart = text.endsWith('%')
  const read = (isPart ? percent : amount).safeParse(text)
  if (!read.success) return refuseValue(key, text, 'is no percentage such as 5%, and no quantity such as 0.05')
  if (isExit) return ok({ exit: { mode: isPart ? 'part' : 'base', value: read.data } })
  return ok({ ceiling: { mode: isPart ? 'equity' : 'base', value: read.data } })
}

function pricesOf(
  said: Said,
  keys: Readonly<Partial<Record<'limit' | 'stop', string>>>,
): Result<Partial<Record<'limit' | 'stop', string>>, SignalRefusal> {
  const prices: Partial<Record<'limit' | 'stop', string>> = {}
  for (const name of ['limit', 'stop'] as const) {
    const key = keys[name]
    const text = key === undefined ? undefined : said.get(key)
    if (key === undefined || text === undefined) continue
    if (!amount.safeParse(text).success) return refuseValue(key, text, 'is no price')
    prices[name] = text
  }
  return ok(prices)
}

function distanceOf(said: Said, key: string): Result<string | undefined, SignalRefusal> {
  const text = said.get(key)
  if (text === undefined) return ok(undefined)
  return text.endsWith('%') && percent.safeParse(text).success ? ok(text) : refuseValue(key, text, 'is no percentage such as 2%')
}
