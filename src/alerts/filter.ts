/**
 * Which alerts are meant: the words of silences, routes, subscriptions and webhooks, `fills sym:BTC minpnl:50`.
 * Words of one kind are alternatives; of different kinds all have to hold.
 */
import { parseDecimal } from '../core/decimal.ts'
import { nearestOf } from '../core/nearest.ts'
import { type Result, err, ok } from '../core/result.ts'
import { ALERT_SEVERITIES, type AlertSeverity } from '../kernel/state/alert-severity.ts'
import { ALERT_TYPES, type AlertFacts, isAlertType, strategyOf } from './catalogue.ts'

/** What people ask for by a word. */
export const TOPICS = {
  fills: ['entry.*', 'exit.*'],
  entries: ['entry.*'],
  exits: ['exit.*'],
  signals: ['signal.*'],
  risk: ['risk.*', 'liquidation.*', 'position.*', 'panic.*', 'stop.*'],
  strategies: ['strategy.*', 'strategies.*', 'allocator.*'],
  money: ['account.*'],
  system: [
    'trader.*',
    'part.*',
    'database.*',
    'queue.*',
    'telegram.*',
    'discord.*',
    'chat.*',
    'webhook.*',
    'exchange.*',
    'key.*',
    'clock.*',
    'snapshot.*',
  ],
  reports: ['report.*'],
} as const
export type Topic = keyof typeof TOPICS
const isTopic = (word: string): word is Topic => Object.hasOwn(TOPICS, word)

export interface AlertFilter {
  /** Types or their beginnings, as `signal.*`; empty: all. */
  readonly types: readonly string[]
  /** That and worse ones. */
  readonly worst?: AlertSeverity
  readonly symbols: readonly string[]
  readonly strategies: readonly string[]
  /** Results of at least so much, gained or lost, in the settle coin. What has no result is left out. */
  readonly minPnl?: string
}

export const FILTER_USAGE = '<topic|type:T|sev:P2|sym:BTC|strategy:S|minpnl:50>…'
const WORDS = [...Object.keys(TOPICS), 'all']

/** @returns the filter, or what is wrong with a word and what would be right */
export function parseFilter(words: readonly string[]): Result<AlertFilter, string> {
  const types: string[] = []
  const symbols: string[] = []
  const strategies: string[] = []
  let worst: AlertSeverity | undefined
  let minPnl: string | undefined
  for (const word of words) {
    const [, key = '', value = ''] = /^([a-z]+)[:=](.+)$/i.exec(word) ?? []
    const low = word.toLowerCase()
    switch (key.toLowerCase()) {
      case '': {
        const severity = ALERT_SEVERITIES.find((each) => each === word.toUpperCase())
        if (severity !== undefined) worst = severity
        else if (isTopic(low)) types.push(...TOPICS[low])
        else if (isTypes(low)) types.push(low)
        else if (low !== 'all') return err(`'${word}' is not known. ${suggestion(low)}`)
        break
      }
      case 'type':
        if (!isTypes(value.toLowerCase())) return err(`there is no alert '${value}'. ${suggestion(value.toLowerCase())}`)
        types.push(value.toLowerCase())
        break
      case 'sev': {
        const severity = ALERT_SEVERITIES.find((each) => each === value.toUpperCase())
        if (severity === undefined) return err(`sev:${value} is none of ${ALERT_SEVERITIES.join(', ')}`)
        worst = severity
        break
      }
      case 'sym':
        symbols.push(value.toUpperCase())
        break
      case 'strategy':
        strategies.push(value)
        break
      case 'minpnl':
        if ((moneyOf(value) ?? -1) < 0) return err(`minpnl:${value} is not an amount such as 50`)
        minPnl = value
        break
      default:
        return err(`'${key}:' is not known: type, sev, sym, strategy or minpnl`)
    }
  }
  return ok({
    types: [...new Set(types)].sort(),
    symbols: [...new Set(symbols)].sort(),
    strategies: [...new Set(strategies)].sort(),
    ...(worst === undefined ? {} : { worst }),
    ...(minPnl === undefined ? {} : { minPnl }),
  })
}

function suggestion(word: string): string {
  const near = nearestOf(word, [...WORDS, ...ALERT_TYPES])
  return near === undefined ? `Topics: ${WORDS.join(', ')}; or type:T, sev:P2, sym:BTC, strategy:S` : `Did you mean ${near}?`
}

/** A type, or a beginning that at least one type has. */
const isTypes = (pattern: string): boolean =>
  pattern.endsWith('*') ? ALERT_TYPES.some((type) => type.startsWith(pattern.slice(0, -1))) : isAlertType(pattern)

const matchesType = (pattern: string, type: string): boolean =>
  pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern

/** `BTC` is BTCUSDT, BTCUSDC and BTCUSDT-SPOT. */
const matchesSymbol = (wanted: string, symbol: string): boolean =>
  symbol === wanted || symbol.replace(/(USDT|USDC|PERP)(-SPOT)?$/, '') === wanted

export function matches(filter: AlertFilter, alert: AlertFacts): boolean {
  const { types, worst, symbols, strategies, minPnl } = filter
  if (types.length > 0 && !types.some((pattern) => matchesType(pattern, alert.type))) return false
  if (worst !== undefined && alert.severity > worst) return false
  const { symbol } = alert
  if (symbols.length > 0 && (symbol === null || !symbols.some((wanted) => matchesSymbol(wanted, symbol)))) return false
  const strategy = strategyOf(alert)
  if (strategies.length > 0 && (strategy === undefined || !strategies.includes(strategy))) return false
  if (minPnl === undefined) return true
  const { pnl } = alert.detail
  const result = typeof pnl === 'string' ? moneyOf(pnl) : undefined
  return result !== undefined && Math.abs(result) >= (moneyOf(minPnl) ?? 0)
}

/** Of a silence: `sev:P3` is P3 and milder, and a P1 is silenced by `sev:P1` alone. */
export const silences = (filter: AlertFilter, alert: AlertFacts): boolean =>
  alert.severity >= (filter.worst ?? 'P2') && matches({ ...filter, worst: 'P5' }, alert)

const MONEY_DECIMALS = 8
const moneyOf = (text: string): number | undefined => parseDecimal(text, MONEY_DECIMALS, 'trunc')

const NO_WORDS: readonly string[] = []
/** The filter as it is typed. */
export function filterText({ types, worst, symbols, strategies, minPnl }: AlertFilter): string {
  const left = new Set(types)
  const topics = Object.entries(TOPICS).flatMap(([topic, patterns]) => {
    if (!patterns.every((pattern) => left.has(pattern))) return []
    for (const pattern of patterns) left.delete(pattern)
    return [topic]
  })
  const words = [
    ...topics,
    ...[...left].map((type) => `type:${type}`),
    ...(worst === undefined ? NO_WORDS : [`sev:${worst}`]),
    ...symbols.map((symbol) => `sym:${symbol}`),
    ...strategies.map((strategy) => `strategy:${strategy}`),
    ...(minPnl === undefined ? NO_WORDS : [`minpnl:${minPnl}`]),
  ]
  return words.length === 0 ? 'all' : words.join(' ')
}
