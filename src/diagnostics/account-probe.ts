/**
 * Looks at the exchange once, as the trader does at its start: the clock, what the key may, the modes, and what the account holds.
 * Never sends anything, and never lets key or secret into what it answers: Bybit's own messages may quote the key.
 */
import type { ConditionsReading, ConditionPart, SymbolCondition } from '../venue/port/conditions.ts'
import { COUNTRY_CODE, COUNTRY_NEXT, errorWords } from '../venue/port/error.ts'
import type { Problem } from '../core/problem.ts'
import { type Result, err, ok } from '../core/result.ts'
import { type Cash, instrumentIndex, ts } from '../core/units.ts'
import type { MarginMode } from '../market/margin-tiers.ts'
import { makeInstrument } from '../market/instrument.ts'
import type { RiskProfile } from '../risk/profiles.ts'
import { BybitVenue } from '../venue/bybit/bybit-venue.ts'
import { BybitClient } from '../venue/bybit/http/client.ts'

import { readOnly } from '../venue/bybit/read-only.ts'
import type { ExchangeAccess, KeyedProfile } from '../config/exchange-access.ts'

import { type Finding, findingsOf } from '../trader/safety/preconditions.ts'
import { machineClock } from '../system/wall-clock.ts'

export interface AccountProbe {
  /** Where it was asked. */
  readonly url: string
  readonly tookMs: number
  readonly skewMs: number
  readonly wallMs: number
  readonly reading: ConditionsReading
  /** What the trader changes the account to; undefined where it stays as it is. */
  readonly marginModeToSet: MarginMode | undefined
  readonly findings: readonly Finding[]
  /** The wallet in USDT; undefined where it is not reported. */
  readonly wallet: Cash | undefined
  readonly positions: number | undefined
}

export interface ProbeRequest {
  readonly access: ExchangeAccess
  readonly profile: KeyedProfile
  readonly symbols: readonly string[]
  readonly risk: RiskProfile
  readonly intervalMs: number
}

const CALL_TIMEOUT_MS = 5_000
const EXIT_UNREACHABLE = 5
const CONFIG_INVALID = 3

export async function probeAccount(request: ProbeRequest): Promise<Result<AccountProbe, Problem>> {
  const { access, profile, risk } = request
  const client = new BybitClient({
    ...access,
    credentials: { key: access.key, secret: access.secret },
    timeoutMs: CALL_TIMEOUT_MS,
    recvWindowMs: CALL_TIMEOUT_MS,
  })
  const venue = new BybitVenue(readOnly(client), {
    intervalMs: request.intervalMs,
    wallMs: Date.now,
    steadyMs: machineClock.steadyMs,
    sleep: machineClock.sleep,
    simClock: undefined,
  })
  try {
    const startedMs = performance.now()
    const skew = await venue.clockSkewMs()
    const tookMs = performance.now() - startedMs
    if (!skew.ok && skew.error.code === COUNTRY_CODE)
      return err({ sentence: `${skew.error.detail}.`, next: COUNTRY_NEXT, exitCode: EXIT_UNREACHABLE })
    if (!skew.ok)
      return err({
        sentence: `The exchange does not answer at ${access.restUrl} (${errorWords(skew.error)}).`,
        next: 'Check the network, a proxy or firewall, and that Bybit is available in your country.',
        exitCode: EXIT_UNREACHABLE,
      })
    const specs = await venue.instruments(request.symbols)
    if (!specs.ok)
      return err({
        sentence: `The exchange does not list the configured symbols (${specs.error.detail}).`,
        next: 'Fix them in strategies[].symbols or manual.symbols.',
        exitCode: specs.error.type === 'invalid-request' ? CONFIG_INVALID : EXIT_UNREACHABLE,
      })
    const instruments = specs.value.map((spec, at) => makeInstrument({ ...spec, index: instrumentIndex(at) }))
    venue.use(instruments)
    const leverageOf = (symbol: string): number =>
      Math.min(risk.limits.leverage, instruments.find((i) => i.symbol === symbol)?.leverageMax ?? risk.limits.leverage)
    const reading = withOwnLeverage(await venue.conditions(), leverageOf)
    const { marginMode } = risk.limits
    const account = await venue.readAccount(ts(Date.now()))
    const wallMs = Date.now()
    const isFlat = account.ok && account.value.positions.every((p) => p.lots === 0) && (account.value.elsewhere ?? []).length === 0
    const all = findingsOf(reading, {
      isLive: profile === 'live',
      isObserving: profile === 'observe',
      leverageOf,
      marginMode,
      takerRate: risk.costs.takerRate,
      spotTakerRate: risk.costs.spotTakerRate,
      spotSymbols: instruments.filter((i) => i.category === 'spot').map((i) => i.symbol),
      wallMs,
      skewMs: skew.value,
      before: undefined,
    })
    // Without a position the trader sets it at its start, as leverage.
    const isSetAtStart = (code: string): boolean => code === 'account.margin_mode' && isFlat
    const findings = all.filter(({ code }) => !isSetAtStart(code))
    return ok({
      url: access.restUrl,
      marginModeToSet: all.some(({ code }) => isSetAtStart(code)) ? marginMode : undefined,
      tookMs,
      skewMs: skew.value,
      wallMs,
      reading,
      marginMode,
      findings: findings.map((finding) => ({ ...finding, sentence: redacted(finding.sentence, access) })),
      wallet: account.ok ? account.value.walletBalance : undefined,
      positions: account.ok
        ? account.value.positions.filter((p) => p.lots !== 0).length + (account.value.elsewhere ?? []).length
        : undefined,
    })
  } finally {
    await client.close()
  }
}

const redacted = (text: string, { key, secret }: ExchangeAccess): string => text.replaceAll(secret, '•••').replaceAll(key, '•••')

/** Off a position the trader sets it at its start: another one is nothing that an operator has to mend. */
function withOwnLeverage(reading: ConditionsReading, leverageOf: (symbol: string) => number): ConditionsReading {
  const { symbols } = reading
  if (symbols.type !== 'read') return reading
  const value = symbols.value.map((row): SymbolCondition => (row.isHeld ? row : { ...row, leverage: leverageOf(row.symbol) }))
  const part: ConditionPart<readonly SymbolCondition[]> = { type: 'read', value }
  return { ...reading, symbols: part }
}
