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
import { priceAt, sizeOf } from './asked-order.ts'
import { type OrderCommandPorts, denialText, ordersOf } from './order-commands.ts'

const PERCENT_SCALE = 4
const PERCENT_ONE = 1_000_000

const refused = (text: string): CommandOutcome => ({ status: 'refused', text })
type Wanted = Pick<OutsideSignalInput, 'lotsMax' | 'limit' | 'stop' | 'targets' | 'exit'>

export class SignalCommands {
  private readonly ports: OrderCommandPorts

  constructor(ports: OrderCommandPorts) {
    this.ports = ports
  }

  /** @param lateMinutes it waited for so long; undefined: it is fresh */
  async take(command: SignalCommand, instrument: Instrument, lateMinutes: number | undefined): Promise<CommandOutcome> {
    const problem = this.ownerProblem(command, instrument)
    if (problem !== undefined) return refused(problem)
    const { wish, mayEnter } = command
    if (!mayEnter && !this.closes(wish, instrument))
      return refused(
        command.barred !== undefined
          ? `Ignored: ${command.source} may not enter ${command.barred}, and nothing is held against it.`
          : `Ignored: it waited ${lateMinutes ?? 0} min for the trader, and an entry does not. Exits are carried out whenever they come.`,
      )
    const wanted = mayEnter ? this.wanted(command, instrument) : this.wantedExit(command, instrument)
    if (typeof wanted === 'string') return refused(wanted)
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

  private ownerProblem({ strategy }: SignalCommand, { index, symbol }: Instrument): string | undefined {
    const { kernel } = this.ports
    const owner = kernel.portfolio.ownerOrExternal(index)
    if (owner !== strategy)
      return `${symbol} belongs to ${owner}, and the source trades for ${strategy} (symbol-owned). Give it the symbol: /strategy ${strategy} add ${symbol} of ${WEBHOOK}`
    const definition = kernel.runs[index]?.definition.name
    return definition === WEBHOOK
      ? undefined
      : `${strategy} runs ${definition ?? 'nothing'}: signals from outside are for a strategy of ${WEBHOOK}. Add one: /strategy ${WEBHOOK} add ${symbol}`
  }

  /** Prices and the most that an entry may be; a sentence where they cannot be. */
  private wanted(command: SignalCommand, instrument: Instrument): Wanted | string {
    const { kernel } = this.ports
    const mark = kernel.portfolio.mark(instrument.index)
    const side: Side = command.wish === 'short' || command.wish === 'sell' ? -1 : 1
    if (mark <= 0) return `${instrument.symbol} has no price yet.`
    const limit = command.limit === undefined ? undefined : priceAt(command.limit, instrument, mark, side, -1)
    if (typeof limit === 'string') return limit
    const from = limit ?? mark
    const stop = command.stop === undefined ? undefined : priceAt(command.stop, instrument, from, side, -1)
    if (typeof stop === 'string') return stop
    const targets = targetsOf(command, instrument, from, side)
    if (typeof targets === 'string') return targets
    const lotsMax = this.most(command, instrument, { limit, stop })
    if (typeof lotsMax === 'string') return lotsMax
    return { limit, stop, lotsMax, targets: targets.length === 0 ? undefined : targets }
  }

  /** A quantity is rounded to whole lots upwards: an exit never leaves more than was asked. */
  private wantedExit({ exit }: SignalCommand, instrument: Instrument): Wanted | string {
    if (exit === undefined) return {}
    if (exit.mode === 'part') {
      const part = parseDecimal(exit.value, RATE_SCALE - 2, 'ceil')
      return part === undefined || part <= 0 || part > RATE_ONE
        ? `An exit of ${exit.value} % is no part of a position.`
        : { exit: { part: rate(part) } }
    }
    const quantity = parseQuantity(instrument, exit.value, 'ceil')
    return quantity === undefined || quantity <= 0
      ? `An exit of ${exit.value} ${instrument.symbol} is no quantity.`
      : { exit: { lots: lots(quantity) } }
  }

  /** The smaller of what the body asks for and what its source allows. */
  private most(
    { ceiling, notionalMax }: SignalCommand,
    instrument: Instrument,
    prices: { readonly limit: Ticks | undefined; readonly stop: Ticks | undefined },
  ): Lots | undefined | string {
    const { kernel } = this.ports
    let most: number = Number.POSITIVE_INFINITY
    const sizes = [
      ...(ceiling === undefined ? [] : [this.sizeAsked(ceiling)]),
      ...(notionalMax === undefined ? [] : [{ notional: notionalMax }]),
    ]
    for (const size of sizes) {
      const lotsOfIt = sizeOf(size, instrument, prices, kernel)
      if (typeof lotsOfIt === 'string') return lotsOfIt
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
    const denial = denialText(facts, instrument)
    const canceled = facts.filter((fact) => fact.type === 'cancel-requested').length
    const done = [
      ...facts.flatMap((fact) => (fact.type === 'order-submitted' && fact.class !== 'protective' ? [orderWords(fact, instrument)] : [])),
      ...(facts.some((fact) => fact.type === 'close-wanted') ? ['Selling the coins'] : []),
      ...(canceled === 0 ? [] : [`Canceling ${canceled} ${canceled === 1 ? 'order' : 'orders'}`]),
    ]
    if (denial !== undefined && done.length === 0) return { status: 'refused', text: denial, seq }
    const text = done.length === 0 ? this.nothingText(instrument) : `${done.join('. ')}.${denial === undefined ? '' : ` ${denial}`}`
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

function targetsOf({ targets }: SignalCommand, instrument: Instrument, from: Ticks, side: Side): readonly Target[] | string {
  const read: Target[] = []
  for (const { at, share } of targets ?? []) {
    const price = priceAt(at, instrument, from, side, 1)
    if (typeof price === 'string') return price
    if ((price - from) * side <= 0)
      return `The target ${shownPrice(instrument, price)} is on the wrong side of ${shownPrice(instrument, from)}.`
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
