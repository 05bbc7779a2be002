/**
 * What commands, routes and the sender of alerts need of alerts that were raised: which are open, who has seen them, and who is told.
 */
import type { AlertType } from '../../src/alerts/catalogue.ts'
import type { AlertFilter } from '../../src/alerts/filter.ts'
import type { AlertProblem } from '../../src/alerts/problem.ts'
import type { Subscription } from '../../src/alerts/subscriptions.ts'
import type { ReportPeriod } from '../../src/alerts/report-time.ts'
import type { RuleSide } from '../../src/alerts/price-rule.ts'
import type { QuietHours } from '../../src/alerts/quiet.ts'
import type { Json } from './ports.ts'

export interface StoredSilence {
  readonly id: number
  readonly filter: AlertFilter
  readonly reason: string
  readonly actor: string
  readonly createdAt: number
  readonly until: number
}

export interface StoredSubscription extends Subscription {
  readonly id: number
  readonly actor: string
}

/** Null: none, whatever the configuration says. */
export type ChatQuiet = QuietHours | null

export interface SampleAlert {
  readonly type: AlertType
  readonly severity: string
  readonly symbol: string | null
  readonly summary: string
  readonly detail: Json
}

export interface NewPriceRule {
  readonly what: string
  readonly side: RuleSide
  readonly level: string
  readonly isOnce: boolean
  /** Market time up to which it was looked at. */
  readonly seenTs: number
  /** Null: every chat that is told of trades. */
  readonly channel: string | null
  readonly actor: string
}
export interface StoredPriceRule extends NewPriceRule {
  readonly id: number
  readonly isArmed: boolean
}
/** Alerts that users set. */
export interface PriceRules {
  list(): Promise<readonly StoredPriceRule[]>
  add(rule: NewPriceRule): Promise<number>
  remove(id: number): Promise<boolean>
}

/** A report that a chat gets on a schedule. */
export interface ReportSchedule {
  readonly channel: string
  readonly period: ReportPeriod
  /** Of the day, in `zone`. */
  readonly minute: number
  readonly zone: string
  readonly actor: string
  /** Wall-clock ms. */
  readonly dueAt: number
}
export interface ReportSchedules {
  list(): Promise<readonly ReportSchedule[]>
  /** One of each period for a chat. */
  put(schedule: ReportSchedule): Promise<void>
  remove(channel: string, period: ReportPeriod): Promise<boolean>
}

export interface AlertPorts {
  /** Open and acknowledged ones, the worst first. */
  problems(): Promise<readonly AlertProblem[]>
  /** Newest first, over ones too. */
  past(limit: number): Promise<readonly AlertProblem[]>
  /** Those that were acknowledged now. @param id undefined: all that are open */
  acknowledge(id: number | undefined, by: string): Promise<readonly AlertProblem[]>
  /** False where it is not open. */
  resolve(id: number, by: string): Promise<boolean>
  /** Those that stand, the one that ends first first. */
  silences(): Promise<readonly StoredSilence[]>
  silence(filter: AlertFilter, until: number, reason: string, actor: string): Promise<StoredSilence>
  /** False where there is none of that number. */
  unsilence(id: number): Promise<boolean>
  /** Undefined: as the configuration says. */
  quiet(channel: string): Promise<ChatQuiet | undefined>
  setQuiet(channel: string, quiet: ChatQuiet, actor: string): Promise<void>
  /** What chats have asked for, oldest first. */
  subscriptions(): Promise<readonly StoredSubscription[]>
  /** Answers its number; that of one that says the same stands. */
  subscribe(channel: string, filter: AlertFilter, actor: string): Promise<number>
  /** How many are gone. @param id undefined: all of the chat */
  unsubscribe(channel: string, id: number | undefined): Promise<number>
  /** Raises it as an alert that says that it is one. Answers its number. */
  raiseSample(sample: SampleAlert): Promise<number>
  /** Raises one of a type that has one severity. */
  raise(type: AlertType, summary: string, detail: Json): Promise<void>
}
