/**
 * What a seed has in store: the fault plan of the wire, and what befalls trader, exchange, database and account, on one time line.
 */
import { type SettingKey, settingOf } from '../../src/risk/settings/setting.ts'
import type { Random } from '../../src/core/random.ts'
import { DAY_MS } from '../../src/core/units.ts'
import type { TraderCommand } from '../../src/kernel/trader-command.ts'
import type { FaultEffect, FaultPlanSpec, FaultRule, FaultStream } from '../../src/venue/sim/models/faults.ts'
import type { ConditionChange } from '../../src/venue/sim/bybit-server/account/conditions.ts'
import type { Fate } from './life.ts'

export type Trouble =
  | { readonly type: 'kill'; readonly downMs: number }
  | { readonly type: 'stop-orderly'; readonly downMs: number }
  | { readonly type: 'exchange-restart'; readonly downMs: number }
  | { readonly type: 'database-down'; readonly downMs: number }
  /** A stop vanishes at the exchange: canceled by hand in the app. */
  | { readonly type: 'stop-removed'; readonly symbol: number }
  /** A stop is moved by hand in the app: nearer to the price, or farther from it. */
  | { readonly type: 'stop-moved'; readonly symbol: number; readonly nearer: boolean }
  | { readonly type: 'command'; readonly command: TraderCommand }
  /** How much of a print one order may take from now on; undefined: all that it wants. */
  | { readonly type: 'depth'; readonly share: number | undefined }
  /** An open order of Ballast's gets another price, or another quantity. */
  | { readonly type: 'amend'; readonly byTicks: number }
  | { readonly type: 'steer'; readonly to: 'paused' | 'working' | 'ended' }
  /** Money moves without a trade: what the exchange logs, and shows in a frame of the wallet. */
  | { readonly type: 'money'; readonly kind: string; readonly amount: string; readonly coin: string }
  /** An operator sells coins of their own in the app, of a symbol that we trade too (spot). */
  | { readonly type: 'others-sell'; readonly lots: number }

  /** The clock of the machine is set. */
  | { readonly type: 'clock-set'; readonly byMs: number }
  /** The machine is suspended, and wakes. */
  | { readonly type: 'suspend'; readonly forMs: number }
  /** The exchange lists a symbol with another step of prices, or another least quantity. */
  | { readonly type: 'terms'; readonly change: ConditionChange }
  /** The trader is away, for days of the market. */
  | { readonly type: 'absence'; readonly forMs: number }

export interface Troubles {
  readonly faults: FaultPlanSpec
  readonly line: readonly { readonly atMs: number; readonly trouble: Trouble }[]
  /** How the incarnations end by themselves; undefined = they live until killed. */
  readonly fates: readonly (Fate | undefined)[]
}

const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'] as const
const WRITES = ['/v5/order/create', '/v5/order/*', '/v5/position/trading-stop', '/v5/*'] as const
const READS = ['/v5/order/realtime', '/v5/execution/list', '/v5/position/list', '/v5/account/wallet-balance', '/v5/market/kline'] as const
/** Codes that leave the outcome open, or ask to come again. */
const CODES = [10000, 10016, 10006, 429, 10019, 110079, 170007, 999_999] as const

const pick = <T>(random: Random, list: readonly T[]): T => list[random.below(list.length)] as T

export function troublesOf(random: Random, activeMs: number, hasHands: boolean): Troubles {
  // A quarter of the worlds is nearly calm: there a single fault must be survived for what it is.
  const wildness = random.next() < 0.25 ? 0.3 : 1
  const rules: FaultRule[] = []
  const some = (most: number): number => Math.round(random.next() * most * wildness)
  for (let k = some(5); k > 0; k--) rules.push(requestRule(random, pick(random, WRITES)))
  for (let k = some(3); k > 0; k--) rules.push(requestRule(random, pick(random, READS)))
  for (let k = some(4); k > 0; k--) rules.push(frameRule(random))
  for (let k = some(4); k > 0; k--) rules.push(streamRule(random, activeMs))
  if (random.next() < 0.2 * wildness) {
    const fromMs = random.below(activeMs)
    rules.push({ match: {}, when: { fromMs, untilMs: fromMs + 2_000 + random.below(15_000) }, effect: { type: 'maintenance' } })
  }
  const line: { atMs: number; trouble: Trouble }[] = []
  const add = (most: number, make: () => Trouble): void => {
    for (let k = some(most); k > 0; k--) line.push({ atMs: 2_000 + random.below(activeMs - 2_000), trouble: make() })
  }
  add(3, () => ({ type: random.next() < 0.8 ? 'kill' : 'stop-orderly', downMs: downtime(random) }))
  add(2, () => ({ type: 'exchange-restart', downMs: 500 + random.below(15_000) }))
  add(1.5, () => ({ type: 'database-down', downMs: 200 + random.below(8_000) }))
  add(7, () => ({ type: 'stop-removed', symbol: random.below(3) }))
  add(5, () => ({ type: 'command', command: command(random) }))
  const fates = Array.from({ length: 12 }, () =>
    random.next() < 0.5 * wildness ? { call: 1 + random.below(random.next() < 0.3 ? 40 : 900), isAfter: random.next() < 0.5 } : undefined,
  )
  const seed = random.uint32()
  if (hasHands) {
    add(14, () => ({ type: 'command', command: handCommand(random) }))
    add(4, () => ({ type: 'depth', share: pick(random, [undefined, 0.0005, 0.002, 0.01]) }))
    add(4, () => ({ type: 'amend', byTicks: random.below(41) - 20 }))
    add(3, () => ({ type: 'steer', to: pick(random, ['paused', 'working', 'ended']) }))
  }
  add(4, () => ({ type: 'stop-moved', symbol: random.below(3), nearer: random.next() < 0.5 }))
  add(4, () => ({ type: 'others-sell', lots: 100 + random.below(40_000) }))
  add(4, () => moneyOf(random))
  return { faults: { seed, rules }, line: line.sort((a, b) => a.atMs - b.atMs), fates }
}

/** What befalls the machine and the list of instruments. Drawn apart, so that a seed has the trouble that it had before there were these. */
export function moreTroublesOf(random: Random, activeMs: number, marketSpeed: number): Troubles['line'] {
  const line: { atMs: number; trouble: Trouble }[] = []
  const add = (chance: number, most: number, make: () => Trouble): void => {
    if (random.next() >= chance) return
    for (let k = 1 + random.below(most); k > 0; k--) line.push({ atMs: 5_000 + random.below(activeMs - 10_000), trouble: make() })
  }
  add(0.25, 2, () => ({
    type: 'clock-set',
    byMs: (random.next() < 0.5 ? -1 : 1) * (500 + random.below(random.next() < 0.5 ? 5_000 : 7_200_000)),
  }))
  add(0.25, 2, () => ({ type: 'suspend', forMs: 1_000 + random.below(random.next() < 0.5 ? 4_000 : 40_000) }))
  add(0.25, 3, () => ({ type: 'terms', change: termsChange(random) }))
  // One absence: the rest of the world waits for it.
  add(0.1, 1, () => ({ type: 'absence', forMs: Math.round(((1 + random.below(8)) * DAY_MS) / marketSpeed) }))
  return line
}

/** Other strategies while it runs: which, the world draws. Drawn apart, so that a seed has the trouble that it had before there were these. */
export function planChangesOf(random: Random, activeMs: number): Troubles['line'] {
  if (random.next() < 0.5) return []
  return Array.from({ length: 1 + random.below(4) }, () => ({
    atMs: 5_000 + random.below(activeMs - 10_000),
    trouble: { type: 'command', command: { name: 'strategies', ask: { type: 'reload' }, closes: random.next() < 0.4 } },
  }))
}

/** Of each the profile's own and stricter and looser ones; what does not fit together is refused. */
const SETTINGS: readonly (readonly [key: SettingKey, values: readonly string[]])[] = [
  ['tradeLoss', ['0.2%', '0.5%', '2%', '4%']],
  ['order', ['1%', '5%', '30%', '120%', '200%']],
  ['position', ['2%', '10%', '60%', '120%', '250%']],
  ['gross', ['5%', '40%', '300%', '500%']],
  ['net', ['5%', '40%', '300%']],
  ['openPositions', ['1', '2', '20']],
  ['leverage', ['2x', '5x', '10x', '20x']],
  ['dayLoss', ['1%', '5%', '15%']],
  ['gapMultiple', ['1', '3', '6']],
  ['dayThrottle', ['on', 'off']],
  ['marginMode', ['cross', 'isolated']],
  ['sizing', ['fixed-fraction', 'volatility-target', 'kelly', 'fixed-notional', 'equal-weight']],
]

const TIERS = [
  { valueMax: '2000000', maintenanceRate: '0.005', deduction: '0', leverageMax: 100 },
  { valueMax: '1500', maintenanceRate: '0.02', deduction: '0', leverageMax: 20 },
  { valueMax: '6000', maintenanceRate: '0.04', deduction: '30', leverageMax: 5 },
] as const

/** Limits that operators set while it runs, tighter and looser, some for a time, and margin tiers that the exchange changes. */
export function settingsOf(random: Random, activeMs: number): Troubles['line'] {
  const line: { atMs: number; trouble: Trouble }[] = []
  if (random.next() < 0.35) return line
  const add = (trouble: Trouble): void => void line.push({ atMs: 5_000 + random.below(activeMs - 10_000), trouble })
  for (let k = 2 + random.below(8); k > 0; k--) {
    const [key, values] = pick(random, SETTINGS)
    const isReset = random.next() < 0.15
    const isTimed = random.next() < 0.2
    add({
      type: 'command',
      command: {
        name: 'set-limit',
        key,
        scope:
          settingOf(key).scopes.includes('symbol') && random.next() < 0.3
            ? { type: 'symbol', symbol: pick(random, SYMBOLS) }
            : { type: 'account' },
        ...(isReset ? undefined : { value: pick(random, values) }),
        ...(isTimed && !isReset ? { forMs: 5 * 60_000 } : undefined),
      },
    })
  }
  if (random.next() < 0.4) {
    const [plain, ...steep] = TIERS
    add({ type: 'terms', change: { tiers: { [pick(random, ['BTCUSDT', 'ETHUSDT'])]: random.next() < 0.3 ? [plain] : steep } } })
  }
  return line
}

const STEPS = {
  BTCUSDT: ['0.1', '0.2', '0.5', '1', '10', '100'],
  ETHUSDT: ['0.01', '0.02', '0.05', '0.1', '1', '10'],
} as const

/** Steps of prices are multiples of those that the market counts in; 0.1 BTC and 1 ETH are above most positions. */
function termsChange(random: Random): ConditionChange {
  const symbol = pick(random, ['BTCUSDT', 'ETHUSDT'] as const)
  if (random.next() < 0.8) return { tickSize: { [symbol]: pick(random, STEPS[symbol]) } }
  return { minOrderQty: { [symbol]: symbol === 'BTCUSDT' ? pick(random, ['0.001', '0.005']) : pick(random, ['0.01', '0.1']) } }
}

/** Small against the account, so that what a limit allows stays what it was. */
const MONEY = [
  ['TRANSFER_IN', 1],
  ['TRANSFER_OUT', -1],
  ['DEPOSIT', 1],
  ['WITHDRAW', -1],
  ['BONUS', 1],
  ['INTEREST', -1],
  ['FEE_REFUND', 1],
  ['CURRENCY_SELL', -1],
  ['AIRDROP', 1],
  ['NEVER_HEARD_OF', -1],
] as const

function moneyOf(random: Random): Trouble {
  const [kind, sign] = pick(random, MONEY)
  const coin = random.next() < 0.8 ? 'USDT' : 'EXC'
  return { type: 'money', kind, amount: ((sign * (1 + random.below(20_000_000_000))) / 1e8).toFixed(8), coin }
}

const downtime = (random: Random): number => (random.next() < 0.7 ? 100 + random.below(3_000) : random.below(25_000))

function requestRule(random: Random, path: string): FaultRule {
  const way = random.next() < 0.5 ? 'hang' : 'reset'
  const effects: readonly FaultEffect[] = [
    { type: 'drop-reply-before', way },
    { type: 'drop-reply-after', way },
    { type: 'drop-reply-after', way },
    { type: 'delay-request', ms: random.below(5_500) },
    { type: 'delay-reply', ms: random.below(7_000) },
    { type: 'error', retCode: pick(random, CODES), retMsg: 'injected' },
    { type: 'http', status: pick(random, [429, 500, 502, 503, 504]) },
    { type: 'rate-limit', waitMs: 50 + random.below(2_000) },
    { type: 'html-200', isDone: random.next() < 0.5 },
    { type: 'no-ret-code', isDone: random.next() < 0.5 },
  ]
  const when = random.next() < 0.3 ? { nth: 1 + random.below(6) } : { probability: 0.02 + random.next() * 0.25 }
  return { match: { path }, when, effect: pick(random, effects) }
}

function frameRule(random: Random): FaultRule {
  const effects: readonly FaultEffect[] = [{ type: 'duplicate' }, { type: 'reorder' }, { type: 'delay-frame', ms: random.below(3_000) }]
  const topic = pick(random, ['order', 'execution', 'order', 'execution', 'kline', 'tickers'])
  return { match: { topic }, when: { probability: 0.05 + random.next() * 0.4 }, effect: pick(random, effects) }
}

function streamRule(random: Random, activeMs: number): FaultRule {
  const stream: FaultStream | undefined = pick(random, ['public', 'private', 'private', undefined])
  const fromMs = random.below(activeMs)
  return random.next() < 0.6
    ? { match: { stream }, when: { fromMs, untilMs: fromMs + 20_000, times: 1 }, effect: { type: 'disconnect' } }
    : { match: { stream }, when: { fromMs, untilMs: fromMs + 500 + random.below(25_000) }, effect: { type: 'silence' } }
}

function command(random: Random): TraderCommand {
  const draw = random.next()
  if (draw < 0.35)
    return {
      name: 'close',
      symbol: pick(random, SYMBOLS),
      ...(random.next() < 0.4 ? { fraction: '0.5' } : {}),
      ...(random.next() < 0.3 ? { limit: 'best' } : {}),
    }
  if (draw < 0.5) return { name: 'pause', scope: { type: 'account' }, reason: 'simulation' }
  if (draw < 0.85) return { name: 'resume', scope: { type: 'account' }, isAdmin: true }
  if (draw < 0.9) return { name: 'panic', reason: 'simulation', symbol: pick(random, SYMBOLS) }
  if (draw < 0.95) return { name: 'cancel' }
  return { name: 'panic', reason: 'simulation' }
}

/** The symbol that no strategy owns. */
export const HAND_SYMBOL = 'XRPUSDT'
const WAYS = ['twap:1m:12', 'twap:10m', 'vwap:5m:10', 'pov:1%:10m', 'iceberg:40', 'chase:10bp:2m', 'chase:40bp:5m'] as const

/** What an operator does on a symbol of their own. */
function handCommand(random: Random): TraderCommand {
  const draw = random.next()
  const percent = (most: number): string => `${(0.05 + random.next() * most).toFixed(2)}%`
  if (draw < 0.55) {
    const side = random.next() < 0.5 ? 'long' : 'short'
    const open = {
      name: 'open',
      symbol: HAND_SYMBOL,
      side,
      notional: String(50 + random.below(600)),
      stop: `${(0.6 + random.next() * 2).toFixed(2)}%`,
      ...(random.next() < 0.5 ? { forMs: 60_000 + random.below(1_200_000) } : {}),
    } as const
    const how = random.next()
    if (how < 0.2) return open
    if (how < 0.5) return { ...open, execution: pick(random, WAYS), ...(random.next() < 0.6 ? { limit: percent(0.2) } : {}) }
    const targets = random.next() < 0.5 ? [percent(1), `${(1 + random.next()).toFixed(2)}%`] : [percent(2)]
    if (how < 0.7) return { ...open, limit: percent(0.3), targets, timeInForce: pick(random, ['gtc', 'post-only', 'ioc', 'fok']) }
    if (how < 0.85) return { ...open, trigger: percent(0.4), targets, ...(random.next() < 0.5 ? { limit: `-${percent(0.2)}` } : {}) }
    return { ...open, limit: percent(0.4), or: percent(0.4), targets }
  }
  if (draw < 0.75) {
    const legs = [
      { stop: percent(1.5) },
      { target: percent(2) },
      { target: 'off' },
      { trail: percent(1) },
      { trail: 'off' },
      { stop: 'be' },
    ] as const
    return { name: 'protect', symbol: HAND_SYMBOL, ...pick(random, legs) }
  }
  return {
    name: 'close',
    symbol: HAND_SYMBOL,
    ...(random.next() < 0.5 ? { fraction: '0.5' } : {}),
    ...(random.next() < 0.5
      ? {
          execution: pick(
            random,
            WAYS.filter((way) => !way.startsWith('iceberg')),
          ),
        }
      : {}),
  }
}
