/**
 * A denial in one sentence: what stood against an order, with the figures that decided, and where there is one, the next step.
 * Never hides the rule's name: it is the code by which the docs explain it.
 */
import { groupDigits } from '../core/decimal.ts'
import type { RiskDenial, RiskFigures, RiskRule } from './denial.ts'

type Words = (f: RiskFigures) => string

const seconds = (ms: string | number | undefined): string => `${Math.round(Number(ms) / 1_000)} s`

const price = (figure: string | number | undefined): string => groupDigits(String(figure))

/** Money to the cent; what is exact to the last digit stands in the journal. */
const usd = (figure: string | number | undefined): string =>
  groupDigits(typeof figure === 'string' && /\.\d{3,}$/.test(figure) ? Number(figure).toFixed(2) : String(figure))

/** Two amounts that decide by less than a cent are told to the last digit. */
function apart(a: string | number | undefined, b: string | number | undefined, say: (a: string, b: string) => string): string {
  return usd(a) === usd(b) ? say(price(a), price(b)) : say(usd(a), usd(b))
}

const WORDS: Readonly<Record<RiskRule, Words>> = {
  // What the trader itself holds says in its reason what ends it.
  hold: (f) =>
    f.by === 'trader'
      ? `entries are held: ${f.reason}`
      : `entries are held by ${f.by}${f.reason === '' ? '' : ` (${f.reason})`}; /resume lets them in again`,
  'strategy-off': (f) => `its strategy is ${f.mode ?? 'off'}`,
  'symbol-owned': (f) => `the symbol belongs to ${f.owner}`,
  'opposite-side': (f) =>
    f.worked !== undefined
      ? `${f.worked} is being worked on the other side: cancel it first`
      : f.external === undefined
        ? `${f.held} is held on the other side: close it first`
        : `${f.external} that is not Ballast’s is held on the other side: /adopt it or close it first`,
  'spot-long-only': () => 'spot cannot be sold short: only what was bought can be sold',
  'spot-order': () => 'spot has no such order',
  'instrument-status': (f) => `Bybit takes no entries in it (${f.status})`,
  'stale-data': (f) =>
    f.ageMs === 'no mark' ? 'there is no price yet' : `the last price is ${seconds(f.ageMs)} old, more than ${seconds(f.limitMs)}`,
  spread: (f) => `the spread is ${f.spreadBps} bp, more than ${f.limitBps} bp`,
  quantity: (f) => `${f.quantity} is not between ${f.min} and ${f.max}, which Bybit takes at once`,
  'notional-min': (f) => apart(f.notional, f.min, (worth, min) => `it is worth ${worth} USDT, less than Bybit’s least of ${min} USDT`),
  'price-collar': (f) =>
    `${price(f.price)} is too far from the price of ${price(f.mark)}: at most ${f.limitBps} bp and ${f.limitAtr} average true ranges`,
  'stop-missing': () => 'an entry needs a stop',
  'stop-side': (f) =>
    `the price is ${price(f.price ?? f.mark)}, so that ${price(f.stop ?? f.target ?? f.activation)} lies on the wrong side of it`,
  'stop-too-near': (f) => `the stop is ${f.distanceTicks} steps away, and spread, range and fees ask for ${f.leastTicks}`,
  'stop-beyond-liquidation': (f) =>
    `the account would be liquidated before the stop is reached (a loss of ${usd(f.lossAtStop)} USDT out of ${usd(f.equity)} USDT, with ${usd(f.maintenance)} USDT of maintenance margin)`,
  'account-cap': (f) => apart(f.after, f.limit, (after, limit) => `all positions would be worth ${after} USDT, more than ${limit} USDT`),
  'order-notional': (f) => apart(f.notional, f.limit, (worth, limit) => `it is worth ${worth} USDT, more than ${limit} USDT for one order`),
  'position-notional': (f) =>
    apart(f.after, f.limit, (after, limit) => `the position would be worth ${after} USDT, more than ${limit} USDT`),
  margin: (f) =>
    apart(
      f.needed,
      f.equity,
      (needed, equity) => `it needs a margin of ${needed} USDT in all at ${f.leverage}x, and equity is ${equity} USDT`,
    ),
  'planned-loss': (f) =>
    apart(f.planned, f.limit, (planned, limit) => `${planned} USDT would be lost at the stop, more than ${limit} USDT for one trade`),
  'day-loss': (f) => apart(f.lost, f.limit, (lost, limit) => `${lost} USDT are lost today, and ${limit} USDT is the limit`),
  'gap-test': (f) =>
    `a gap to ${f.multiple} times the planned loss of ${usd(f.planned)} USDT would pass what is left of the day’s limit, ${usd(f.dayLossLeft)} USDT${Number(f.openRisk ?? 0) > 0 ? `, of which ${usd(f.openRisk)} USDT may be lost by what is open already` : ''}`,
  'order-rate': (f) => `${f.lastSecond} entries in the last second and ${f.lastMinute} in the last minute are too many`,
  duplicate: (f) => `an entry on the same side was sent ${seconds(f.sinceMs)} ago, and another waits for ${seconds(f.windowMs)}`,
  'exit-not-verified': (f) =>
    f.quantity === undefined ? 'there is no position to close' : `${f.quantity} is more than the ${f.held} that is held`,
  execution: () => 'it cannot be worked so',
  'no-size': (f) => `${f.quantity ?? f.budget} is less than the least order of ${f.minimum}`,
}

/** `symbol` first, the rule's name last. A problem that was found in words is said as it is. */
export function denialSentence(symbol: string, { rule, figures }: RiskDenial): string {
  return `${symbol}: ${figures.problem ?? WORDS[rule](figures)} (${rule}).`
}
