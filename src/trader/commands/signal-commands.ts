/**
 * Signals that came in by a webhook, from words to one kernel input, and what became of each in one sentence.
 * Never trades a symbol for a strategy that does not own it, and never lets a late one enter (S4, S15).
 */
import { formatDecimal, mulDivFloor, parseDecimal } from '../../core/decimal.ts'
import { CASH_SCALE, type Lots, RATE_ONE, RATE_SCALE, type Side, type Ticks, lots, rate, strategyId } from '../../core/units.ts'
import type { KernelFact } from '../../kernel/fact.ts'
import type { OutsideSignalInput } from '../../kernel/input.ts'
import type { CommandOutcome, SignalCommand } from '../../kernel/trader-command.ts'
import { type Instrument, formatQuantity, parseQuantity, shownPrice } from '../../market/instrument.ts'
import type { Ceiling } from '../../signals-in/signal.ts'
import { WEBHOOK } from '../../strategy/builtin/webhook.ts'
import type { Target } from '../../trading/order.ts'
import { type CommandRefusal, commandRefusal, isRefusal, refused } from '../../trading/command-refusal.ts'
import { priceAt, sizeOf, wrongSide } from './asked-order.ts'
import { type OrderCommandPorts, denialOf, ordersOf } from './order-commands.ts'

const PERCENT_SCALE = 4
const PERCENT_ONE = 1_000_000

type Wanted = Pick<OutsideSignalInput, 'lotsMax' | 'limit' | 'stop' | 'targets' | 'exit'>

export class SignalCommands {
  private readonly ports: OrderCommandPorts

  constructor(ports: OrderCommandPorts) {
    this.ports = ports
  }

  /** @param lateMinutes it waited for so long; undefined: it is fresh */
  async execute(command: SignalCommand, instrument: Instrument, lateMinutes: number | undefined): Promise<CommandOutcome> {
    const problem = this.ownerProblem(command, instrument)
    if (problem !== undefined) return refused(problem)
    const { wish, mayEnter } = command
    if (!mayEnter && !this.closes(wish, instrument))
      return refused(
        command.barred !== undefined
          ? commandRefusal('signal-side-barred', { source: command.source, barred: command.barred })
          : commandRefusal('signal-too-late', { minutes: lateMinutes ?? 0 }),
      )
    const wanted = mayEnter ? this.wanted(command, instrument) : this.wantedExit(command, instrument)
    if (isRefusal(wanted)) return refused(wanted)
    const asked = await this.ports.ask(() => ({
      type: 'outside-signal',
      strategy: strategyId(command.strategy),
      instrument: instrument.index,
      wish,
      mayEnter,
      ...wanted,
      ...(command.first === undefined ? {} : { first: command.first }),
      source: command.source,
      signal: command.signal,
      said: command.said,
      ts: this.ports.now(),
    }))
    return this.outcome(asked, instrument)
  }

  /** Whether it may take off what is held: a turn to the other side does, too. */
  private closes(wish: SignalCommand['wish'], { index }: Instrument): boolean {
    const held: number = this.ports.kernel.portfolio.positionLots(index)
    return wish === 'long' ? held < 0 : wish === 'short' ? held > 0 : true
  }

  private ownerProblem({ strategy }: SignalCommand, { index, symbol }: Instrument): CommandRefusal | undefined {
    const { kernel } = this.ports
    const owner = kernel.portfolio.ownerOrExternal(index)
    if (owner !== strategy) return commandRefusal('signal-symbol-owned', { symbol, owner, strategy, kind: WEBHOOK })
    const definition = kernel.runs[index]?.definition.name
    return definition === WEBHOOK
      ? undefined
      : commandRefusal('signal-strategy', { symbol, strategy, runs: definition ?? 'nothing', kind: WEBHOOK })
  }

  /** Prices and the most that an entry may be. */
  private wanted(command: SignalCommand, instrument: Instrument): Wanted | CommandRefusal {
    const { kernel } = this.ports
    const mark = kernel.portfolio.mark(instrument.index)
    const side: Side = command.wish === 'short' || command.wish === 'sell' ? -1 : 1
    if (mark <= 0) return commandRefusal('no-price', { symbol: instrument.symbol })
    const limit = command.limit === undefined ? undefined : priceAt(command.limit, instrument, mark, side, -1)
    if (isRefusal(limit)) return limit
    const from = limit ?? mark
    const stop = command.stop === undefined ? undefined : priceAt(command.stop, instrument, from, side, -1)
    if (isRefusal(stop)) return stop
    const targets = targetsOf(command, instrument, from, side)
    if (isRefusal(targets)) return targets
    const lotsMax = this.most(command, instrument, { limit, stop })
    if (isRefusal(lotsMax)) return lotsMax
    return { limit, stop, lotsMax, targets: targets.length === 0 ? undefined : targets }
  }

  /** A quantity is rounded to whole lots upwards: an exit never leaves more than was asked. */
  private wantedExit({ exit }: SignalCommand, instrument: Instrument): Wanted | CommandRefusal {
    if (exit === undefined) return {}
    if (exit.mode === 'part') {
      const part = parseDecimal(exit.value, RATE_SCALE - 2, 'ceil')
      return part === undefined || part <= 0 || part > RATE_ONE
        ? commandRefusal('exit-part-invalid', { percent: exit.value })
        : { exit: { part: rate(part) } }
    }
    const quantity = parseQuantity(instrument, exit.value, 'ceil')
    return quantity === undefined || quantity <= 0
      ? commandRefusal('exit-quantity-invalid', { given: exit.value, symbol: instrument.symbol })
      : { exit: { lots: lots(quantity) } }
  }

  /** The smaller of what the body asks for and what its source allows. */
  private most(
    { ceiling, notionalMax }: SignalCommand,
    instrument: Instrument,
    prices: { readonly limit: Ticks | undefined; readonly stop: Ticks | undefined },
  ): Lots | undefined | CommandRefusal {
    const { kernel } = this.ports
    let most: number = Number.POSITIVE_INFINITY
    const sizes = [
      ...(ceiling === undefined ? [] : [this.sizeAsked(ceiling)]),
      ...(notionalMax === undefined ? [] : [{ notional: notionalMax }]),
    ]
    for (const size of sizes) {
      const lotsOfIt = sizeOf(size, instrument, prices, kernel)
      if (isRefusal(lotsOfIt)) return lotsOfIt
      most = Math.min(most, lotsOfIt)
    }
    return Number.isFinite(most) ? lots(most) : undefined
  }

  private sizeAsked({ mode, value }: Ceiling): Parameters<typeof sizeOf>[0] {
    switch (mode) {
      case 'risk':
        return { riskPercent: value }
      case 'base':
        return { quantity: value }
      case 'quote':
        return { notional: value }
      case 'equity': {
        const millionths = parseDecimal(value, PERCENT_SCALE, 'floor') ?? 0
        return { notional: formatDecimal(mulDivFloor(this.ports.kernel.portfolio.equity, millionths, PERCENT_ONE), CASH_SCALE) }
      }
    }
  }

  private outcome({ seq, facts }: { readonly seq: number; readonly facts: readonly KernelFact[] }, instrument: Instrument): CommandOutcome {
    const orders = ordersOf(facts)
    const denial = denialOf(facts, instrument)
    const canceled = facts.filter((fact) => fact.type === 'cancel-requested').length
    const done = [
      ...facts.flatMap((fact) => (fact.type === 'order-submitted' && fact.class !== 'protective' ? [orderWords(fact, instrument)] : [])),
      ...(facts.some((fact) => fact.type === 'close-wanted') ? ['Selling the coins'] : []),
      ...(canceled === 0 ? [] : [`Canceling ${canceled} ${canceled === 1 ? 'order' : 'orders'}`]),
    ]
    if (denial !== undefined && done.length === 0) return { ...refused(denial), seq }
    const text = done.length === 0 ? this.nothingText(instrument) : `${done.join('. ')}.${denial === undefined ? '' : ` ${denial.text}`}`
    return { status: 'done', text, seq, ...(orders.length === 0 ? {} : { orders }) }
  }

  private nothingText(instrument: Instrument): string {
    const { kernel } = this.ports
    const held: number = kernel.portfolio.positionLots(instrument.index)
    const state =
      held !== 0
        ? `${held > 0 ? 'long' : 'short'} ${formatQuantity(instrument, lots(Math.abs(held)))}`
        : kernel.orders.open(instrument.index).some((order) => order.class === 'entry')
          ? 'flat with an entry open'
          : 'flat'
    return `Nothing to do: ${instrument.symbol} is ${state} already.`
  }
}

function targetsOf({ targets }: SignalCommand, instrument: Instrument, from: Ticks, side: Side): readonly Target[] | CommandRefusal {
  const read: Target[] = []
  for (const { at, share } of targets ?? []) {
    const price = priceAt(at, instrument, from, side, 1)
    if (isRefusal(price)) return price
    if ((price - from) * side <= 0) return wrongSide(price, from, instrument)
    read.push({ price, share: share === undefined ? 1 / (targets ?? []).length : Number(share) })
  }
  return read
}

function orderWords(
  { command, class: intentClass }: Extract<KernelFact, { readonly type: 'order-submitted' }>,
  instrument: Instrument,
): string {
  const quantity = `${formatQuantity(instrument, command.lots)} ${instrument.symbol}`
  const verb = command.side === 1 ? 'Buying' : 'Selling'
  if (intentClass !== 'entry') return `Closing ${quantity}`
  const limit = command.limit === undefined ? '' : ` at ${shownPrice(instrument, command.limit)}`
  return `${verb} ${quantity}${limit}${command.stop === undefined ? '' : `, stop ${shownPrice(instrument, command.stop)}`}`
}
