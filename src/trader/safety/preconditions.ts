/**
 * From a reading of what trading rests on to findings: one pure table of what is wrong, how bad it is, and what to do (S12).
 */
import type { MarginMode } from '../../market/margin-tiers.ts'
import type { ConditionsReading, SymbolCondition } from '../../venue/port/conditions.ts'
import { type VenueError, errorWords } from '../../venue/port/error.ts'
import { DAY_MS, RATE_ONE, type Rate } from '../../core/units.ts'
import type { AlertType } from '../../alerts/catalogue.ts'
import type { AlertSeverity } from '../../kernel/state/alert-severity.ts'

/** refuse: no start; while running: entries off for the account. hold: entries off, for the symbol if one is named. warn: said only. */
export type FindingEffect = 'refuse' | 'hold' | 'warn'

export interface Finding {
  /** Stable: what alerts, holds and documents call it. */
  readonly code: FindingCode
  readonly symbol?: string
  readonly effect: FindingEffect
  readonly severity: AlertSeverity
  readonly sentence: string
  readonly next: string
  /** How far it has come: reported again at each stage. */
  readonly stage?: number
}

export const FINDING_CODES = [
  'key.invalid',
  'key.has_withdraw',
  'key.has_transfer',
  'key.read_only',
  'key.can_trade',
  'key.no_trade',
  'key.no_spot',
  'key.no_ip',
  'key.expiring',
  'account.region',
  'account.margin_mode',
  'account.margin_mode_pending',
  'account.position_mode',
  'account.leverage',
  'account.leverage_pending',
  'account.reduce_only',
  'account.auto_add_margin',
  'account.borrowed',
  'fee.unexpected',
  'clock.skew',
  'account.unread',
] as const satisfies readonly AlertType[]
export type FindingCode = (typeof FINDING_CODES)[number]

export interface Wanted {
  readonly isLive: boolean
  /** Nothing is sent: what trading would need is no matter. */
  readonly isObserving: boolean
  readonly leverageOf: (symbol: string) => number
  /** What Ballast has set at the exchange last; undefined where it has not, as before a start. */
  readonly leverageSet?: (symbol: string) => number | undefined
  readonly marginMode: MarginMode
  /** Whether Ballast has set the mode that stands, which is another one since the setting has changed. */
  readonly isMarginModeOwn?: boolean
  /** Why Bybit did not take the margin mode; undefined where it was not asked. */
  readonly marginModeRefusal?: string | undefined
  /** What risk counts with. */
  readonly takerRate: Rate
  readonly spotTakerRate: Rate
  /** Spot pairs that are traded. */
  readonly spotSymbols: readonly string[]
  readonly wallMs: number
  /** This machine's clock ahead of the exchange's, ms; undefined where it could not be measured. */
  readonly skewMs: number | undefined
  /** Codes of the reading before this one; undefined at the start. */
  readonly before: ReadonlySet<string> | undefined
}

/** Days before its expiry on which a key raises an alert. */
const EXPIRY_STAGES = [1, 7, 14]
const CLOCK_WARN_MS = 500
/** Bybit takes stamps less than 1 s ahead and, with its window of 5 s, less than 5 s old; both with room for the network. */
export const CLOCK_AHEAD_MAX_MS = 900
export const CLOCK_BEHIND_MAX_MS = 4_000
const REGION_CODES = new Set(['10009', '10024', '110132'])

export function findingsOf(reading: ConditionsReading, wanted: Wanted): Finding[] {
  if (wanted.isObserving) return [...observedKey(reading, wanted.wallMs), ...clockFindings(wanted)]
  return [
    ...keyFindings(reading, wanted),
    ...accountFindings(reading, wanted),
    ...symbolFindings(reading, wanted),
    ...clockFindings(wanted),
  ]
}

function keyFindings({ key }: ConditionsReading, { isLive, wallMs, before, spotSymbols }: Wanted): Finding[] {
  if (key.type !== 'read') return key.type === 'failed' ? [unreadKey(key.error, isLive)] : []
  const findings: Finding[] = []
  const { isReadOnly, mayTrade, mayTradeSpot, mayWithdraw, mayTransfer, isBoundToIp, expiresAtMs } = key.value
  /** What a key may beyond trading is no matter off live, unless it has come while we ran. */
  const right = (code: 'key.has_withdraw' | 'key.has_transfer', what: string): Finding => ({
    code,
    effect: isLive ? 'refuse' : 'warn',
    severity: isLive || (before !== undefined && !before.has(code)) ? 'P1' : 'P3',
    sentence: `The key has permission to ${what}, which trading does not need.`,
    next: 'Remove the permission in Bybit’s API management, or create a key with contract orders and positions only.',
  })
  if (mayWithdraw) findings.push(right('key.has_withdraw', 'withdraw coins'))
  if (mayTransfer) findings.push(right('key.has_transfer', 'transfer coins between accounts'))
  if (isReadOnly)
    findings.push({
      code: 'key.read_only',
      effect: 'refuse',
      severity: 'P1',
      sentence: 'The key is read-only: it cannot send orders or move stops.',
      next: 'Give it permission for contract orders and positions.',
    })
  else if (!mayTrade)
    findings.push({
      code: 'key.no_trade',
      effect: 'refuse',
      severity: 'P1',
      sentence: 'The key lacks permission for contract orders or positions.',
      next: 'Give it both in Bybit’s API management.',
    })
  if (!isReadOnly && !mayTradeSpot && spotSymbols.length > 0)
    findings.push({
      code: 'key.no_spot',
      effect: 'refuse',
      severity: 'P1',
      sentence: `The key lacks permission for spot orders, which ${spotSymbols.join(', ')} needs.`,
      next: 'Add spot trading in Bybit’s API management, or remove the spot symbols from the configuration.',
    })
  if (!isBoundToIp)
    findings.push({
      code: 'key.no_ip',
      effect: isLive ? 'hold' : 'warn',
      severity: isLive ? 'P2' : 'P3',
      sentence: 'The key is not restricted to an IP address: anyone who has it can trade from anywhere, and it expires after 90 days.',
      next: 'Restrict it to this machine’s IP address in Bybit’s API management.',
    })
  return [...findings, ...expiry(expiresAtMs, wallMs, 'after that Ballast cannot move stops or close positions')]
}

function expiry(expiresAtMs: number | undefined, wallMs: number, consequence: string): Finding[] {
  if (expiresAtMs === undefined) return []
  const stage = EXPIRY_STAGES.find((left) => expiresAtMs - wallMs < left * DAY_MS)
  if (stage === undefined) return []
  const days = Math.max(0, Math.floor((expiresAtMs - wallMs) / DAY_MS))
  return [
    {
      code: 'key.expiring',
      effect: 'warn',
      severity: days < 1 ? 'P1' : 'P3',
      sentence: `The key expires in ${days} ${days === 1 ? 'day' : 'days'}: ${consequence}.`,
      next: 'Create a new key, store it with ballast init and restart.',
      stage,
    },
  ]
}

/** Who only looks needs a key that can only look. */
function observedKey({ key }: ConditionsReading, wallMs: number): Finding[] {
  if (key.type !== 'read') return key.type === 'failed' ? [unreadKey(key.error, false)] : []
  const { isReadOnly, mayWithdraw, mayTransfer, expiresAtMs } = key.value
  const ending = expiry(expiresAtMs, wallMs, 'after that Ballast cannot read the account')
  if (mayWithdraw || mayTransfer)
    return [
      {
        code: mayWithdraw ? 'key.has_withdraw' : 'key.has_transfer',
        effect: 'refuse',
        severity: 'P1',
        sentence: `The key has permission to ${mayWithdraw ? 'withdraw coins' : 'transfer coins between accounts'}, which observing does not need.`,
        next: 'Create a read-only key in Bybit’s API management.',
      },
    ]
  if (isReadOnly) return ending
  return [
    ...ending,
    {
      code: 'key.can_trade',
      effect: 'warn',
      severity: 'P3',
      sentence: 'The key has trade permission. Ballast sends nothing with it, but anyone who has it can trade.',
      next: 'Create a read-only key in Bybit’s API management.',
    },
  ]
}

function unreadKey({ type, code, detail }: VenueError, isLive: boolean): Finding {
  if (REGION_CODES.has(code))
    return {
      code: 'account.region',
      effect: 'refuse',
      severity: 'P1',
      sentence: `Bybit refuses this account on this host or from this region (${code} ${detail}).`,
      next: 'An account of a regional Bybit site needs that site’s host: check where the account was opened.',
    }
  if (type === 'auth')
    return {
      code: 'key.invalid',
      effect: 'refuse',
      severity: 'P1',
      sentence: `Bybit rejected the API key (${code} ${detail}). Stops stay at the exchange; Ballast cannot close anything.`,
      next: 'Check its environment, IP addresses and expiry; store a valid key with ballast init and restart.',
    }
  // On live nobody trades with a key whose rights are not known.
  const finding = unread('the key’s permissions', code, detail)
  return isLive ? { ...finding, effect: 'hold', severity: 'P2' } : finding
}

const unread = (what: string, code: string, detail: string): Finding => ({
  code: 'account.unread',
  effect: 'warn',
  severity: 'P3',
  sentence: `Could not read ${what} from Bybit (${errorWords({ code, detail })}).`,
  next: 'Ballast will retry.',
})

function accountFindings({ marginMode, borrowed, fees, spotFees }: ConditionsReading, wanted: Wanted): Finding[] {
  const { isLive, takerRate, spotTakerRate } = wanted
  const findings: Finding[] = []
  if (marginMode.type === 'failed') findings.push(unread('the margin mode', marginMode.error.code, marginMode.error.detail))
  else if (marginMode.type === 'read') findings.push(...marginModeFinding(marginMode.value, wanted))
  if (borrowed.type === 'read')
    for (const { coin, amount } of borrowed.value)
      findings.push({
        code: 'account.borrowed',
        effect: 'hold',
        severity: 'P2',
        sentence: `The account has borrowed ${amount} ${coin}: it accrues interest and reduces available margin below what the risk engine assumes.`,
        next: 'Repay it in Bybit’s app.',
      })
  for (const [part, counted, what] of [
    [fees, takerRate, 'the fees of perpetuals'],
    [spotFees, spotTakerRate, 'the fees of spot'],
  ] as const) {
    if (part.type === 'failed') findings.push(unread(what, part.error.code, part.error.detail))
    const dear = part.type === 'read' ? part.value.filter((fee) => fee.takerRate > counted) : []
    if (dear.length > 0)
      findings.push({
        code: 'fee.unexpected',
        effect: isLive ? 'hold' : 'warn',
        severity: isLive ? 'P2' : 'P3',
        sentence: `Taker fees of ${dear.map((fee) => fee.symbol).join(', ')} are up to ${percent(Math.max(...dear.map((fee) => fee.takerRate)))}; planned losses assume ${percent(counted)}.`,
        next: 'Check the fee tier of the account.',
      })
  }
  return findings
}

const percent = (value: number): string => `${((value / RATE_ONE) * 100).toFixed(4)} %`

export const marginModeWord = (mode: string): string =>
  mode === 'REGULAR_MARGIN' || mode === 'cross'
    ? 'cross margin'
    : mode === 'isolated'
      ? 'isolated margin'
      : mode.toLowerCase().replaceAll('_', ' ')

export const isMarginMode = (mode: string, wanted: MarginMode): boolean =>
  mode === (wanted === 'cross' ? 'REGULAR_MARGIN' : 'ISOLATED_MARGIN')

function marginModeFinding(mode: string, { marginMode, isMarginModeOwn, marginModeRefusal }: Wanted): Finding[] {
  if (isMarginMode(mode, marginMode)) return []
  const wantedWord = marginModeWord(marginMode)
  const finding = { effect: 'hold', severity: 'P2' } as const
  if (marginModeRefusal !== undefined)
    return [
      {
        ...finding,
        code: 'account.margin_mode',
        sentence: `Bybit does not switch the account to ${wantedWord} (${marginModeRefusal}).`,
        next: `Fix that, or set risk.marginMode to what the account has: ${marginModeWord(mode)}.`,
      },
    ]
  if (isMarginModeOwn === true)
    return [
      {
        ...finding,
        code: 'account.margin_mode_pending',
        severity: 'P4',
        sentence: `The account still has ${marginModeWord(mode)} on Bybit.`,
        next: `Ballast sets ${wantedWord} after all positions close.`,
      },
    ]
  return [
    {
      ...finding,
      code: 'account.margin_mode',
      sentence: `The account has ${marginModeWord(mode)} on Bybit; Ballast’s limits assume ${wantedWord}.`,
      next: `Ballast sets it after all positions close, or set ${wantedWord} in Bybit’s app.`,
    },
  ]
}

function symbolFindings({ symbols }: ConditionsReading, wanted: Wanted): Finding[] {
  if (symbols.type !== 'read')
    return symbols.type === 'failed' ? [unread('the symbols’ position modes', symbols.error.code, symbols.error.detail)] : []
  return symbols.value.flatMap((row) => symbolFinding(row, wanted))
}

function symbolFinding(row: SymbolCondition, { leverageOf, leverageSet }: Wanted): Finding[] {
  const { symbol } = row
  const held = (code: FindingCode, sentence: string, next: string): Finding => ({
    code,
    symbol,
    effect: 'hold',
    severity: code === 'account.position_mode' ? 'P1' : 'P2',
    sentence: `${symbol} ${sentence}`,
    next,
  })
  const findings: Finding[] = []
  if (row.isHedge)
    findings.push(
      held(
        'account.position_mode',
        'is in hedge mode: Bybit rejects all one-way orders, including exits.',
        'Close any position in Bybit’s app and set the position mode to one-way.',
      ),
    )
  const leverage = leverageOf(symbol)
  // The setting has changed while a position is open: what stands at the exchange is Ballast's own, and nobody has to look.
  if (row.leverage !== leverage && row.leverage === leverageSet?.(symbol))
    findings.push({
      ...held(
        'account.leverage_pending',
        `still has leverage ${row.leverage} on Bybit.`,
        `Ballast sets ${leverage} after the position closes.`,
      ),
      severity: 'P4',
    })
  else if (row.leverage !== leverage)
    findings.push(
      held(
        'account.leverage',
        `has leverage ${row.leverage} on Bybit; Ballast’s limits assume ${leverage}.`,
        row.isHeld ? 'Ballast sets it after the position closes, or set it in Bybit’s app.' : 'Ballast is setting it.',
      ),
    )
  if (row.isReduceOnly)
    findings.push(
      held(
        'account.reduce_only',
        'is reduce-only: Bybit lowered its risk limit or is closing it.',
        'Confirm the new limit in Bybit’s app, or close the position.',
      ),
    )
  if (row.autoAddsMargin)
    findings.push(
      held(
        'account.auto_add_margin',
        'has auto-add margin on, which Ballast’s limits do not count.',
        'Switch off auto-add margin in Bybit’s app.',
      ),
    )
  return findings
}

function clockFindings({ skewMs }: Wanted): Finding[] {
  if (skewMs === undefined || Math.abs(skewMs) <= CLOCK_WARN_MS) return []
  const isRefused = skewMs >= CLOCK_AHEAD_MAX_MS || skewMs <= -CLOCK_BEHIND_MAX_MS
  const seconds = (Math.abs(skewMs) / 1000).toFixed(1)
  return [
    {
      code: 'clock.skew',
      effect: isRefused ? 'refuse' : 'warn',
      severity: 'P2',
      sentence: `This machine's clock is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} the exchange's${isRefused ? ', so it would reject every order' : ''}.`,
      next: 'Set the clock by NTP (timedatectl set-ntp true).',
    },
  ]
}
