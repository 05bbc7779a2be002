/**
 * Orders that operators and programs ask for, from words to kernel inputs: entries, moves of stops and targets, changes, parent orders.
 */
import { formatDecimal } from '../../core/decimal.ts'
import { denialSentence } from '../../risk/denial-sentence.ts'
import {
  CASH_SCALE,
  type Cash,
  type InstrumentIndex,
  type Lots,
  type Rate,
  type Side,
  type Ticks,
  type Ts,
  cash,
  lots,
  orderId,
  ticks,
  ts,
} from '../../core/units.ts'
import type { CommandOutcome, OpenCommand, TraderCommand } from '../../kernel/trader-command.ts'
import type { KernelFact } from '../../kernel/fact.ts'
import type { ChangeOrder, ChangeProtection, KernelInput, PlaceOrders, PlacedOrder } from '../../kernel/input.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { MANUAL_OWNER } from '../../trading/manual-owner.ts'
import { type Instrument, formatPrice, formatQuantity, shownPrice, notionalOf, parsePrice, parseQuantity } from '../../market/instrument.ts'
import { averageEntry } from '../../portfolio/position.ts'
import { stopToSend } from '../../risk/at-stake.ts'
import type { RiskDenial } from '../../risk/denial.ts'
import { assessmentDetail } from '../../risk/assessment/assessment-detail.ts'
import { parseExecution } from '../../trading/algorithms/execution.ts'
import { CommandRefusal, commandRefusal, isRefusal, refused } from '../../trading/command-refusal.ts'
import type { BestPrices } from '../market/quote-board.ts'
import { distanceOf, notAPrice, orOrder, orderOf, priceAt, sideWord, sizeOf, wordsOf } from './asked-order.ts'
import { entryFigures } from './entry-figures.ts'
import type { KeyAllowance } from './key-allowance.ts'

export interface OrderCommandPorts {
  readonly kernel: Kernel
  readonly now: () => Ts
  /** Gives one input to the kernel; answers what it led to when that is in the journal. */
  readonly ask: (input: () => KernelInput) => Promise<{ readonly seq: number; readonly facts: readonly KernelFact[] }>
  /** What the exchange takes of this account; undefined where it has not said. */
  readonly takerRate: (instrument: Instrument) => Rate | undefined
  /** Best prices of the order book, where they are known. */
  readonly best: (i: InstrumentIndex) => BestPrices | undefined
}

type Of<Name extends TraderCommand['name']> = Extract<TraderCommand, { readonly name: Name }>

export class OrderCommands {
  private readonly ports: OrderCommandPorts

  constructor(ports: OrderCommandPorts) {
    this.ports = ports
  }

  async open(command: OpenCommand, instrument: Instrument, actor: string, allows: KeyAllowance): Promise<CommandOutcome> {
    const prepared = this.ownerProblem(instrument) ?? this.prepare(command, instrument)
    if (isRefusal(prepared)) return refused(prepared)
    const barred = await allows(instrument.symbol, this.worthOf(prepared, instrument))
    if (barred !== undefined) return refused(barred)
    const [placed, other] = prepared
    if (command.execution !== undefined) return this.work(command, instrument, placed, 'entry', actor)
    const sent = [placed, other].flatMap((order) =>
      order === undefined ? [] : [wordsOf(order, instrument, this.stopSent(order, instrument))],
    )
    const asked = await this.ports.ask(() => this.placing(prepared, instrument, actor, command.asked))
    return this.verdict(asked, instrument, `${sent.join(', or ')}${other === undefined ? '' : ': one or the other'}.`)
  }

  /** Why no entry by hand is allowed there; undefined where the symbol is the operators'. */
  private ownerProblem({ index, symbol }: Instrument): CommandRefusal | undefined {
    const owner = this.ports.kernel.portfolio.ownerOrExternal(index)
    return owner === MANUAL_OWNER ? undefined : commandRefusal('symbol-owned', { symbol, owner })
  }

  /** From words to the orders that would be sent: what the card shows and what goes out are the same. */
  private prepare(command: OpenCommand, instrument: Instrument): readonly [PlacedOrder, PlacedOrder?] | CommandRefusal {
    const { kernel, now } = this.ports
    const i = instrument.index
    const mark = kernel.portfolio.mark(i)
    if (mark <= 0) return commandRefusal('no-price', { symbol: instrument.symbol })
    const order = orderOf(command, instrument, command.side === 'long' ? 1 : -1, mark)
    if (isRefusal(order)) return order
    const size = sizeOf(command, instrument, order, kernel)
    if (isRefusal(size)) return size
    const expiresAt = command.forMs === undefined ? undefined : ts(now() + command.forMs)
    const placed: PlacedOrder = { ...order, lots: size, expiresAt }
    if (command.or === undefined || command.execution !== undefined) return [placed]
    const other = orOrder(command.or, instrument, placed, mark)
    return isRefusal(other) ? other : [placed, other]
  }

  /** Of a pair, where one or the other fills, the larger. */
  private worthOf(orders: readonly (PlacedOrder | undefined)[], instrument: Instrument): Cash {
    const worth = orders.flatMap((order) =>
      order === undefined ? [] : [notionalOf(instrument, this.priceOf(order, instrument.index), order.lots, 'ceil')],
    )
    return cash(Math.max(...worth))
  }

  private priceOf({ limit, trigger }: Pick<PlacedOrder, 'limit' | 'trigger'>, i: InstrumentIndex): Ticks {
    return limit ?? trigger ?? this.ports.kernel.portfolio.mark(i)
  }

  /** A stop that is nearer stays: it goes out with the entry. */
  private stopSent({ side, stop, limit, trigger }: PlacedOrder, { index: i }: Instrument): Ticks | undefined {
    const { portfolio } = this.ports.kernel
    return stop === undefined ? undefined : stopToSend(portfolio, i, side, stop, limit ?? trigger ?? portfolio.mark(i))
  }

  private placing(
    [placed, other]: readonly [PlacedOrder, PlacedOrder?],
    { index }: Instrument,
    actor: string,
    asked: OpenCommand['asked'],
  ): PlaceOrders {
    const orders = other === undefined ? [placed] : [placed, other]
    const by = asked === undefined ? undefined : { asked }
    return { type: 'place-orders', strategy: MANUAL_OWNER, instrument: index, orders, actor, ...by, ts: this.ports.now() }
  }

  /** The verdict on an entry as it would be now, with which figures it would go out, and its assessment: of one that is denied, too. */
  async previewOpen(command: OpenCommand, instrument: Instrument, actor: string, allows: KeyAllowance): Promise<CommandOutcome> {
    const { kernel } = this.ports
    const owned = this.ownerProblem(instrument)
    const prepared = this.prepare(command, instrument)
    if (isRefusal(prepared)) return refused(owned ?? prepared)
    const input = this.placing(prepared, instrument, actor, command.asked)
    const owner = kernel.portfolio.ownerOrExternal(instrument.index)
    const denial: RiskDenial | undefined =
      owned === undefined ? kernel.judge(input) : { rule: 'symbol-owned', figures: { symbol: instrument.symbol, owner } }
    const placed = { ...prepared[0], stop: this.stopSent(prepared[0], instrument) }
    const known = {
      figures: entryFigures(placed, instrument, kernel, this.ports.takerRate(instrument)),
      risk: assessmentDetail(kernel.assess(input), instrument),
      notional: formatDecimal(this.worthOf(prepared, instrument), CASH_SCALE),
    }
    if (denial === undefined) {
      const barred = await allows(instrument.symbol, this.worthOf(prepared, instrument))
      return barred === undefined ? { status: 'done', text: '', ...known } : { ...refused(barred), ...known }
    }
    return { ...refused(owned ?? denialRefusal(instrument.symbol, denial)), ...known, denial }
  }

  previewProtect(command: Of<'protect'>, instrument: Instrument, actor: string): CommandOutcome {
    const input = this.protection(command, instrument, actor)
    if (isRefusal(input)) return refused(input)
    const denial = this.ports.kernel.judge(input)
    if (denial !== undefined) return refused(denialRefusal(instrument.symbol, denial))
    const { stop, target } = input
    return {
      status: 'done',
      text: '',
      figures: [
        ...(stop === undefined ? [] : [{ name: 'stop', value: formatPrice(instrument, stop) }]),
        ...(target === undefined || target === 'none' ? [] : [{ name: 'target', value: formatPrice(instrument, target) }]),
      ],
    }
  }

  async previewChange(command: Of<'change'>, actor: string, allows: KeyAllowance): Promise<CommandOutcome> {
    const input = this.changing(command, actor)
    if (isRefusal(input)) return refused(input)
    const instrument = this.ports.kernel.config.instruments[input.instrument] as Instrument
    const denial = this.ports.kernel.judge(input)
    if (denial !== undefined) return refused(denialRefusal(instrument.symbol, denial))
    const barred = await this.barred(input, instrument, allows)
    if (barred !== undefined) return refused(barred)
    const quantity = input.lots === undefined ? [] : [{ name: 'quantity', value: formatQuantity(instrument, input.lots) }]
    return { status: 'done', text: '', figures: quantity }
  }

  private async work(
    command: { readonly execution?: string | undefined; readonly limit?: string | undefined },
    instrument: Instrument,
    order: Pick<PlacedOrder, 'side' | 'lots' | 'stop' | 'limit'>,
    intentClass: 'entry' | 'reduce',
    actor: string,
  ): Promise<CommandOutcome> {
    const { kernel, now } = this.ports
    const execution = parseExecution(command.execution ?? '')
    if (typeof execution === 'string') return refused(commandRefusal('execution-invalid', { problem: execution }))
    const asked = await this.ports.ask(() => ({
      type: 'start-algorithm',
      strategy: kernel.portfolio.ownerOrExternal(instrument.index),
      instrument: instrument.index,
      class: intentClass,
      side: order.side,
      lots: order.lots,
      execution,
      limit: order.limit,
      stop: order.stop,
      actor,
      ts: now(),
    }))
    const started = asked.facts.find((f) => f.type === 'algorithm-started')
    const id = started?.type === 'algorithm-started' ? ` as #${started.order.id}` : ''
    return this.verdict(
      asked,
      instrument,
      `Started ${sideWord(order.side)} ${formatQuantity(instrument, order.lots)} ${instrument.symbol} by ${command.execution}${id}. Track it with /algos.`,
    )
  }

  /** Closes a part of a position through children. */
  workClose(command: Of<'close'>, instrument: Instrument, part: Lots, actor: string): Promise<CommandOutcome> {
    const held: number = this.ports.kernel.portfolio.positionLots(instrument.index)
    const limit = command.limit === undefined ? undefined : parsePrice(instrument, command.limit)
    if (command.limit !== undefined && limit === undefined) return Promise.resolve(refused(notAPrice(command.limit, instrument)))
    return this.work(command, instrument, { side: held > 0 ? -1 : 1, lots: part, stop: undefined, limit }, 'reduce', actor)
  }

  /** Closes a part of a position at a price or a better one. */
  async closeAt(
    command: Of<'close'>,
    text: string,
    instrument: Instrument,
    part: Lots | undefined,
    actor: string,
  ): Promise<CommandOutcome> {
    const { kernel, now } = this.ports
    const i = instrument.index
    const held: number = kernel.portfolio.positionLots(i)
    const limit = this.closePriceOf(text, instrument, held > 0 ? 1 : -1)
    if (isRefusal(limit)) return refused(limit)
    const asked = await this.ports.ask(() => ({ type: 'close-position', instrument: i, lots: part, limit, actor, ts: now() }))
    const made = asked.facts.flatMap((fact) => (fact.type === 'order-submitted' ? [fact.command] : []))
    const quantity = formatQuantity(instrument, lots(made.reduce((sum, order) => sum + order.lots, 0)))
    return this.verdict(
      asked,
      instrument,
      `Closing ${quantity} ${instrument.symbol} at ${shownPrice(instrument, limit)} or better, reduce-only${command.limit === 'best' ? ', the best price on your side' : ''}. The position keeps its stop until it fills.`,
    )
  }

  /** Who sells stands among the asks, who buys among the bids. */
  private closePriceOf(text: string, instrument: Instrument, side: Side): Ticks | CommandRefusal {
    if (text !== 'best') return priceAt(text, instrument, this.ports.kernel.portfolio.mark(instrument.index), side, 1)
    const best = this.ports.best(instrument.index)
    if (best === undefined)
      return commandRefusal('no-book', {
        symbol: instrument.symbol,
        example: formatPrice(instrument, this.ports.kernel.portfolio.mark(instrument.index)),
      })
    return side === 1 ? best.ask : best.bid
  }

  private protection(command: Of<'protect'>, instrument: Instrument, actor: string): ChangeProtection | CommandRefusal {
    const { kernel, now } = this.ports
    const i = instrument.index
    const held: number = kernel.portfolio.positionLots(i)
    if (held === 0) return commandRefusal('no-position', { symbol: instrument.symbol })
    const side: Side = held > 0 ? 1 : -1
    const mark = kernel.portfolio.mark(i)
    const stop = command.stop === undefined ? undefined : this.stopOf(command.stop, instrument, side, mark)
    if (isRefusal(stop)) return stop
    const target =
      command.target === undefined ? undefined : command.target === 'off' ? 'none' : priceAt(command.target, instrument, mark, side, 1)
    if (isRefusal(target)) return target
    const trailBy = command.trail === undefined ? undefined : command.trail === 'off' ? 'none' : distanceOf(command.trail, instrument, mark)
    if (isRefusal(trailBy)) return trailBy
    const trail = trailBy === undefined || trailBy === 'none' ? trailBy : { by: trailBy, activation: undefined }
    return { type: 'change-protection', instrument: i, stop, target, trail, actor, ts: now() }
  }

  async protect(command: Of<'protect'>, instrument: Instrument, actor: string): Promise<CommandOutcome> {
    const input = this.protection(command, instrument, actor)
    if (isRefusal(input)) return refused(input)
    const { stop, target, trail } = input
    const asked = await this.ports.ask(() => input)
    const legs = [
      ...(stop === undefined ? [] : [`stop ${shownPrice(instrument, stop)}`]),
      ...(target === undefined ? [] : [target === 'none' ? 'target removed' : `target ${shownPrice(instrument, target)}`]),
      ...(trail === undefined
        ? []
        : [trail === 'none' ? 'trailing stop removed' : `trail ${shownPrice(instrument, trail.by)} behind the best price`]),
    ]
    const verdict = this.verdict(asked, instrument, `${instrument.symbol}: ${legs.join(', ')}, sent to Bybit.`)
    if (verdict.status !== 'done') return verdict
    return {
      ...verdict,
      ...(stop === undefined ? {} : { stop: formatPrice(instrument, stop) }),
      ...(target === undefined ? {} : { target: target === 'none' ? 'off' : formatPrice(instrument, target) }),
    }
  }

  private stopOf(text: string, instrument: Instrument, side: Side, mark: Ticks): Ticks | CommandRefusal {
    if (text !== 'be') return priceAt(text, instrument, mark, side, -1)
    const position = this.ports.kernel.portfolio.positions[instrument.index]
    if (position === undefined) return commandRefusal('no-position', { symbol: instrument.symbol })
    const entry = averageEntry(position, instrument)
    // Break-even with both fees paid would need a better price; the entry is what operators mean by it.
    return ticks(side === 1 ? Math.ceil(entry) : Math.floor(entry))
  }

  private changing(command: Of<'change'>, actor: string): ChangeOrder | CommandRefusal {
    const { kernel, now } = this.ports
    const id = orderId(command.orderId)
    const order = kernel.config.instruments.flatMap((i) => kernel.orders.open(i.index)).find((o) => o.orderId === id && o.origin === 'ours')
    if (order === undefined) return commandRefusal('no-order', { order: command.orderId })
    const instrument = kernel.config.instruments[order.instrument] as Instrument
    const limit = command.limit === undefined ? undefined : parsePrice(instrument, command.limit)
    const trigger = command.trigger === undefined ? undefined : parsePrice(instrument, command.trigger)
    const quantity = command.quantity === undefined ? undefined : parseQuantity(instrument, command.quantity, 'floor')
    if (command.limit !== undefined && limit === undefined) return notAPrice(command.limit, instrument)
    if (command.trigger !== undefined && trigger === undefined) return notAPrice(command.trigger, instrument)
    if (command.quantity !== undefined && (quantity === undefined || quantity <= order.filled))
      return commandRefusal('quantity-filled', { filled: formatQuantity(instrument, order.filled) })
    if (limit !== undefined && order.limit === undefined)
      return commandRefusal('no-limit-price', { order: order.orderId, kind: order.kind })
    if (trigger !== undefined && order.trigger === undefined)
      return commandRefusal('no-trigger', { order: order.orderId, kind: order.kind })
    if (limit === undefined && trigger === undefined && quantity === undefined) return commandRefusal('nothing-to-change')
    return { type: 'change-order', instrument: order.instrument, orderId: id, lots: quantity, limit, trigger, actor, ts: now() }
  }

  /** Why a key may not make an entry of this change: what it adds to the order counts as what it opens. */
  private async barred(
    { orderId: id, ...to }: ChangeOrder,
    instrument: Instrument,
    allows: KeyAllowance,
  ): Promise<CommandRefusal | undefined> {
    const order = this.ports.kernel.orders.open(instrument.index).find((each) => each.orderId === id)
    if (order === undefined || order.class !== 'entry') return undefined
    const before = notionalOf(instrument, this.priceOf(order, instrument.index), order.lots, 'floor')
    const price = this.priceOf({ limit: to.limit ?? order.limit, trigger: to.trigger ?? order.trigger }, instrument.index)
    const after = notionalOf(instrument, price, to.lots ?? order.lots, 'ceil')
    return allows(instrument.symbol, cash(Math.max(0, after - before)))
  }

  async change(command: Of<'change'>, actor: string, allows: KeyAllowance): Promise<CommandOutcome> {
    const input = this.changing(command, actor)
    if (isRefusal(input)) return refused(input)
    const instrument = this.ports.kernel.config.instruments[input.instrument] as Instrument
    const barred = await this.barred(input, instrument, allows)
    if (barred !== undefined) return refused(barred)
    const asked = await this.ports.ask(() => input)
    return this.verdict(asked, instrument, `Changing #${input.orderId}. See the result in /orders.`)
  }

  async steer(command: Of<'work'>, actor: string): Promise<CommandOutcome> {
    const { kernel, now } = this.ports
    const id = orderId(command.id)
    const state = kernel.parentOrders.find(id)
    if (state === undefined) return refused(commandRefusal('no-algorithm', { id: command.id }))
    const instrument = kernel.config.instruments[state.instrument] as Instrument
    const asked = await this.ports.ask(() => ({ type: 'steer-algorithm', id, to: command.to, actor, ts: now() }))
    const word = { paused: 'is paused; its open child order is canceled', working: 'continues', ended: 'ends; fills stay' }[command.to]
    return this.verdict(asked, instrument, `${state.spec.type.toUpperCase()} #${state.id} on ${instrument.symbol} ${word}.`)
  }

  private verdict(
    asked: { readonly seq: number; readonly facts: readonly KernelFact[] },
    instrument: Instrument,
    done: string,
  ): CommandOutcome {
    const denial = denialOf(asked.facts, instrument)
    if (denial !== undefined) return { ...refused(denial), seq: asked.seq }
    const orders = ordersOf(asked.facts)
    return { status: 'done', text: done, seq: asked.seq, ...(orders.length === 0 ? {} : { orders }) }
  }
}

/** Orders that were made. */
export const ordersOf = (facts: readonly KernelFact[]): number[] =>
  facts.flatMap((fact) => (fact.type === 'order-submitted' && fact.class !== 'protective' ? [fact.command.orderId] : []))

const denialRefusal = (symbol: string, denial: RiskDenial): CommandRefusal =>
  new CommandRefusal(denial.rule, denial.figures, denialSentence(symbol, denial))

/** Why the kernel has denied it; undefined where it has not. */
export function denialOf(facts: readonly KernelFact[], instrument: Instrument): CommandRefusal | undefined {
  const denied = facts.find((fact) => fact.type === 'order-denied')
  return denied?.type === 'order-denied' ? denialRefusal(instrument.symbol, denied) : undefined
}
