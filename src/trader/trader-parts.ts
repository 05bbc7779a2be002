/**
 * The parts of one trader and how they hear of each other.
 */
import { AccountMonitor } from './account/account-monitor.ts'
import { CommandHandler } from './commands/command-handler.ts'
import { CommandLoop } from './commands/command-loop.ts'
import { EnvironmentMonitor } from './safety/environment-monitor.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { KernelFact } from '../kernel/fact.ts'
import type { KernelInput } from '../kernel/input.ts'
import { LiveDriver } from './live-driver.ts'
import type { MarketClock } from './market/market-clock.ts'
import { MarketFeed } from './market/market-feed.ts'
import { JoiningSymbols } from './strategies/joining-symbols.ts'
import { PlanChange } from './strategies/plan-change.ts'
import { UniverseWatch } from './strategies/universe-watch.ts'
import { OrderSender } from './orders/order-sender.ts'
import { Projector } from '../journal/project.ts'
import { ProtectionWatch } from './safety/protection-watch.ts'
import { Reconciler, knownStateOf } from './account/reconciler.ts'
import { StreamWatch } from './safety/stream-watch.ts'
import { SystemHolds } from './safety/system-holds.ts'
import type { TradedInstruments } from './traded-instruments.ts'
import type { TraderOptions } from './trader-options.ts'
import type { Ts } from '../core/units.ts'
import { WalletWatch } from './account/wallet-watch.ts'
import { accountDifferences } from './account/account-differences.ts'
import { eventsOf } from '../trading/report-events.ts'
import { verifyFlat } from './account/verify-flat.ts'
import { withEntryGate } from './orders/entry-gate.ts'
export interface TraderParts {
  readonly sender: OrderSender
  readonly driver: LiveDriver
  readonly reconciler: Reconciler
  readonly holds: SystemHolds
  readonly environment: EnvironmentMonitor
  readonly feed: MarketFeed
  readonly protection: ProtectionWatch
  readonly streams: StreamWatch
  readonly account: AccountMonitor
  readonly wallet: WalletWatch
  readonly commandHandler: CommandHandler
  readonly commands: CommandLoop
}

/** What the parts ask of the trader that they belong to. */
export interface TraderPartHooks {
  /** Why entries are blocked at the moment of each send; undefined where nothing is against them. */
  obstacle(): string | undefined
  observe(input: KernelInput, facts: readonly KernelFact[]): void
  emergencyInputs(): readonly KernelInput[]
  markStale(detail: string, symbols: readonly string[] | undefined): Promise<void>
  ask(make: () => KernelInput): Promise<{ readonly seq: number; readonly facts: readonly KernelFact[] }>
}

export function makeParts(
  options: TraderOptions,
  kernel: Kernel,
  clock: MarketClock,
  instruments: TradedInstruments,
  hooks: TraderPartHooks,
): TraderParts {
  const { wallClock, venue } = options
  const isObserving = options.profile === 'observe'
  const known = knownStateOf(kernel)
  const now = (): Ts => clock.now()
  const sender: OrderSender = new OrderSender({
    venue: withEntryGate(venue, () => hooks.obstacle()),
    wallClock,
    now,
    onEvent: (event) => driver.post(() => [event]),
    report: (report) => driver.post(() => eventsOf(report, known)),
    order: (command) => kernel.orders.find(command.instrument, command.orderId, undefined),
    note: (text) => options.log('warn', text),
    changeRefused: (command, error) => environment.changeRefused(command, error),
    authLost: (detail) => void holds.add('auth', 'no-entries', 'error', `Bybit rejected the API key: ${detail}`),
  })
  const driver: LiveDriver = new LiveDriver({
    kernel,
    projector: new Projector(kernel),
    journal: options.journal,
    wallClock,
    sender: sender,
    databaseState: (isUp, detail) => {
      options.log(isUp ? 'info' : 'error', isUp ? detail : `database: ${detail}; no orders are sent, stops stay at the exchange`)
      if (isUp) void account.run(false)
    },
    leaseLost: (detail) => options.fatal(`Another trader owns this account (${detail}).`),
    observe: (input, facts) => hooks.observe(input, facts),
  })
  const reconciler: Reconciler = new Reconciler({
    kernel,
    venue,
    driver: driver,
    sender: sender,
    wallClock,
    now,
    note: (text) => options.log('warn', text),
    seen: (reading) => environment.account(reading),
    reconciled: (reading) => environment.reconciled(reading),
  })
  const holds: SystemHolds = new SystemHolds(kernel, driver, now)
  const environment: EnvironmentMonitor = new EnvironmentMonitor({
    kernel,
    venue,
    holds: holds,
    health: options.health,
    wallClock,
    now,
    post: (input) => driver.post(() => [input()]),
    clockJumped: () => {
      sender.dropEntries()
      void options.renewLease()
      void account.run(false)
    },
    startAgain: options.startAgain,
    isLive: options.profile === 'live',
    isObserving: isObserving,
    log: options.log,
  })
  const universes = new UniverseWatch({
    kernel,
    venue,
    intervalMs: options.intervalMs,
    submit: (inputs) => driver.submit(inputs),
    log: options.log,
  })
  const feed: MarketFeed = new MarketFeed({
    kernel,
    instruments: instruments.list,
    intervalMs: options.intervalMs,
    venue,
    driver: driver,
    sender: sender,
    clock: clock,
    health: options.health,
    wallClock,
    log: options.log,
    before: () => hooks.emergencyInputs(),
    after: (at) => universes.after(at),
  })
  const protection: ProtectionWatch = new ProtectionWatch(kernel, wallClock, (input) => driver.post(() => [input]), now)
  const streams: StreamWatch = new StreamWatch({
    wallClock,
    stale: (detail, symbols) => void hooks.markStale(detail, symbols),
    fresh: () => void account.freshAgain(),
    health: options.health,
  })
  const account: AccountMonitor = new AccountMonitor({
    kernel,
    reconciler: reconciler,
    streams: streams,
    holds: holds,
    health: options.health,
    wallClock,
    notice: (alert, severity, instrument, summary) =>
      driver.post(() => [{ type: 'notice', alert, severity, about: instrument?.index, summary, ts: now() }]),
    log: options.log,
  })
  const wallet: WalletWatch = new WalletWatch({
    wallClock,
    money: () => kernel.portfolio.money,
    isIdle: () => !driver.isBusy,
    differs: () => void account.run(false),
  })
  const joining = new JoiningSymbols({
    kernel,
    instruments,
    venue,
    feed,
    account,
    environment,
    isObserving,
    now,
    submit: (inputs) => driver.submit(inputs),
    log: options.log,
  })
  const plans = new PlanChange({
    kernel,
    venue,
    plans: options.planSource,
    now,
    submit: (inputs) => driver.submit(inputs),
    join: (symbols, actor) => joining.join(symbols, actor),
    log: options.log,
  })
  const commandHandler: CommandHandler = new CommandHandler({
    spending: options.commands.spending,
    plans,
    isObserving: isObserving,
    kernel,
    now,
    preflight: async () => [
      ...streams.problems(),
      ...(account.isClean ? [] : ['the account is not reconciled']),
      ...(await environment.problems()),
    ],
    takerRate: (instrument) => environment.takerRate(instrument),
    checkConditions: () => void environment.checkConditions(),
    submit: (inputs) => driver.submit(inputs),
    ask: (input) => hooks.ask(input),
    verifyFlat: (only) => verifyFlat(venue, kernel, wallClock, now, only),
    tellVerdict: (summary) =>
      driver.post(() => [
        {
          type: 'notice',
          alert: 'panic.verdict',
          severity: summary.startsWith('FLAT') ? 'P2' : 'P1',
          about: undefined,
          summary,
          ts: now(),
        },
      ]),
    sleep: (ms) => wallClock.sleep(ms),
    best: (i) => feed.best(i),
    compare: async () => {
      const reading = await venue.readAccount(now())
      return reading.ok ? accountDifferences(reading.value, kernel, known) : reading.error.detail
    },
    reconcile: () => void account.run(false),
  })
  const commands: CommandLoop = new CommandLoop({
    queue: options.commands,
    wallClock,
    execute: (queued, nowMs) => commandHandler.execute(queued, nowMs),
    whenDecided: () => driver.whenIdle(),
    log: options.log,
  })
  return { sender, driver, reconciler, holds, environment, feed, protection, streams, account, wallet, commandHandler, commands }
}
