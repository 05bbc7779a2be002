/**
 * What an API key may do: its scopes, the presets of them, and the limits that a key which opens positions has to have (S17).
 */
import { ROLES, type Role, type Scope } from '../command.ts'

const LOOKS = ['market:read', 'account:read', 'trade:read', 'strategy:read', 'report:read', 'alerts:read'] as const
const OPERATES = [...LOOKS, 'control:pause', 'backtest:run', 'report:write', 'alerts:write'] as const

/** The lowest role that a scope belongs to: a key has the highest of its scopes. */
const ROLE_OF_SCOPE: Readonly<Record<Scope, Role>> = {
  'market:read': 'viewer',
  'account:read': 'viewer',
  'trade:read': 'viewer',
  'strategy:read': 'viewer',
  'report:read': 'viewer',
  'alerts:read': 'viewer',
  'metrics:read': 'viewer',
  'control:pause': 'operator',
  'backtest:run': 'operator',
  'report:write': 'operator',
  'alerts:write': 'operator',
  'control:reduce': 'trader',
  'control:resume': 'trader',
  'trade:reduce': 'trader',
  'trade:write': 'trader',
  'strategy:write': 'trader',
  agent: 'viewer',
  'signal:write': 'trader',
  'config:read': 'operator',
  'audit:read': 'admin',
  admin: 'admin',
}

/** `closer` takes risk off and steers; `trader` opens positions besides, within its symbols and its sum of a day. */
export const KEY_PRESETS = {
  'read-only': LOOKS,
  dashboard: OPERATES,
  'signal-sender': ['signal:write'],
  /** Prometheus. */
  metrics: ['metrics:read'],
  closer: [...OPERATES, 'control:reduce', 'control:resume', 'trade:reduce', 'strategy:write'],
  trader: [...OPERATES, 'control:reduce', 'control:resume', 'trade:reduce', 'strategy:write', 'trade:write'],
  /** A program that decides by itself: what it asks above a pause, a person confirms. */
  agent: [...LOOKS, 'control:pause', 'control:reduce', 'trade:reduce', 'trade:write', 'backtest:run', 'agent'],
  admin: ['admin'],
} as const satisfies Readonly<Record<string, readonly Scope[]>>
export type KeyPreset = keyof typeof KEY_PRESETS
export const KEY_PRESET_NAMES = Object.keys(KEY_PRESETS) as [KeyPreset, ...KeyPreset[]]

export const roleOfScopes = (scopes: readonly Scope[]): Role =>
  ROLES[Math.max(...scopes.map((scope) => ROLES.indexOf(ROLE_OF_SCOPE[scope])))] as Role

/** All that a role may: what a person in a browser has. */
export const scopesOfRole = (role: Role): readonly Scope[] =>
  (Object.keys(ROLE_OF_SCOPE) as Scope[]).filter((scope) => ROLES.indexOf(ROLE_OF_SCOPE[scope]) <= ROLES.indexOf(role))

export interface KeyLimits {
  readonly symbols: readonly string[] | null
  /** Decimal text in USDT. */
  readonly dailyNotional: string | null
  readonly autoConfirm: boolean
}

/** Why a key may not be made so, in one sentence; undefined where it may. */
export function grantProblem(scopes: readonly Scope[], { symbols, dailyNotional, autoConfirm }: KeyLimits): string | undefined {
  const opens = scopes.includes('trade:write')
  const isAdmin = scopes.includes('admin')
  if (scopes.includes('agent') && isAdmin) return 'An agent is never an admin: it could change the rules that hold it.'
  if (scopes.includes('agent') && autoConfirm) return 'An agent confirms nothing: leave autoConfirm out.'
  const isLimited = symbols !== null && dailyNotional !== null
  if (opens && !isLimited)
    return 'A key that opens positions needs symbols and a daily notional: --symbols BTC,ETH --daily-notional 5000. Without them use the preset closer.'
  if (!opens && !isAdmin && (symbols !== null || dailyNotional !== null))
    return 'Symbols and a daily notional are limits of entries, and this key opens nothing: add the scope trade:write, or leave them out.'
  if (isAdmin && (symbols === null) !== (dailyNotional === null))
    return 'An admin key opens positions only with both symbols and a daily notional: give both, or neither.'
  if (autoConfirm && !isAdmin && !scopes.includes('control:reduce'))
    return 'autoConfirm skips the second request of a panic, and this key may not panic: it lacks the scope control:reduce.'
  return undefined
}
