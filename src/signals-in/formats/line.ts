/**
 * One line of words: `long BTC 1% sl=2% tp=4%,8%`, `short ETHUSDT $500 limit=3100 id=a1`, `flat BTC`.
 */
import { type Result, ok } from '../../core/result.ts'
import { amount, instant, percent, placeholderIn, refuseCode, refuseMissing, refuseValue, seconds } from '../fields.ts'
import {
  type Ceiling,
  type OutsideSignal,
  type OutsideTarget,
  type SignalBody,
  type SignalRefusal,
  type Wish,
  isExitWish,
  outsideSignal,
} from '../signal.ts'

const WISH_OF: Readonly<Record<string, Wish>> = {
  long: 'long',
  short: 'short',
  flat: 'flat',
  close: 'flat',
  exit: 'flat',
  buy: 'buy',
  sell: 'sell',
  'exit-long': 'exit-long',
  'exit-short': 'exit-short',
  cancel: 'cancel',
}
const KEYS = ['sl', 'tp', 'limit', 'id', 'time', 'age'] as const
type Key = (typeof KEYS)[number]
const WORDS_MAX = 20
const SHOWN_MAX = 60

export function readLine(body: SignalBody): Result<OutsideSignal, SignalRefusal> {
  if (body.type === 'json') return refuseCode('body-not-text')
  const text = body.text.trim()
  if (text === '') return refuseCode('body-empty')
  const placeholder = placeholderIn(text)
  if (placeholder !== undefined) return refuseCode(placeholder.code, placeholder.figures)
  if (/[\r\n]/.test(text)) return refuseValue('body', text.slice(0, SHOWN_MAX), 'has more than one line')
  const words = text.split(/\s+/)
  if (words.length > WORDS_MAX) return refuseValue('body', text.slice(0, SHOWN_MAX), `has more than ${WORDS_MAX} words`)
  const [side = '', symbol, ...rest] = words
  const wish = WISH_OF[side.toLowerCase()]
  if (wish === undefined) return refuseValue('first word', side.slice(0, SHOWN_MAX), `must be one of ${Object.keys(WISH_OF).join(', ')}`)
  if (symbol === undefined) return refuseMissing('symbol')
  return details(wish, symbol, rest)
}

function details(wish: Wish, symbol: string, rest: readonly string[]): Result<OutsideSignal, SignalRefusal> {
  const said = new Map<Key, string>()
  let ceiling: Ceiling | undefined
  for (const text of rest) {
    const cut = text.indexOf('=')
    if (cut < 0) {
      if (ceiling !== undefined) return refuseValue('size', text, 'is a second size')
      const read = sizeOf(text)
      if (!read.ok) return read
      ceiling = read.value
      continue
    }
    const name = text.slice(0, cut).toLowerCase()
    const key = KEYS.find((each) => each === name)
    if (key === undefined) return refuseCode('field-unknown', { field: name.slice(0, SHOWN_MAX) })
    if (said.has(key)) return refuseValue(key, text, 'is given twice')
    said.set(key, text.slice(cut + 1))
  }
  if (ceiling === undefined || !isExitWish(wish)) return priced(wish, symbol, { ceiling }, said)
  // Of an exit `50%` is a part of what is held, and `0.05` a quantity of it.
  if (wish === 'cancel' || ceiling.mode === 'quote' || ceiling.mode === 'equity')
    return refuseCode('exit-part', { mode: ceiling.mode, value: ceiling.value })
  return priced(wish, symbol, { exit: { mode: ceiling.mode === 'risk' ? 'part' : 'base', value: ceiling.value } }, said)
}

function priced(
  wish: Wish,
  symbol: string,
  size: Pick<Partial<OutsideSignal>, 'ceiling' | 'exit'>,
  said: ReadonlyMap<Key, string>,
): Result<OutsideSignal, SignalRefusal> {
  const stop = said.get('sl')
  const limit = said.get('limit')
  const time = said.get('time')
  const age = said.get('age')
  if (stop !== undefined && !isPlace(stop)) return refuseValue('sl', stop, 'is no price and no percentage such as 2%')
  if (limit !== undefined && !amount.safeParse(limit).success) return refuseValue('limit', limit, 'is no price')
  const targets: OutsideTarget[] = []
  for (const at of said.get('tp')?.split(',') ?? []) {
    if (!isPlace(at)) return refuseValue('tp', at, 'is no price and no percentage such as 4%')
    targets.push({ at, share: undefined })
  }
  const sentAt = time === undefined ? undefined : instant.safeParse(time)
  if (sentAt?.success === false) return refuseValue('time', time ?? '', 'is no time such as 2026-01-31T12:00:00Z, and no Unix time')
  const maxAge = age === undefined ? undefined : seconds.safeParse(age.replace(/s$/, ''))
  if (maxAge?.success === false) return refuseValue('age', age ?? '', 'is no number of seconds from 1 to 86400')
  return ok(
    outsideSignal({
      symbol,
      wish,
      id: said.get('id'),
      sentAtMs: sentAt?.data,
      maxAgeMs: maxAge === undefined ? undefined : maxAge.data * 1_000,
      limit,
      stop,
      targets,
      ...size,
    }),
  )
}

const isPlace = (text: string): boolean => (text.endsWith('%') ? percent : amount).safeParse(text).success

/** `1%` of equity at the stop, `$500` of value, `0.05` coins. */
function sizeOf(text: string): Result<Ceiling, SignalRefusal> {
  const problem = 'is no size such as 1%, $500 or 0.05'
  if (text.endsWith('%')) {
    const read = percent.safeParse(text)
    return read.success ? ok({ mode: 'risk', value: read.data }) : refuseValue('size', text, problem)
  }
  const isMoney = text.startsWith('$')
  const read = amount.safeParse(isMoney ? text.slice(1) : text)
  return read.success ? ok({ mode: isMoney ? 'quote' : 'base', value: read.data }) : refuseValue('size', text, problem)
}
