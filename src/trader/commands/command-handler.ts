/**
 * Turns what operators ask into kernel inputs, and the outcome into one sentence.
 */
import { COMMAND_LATE_MS } from '../../trading/late-command.ts'
import { lossWhy, isDrawdownHold, referenceText } from './resume-breaker.ts'
import { formatDecimal, parseDecimal } from '../../core/decimal.ts'
import { type InstrumentIndex, type Lots, RATE_SCALE, lots, orderId, strategyId, ts } from '../../core/units.ts'
import type {
  CommandOutcome,
  CommandScope,
  KeySpending,
  PreviewedCommand,
  QueuedCommand,
  TraderCommand,
} from '../../kernel/trader-command.ts'
import { externalHoldId, takenHoldId } from '../../kernel/handlers/external-activity.ts'
import type { KernelInput } from '../../kernel/input.ts'
import { type Hold, type HoldScope, liftRule, tradingState } from '../../kernel/state/holds.ts'
import { type Instrument, formatQuantity, parseQuantity } from '../../market/instrument.ts'
import { nearestOf } from '../../core/nearest.ts'
import { isLimitClose } from '../../trading/order.ts'
import { type CommandRefusal, commandRefusal, isRefusal, refused } from '../../trading/command-refusal.ts'
import { ExternalCommands, type ExternalCommandPorts } from './external-commands.ts'
import { type KeyAllowance, allowanceOf } from './key-allowance.ts'
import { OrderCommands, denialOf, ordersOf } from './order-commands.ts'
import { SignalCommands } from './signal-commands.ts'
import { RiskCommands, type RiskCommandPorts } from './risk-commands.ts'
import type { PlanChange } from '../strategies/plan-change.ts'

export interface CommandHandlerPorts extends ExternalCommandPorts, RiskCommandPorts {
  /** Other strategies while the trader runs. */
  readonly plans: Pick<PlanChange, 'preview' | 'carryOut'>
  /** What keys of programs may open. */
  readonly spending: KeySpending
  /** Profile observe: nothing is sent, so that nothing can be done. */
  readonly isObserving: boolean
  /** What stands against loosening, in words; empty when streams are fresh and the account is reconciled (S11). */
  readonly preflight: () => Promise<readonly string[]>
  /** After a panic: waits for the venue's own word, at most a few seconds. */
  readonly verifyFlat: (only: Instrument | undefined) => Promise<string>
  /** Raises the result of a panic whose command was already answered. */
  readonly tellVerdict: (text: string) => void
  readonly sleep: (ms: number) => Promise<void>
}

/** Less than any surface waits for the word of a panic. */
const PANIC_ANSWER_MS = 4_000

type Of<Name extends TraderCommand['name']> = Extract<TraderCommand, { readonly name: Name }>

const done = (text: string, seq?: number): CommandOutcome => ({ status: 'done', text, ...(seq === undefined ? {} : { seq }) })

export class CommandHandler {
  private readonly ports: CommandHandlerPorts
  private readonly orders: OrderCommands
  private readonly external: ExternalCommands
  private readonly risk: RiskCommands
  private readonly signals: SignalCommands

  constructor(ports: CommandHandlerPorts) {
    this.ports = ports
    this.orders = new OrderCommands(ports)
    this.external = new ExternalCommands(ports)
    this.risk = new RiskCommands(ports)
    this.signals = new SignalCommands(ports)
  }

  /** Settings whose time is over. */
  endedSettings(): readonly KernelInput[] {
    return this.risk.ended()
  }

  async execute(queued: QueuedCommand, nowMs: number): Promise<CommandOutcome> {
    if (this.ports.isObserving) return refused(commandRefusal('observing'))
    const late = nowMs - queued.askedAtMs
    if (late > COMMAND_LATE_MS) return this.late(queued, late)
    return this.run(queued.command, queued.actor, allowanceOf(queued, this.ports.spending))
  }

  private async late(queued: QueuedCommand, lateMs: number): Promise<CommandOutcome> {
    const minutes = Math.max(1, Math.round(lateMs / 60_000))
    const { command } = queued
    const { name } = command
    const allows = allowanceOf(queued, this.ports.spending)
    if (name === 'pause' || name === 'halt' || name === 'panic') {
      const symbol = name === 'panic' ? command.symbol : undefined
      const scope: CommandScope =
        symbol === undefined || isRefusal(this.instrument(symbol)) ? { type: 'account' } : { type: 'symbol', symbol }
      const outcome = await this.run({ name: 'pause', scope, reason: `late ${name}` }, queued.actor, allows)
      return {
        ...outcome,
        text: `Your ${name} arrived ${minutes} min late, so it took effect as a pause: no new entries. Send ${name} again if you still want it.`,
      }
    }
    // An exit is never too old: it is about the position as it stands, and a turned one refuses it (S2, S3).
    if (name === 'close') {
      const outcome = await this.run(command, queued.actor, allows)
      return { ...outcome, text: `Your close arrived ${minutes} min late. ${outcome.text}` }
    }
    if (name === 'signal') return this.signal({ ...command, mayEnter: false }, minutes)
    return refused(commandRefusal('too-late', { minutes }))
  }

  private async run(command: TraderCommand, actor: string, allows: KeyAllowance): Promise<CommandOutcome> {
    switch (command.name) {
      case 'pause':
        return this.pause(command, actor)
      case 'resume':
        return this.resume(command, actor)
      case 'halt':
        return this.halt(command, actor)
      case 'panic':
        return this.panic(command, actor)
      case 'close':
        return this.close(command, actor)
      case 'cancel':
        return this.cancel(command, actor)
      case 'strategy':
        return this.strategy(command, actor)
      case 'open':
      case 'protect': {
        const instrument = this.instrument(command.symbol)
        if (isRefusal(instrument)) return refused(instrument)
        return command.name === 'open'
          ? this.orders.open(command, instrument, actor, allows)
          : this.orders.protect(command, instrument, actor)
      }
      case 'adopt':
      case 'ignore': {
        const instrument = this.instrument(command.symbol)
        if (isRefusal(instrument)) return refused(instrument)
        return command.name === 'adopt' ? this.external.adopt(command, instrument, actor) : this.external.ignore(instrument, actor)
      }
      case 'signal':
        return this.signal(command)
      case 'reconcile':
        return this.external.reconcile(command.keys, actor)
      case 'change':
        return this.orders.change(command, actor, allows)
      case 'preview':
        return this.preview(command.of, actor, allows)
      case 'set-limit':
        return this.risk.set(command, actor)
      case 'work':
        return this.orders.steer(command, actor)
      case 'strategies':
        return this.ports.plans.carryOut(command, actor)
    }
  }

  /** A late one only closes (S15). */
  private async signal(command: Of<'signal'>, lateMinutes?: number): Promise<CommandOutcome> {
    const instrument = this.instrument(command.symbol)
    return isRefusal(instrument) ? refused(instrument) : this.signals.execute(command, instrument, lateMinutes)
  }

  /** Judged as it would be now: nothing is booked, sent or lifted. */
  private async preview(command: PreviewedCommand, actor: string, allows: KeyAllowance): Promise<CommandOutcome> {
    if (command.name === 'change') return this.orders.previewChange(command, actor, allows)
    if (command.name === 'set-limit') return this.risk.preview(command, actor)
    if (command.name === 'strategies') return this.ports.plans.preview(command, actor)
    if (command.name === 'resume') {
      const plan = await this.resumePlan(command)
      return 'status' in plan
        ? plan
        : { status: 'done', text: plan.kept.length === 0 ? '' : `Still on hold afterward: ${plan.kept.join('; ')}.` }
    }
    const instrument = this.instrument(command.symbol)
    if (isRefusal(instrument)) return refused(instrument)
    if (command.name === 'close') {
      const held = Math.abs(this.ports.kernel.portfolio.positionLots(instrument.index))
      const part = partOf(command, instrument, held)
      const rate = this.ports.takerRate(instrument)
      return isRefusal(part)
        ? refused(part)
        : {
            status: 'done',
            text: '',
            figures: [
              { name: 'quantity', value: formatQuantity(instrument, part ?? lots(held)) },
              ...(rate === undefined ? [] : [{ name: 'feeRate', value: formatDecimal(rate, RATE_SCALE) }]),
            ],
          }
    }
    return command.name === 'open'
      ? this.orders.previewOpen(command, instrument, actor, allows)
      : this.orders.previewProtect(command, instrument, actor)
  }

  private scope(scope: CommandScope): HoldScope | CommandRefusal {
    if (scope.type === 'account') return { type: 'account' }
    if (scope.type === 'strategy') {
      const id = strategyId(scope.strategy)
      const names = this.ports.kernel.config.strategies.map((s) => s.id as string)
      return names.includes(scope.strategy)
        ? { type: 'strategy', strategy: id }
        : commandRefusal('unknown-strategy', { strategy: scope.strategy, running: names.join(', ') })
    }
    const instrument = this.instrument(scope.symbol)
    return isRefusal(instrument) ? instrument : { type: 'symbol', instrument: instrument.index }
  }

  private instrument(symbol: string): Instrument | CommandRefusal {
    const { instruments } = this.ports.kernel.config
    const found = instruments.find((i) => i.symbol === symbol)
    if (found !== undefined) return found
    const names = instruments.map((i) => i.symbol)
    if (this.ports.kernel.portfolio.elsewhere.some((p) => p.symbol === symbol)) return commandRefusal('symbol-elsewhere', { symbol })
    return commandRefusal('unknown-symbol', { symbol, near: nearestOf(symbol, names), traded: names.join(', ') })
  }

  private async pause(command: Extract<TraderCommand, { readonly name: 'pause' }>, actor: string): Promise<CommandOutcome> {
    const scope = this.scope(command.scope)
    if (isRefusal(scope)) return refused(scope)
    const id = `pause-${scopeKey(command.scope)}`
    const isHeld = this.ports.kernel.holds.some((h) => h.id === id)
    if (isHeld) return done('Already paused. No new entries and no size increases; exits, stops and reductions continue.')
    const since = this.ports.now()
    const hold: Hold = {
      id,
      scope,
      effect: 'no-entries',
      cause: 'operator',
      actor,
      reason: command.reason,
      since,
      ...(command.forMs === undefined ? {} : { until: ts(since + command.forMs) }),
    }
    const seq = await this.ports.submit(() => [
      { type: 'add-hold', hold, ts: this.ports.now() },
      { type: 'cancel-orders', orderId: undefined, keepsWorked: true, actor, ts: this.ports.now() },
    ])
    return done('No new entries and no size increases; exits, stops and reductions continue.', seq)
  }

  private async resumePlan(
    command: Of<'resume'>,
  ): Promise<{ readonly lifts: readonly Hold[]; readonly kept: readonly string[] } | CommandOutcome> {
    const scope = this.scope(command.scope)
    if (isRefusal(scope)) return refused(scope)
    const { kernel } = this.ports
    const wanted = kernel.holds.filter((h) => scope.type === 'account' || sameScope(h.scope, scope) || this.belongsTo(h, scope))
    if (wanted.length === 0) return done('No hold is in place: trading is running.')
    const problems = await this.ports.preflight()
    if (problems.length > 0)
      return refused(commandRefusal('not-resumed', { why: problems.map((problem) => problem.replace(/\.$/, '')).join('; ') }))
    const now = this.ports.now()
    const kept: string[] = []
    const lifts: Hold[] = []
    for (const hold of wanted) {
      const rule = liftRule(hold, now)
      const external = this.externalWhy(hold) ?? lossWhy(kernel, hold)
      if (external !== undefined) kept.push(`${hold.id}: ${external}`)
      else if (!rule.liftable) kept.push(`${hold.id}: ${rule.why}`)
      else if (rule.adminOnly && !command.isAdmin) kept.push(`${hold.id}: ${rule.why}`)
      else if (scope.type === 'account' && hold.scope.type === 'symbol' && hold.cause === 'panic')
        kept.push(`${hold.id}: a panic of one symbol is lifted by its name, as /resume ${this.symbolOf(hold.scope.instrument)}`)
      else lifts.push(hold)
    }
    if (lifts.length === 0) return refused(commandRefusal('not-resumed', { why: kept.join('; ') }))
    return { lifts, kept }
  }

  private symbolOf(i: InstrumentIndex): string {
    return this.ports.kernel.config.instruments[i]?.symbol ?? ''
  }

  private async resume(command: Of<'resume'>, actor: string): Promise<CommandOutcome> {
    const plan = await this.resumePlan(command)
    if ('status' in plan) return plan
    const { lifts, kept } = plan
    const { kernel } = this.ports
    const seq = await this.ports.submit(() => lifts.map((hold) => ({ type: 'lift-hold', holdId: hold.id, actor, ts: this.ports.now() })))
    const state = tradingState(kernel.holds).toUpperCase()
    const reference = lifts.some(isDrawdownHold) ? ` ${referenceText(kernel)}` : ''
    return done(
      `${state}.${reference} Signals from the time on hold are discarded; the next fresh ones count.${kept.length > 0 ? ` Still on hold: ${kept.join('; ')}.` : ''}`,
      seq,
    )
  }

  /** A strategy is closing-only for what was closed of one of its symbols: re-entering the last such symbol lets it continue (S8). */
  private belongsTo(hold: Hold, scope: HoldScope): boolean {
    if (scope.type !== 'symbol' || hold.scope.type !== 'strategy') return false
    const { strategy } = hold.scope
    const { kernel } = this.ports
    if (hold.id !== takenHoldId(strategy) || kernel.portfolio.ownerOf(scope.instrument) !== strategy) return false
    return !kernel.config.instruments.some(
      ({ index, symbol }) =>
        index !== scope.instrument &&
        kernel.portfolio.ownerOf(index) === strategy &&
        kernel.holds.some((other) => other.id === takenHoldId(symbol)),
    )
  }

  /** What is not ours is adopted or ignored, and no /resume says which (S8). */
  private externalWhy(hold: Hold): string | undefined {
    if (hold.scope.type !== 'symbol') return undefined
    const { instrument } = hold.scope
    const { symbol } = this.ports.kernel.config.instruments[instrument] as Instrument
    return hold.id === externalHoldId(symbol) && this.ports.kernel.portfolio.externalLots(instrument) !== 0
      ? `use /adopt ${symbol} or /ignore ${symbol}`
      : undefined
  }

  private async halt(command: Extract<TraderCommand, { readonly name: 'halt' }>, actor: string): Promise<CommandOutcome> {
    const hold: Hold = {
      id: 'halt',
      scope: { type: 'account' },
      effect: 'no-orders',
      cause: 'operator',
      actor,
      reason: command.reason,
      since: this.ports.now(),
    }
    const seq = await this.ports.submit(() => [
      { type: 'add-hold', hold, ts: this.ports.now() },
      { type: 'cancel-orders', orderId: undefined, keepsWorked: true, actor, ts: this.ports.now() },
    ])
    return done(`No new orders. ${this.openPositions()}, stops stay on Bybit, strategy exits are off.`, seq)
  }

  private openPositions(): string {
    const { kernel } = this.ports
    const open = kernel.config.instruments.filter((i) => kernel.portfolio.positionLots(i.index) !== 0).length
    return `${open} ${open === 1 ? 'position' : 'positions'} open`
  }

  private async panic(command: Extract<TraderCommand, { readonly name: 'panic' }>, actor: string): Promise<CommandOutcome> {
    const only = command.symbol === undefined ? undefined : this.instrument(command.symbol)
    if (isRefusal(only)) return refused(only)
    const seq = await this.ports.submit(() => [
      { type: 'panic', ...(only && { instrument: only.index }), actor, reason: command.reason, ts: this.ports.now() },
    ])
    const verdict = this.ports.verifyFlat(only)
    const answer = await Promise.race([verdict, this.ports.sleep(PANIC_ANSWER_MS)])
    if (answer !== undefined) return done(answer, seq)
    // It has begun and continues: who asked is not kept waiting, nor is what is asked after it.
    void verdict.then((text) => this.ports.tellVerdict(text))
    return done('Closing, not verified yet. The result follows as a message; /positions shows what is left.', seq)
  }

  private async close(command: Extract<TraderCommand, { readonly name: 'close' }>, actor: string): Promise<CommandOutcome> {
    const instrument = this.instrument(command.symbol)
    if (isRefusal(instrument)) return refused(instrument)
    const { kernel } = this.ports
    const held = kernel.portfolio.positionLots(instrument.index)
    if (held === 0) return refused(commandRefusal('no-position', { symbol: instrument.symbol }))
    const side = held > 0 ? 'long' : 'short'
    if (command.side !== undefined && command.side !== side)
      return refused(
        commandRefusal('side-changed', { symbol: instrument.symbol, side, quantity: formatQuantity(instrument, lots(Math.abs(held))) }),
      )
    const part = partOf(command, instrument, Math.abs(held))
    if (isRefusal(part)) return refused(part)
    if (command.execution !== undefined) return this.orders.workClose(command, instrument, part ?? lots(Math.abs(held)), actor)
    if (command.limit !== undefined) return this.orders.closeAt(command, command.limit, instrument, part, actor)
    const unclosed = kernel.unclosedLots(instrument.index)
    const asked = await this.ports.ask(() => ({
      type: 'close-position',
      instrument: instrument.index,
      lots: part,
      actor,
      ts: this.ports.now(),
    }))
    const denial = denialOf(asked.facts, instrument)
    if (denial !== undefined) return { ...refused(denial), seq: asked.seq }
    const orders = ordersOf(asked.facts)
    const isWanted = asked.facts.some((fact) => fact.type === 'close-wanted')
    if (orders.length === 0 && !isWanted)
      return { ...refused(commandRefusal('closing-already', { symbol: instrument.symbol })), seq: asked.seq }
    const sent = asked.facts.reduce(
      (sum, fact) => (fact.type === 'order-submitted' && fact.class !== 'protective' ? sum + fact.command.lots : sum),
      0,
    )
    const quantity = formatQuantity(instrument, lots(isWanted ? Math.min(part ?? unclosed, unclosed) : sent))
    const outcome = done(
      `Closing ${quantity} ${instrument.symbol} at market${instrument.category === 'spot' ? '' : ', reduce-only'}.`,
      asked.seq,
    )
    return orders.length === 0 ? outcome : { ...outcome, orders }
  }

  private async cancel(command: Extract<TraderCommand, { readonly name: 'cancel' }>, actor: string): Promise<CommandOutcome> {
    const { kernel } = this.ports
    const entries = kernel.config.instruments
      .flatMap((i) => kernel.orders.open(i.index))
      .filter((o) => (o.class === 'entry' && o.origin === 'ours') || (o.orderId === command.orderId && isLimitClose(o)))
    const wanted = command.orderId === undefined ? entries : entries.filter((o) => o.orderId === command.orderId)
    if (wanted.length === 0) {
      const isProtective = kernel.config.instruments.flatMap((i) => kernel.orders.open(i.index)).some((o) => o.orderId === command.orderId)
      return refused(commandRefusal(isProtective ? 'stop-not-canceled' : 'no-entry'))
    }
    const id = command.orderId === undefined ? undefined : orderId(command.orderId)
    const seq = await this.ports.submit(() => [{ type: 'cancel-orders', orderId: id, actor, ts: this.ports.now() }])
    if (wanted.some(isLimitClose)) return done('Close order canceled. Position and stop unchanged.', seq)
    return done(`Canceling ${wanted.length} ${wanted.length === 1 ? 'entry' : 'entries'}.`, seq)
  }

  private async strategy(command: Extract<TraderCommand, { readonly name: 'strategy' }>, actor: string): Promise<CommandOutcome> {
    const names = this.ports.kernel.config.strategies.map((s) => s.id as string)
    if (!names.includes(command.strategy))
      return refused(commandRefusal('unknown-strategy', { strategy: command.strategy, running: names.join(', ') }))
    const seq = await this.ports.submit(() => [
      { type: 'set-strategy-mode', strategy: strategyId(command.strategy), mode: command.mode, actor, ts: this.ports.now() },
    ])
    const effect =
      command.mode === 'running'
        ? 'It enters on its next fresh signal.'
        : command.mode === 'closing-only'
          ? 'No new entries; its position keeps its stop and closes on its own signal.'
          : 'Its entries are canceled; its position keeps its stop and its exit signals.'
    return done(`${command.strategy} is ${command.mode}. ${effect}`, seq)
  }
}

function partOf(
  command: Extract<TraderCommand, { readonly name: 'close' }>,
  instrument: Instrument,
  held: number,
): Lots | undefined | CommandRefusal {
  if (command.quantity !== undefined) {
    const quantity = parseQuantity(instrument, command.quantity, 'floor')
    if (quantity === undefined || quantity <= 0)
      return commandRefusal('quantity-invalid', {
        given: command.quantity,
        symbol: instrument.symbol,
        step: formatQuantity(instrument, lots(1)),
      })
    return lots(Math.min(quantity, held))
  }
  if (command.fraction === undefined) return undefined
  const millionths = parseDecimal(command.fraction, 6, 'floor')
  if (millionths === undefined || millionths <= 0 || millionths > 1_000_000)
    return commandRefusal('part-invalid', { given: command.fraction })
  const part = Math.floor((held * millionths) / 1_000_000)
  if (part < instrument.lotsMin)
    return commandRefusal('part-too-small', { symbol: instrument.symbol, least: formatQuantity(instrument, instrument.lotsMin) })
  return lots(part)
}

const scopeKey = (scope: CommandScope): string =>
  scope.type === 'account' ? 'account' : scope.type === 'strategy' ? scope.strategy : scope.symbol

function sameScope(a: HoldScope, b: HoldScope): boolean {
  if (a.type === 'strategy' && b.type === 'strategy') return a.strategy === b.strategy
  if (a.type === 'symbol' && b.type === 'symbol') return a.instrument === b.instrument
  return a.type === b.type
}
