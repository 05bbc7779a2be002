/**
 * Plain ports for tests of the commands: one position, one entry, one stop, and a record of what was done through them.
 */
import type { TwinProblem, TwinReport } from '../../api/ports/twin-ports.ts'
import { NO_CANARIES, NO_TWIN } from './no-twin.ts'
import type { ModelLineView } from '../../src/ml/champion/line-view.ts'
import type { RiskChange } from '../../api/ports/ports.ts'
import { RISK_PROFILES } from '../../src/risk/profiles.ts'
import type { RiskSettings } from '../../src/risk/settings/rules.ts'
import type { Actor, CommandPorts, Role } from '../../api/commands/command.ts'
import { CommandRunner } from '../../api/commands/run/run.ts'
import type { FundingSum, PeriodSum, TradeNote } from '../../api/ports/portfolio-ports.ts'
import type { LogLine } from '../../api/ports/log-ports.ts'
import { CONFIGURED } from './rest/configured.ts'
import type { StoredAction } from '../../api/ports/action-ports.ts'
import type { AuditEntry, CodeVerdict, Confirmation, KeyState, NewConfirmation, PartHealth } from '../../api/ports/ports.ts'
import type { SignalRow, SignalSource } from '../../api/ports/signal-ports.ts'
import { err } from '../../src/core/result.ts'
import type {
  AccountRow,
  FillRow,
  FlowRow,
  HoldRow,
  LedgerRow,
  OrderRow,
  PositionRow,
  RiskSettingRow,
  StrategyRow,
  TradeRow,
} from '../../src/journal/row.ts'
import { memoryMarket } from './rest/memory-market.ts'
import { memoryWebhooks } from './memory-webhooks.ts'
import { memoryAlerts, memoryPrices, memorySchedules } from './memory-alerts.ts'
import { strategyRowOf } from './strategy-row.ts'
import type { CommandOutcome, PreviewedCommand, TraderCommand } from '../../src/kernel/trader-command.ts'

const account: AccountRow = {
  state: 'running',
  stateSince: 1_000,
  equity: '10000',
  wallet: '10000',
  unrealized: '12.5',
  dayPnl: '-20',
  dayLoss: '20',
  dayLossLeft: '480',
  drawdown: 0.01,
  openRisk: '50',
  grossNotional: '3200',
  marginUsed: '320',
  limits: {
    dayLossMax: '500',
    weekLoss: '20',
    weekLossMax: '1000',
    weekLossLeft: '980',
    grossMax: '30000',
    net: '3200',
    netMax: '30000',
    positionMax: '12000',
    orderMax: '12000',
    openPositions: 2,
    openPositionsMax: 20,
    leverage: 10,
    lossStreak: 1,
    lossStreakMax: 8,
    drawdownYellow: 0.05,
    drawdownOrange: 0.1,
    drawdownRed: 0.15,
  },
  barsClosedAt: 1_000,
  lastFillAt: 1_000,
  updatedTs: 100_000,
}
export const position: PositionRow = {
  symbol: 'BTCUSDT',
  quantity: '0.05',
  entryPrice: '64000',
  markPrice: '64250',
  unrealizedPnl: '12.5',
  stopPrice: '63000',
  targetPrice: null,
  strategy: 'ema-cross',
  tradeNumber: 12,
  openedTs: 1_000,
  externalQuantity: '0',
  isExternalIgnored: false,
  updatedTs: 100_000,
}
const entry: OrderRow = {
  orderId: 7,
  clientOrderId: 'b1-tests1-7',
  venueOrderId: null,
  origin: 'ours',
  parentOrderId: null,
  strategy: 'ema-cross',
  symbol: 'BTCUSDT',
  class: 'entry',
  side: 1,
  kind: 'limit',
  quantity: '0.05',
  filledQuantity: '0',
  averagePrice: null,
  limitPrice: '63500',
  triggerPrice: null,
  stopPrice: '63000',
  targetPrice: null,
  status: 'accepted',
  isOpen: true,
  reduceOnly: false,
  tradeNumber: null,
  submittedTs: 1_000,
  updatedTs: 1_000,
}

export interface World {
  readonly ports: CommandPorts
  readonly runner: CommandRunner
  readonly sent: TraderCommand[]
  readonly audit: AuditEntry[]
  readonly cards: Map<string, Confirmation>
  positions: PositionRow[]
  holds: HoldRow[]
  health: PartHealth[]
  flows: FlowRow[]
  ledger: LedgerRow[]
  periods: PeriodSum[]
  twin: TwinReport | TwinProblem
  /** Period that the allocator has looked at, and the alerts that it raised. */
  claimed: number | undefined
  readonly reported: string[]
  funding: FundingSum[]
  trades: TradeRow[]
  readonly notes: Map<number, TradeNote>
  outcome: CommandOutcome | undefined
  /** What the trader says of what is about to be asked; undefined: nothing in time. */
  preview: CommandOutcome | undefined
  readonly previewed: PreviewedCommand[]
  fills: FillRow[]
  riskSettings: RiskSettingRow[]
  strategies: StrategyRow[]
  /** Newest first. */
  riskChanges: RiskChange[]
  orders: OrderRow[]
  /** One-time codes that were judged. */
  readonly codes: string[]
  codeState: { readonly isEnrolled: boolean; readonly lockedUntilMs: number | undefined }
  codeVerdict: CodeVerdict
  keys: KeyState[]
  sources: readonly SignalSource[]
  /** Newest first. */
  signals: readonly SignalRow[]
  /** Commands as rows, beside `sent`: a test writes them. */
  actions: StoredAction[]
  log: LogLine[]
  readonly zones: Map<string, string>
  models: readonly ModelLineView[]
  now: number
}

export function makeWorld(profile = 'sim'): World {
  const sent: TraderCommand[] = []
  const codes: string[] = []
  const audit: AuditEntry[] = []
  const cards = new Map<string, Confirmation>()
  const previewed: PreviewedCommand[] = []
  const world: Omit<World, 'runner'> = {
    sent,
    audit,
    cards,
    codes,
    codeState: { isEnrolled: false, lockedUntilMs: undefined },
    codeVerdict: { type: 'none' },
    positions: [position],
    holds: [],
    health: [],
    flows: [],
    ledger: [],
    periods: [],
    twin: NO_TWIN,
    claimed: undefined,
    reported: [],
    funding: [],
    trades: [],
    notes: new Map(),
    outcome: { status: 'done', text: 'Done.' },
    preview: undefined,
    previewed,
    fills: [],
    riskSettings: [],
    strategies: [strategyRowOf('ema-cross', 'BTCUSDT')],
    riskChanges: [],
    keys: [],
    sources: [],
    actions: [],
    log: [],
    signals: [],
    orders: [entry, { ...entry, orderId: 8, class: 'protective', origin: 'attached-stop', triggerPrice: '63000' }],
    zones: new Map(),
    models: [],
    now: 1_000_000,
    ports: {
      reads: {
        account: async () => account,
        positions: async () => world.positions,
        orders: async (query) => world.orders.filter((o) => query.symbol === undefined || o.symbol === query.symbol),
        order: async (id) => world.orders.find((o) => o.orderId === id),
        fills: async (query) => world.fills.filter((fill) => query.orderId === undefined || fill.orderId === query.orderId),
        flows: async () => world.flows,
        trades: async () => world.trades,
        trade: async (number) => world.trades.find((row) => row.number === number),
        tradeSums: async () => [],
        tradeStats: async () => undefined,
        equityShape: async () => ({ drawdown: undefined, curve: [] }),
        decisions: async () => [],
        equity: async () => [],
        equitySince: async () => undefined,
        equityGrid: async () => [],
        resultGrid: async () => [],
        algorithms: async () => [],
        strategies: async () => world.strategies,
        riskSettings: async () => world.riskSettings,
        riskChanges: async ({ limit, before }) =>
          world.riskChanges.filter(({ seq }) => before === undefined || seq < before).slice(0, limit),
        holds: async () => world.holds,
        alerts: async () => [],
        events: async () => [],
        health: async () => world.health,
        ping: async () => true,
      },
      control: {
        send: async (command, by) => {
          sent.push(command)
          by.onAction?.(sent.length)
          return world.outcome
        },
        preview: async (command) => {
          previewed.push(command)
          return world.preview
        },
      },
      actions: {
        find: async (id) => world.actions.find((action) => action.id === id),
        ofRequest: async () => world.actions,
      },
      confirmations: {
        create: async (row: NewConfirmation) => {
          const { ttlMs, ...rest } = row
          const card: Confirmation = {
            ...rest,
            id: `card${cards.size}`,
            createdAt: world.now,
            expiresAt: world.now + ttlMs,
            status: 'pending',
          }
          cards.set(card.id, card)
          return card
        },
        find: async (id) => cards.get(id),
        pending: async () => [...cards.values()].filter((card) => card.status === 'pending'),
        settle: async (id, status) => {
          const card = cards.get(id)
          if (card === undefined || card.status !== 'pending' || card.expiresAt <= world.now) return false
          cards.set(id, { ...card, status })
          return true
        },
      },
      confirm: { maxDriftBps: 50, live: {} },
      codes: {
        state: async () => world.codeState,
        check: async (_actor, code) => {
          codes.push(code)
          return world.codeVerdict
        },
      },
      audit: {
        write: async (row) => {
          audit.push(row)
        },
        note: async (row) => {
          audit.push(row)
        },
        list: async ({ limit }) =>
          audit
            .map((row, k) => ({ ...row, seq: k + 1, ts: world.now, hash: '' }))
            .reverse()
            .slice(0, limit),
        verify: async () => ({ rows: audit.length, older: 0, head: undefined, noted: undefined, broken: undefined }),
      },
      candles: async () => undefined,
      log: { last: () => world.log },
      market: memoryMarket(() => world.now),
      zones: {
        of: async (actor) => world.zones.get(actor),
        set: async (actor, zone) => {
          world.zones.set(actor, zone)
        },
      },
      sessions: {
        makeLink: async () => 'the-secret-of-the-link',
        login: async () => undefined,
        find: async () => undefined,
        noteUse: async () => {},
        list: async () => [],
        end: async () => false,
      },
      people: { list: async () => [], add: async () => true, setRole: async () => 'done', remove: async () => 'done' },
      keys: {
        list: async () => world.keys,
        create: async () => ({ id: '0badc0de', token: 'tk_sim_0badc0de_secret' }),
        rotate: async () => undefined,
        revoke: async (id) => {
          const isGood = world.keys.some((key) => key.id === id && key.revokedAt === null)
          world.keys = world.keys.map((key) => (key.id === id ? { ...key, revokedAt: world.now } : key))
          return isGood
        },
      },
      twins: { compare: async () => world.twin },
      canaries: NO_CANARIES,
      backtests: {
        enqueue: async () => 'No candles are stored.',
        find: async () => undefined,
        list: async () => [],
        cancel: async () => false,
        page: () => undefined,
        runRows: () => undefined,
      },
      signals: {
        address: 'https://hooks.example.test',
        sources: {
          list: async () => world.sources,
          create: async (source) => {
            if (world.sources.some(({ name }) => name === source.name)) return undefined
            const id = `a1b2c3d4e5f${world.sources.length}`
            world.sources = [...world.sources, { ...source, id, createdAt: 0, oldUntil: null, lastAt: null }]
            return { id, secret: 'the-secret-of-the-address', signingSecret: 'whsec_a2V5' }
          },
          rotate: async (name) => {
            const found = world.sources.find((source) => source.name === name)
            return found === undefined ? undefined : { id: found.id, secret: 'another-secret', signingSecret: 'whsec_b3RoZXI=' }
          },
          remove: async (name) => {
            const before = world.sources.length
            world.sources = world.sources.filter((source) => source.name !== name)
            return world.sources.length < before
          },
        },
        rows: { list: async ({ limit }) => world.signals.slice(0, limit) },
        intake: { open: async () => undefined, receiveSignal: async () => ({ id: 0, judgment: { type: 'duplicate', of: 0 } }) },
      },
      alerts: memoryAlerts(() => world.now),
      webhooks: memoryWebhooks(),
      prices: memoryPrices(),
      schedules: memorySchedules(),
      portfolio: {
        instruments: async () => err('not listed here'),
        weights: async () => err('no candles here'),
        rebalances: {
          begin: async () => undefined,
          say: async () => undefined,
          end: async () => false,
          find: async () => undefined,
          list: async () => [],
        },
        log: () => {},
        notes: {
          find: async (numbers) => new Map(numbers.flatMap((n) => (world.notes.has(n) ? [[n, world.notes.get(n) as TradeNote]] : []))),
          write: async (tradeNumber, change) => {
            const before = world.notes.get(tradeNumber) ?? { tradeNumber, note: '', tags: [] }
            const written = { ...before, ...change }
            world.notes.set(tradeNumber, written)
            return written
          },
        },
        books: {
          fills: async () => [...world.fills].sort((a, b) => a.ts - b.ts),
          ledger: async () => world.ledger,
          trades: async () => world.trades,
        },
        reports: {
          periods: async () => world.periods,
          funding: async () => world.funding,
          capitalChanges: async () => [],
        },
        allocator: {
          claim: async (period) => {
            const isNew = world.claimed !== period
            world.claimed = period
            return isNew
          },
          report: async (type, summary) => {
            world.reported.push(`${type}: ${summary}`)
          },
        },
      },
      models: { lines: () => world.models },
      charts: undefined,
      system: {
        webAddress: 'http://127.0.0.1:8080',
        profile,
        version: '0.1.0',
        startedAtMs: 0,
        dataDirId: 'tests1',
        exchange: 'simulator',
        allowsChatEntry: true,
        riskSettings: { ...(RISK_PROFILES.sim.settings as RiskSettings), given: [] },
        maintenanceRate: 0.005,
        configuration: CONFIGURED,
        allocator: { method: 'equal', every: 'week', least: 0.05, most: 0.6, step: 1, drawdown: 0.2 },
      },
      wallNow: () => world.now,
    },
  }
  return Object.assign(world, { runner: new CommandRunner(world.ports) })
}

export const by = (role: Role | undefined, over: Partial<Actor> = {}) => ({
  actor: { id: 'telegram:1', role, surface: 'telegram' as const, ...over },
  requestId: 'req_1',
})
