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
  'config:write': 'admin',
  'webhooks:manage': 'admin',
  'keys:manage': 'admin',
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

/** Of a key, what it could hand on. */
export interface Granted {
  readonly scopes: readonly string[]
  readonly networks: readonly string[] | null
  readonly autoConfirm: boolean
  /** Wall-clock ms; null: none. */
  readonly expiresAt: number | null
}

/**
 * Why a key may not make, rotate or revoke another one, in one sentence; undefined where it may. None hands on more than it has, and none but an
 * admin's what opens positions: with each key that it made its symbols and its sum of a day would count once more.
 */
export function handOnProblem(own: Granted, other: Granted): string | undefined {
  if (own.scopes.includes('admin')) return undefined
  const more = other.scopes.filter((scope) => !own.scopes.includes(scope))
  if (more.length > 0) return `This key has no scope ${more.join(', ')}, so it has no say over a key that has.`
  if (other.scopes.includes('trade:write')) return 'Only an admin’s key has a say over keys that open positions.'
  if (other.autoConfirm && !own.autoConfirm) return 'This key has no autoConfirm, so it has no say over a key that has.'
  const { networks, expiresAt } = own
  if (networks !== null && (other.networks === null || other.networks.some((each) => !networks.includes(each))))
    return `This key may be used from ${networks.join(', ')} alone: give the other one these networks, or fewer.`
  if (expiresAt !== null && (other.expiresAt === null || other.expiresAt > expiresAt))
    return `This key expires at ${new Date(expiresAt).toISOString()}, and no key that it makes or rotates may outlast it: give fewer days.`
  return undefined
}
