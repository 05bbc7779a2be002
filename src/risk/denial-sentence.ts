/**
 * A denial in one sentence: what stood against an order, with the figures that decided, and where there is one, the next step.
 */
import { groupDigits } from '../core/decimal.ts'
import type { RiskDenial, RiskFigures, RiskRule } from './denial.ts'

type Words = (f: RiskFigures) => string

const seconds = (ms: string | number | undefined): string => `${Math.round(Number(ms) / 1_000)} s`

const price = (figure: string | number | undefined): string => groupDigits(String(figure))

/** Money to the cent; what is exact to the last digit is in the journal. */
const usd = (figure: string | number | undefined): string =>
  groupDigits(typeof figure === 'string' && /\.\d{3,}$/.test(figure) ? Number(figure).toFixed(2) : String(figure))

/** Two amounts that decide by less than a cent are reported to the last digit. */
function apart(a: string | number | undefined, b: string | number | undefined, say: (a: string, b: string) => string): string {
  return usd(a) === usd(b) ? say(price(a), price(b)) : say(usd(a), usd(b))
}

/** Of a strategy or symbol where the limit is not the account's. */
const ofScope = (f: RiskFigures): string => (f.of === undefined ? '' : ` of ${f.of}`)

/** Why a symbol is out, by verdict. */
export const UNIVERSE_WORDS: Readonly<Record<string, string>> = {
  black: 'on the black list',
  'not-traded': 'no recent candles',
  'too-young': 'listed too short a time',
  volume: 'turnover too small',
  spread: 'spread too wide or unknown',
  volatility: 'volatility outside the range',
  cooldown: 'left it too recently',
  rank: 'others rank higher',
  unmeasured: 'not measured yet',
}

const WORDS: Readonly<Record<RiskRule, Words>> = {
  // What the trader itself holds says in its reason what ends it.
  hold: (f) =>
    f.by === 'trader'
      ? `entries are on hold: ${f.reason}`
      : `entries were put on hold by ${f.by}${f.reason === '' ? '' : ` (${f.reason})`}; /resume allows them again`,
  'strategy-off': (f) => `its strategy is ${f.mode ?? 'off'}`,
  universe: (f) => `the symbol is not in its strategy’s universe (${UNIVERSE_WORDS[String(f.verdict)] ?? f.verdict}); /universe shows it`,
  'symbol-owned': (f) => `the symbol belongs to ${f.owner}`,
  'opposite-side': (f) =>
    f.worked !== undefined
      ? `the execution algorithm ${f.worked} is running on the other side: cancel it first`
      : f.external === undefined
        ? `a position of ${f.held} is open on the other side: close it first`
        : `an external position of ${f.external} is open on the other side: /adopt it or close it first`,
  'spot-long-only': () => 'spot cannot be sold short: only bought coins can be sold',
  'spot-order': () => 'order type not available on spot',
  'instrument-status': (f) => `Bybit accepts no entries in this symbol (${f.status})`,
  'stale-data': (f) =>
    f.ageMs === 'no mark' ? 'there is no price yet' : `the last price is ${seconds(f.ageMs)} old, more than ${seconds(f.limitMs)}`,
  spread: (f) => `the spread is ${f.spreadBps} bp, more than ${f.limitBps} bp`,
  quantity: (f) => `quantity ${f.quantity} is outside Bybit’s limits of ${f.min} to ${f.max} per order`,
  'notional-min': (f) => apart(f.notional, f.min, (worth, min) => `order value ${worth} USDT is below Bybit’s minimum of ${min} USDT`),
  'price-collar': (f) =>
    `${price(f.price)} is too far from the mark price ${price(f.mark)}: at most ${f.limitBps} bp and ${f.limitAtr} average true ranges`,
  'stop-missing': () => 'an entry needs a stop',
  'stop-side': (f) => `${price(f.stop ?? f.target ?? f.activation)} is on the wrong side of the price ${price(f.price ?? f.mark)}`,
  'stop-too-near': (f) => `the stop is ${f.distanceTicks} ticks away; spread, range and fees require at least ${f.leastTicks}`,
  'stop-beyond-liquidation': (f) =>
    f.liquidation !== undefined
      ? `the position would be liquidated at ${price(f.liquidation)}, before its stop at ${price(f.stop)} is reached (isolated margin, ${f.leverage}x); use a nearer stop or less leverage`
      : `the account would be liquidated before the stop is reached (loss at the stop ${usd(f.lossAtStop)} USDT, equity ${usd(f.equity)} USDT, maintenance margin ${usd(f.maintenance)} USDT)`,
  'account-cap': (f) =>
    apart(
      f.after,
      f.limit,
      (after, limit) =>
        `${f.of === undefined ? 'total position value' : `position value of ${f.of}`} would be ${after} USDT, above the limit of ${limit} USDT`,
    ),
  'order-notional': (f) =>
    apart(f.notional, f.limit, (worth, limit) => `order value ${worth} USDT is above the limit of ${limit} USDT per order`),
  'position-notional': (f) =>
    apart(f.after, f.limit, (after, limit) => `position value would be ${after} USDT, above the limit of ${limit} USDT`),
  'risk-limit': (f) =>
    apart(
      f.after,
      f.limit,
      (after, limit) =>
        `position value would be ${after} USDT, and at ${f.leverage}x Bybit takes ${f.symbol} up to ${limit} USDT; lower leverage allows more`,
    ),
  'net-exposure': (f) =>
    apart(f.after, f.limit, (after, limit) => `net ${f.side} value${ofScope(f)} would be ${after} USDT, above the limit of ${limit} USDT`),
  'open-positions': (f) => `${f.open} symbols${ofScope(f)} are open already, and the limit is ${f.limit}`,
  correlated: (f) =>
    apart(
      f.after,
      f.limit,
      (after, limit) => `${f.symbols} move together: their net value would be ${after} USDT, above the limit of ${limit} USDT`,
    ),
  var: (f) => apart(f.after, f.limit, (after, limit) => `one-day VaR 95 would be ${after} USDT, above the limit of ${limit} USDT`),
  cvar: (f) => apart(f.after, f.limit, (after, limit) => `one-day CVaR 95 would be ${after} USDT, above the limit of ${limit} USDT`),
  margin: (f) =>
    apart(f.needed, f.equity, (needed, equity) => `total margin would be ${needed} USDT at ${f.leverage}x, and equity is ${equity} USDT`),
  'planned-loss': (f) =>
    apart(f.planned, f.limit, (planned, limit) => `planned loss ${planned} USDT at the stop is above the limit of ${limit} USDT per trade`),
  'day-loss': (f) => apart(f.lost, f.limit, (lost, limit) => `daily loss${ofScope(f)} ${lost} USDT has reached the limit of ${limit} USDT`),
  'week-loss': (f) =>
    apart(f.lost, f.limit, (lost, limit) => `weekly loss${ofScope(f)} ${lost} USDT has reached the limit of ${limit} USDT`),
  'gap-test': (f) =>
    `a gap of ${f.multiple} times the planned loss of ${usd(f.planned)} USDT would exceed the ${usd(f.dayLossLeft)} USDT left of the ${f.window === 'week' ? 'weekly' : 'daily'} loss limit${ofScope(f)}${Number(f.openRisk ?? 0) > 0 ? `, of which open positions already risk ${usd(f.openRisk)} USDT` : ''}`,
  'order-rate': (f) => `too many entries: ${f.lastSecond} in the last second, ${f.lastMinute} in the last minute`,
  duplicate: (f) => `an entry on the same side was sent ${seconds(f.sinceMs)} ago; wait ${seconds(f.windowMs)} between entries`,
  'reentry-cooldown': (f) =>
    `the last trade ended ${seconds(f.sinceMs)} ago; entries are allowed ${seconds(f.cooldownMs)} after it (reentryCooldown)`,
  'exit-not-verified': (f) =>
    f.quantity === undefined ? 'there is no position to close' : `${f.quantity} is more than the position of ${f.held}`,
  execution: () => 'this execution algorithm is not available for the order',
  'no-size': (f) => `size ${f.quantity ?? f.budget} is below the minimum order size ${f.minimum}`,
}

/** What stands against an order beside the figures of its rule. A journal of before may have it in words, which are shown as they are. */
const PROBLEMS: Readonly<Record<string, string>> = {
  'spot-close-worked':
    'execution algorithms cannot close spot: their orders and the stop would sell the same coins. Close it in parts, for example 25%',
  'symbol-is-worked': 'another order is being worked on this symbol',
  'no-atr': 'sizing by volatility needs the average true range, which is not known yet',
  'late-bar': 'the bar came late: exits only',
  'spot-stop-entry': 'a stop entry on spot would have no stop of its own: enter at market or at a limit',
  'stop-of-position': 'it is the stop of a position: /sl moves it',
  'spot-trailing-stop': 'spot has no trailing stop',
  'spot-limit-close':
    'a close at a price would lock the coins that the stop must be able to sell: set a target with /tp, or close at market',
  'closing-already': 'all of it is being closed at market',
}

/** `symbol` first, the rule's name last. */
export const denialSentence = (symbol: string, denial: RiskDenial): string => `${symbol}: ${denialWords(denial)}`

/** Where the symbol stands beside it already. */
export const denialWords = ({ rule, figures }: RiskDenial): string => `${problemWords(figures) ?? WORDS[rule](figures)} (${rule}).`

const problemWords = ({ problem }: RiskFigures): string | undefined =>
  problem === undefined ? undefined : (PROBLEMS[problem] ?? String(problem))
