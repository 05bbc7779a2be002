/**
 * Whether a chat is told of an alert now, later in a digest, or not at all. P1 and P2 are held back by nothing but a silence;
 * of a P2 that repeats itself one card says how often.
 */
import { type AlertFacts, isEnd, kindOf, problemKey } from './catalogue.ts'
import { type AlertFilter, silences as isSilenced } from './filter.ts'
import { type QuietHours, quietUntil } from './quiet.ts'

export const LEVELS = ['on', 'silent', 'digest', 'off'] as const
/** What the configuration says of a type: with a sound, without one (P3 and milder unless said), in the digest, not at all. */
export type Level = (typeof LEVELS)[number]

export interface Silence {
  readonly id: number
  readonly filter: AlertFilter
  /** Wall-clock ms. */
  readonly until: number
}

/** What stands when an alert comes. All times are wall-clock ms. */
export interface Standing {
  readonly nowMs: number
  readonly silences: readonly Silence[]
  /** Types of open problems. */
  readonly open: ReadonlySet<string>
  /** Whether strategies are halted: what they cannot do is no news. */
  readonly isHalted: boolean
  readonly levelOf: (type: string, exitReason: string | undefined) => Level | undefined
  /** When the next digest of held-back alerts is due. */
  readonly digestMs: number
}
/** Of one chat. */
export interface ChatStanding {
  readonly quiet: QuietHours | undefined
  /** Messages of P3 and below that were put there in the last minute. */
  readonly lately: number
  /** When the chat was last told of a problem, by its key. */
  readonly toldMs: (key: string) => number | undefined
}

export const WHY_HELD = ['quiet hours', 'the same again', 'too many at once', 'digest'] as const
export type Verdict =
  | { readonly type: 'tell'; readonly isSilent: boolean }
  | { readonly type: 'hold'; readonly untilMs: number; readonly why: (typeof WHY_HELD)[number] }
  | { readonly type: 'mute'; readonly why: string }

/** Within this after a card of the same problem, the next ones are counted. */
export const GROUP_MS = 120_000
/** More than this many in a minute become one card. */
export const STORM_MAX = 20
export const STORM_MS = 60_000

const isUrgent = (severity: string): boolean => severity === 'P1' || severity === 'P2'
const TELL: Verdict = { type: 'tell', isSilent: false }

/** A problem that makes others follow: those are muted while it is open, a P1 never. */
const INHIBITS: readonly (readonly [cause: string, follows: RegExp])[] = [
  ['exchange.down', /^(account\.unread|rate_limit\.|order\.rejected|exchange\.maintenance)/],
  ['exchange.maintenance', /^(account\.unread|rate_limit\.|order\.rejected|exchange\.down)/],
  ['database.down', /^(queue|part)\./],
  ['trader.down', /^part\.crashed/],
]
const AFTER_HALT = /^(strategy|strategies|signal)\./

/** For all chats: muted or not. */
export function muteOf(alert: AlertFacts, standing: Standing): string | undefined {
  const { silences, open, isHalted, nowMs, levelOf } = standing
  const silence = silences.find(({ filter, until }) => until > nowMs && isSilenced(filter, alert))
  if (silence !== undefined) return `silence ${silence.id}`
  if (alert.severity === 'P5') return 'for the record only'
  if (alert.severity === 'P1') return undefined
  if (levelOf(alert.type, exitReasonOf(alert)) === 'off') return 'off in the configuration'
  const cause = INHIBITS.find(([type, follows]) => type !== alert.type && open.has(type) && follows.test(alert.type))
  if (cause !== undefined) return `follows from ${cause[0]}`
  return isHalted && AFTER_HALT.test(alert.type) && !isUrgent(alert.severity) ? 'all is halted' : undefined
}

const exitReasonOf = ({ detail }: AlertFacts): string | undefined => (typeof detail.exitReason === 'string' ? detail.exitReason : undefined)

/** For one chat, of an alert that is not muted. */
export function verdictOf(alert: AlertFacts, standing: Standing, chat: ChatStanding): Verdict {
  const { nowMs, levelOf, digestMs } = standing
  if (alert.severity === 'P1') return TELL
  if (alert.detail.isSample === true)
    return { type: 'tell', isSilent: alert.severity !== 'P2' && levelOf(alert.type, exitReasonOf(alert)) !== 'on' }
  const told = kindOf(alert.type)?.isProblem === true ? chat.toldMs(problemKey(alert)) : undefined
  if (told !== undefined && nowMs - told < GROUP_MS) return { type: 'hold', untilMs: told + GROUP_MS, why: 'the same again' }
  if (alert.severity === 'P2') return TELL
  const level = levelOf(alert.type, exitReasonOf(alert))
  if (level === 'digest') return { type: 'hold', untilMs: digestMs, why: 'digest' }
  const quiet = chat.quiet === undefined ? undefined : quietUntil(chat.quiet, nowMs)
  if (quiet !== undefined) return { type: 'hold', untilMs: quiet, why: 'quiet hours' }
  // Whoever was told of a problem is told of its end, however much is going on.
  if (chat.lately >= STORM_MAX && !isEnd(alert.type)) return { type: 'hold', untilMs: nowMs + STORM_MS, why: 'too many at once' }
  return { type: 'tell', isSilent: level !== 'on' }
}

/** A P1 that nobody has acknowledged is told again, and after a while others are told too. */
export const REPEAT_P1_MS = 600_000
export const ESCALATE_MS = 300_000
/** An open problem that is not told again is over by itself; a P1 never is before somebody has acknowledged it. */
export const OVER_MS: Readonly<Record<string, number>> = { P1: 86_400_000, P2: 86_400_000, P3: 14_400_000 }
/** The longest silence of a P1, which an admin alone may ask for. */
export const P1_SILENCE_MAX_MS = 3_600_000
export const SILENCE_MAX_MS = 30 * 86_400_000
