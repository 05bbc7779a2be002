/**
 * The account and the system, as the API reports them: status, equity, balances, strategies, alerts, events, backtests, cards.
 */
import { z } from '@hono/zod-openapi'
import type { StrategyLoad } from '../../src/journal/strategy-load.ts'
import { LIFE_STATES, strategyLife } from '../../src/journal/strategy-life.ts'
import type { AccountRow, EquityRow, FlowRow, HoldRow, StrategyRow } from '../../src/journal/row.ts'
import { decimal, instant, iso, isoOrNull, symbolName } from './field-shapes.ts'
import { toId } from '../ids.ts'
import { DIRECT_NEXT, silenceOf, silenceText } from '../commands/silence.ts'
import type { Backtest, Confirmation, EventRow, PartHealth, StoredAlert } from '../ports/ports.ts'
import { VERDICTS, isIn } from '../../src/strategy/universe/universe.ts'

export const Equity = z
  .object({ id: z.string(), ts: instant(), equity: decimal(), wallet: decimal(), dayPnl: decimal(), drawdown: z.number() })
  .openapi('Equity')
export type Equity = z.infer<typeof Equity>
export const toEquity = (row: EquityRow): Equity => ({
  id: toId('eqt', row.ts),
  ts: iso(row.ts),
  equity: row.equity,
  wallet: row.wallet,
  dayPnl: row.dayPnl,
  drawdown: row.drawdown,
})

export const Balance = z
  .object({
    id: z.string(),
    coin: z.string(),
    wallet: decimal(),
    equity: decimal(),
    unrealizedPnl: decimal(),
    marginUsed: decimal(),
    updatedAt: instant(),
  })
  .openapi('Balance')
export const toBalance = (row: AccountRow): z.infer<typeof Balance> => ({
  id: 'USDT',
  coin: 'USDT',
  wallet: row.wallet,
  equity: row.equity,
  unrealizedPnl: row.unrealized,
  marginUsed: row.marginUsed,
  updatedAt: iso(row.updatedTs),
})

export const Flow = z
  .object({
    id: z.string(),
    kind: z.string().openapi({ description: "Kind of flow: `transfer-in`, `interest` and so on, or Bybit's own word" }),
    coin: z.string(),
    amount: decimal(),
    symbol: z.string().nullable(),
    isBooked: z.boolean().openapi({ description: 'False for coins that do not count as equity' }),
    ts: instant(),
  })
  .openapi('Flow')
export type Flow = z.infer<typeof Flow>
export const toFlow = (row: FlowRow): Flow => ({
  id: toId('flw', row.seq),
  kind: row.kind,
  coin: row.coin,
  amount: row.amount,
  symbol: row.symbol,
  isBooked: row.isBooked,
  ts: iso(row.ts),
})

export const Strategy = z
  .object({
    id: z.string(),
    name: z.string(),
    definition: z.string(),
    version: z.number(),
    mode: z.string(),
    modeCause: z.string().describe('why it is in that mode; empty since the start'),
    state: z.enum(LIFE_STATES).describe('of its life: its mode, or what keeps it from entering'),
    stateCause: z.string().describe('what explains the state; empty where nothing has to be said'),
    barsMissing: z.number().int().describe('base bars that have to close before it decides; 0: it can'),
    symbols: z.array(symbolName(z.string())),
    params: z.record(z.string(), z.unknown()).describe('as they count, defaults included'),
    changedBy: z.string().nullable().describe('who changed it while Ballast ran; null: it is as the configuration says'),
    changedAt: instant().nullable(),
    lastDecisionAt: instant().nullable().describe('close of the bar at which it was asked last'),
    lastSignalAt: instant().nullable(),
    load: z
      .object({
        decisions: z.number().int().describe('the last ones, which the times are of'),
        p50Ms: z.number(),
        p99Ms: z.number(),
        mostMs: z.number(),
        keptMb: z.number().nullable().describe('estimate; null until it was looked at'),
      })
      .nullable()
      .describe('what its decisions cost the trader; null before the first'),
    universe: z
      .object({
        selectedAt: instant().nullable(),
        symbols: z.array(
          z.object({
            symbol: symbolName(z.string()),
            takesEntries: z.boolean(),
            verdict: z.enum([...VERDICTS, 'unmeasured']).describe('`chosen` or `white`, or the first reason why not'),
            since: instant().nullable().describe('since when it is in or out; null where it was never in'),
            volumePerDay: z.number().nullable().describe('mean turnover a day in the quote coin'),
            volatilityPercent: z.number().nullable().describe('realized, of a day'),
            spreadBps: z.number().nullable(),
          }),
        ),
      })
      .nullable()
      .describe('which of its symbols take entries; null: all of them'),
  })
  .openapi('Strategy')
export function toStrategies(
  rows: readonly StrategyRow[],
  holds: readonly HoldRow[],
  loads: readonly StrategyLoad[] = [],
): z.infer<typeof Strategy>[] {
  return [...new Set(rows.map((row) => row.strategy))].map((name) => {
    const own = rows.filter((row) => row.strategy === name)
    const life = strategyLife(own, holds)
    return {
      id: name,
      name,
      definition: own[0]?.definition ?? '',
      version: own[0]?.version ?? 0,
      mode: own[0]?.mode ?? '',
      modeCause: own[0]?.modeCause ?? '',
      state: life.state,
      stateCause: life.why,
      barsMissing: life.barsMissing,
      symbols: own.map((row) => row.symbol),
      params: { ...own[0]?.params },
      changedBy: own[0]?.changedBy ?? null,
      changedAt: isoOrNull(own[0]?.changedAt ?? null),
      lastDecisionAt: isoOrNull(latest(own.map((row) => row.lastDecisionTs))),
      lastSignalAt: isoOrNull(latest(own.map((row) => row.lastSignalTs))),
      load: loadOf(name, loads),
      universe: universeOf(own),
    }
  })
}

function universeOf(own: readonly StrategyRow[]): z.infer<typeof Strategy>['universe'] {
  const standings = own.flatMap(({ symbol, universe }) => (universe === null ? [] : [{ symbol, ...universe }]))
  if (standings.length === 0) return null
  return {
    selectedAt: isoOrNull(latest(standings.map(({ at }) => at))),
    symbols: standings.map(({ symbol, verdict: text, since, measure }) => {
      const verdict = VERDICTS.find((each) => each === text) ?? 'unmeasured'
      return {
        symbol,
        takesEntries: verdict !== 'unmeasured' && isIn(verdict),
        verdict,
        since: isoOrNull(since),
        volumePerDay: measure?.volume ?? null,
        volatilityPercent: measure?.volatility ?? null,
        spreadBps: measure?.spreadBps ?? null,
      }
    }),
  }
}

function loadOf(name: string, loads: readonly StrategyLoad[]): z.infer<typeof Strategy>['load'] {
  const found = loads.find(({ strategy }) => strategy === name)
  if (found === undefined) return null
  const { strategy: _name, ...load } = found
  return load
}

const latest = (instants: readonly (number | null)[]): number | null => {
  const known = instants.flatMap((at) => at ?? [])
  return known.length === 0 ? null : Math.max(...known)
}

const HoldShape = z.object({
  id: z.string(),
  scope: z.string(),
  effect: z.string(),
  cause: z.string(),
  actor: z.string(),
  reason: z.string(),
  since: instant(),
  until: instant().nullable(),
})
const toHold = (row: HoldRow): z.infer<typeof HoldShape> => ({
  id: row.holdId,
  scope: row.scope,
  effect: row.effect,
  cause: row.cause,
  actor: row.actor,
  reason: row.reason,
  since: iso(row.since),
  until: isoOrNull(row.until),
})

export const Status = z
  .object({
    profile: z.string(),
    state: z.enum(['running', 'paused', 'reducing', 'halted', 'starting', 'down']),
    since: instant().nullable(),
    equity: decimal(),
    dayPnl: decimal(),
    openRisk: decimal(),
    strategies: z.object({ up: z.number(), total: z.number() }),
    streams: z.record(z.string(), z.string()),
    lastFillAt: instant().nullable(),
    reconciledAt: instant().nullable(),
    barsClosedAt: instant().nullable(),
    holds: z.array(HoldShape),
    /** Wall-clock time of the trader's last report, how old it is, and what to do where it is too old: then all figures are old as well. */
    reportedAt: instant().nullable(),
    ageSec: z.number().nullable(),
    isOld: z.boolean(),
    notice: z.string().nullable(),
    version: z.string(),
  })
  .openapi('Status')
export type Status = z.infer<typeof Status>

export interface StatusSource {
  readonly account: AccountRow | undefined
  readonly holds: readonly HoldRow[]
  readonly strategies: readonly StrategyRow[]
  readonly health: readonly PartHealth[]
  readonly profile: string
  readonly version: string
  readonly wallNowMs: number
}
const STREAM = 'stream-'
/** The last close instant whose outputs are all sent and answered, as the trader says it; else the journal's. */
function barsClosedAt({ account, health }: StatusSource): number | null {
  const closedAt = Number(health.find((part) => part.part === 'bars')?.detail)
  return Number.isFinite(closedAt) && closedAt > 0 ? closedAt : (account?.barsClosedAt ?? null)
}
export function toStatus(source: StatusSource): Status {
  const { account, strategies, health } = source
  const names = [...new Set(strategies.map((row) => row.strategy))]
  const reconcile = health.find((part) => part.part === 'reconcile' && part.status === 'ok')
  const state = account?.state
  const silence = silenceOf(health, source.wallNowMs)
  const trader = health.find((part) => part.part === 'trader')
  const known = state === 'running' || state === 'paused' || state === 'reducing' || state === 'halted' ? state : 'starting'
  return {
    profile: source.profile,
    state: silence === undefined ? known : 'down',
    // 0: in this state from the beginning.
    since: account === undefined || account.stateSince <= 0 ? null : iso(account.stateSince),
    equity: account?.equity ?? '0',
    dayPnl: account?.dayPnl ?? '0',
    openRisk: account?.openRisk ?? '0',
    strategies: {
      up:
        silence !== undefined
          ? 0
          : names.filter((name) => strategies.some((row) => row.strategy === name && row.mode === 'running')).length,
      total: names.length,
    },
    streams: Object.fromEntries(
      health
        .filter((part) => part.part.startsWith(STREAM))
        .map((part) => [part.part.slice(STREAM.length), part.status === 'ok' ? 'up' : part.status]),
    ),
    lastFillAt: isoOrNull(account?.lastFillAt ?? null),
    reconciledAt: isoOrNull(reconcile?.updatedAt ?? null),
    barsClosedAt: isoOrNull(barsClosedAt(source)),
    holds: source.holds.map(toHold),
    reportedAt: isoOrNull(trader?.updatedAt ?? null),
    ageSec: trader === undefined ? null : Math.max(0, Math.round((source.wallNowMs - trader.updatedAt) / 1_000)),
    isOld: silence !== undefined,
    notice: silence === undefined ? null : `${silenceText(silence)} ${DIRECT_NEXT}`,
    version: source.version,
  }
}

export const Alert = z
  .object({
    id: z.string(),
    type: z.string(),
    severity: z.string(),
    symbol: symbolName(z.string()).nullable(),
    summary: z.string(),
    details: z.record(z.string(), z.unknown()),
    ts: instant(),
  })
  .openapi('Alert')
export type Alert = z.infer<typeof Alert>
export const toAlert = (row: StoredAlert): Alert => ({
  id: toId('alr', row.id),
  type: row.type,
  severity: row.severity,
  symbol: row.symbol,
  summary: row.summary,
  details: row.detail,
  ts: iso(row.ts),
})

export const Event = z.object({ id: z.string(), type: z.string(), ts: instant(), data: z.record(z.string(), z.unknown()) }).openapi('Event')
export const toEvent = (row: EventRow): z.infer<typeof Event> => ({
  id: toId('evt', row.seq),
  type: row.type,
  ts: iso(row.ts),
  data: row.payload,
})

export const BacktestShape = z
  .object({
    id: z.string(),
    status: z.enum(['queued', 'running', 'done', 'failed', 'canceled']),
    progress: z.number(),
    spec: z.record(z.string(), z.unknown()),
    result: z.record(z.string(), z.unknown()).nullable(),
    error: z.string().nullable(),
    createdAt: instant(),
    finishedAt: instant().nullable(),
  })
  .openapi('Backtest')
export const toBacktest = (row: Backtest): z.infer<typeof BacktestShape> => ({
  id: row.id,
  status: row.status,
  progress: row.progress,
  spec: row.spec,
  result: row.result,
  error: row.error,
  createdAt: iso(row.createdAt),
  finishedAt: isoOrNull(row.finishedAt),
})

export const ConfirmationShape = z
  .object({
    id: z.string(),
    command: z.string(),
    actor: z.string(),
    surface: z.string(),
    status: z.string(),
    createdAt: instant(),
    expiresAt: instant(),
    preview: z.record(z.string(), z.unknown()),
  })
  .openapi('Confirmation')
export const toConfirmation = (row: Confirmation): z.infer<typeof ConfirmationShape> => ({
  id: row.id,
  command: row.command,
  actor: row.actor,
  surface: row.surface,
  status: row.status,
  createdAt: iso(row.createdAt),
  expiresAt: iso(row.expiresAt),
  preview: row.preview,
})
