/**
 * A denial in one sentence: what stood against an order, with the figures that decided, and where there is one, the next step.
 * Never hides the rule's name: it is the code by which the docs explain it.
 */
import type { RiskDenial, RiskFigures, RiskRule } from './denial.ts'

type Words = (f: RiskFigures) => string

const seconds = (ms: string | number | undefined): string => `${Math.round(Number(ms) / 1_000)} s`

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
  'notional-min': (f) => `it is worth ${f.notional} USDT, less than Bybit’s least of ${f.min} USDT`,
  'price-collar': (f) =>
    `${f.price} is too far from the price of ${f.mark}: at most ${f.limitBps} bp and ${f.limitAtr} average true ranges`,
  'stop-missing': () => 'an entry needs a stop',
  'stop-side': (f) => `the price is ${f.price ?? f.mark}, so that ${f.stop ?? f.target ?? f.activation} lies on the wrong side of it`,
  'stop-too-near': (f) => `the stop is ${f.distanceTicks} steps away, and spread, range and fees ask for ${f.leastTicks}`,
  'stop-beyond-liquidation': (f) =>
    `the account would be liquidated before the stop is reached (a loss of ${f.lossAtStop} USDT out of ${f.equity} USDT, with ${f.maintenance} USDT of maintenance margin)`,
  'account-cap': (f) => `all positions would be worth ${f.after} USDT, more than ${f.limit} USDT`,
  'order-notional': (f) => `it is worth ${f.notional} USDT, more than ${f.limit} USDT for one order`,
  'position-notional': (f) => `the position would be worth ${f.after} USDT, more than ${f.limit} USDT`,
  margin: (f) => `it needs a margin of ${f.needed} USDT in all at ${f.leverage}x, and equity is ${f.equity} USDT`,
  'planned-loss': (f) => `${f.planned} USDT would be lost at the stop, more than ${f.limit} USDT for one trade`,
  'day-loss': (f) => `${f.lost} USDT are lost today, and ${f.limit} USDT is the limit`,
  'gap-test': (f) =>
    `a gap to ${f.multiple} times the planned loss of ${f.planned} USDT would pass what is left of the day’s limit, ${f.dayLossLeft} USDT${Number(f.openRisk ?? 0) > 0 ? `, of which ${f.openRisk} USDT may be lost by what is open already` : ''}`,
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
