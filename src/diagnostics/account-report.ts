/**
 * What was seen of the account as lines: the exchange, the clock, the key, the modes, each with its figure or with what is wrong.
 */
import type { KeyCondition } from '../venue/port/conditions.ts'
import { DAY_MS, RATE_ONE } from '../core/units.ts'

import type { AccountProbe } from './account-probe.ts'
import { type CheckLine, checkOf, well } from './check-line.ts'
import { type Finding, type FindingCode, marginModeWord } from '../trader/safety/preconditions.ts'

interface Group {
  readonly name: string
  readonly codes: readonly FindingCode[]
  /** What is well where nothing was found; undefined where it was not read. */
  readonly detail: string | undefined
}

export function accountReport(look: AccountProbe): readonly CheckLine[] {
  const { reading, findings } = look
  const key = reading.key.type === 'read' ? reading.key.value : undefined
  const groups: readonly Group[] = [
    { name: 'clock', codes: ['clock.skew'], detail: `${Math.abs(look.skewMs).toFixed(0)} ms off the exchange's clock` },
    { name: 'key permissions', codes: ['key.invalid', 'account.region', ...RIGHTS], detail: rightsText(look, key) },
    {
      name: 'key IP address',
      codes: ['key.no_ip'],
      detail: key && (key.isBoundToIp ? 'restricted to an IP address' : 'not restricted to an IP address'),
    },
    { name: 'key expiry', codes: ['key.expiring'], detail: key && expiryText(key, look.wallMs) },
    { name: 'position mode', codes: ['account.position_mode', ...SYMBOL_CODES], detail: modeText(look) },
    {
      name: 'margin mode',
      codes: ['account.margin_mode'],
      detail: marginText(look),
    },
    {
      name: 'loans',
      codes: ['account.borrowed'],
      detail: reading.borrowed.type === 'read' && reading.borrowed.value.length === 0 ? 'nothing borrowed' : undefined,
    },
    { name: 'fees', codes: ['fee.unexpected'], detail: feeText(look) },
  ]
  const grouped = new Set<string>(groups.flatMap((group) => group.codes))
  return [
    well('exchange', `${look.url} answers in ${look.tookMs.toFixed(0)} ms`),
    ...groups.flatMap((group) => linesOf(group, findings)),
    // What could not be read, and whatever is found that has no group.
    ...findings.filter(({ code }) => !grouped.has(code)).map((finding) => checkOf('account', finding)),
  ]
}

const RIGHTS: readonly FindingCode[] = [
  'key.has_withdraw',
  'key.has_transfer',
  'key.read_only',
  'key.can_trade',
  'key.no_trade',
  'key.no_spot',
]
const SYMBOL_CODES: readonly FindingCode[] = ['account.leverage', 'account.reduce_only', 'account.auto_add_margin']

function linesOf({ name, codes, detail }: Group, findings: readonly Finding[]): readonly CheckLine[] {
  const found = findings.filter(({ code }) => codes.includes(code))
  if (found.length > 0) return found.map((finding) => checkOf(name, finding))
  return detail === undefined ? [] : [well(name, detail)]
}

function rightsText({ reading }: AccountProbe, key: KeyCondition | undefined): string | undefined {
  if (key === undefined) return reading.key.type === 'absent' ? 'not reported by this exchange' : undefined
  const may = key.isReadOnly ? 'read-only' : ['contract orders and positions', ...(key.mayTradeSpot ? ['spot orders'] : [])].join(', ')
  return `${may}; no withdrawals, no transfers`
}

function expiryText({ expiresAtMs }: KeyCondition, wallMs: number): string {
  if (expiresAtMs === undefined) return 'does not expire'
  return `expires ${new Date(expiresAtMs).toISOString().slice(0, 10)}, in ${Math.floor((expiresAtMs - wallMs) / DAY_MS)} days`
}

function modeText({ reading: { symbols } }: AccountProbe): string | undefined {
  if (symbols.type !== 'read' || symbols.value.length === 0) return undefined
  const hedged = symbols.value.filter((row) => row.isHedge).map((row) => row.symbol)
  const names = symbols.value.map((row) => row.symbol).join(', ')
  return hedged.length === 0 ? `one-way: ${names}` : `hedge: ${hedged.join(', ')}`
}

function marginText({ reading: { marginMode }, marginModeToSet }: AccountProbe): string | undefined {
  if (marginMode.type !== 'read') return undefined
  const has = marginModeWord(marginMode.value)
  return marginModeToSet === undefined ? has : `${has}; the trader sets ${marginModeWord(marginModeToSet)} at its start`
}

function feeText({ reading: { fees } }: AccountProbe): string | undefined {
  if (fees.type !== 'read' || fees.value.length === 0) return undefined
  return `taker ${((Math.max(...fees.value.map((fee) => fee.takerRate)) / RATE_ONE) * 100).toFixed(4)} %`
}
