/**
 * What a command is: one typed object from which every surface, the help and the documentation are made.
 */
import type { z } from 'zod'
import type {
  Audit,
  Backtests,
  CandleReader,
  Charts,
  Codes,
  Confirmations,
  Control,
  Json,
  Keys,
  Reads,
  SystemFacts,
} from '../ports/ports.ts'
import { type People, type Sessions, type Zones, ROLES, type Role } from '../ports/access-ports.ts'
import type { Actions } from '../ports/action-ports.ts'
import type { LogPort } from '../ports/log-ports.ts'
import type { ModelReads } from '../ports/model-ports.ts'
import type { MarketReads } from '../ports/market-ports.ts'
import type { AlertPorts, PriceRules, ReportSchedules } from '../ports/alert-ports.ts'
import type { Webhooks } from '../ports/webhook-ports.ts'
import type { SignalPorts } from '../ports/signal-ports.ts'
import type { PortfolioPorts } from '../ports/portfolio-ports.ts'
import type { Canaries, Twins } from '../ports/twin-ports.ts'
import type { Reply } from './reply.ts'

export { ROLES, type Role }
/** `any`: whoever asks, known or not. */
export type RoleNeeded = Role | 'any'
export const hasRole = (role: Role | undefined, needed: RoleNeeded): boolean =>
  needed === 'any' || (role !== undefined && ROLES.indexOf(role) >= ROLES.indexOf(needed))

/** C0: at once. C1: a card with two verbs. C2: the card and a word to type. */
export const TIERS = ['C0', 'C1', 'C2'] as const
export type Tier = (typeof TIERS)[number]

export const SCOPES = [
  'market:read',
  'signal:write',
  'config:read',
  'config:write',
  'webhooks:manage',
  'keys:manage',
  'audit:read',
  'account:read',
  'trade:read',
  'strategy:read',
  'report:read',
  'report:write',
  'control:reduce',
  'control:pause',
  'control:resume',
  'trade:reduce',
  'trade:write',
  'strategy:write',
  'backtest:run',
  'alerts:read',
  'alerts:write',
  'metrics:read',
  'agent',
  'admin',
] as const
export type Scope = (typeof SCOPES)[number]

export const GROUPS = ['Look', 'Explain', 'Trade and control', 'Research', 'System'] as const
export type Group = (typeof GROUPS)[number]

export const SURFACES = ['telegram', 'discord', 'cli', 'rest', 'web', 'agent'] as const
export type Surface = (typeof SURFACES)[number]

export interface Actor {
  /** `telegram:123`, `key:7f3a`. */
  readonly id: string
  /** Undefined: not known here. */
  readonly role: Role | undefined
  readonly surface: Surface
  readonly chat?: string | undefined
  /** Of a chat with topics: the one that was asked in. */
  readonly topic?: string | undefined
  /** Whether nobody else reads it. */
  readonly isPrivateChat?: boolean
  /** Name for greetings; untrusted. */
  readonly name?: string | undefined
  readonly apiKeyId?: string | undefined
}

/** What the configuration says of confirmations. */
export interface ConfirmRules {
  /** Farther than this a price may not have gone since a card was shown, for what adds risk. */
  readonly maxDriftBps: number
  /** USDT above which what adds risk takes a second person; undefined: none does. */
  readonly twoPersonAbove?: number | undefined
  /** Tiers on live, by command: they raise what the row says. */
  readonly live: Readonly<Partial<Record<string, Tier>>>
}

export interface CommandPorts {
  readonly reads: Reads
  readonly control: Control
  readonly actions: Actions
  readonly confirmations: Confirmations
  readonly confirm: ConfirmRules
  readonly codes: Codes
  readonly audit: Audit
  readonly keys: Keys
  readonly people: People
  readonly sessions: Sessions
  readonly zones: Zones
  readonly signals: SignalPorts
  readonly alerts: AlertPorts
  readonly webhooks: Webhooks
  readonly prices: PriceRules
  readonly schedules: ReportSchedules
  readonly backtests: Backtests
  readonly portfolio: PortfolioPorts
  readonly twins: Twins
  readonly canaries: Canaries
  /** Undefined: answers come without pictures. */
  readonly charts: Charts | undefined
  readonly candles: CandleReader
  readonly market: MarketReads
  readonly models: ModelReads
  readonly log: LogPort
  readonly system: SystemFacts
  /** Wall-clock ms. */
  readonly wallNow: () => number
}

export interface CommandContext {
  readonly ports: CommandPorts
  readonly actor: Actor
  readonly requestId: string
  readonly idempotencyKey?: string | undefined
  /** Why an agent asks for it: untrusted, kept with the order and in the audit. */
  readonly because?: string | undefined
  /** Hears the row of each command that is handed to the trader. */
  readonly onAction?: ((id: number) => void) | undefined
  /** Every command, for help. */
  readonly commands: readonly Command[]
}

/** What an action would do, as shown on its card. */
export interface Plan {
  readonly type: 'plan'
  readonly card: Reply
  /** Verbs: `Close 0.600 ETH`, `Keep it`. */
  readonly yes: string
  readonly no: string
  /** All that carrying it out needs: kept in the database while the card waits. */
  readonly todo: Json
  /** It only takes risk off: done at once, whatever the tier. */
  readonly isDirect?: boolean
  /** What it opens or adds, decimal text in USDT; `unknown` where the trader has not said. Undefined: it has no size. */
  readonly notional?: string
  /** What only the plan knows: a stop that goes farther away. */
  readonly addsRisk?: boolean
  /** What the plan turned out to need beside the scope of its command. */
  readonly needs?: Scope
  /** It was not understood beyond doubt: asked, whoever may skip the question. */
  readonly isAsked?: boolean
  /** Markets that the card is about: looked at again when it is answered (S3). */
  readonly symbols?: readonly string[]
}
/** There is nothing to ask: the answer. */
export interface NoPlan extends Refused {
  readonly type: 'answer'
  readonly status: 'done' | 'refused'
  readonly reply: Reply
}
/** @param why of what the trader has refused when it was asked what it would do */
export const refuse = (answer: Reply, why: Refused = {}): NoPlan => ({ type: 'answer', status: 'refused', reply: answer, ...why })
export const alreadyDone = (answer: Reply): NoPlan => ({ type: 'answer', status: 'done', reply: answer })

export interface Done extends Refused {
  readonly status: 'done' | 'refused' | 'failed' | 'queued'
  readonly reply: Reply
}
/** Why the trader has refused: a code that stays, and the figures that decided. */
export interface Refused {
  readonly refusal?: { readonly code: string; readonly figures: Readonly<Record<string, string | number>> }
}

interface Head<Args> {
  readonly name: string
  readonly aliases: readonly string[]
  readonly group: Group
  /** One line, as the menu shows it. */
  readonly summary: string
  /** What stands after the name: `<sym> [50%|qty|$100]`. */
  readonly usage: string
  readonly args: z.ZodType<Args>
  /** Words after the name to raw arguments; `args` judges them. */
  readonly read: (words: readonly string[]) => Record<string, unknown>
  /** Whole lines without the slash; two at least where there are arguments. */
  readonly examples: readonly string[]
  readonly role: RoleNeeded
  readonly roleFor?: (args: Args) => Role
  readonly scope: Scope
  readonly scopeFor?: (args: Args) => Scope
  /** Money or access: shown to the asker only where the platform can. */
  readonly isPrivate?: boolean
  /** Arguments that no record keeps. */
  readonly hidden?: readonly string[]
}
export interface ReadDefinition<Args> extends Head<Args> {
  readonly run: (context: CommandContext, args: Args) => Promise<Reply>
}
export interface ActionDefinition<Args> extends Head<Args> {
  readonly tier: (args: Args, profile: string) => Tier
  /** Whether it may lose more money than doing nothing: slowed by C2 in chat on live (S17). */
  readonly addsRisk: (args: Args) => boolean
  /** Done at once, before the card is shown: a panic pauses entries. */
  readonly before?: (context: CommandContext, args: Args) => Promise<void>
  readonly plan: (context: CommandContext, args: Args) => Promise<Plan | NoPlan>
  /** Why it must be asked again, or undefined. */
  readonly recheck?: (context: CommandContext, todo: Json) => Promise<string | undefined>
  readonly execute: (context: CommandContext, todo: Json) => Promise<Done>
}

/** A command whose argument type is hidden behind its own schema. */
export interface Command extends Omit<Head<unknown>, 'roleFor' | 'scopeFor' | 'args'> {
  readonly args: z.ZodType
  readonly roleFor: (args: unknown) => RoleNeeded
  readonly scopeFor: (args: unknown) => Scope
  readonly run?: (context: CommandContext, args: unknown) => Promise<Reply>
  readonly action?: {
    readonly tier: (args: unknown, profile: string) => Tier
    readonly addsRisk: (args: unknown) => boolean
    readonly before?: (context: CommandContext, args: unknown) => Promise<void>
    readonly plan: (context: CommandContext, args: unknown) => Promise<Plan | NoPlan>
    readonly recheck?: (context: CommandContext, todo: Json) => Promise<string | undefined>
    readonly carryOut: (context: CommandContext, todo: Json) => Promise<Done>
  }
}

function headOf<Args>(definition: Head<Args>): Omit<Command, 'run' | 'action'> {
  const { args, roleFor, scopeFor } = definition
  return {
    name: definition.name,
    aliases: definition.aliases,
    group: definition.group,
    summary: definition.summary,
    usage: definition.usage,
    args,
    read: definition.read,
    examples: definition.examples,
    role: definition.role,
    scope: definition.scope,
    isPrivate: definition.isPrivate === true,
    hidden: definition.hidden ?? [],
    roleFor: (raw) => (roleFor === undefined ? definition.role : roleFor(args.parse(raw))),
    scopeFor: (raw) => (scopeFor === undefined ? definition.scope : scopeFor(args.parse(raw))),
  }
}

/** A command that only looks. */
export const defineRead = <Args>(definition: ReadDefinition<Args>): Command => ({
  ...headOf(definition),
  run: (context, raw) => definition.run(context, definition.args.parse(raw)),
})

/** A command that changes something. */
export function defineAction<Args>(definition: ActionDefinition<Args>): Command {
  const { args, before, recheck } = definition
  return {
    ...headOf(definition),
    action: {
      tier: (raw, profile) => definition.tier(args.parse(raw), profile),
      addsRisk: (raw) => definition.addsRisk(args.parse(raw)),
      plan: (context, raw) => definition.plan(context, args.parse(raw)),
      carryOut: definition.execute,
      ...(before === undefined ? {} : { before: (context: CommandContext, raw: unknown) => before(context, args.parse(raw)) }),
      ...(recheck === undefined ? {} : { recheck }),
    },
  }
}

/** Words in order to the named arguments; the last name takes all words that are left. */
export const inOrder =
  (...names: readonly string[]) =>
  (words: readonly string[]): Record<string, unknown> => {
    const raw: Record<string, unknown> = {}
    names.forEach((name, at) => {
      const isLast = at === names.length - 1
      const text = isLast ? words.slice(at).join(' ') : words[at]
      if (text !== undefined && text !== '') raw[name] = text
    })
    return raw
  }
export const noArguments = (words: readonly string[]): Record<string, unknown> =>
  words.length === 0 ? {} : { unexpected: words.join(' ') }

/** `key=value` words to their keys, the others in order. */
export function options(words: readonly string[], ...names: readonly string[]): Record<string, unknown> {
  const raw: Record<string, unknown> = {}
  const plain: string[] = []
  for (const word of words) {
    const match = /^([a-z]+)=(.+)$/i.exec(word)
    if (match === null) plain.push(word)
    else raw[(match[1] as string).toLowerCase()] = match[2]
  }
  names.forEach((name, k) => {
    if (plain[k] !== undefined) raw[name] = plain[k]
  })
  if (plain.length > names.length) raw.unexpected = plain.slice(names.length).join(' ')
  return raw
}
