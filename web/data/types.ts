/**
 * What the API answers, by the shapes that its routes are made of.
 */
import type { z } from 'zod'
import type { CommandAnswer } from '../../api/client.ts'
import type { Group, RoleNeeded } from '../../api/commands/command.ts'
import type { Account } from '../../api/routes/account-routes.ts'
import type { Problem as ProblemShape, Silence as SilenceShape } from '../../api/routes/alerting/alert-routes.ts'
import type { Signal as SignalShape, Source as SourceShape } from '../../api/routes/alerting/signal-routes.ts'
import type { AuditRow as AuditShape } from '../../api/routes/audit-routes.ts'
import type { Limit as LimitShape } from '../../api/routes/limit-routes.ts'
import type { Candle as CandleShape } from '../../api/routes/market-routes.ts'
import type { Login as LoginShape } from '../../api/routes/session-routes.ts'
import type { Setting as SettingShape } from '../../api/routes/config-routes.ts'
import type { LogShape } from '../../api/routes/log-routes.ts'
import type { BacktestShape, Strategy as StrategyShape } from '../../api/shapes/account-shapes.ts'
import type { Decision as DecisionShape } from '../../api/shapes/trade-shapes.ts'
import type { StressShape } from '../../api/shapes/risk-shapes.ts'

export type { Reply, Button as ReplyButton, Table as ReplyTable, Tone } from '../../api/commands/reply.ts'
export type { Role } from '../../api/commands/command.ts'
export type { Alert, Equity, Status } from '../../api/shapes/account-shapes.ts'
export type { Fill, Order, Position, Trade } from '../../api/shapes/trade-shapes.ts'
export type { CommandAnswer }
export type AccountState = z.infer<typeof Account>
export type AlertProblem = z.infer<typeof ProblemShape>
export type Silence = z.infer<typeof SilenceShape>
export type Signal = z.infer<typeof SignalShape>
export type SignalSource = z.infer<typeof SourceShape>
export type AuditRow = z.infer<typeof AuditShape>
export type Limit = z.infer<typeof LimitShape>
export type Candle = z.infer<typeof CandleShape>
export type Login = z.infer<typeof LoginShape>
export type Setting = z.infer<typeof SettingShape>
export type LogLine = z.infer<typeof LogShape>
export type Backtest = z.infer<typeof BacktestShape>
export type Strategy = z.infer<typeof StrategyShape>
export type Decision = z.infer<typeof DecisionShape> & { readonly why: string | null }
export type Stress = z.infer<typeof StressShape>

export interface List<Row> {
  readonly data: readonly Row[]
  readonly nextCursor: string | null
  readonly hasMore: boolean
}
/** A row of GET /commands. */
export interface CommandRow {
  readonly name: string
  readonly aliases: readonly string[]
  readonly group: Group
  readonly summary: string
  readonly usage: string
  readonly examples: readonly string[]
  readonly role: RoleNeeded
  /** Of a command with several actions, by each. */
  readonly rolesByAction: Readonly<Record<string, RoleNeeded>>
  /** Whether it may change something. */
  readonly changes: boolean
}
/** A row of GET /health. */
export interface HealthPart {
  readonly id: string
  readonly status: string
  readonly detail: string
  readonly updatedAt: string
}
