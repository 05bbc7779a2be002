/**
 * Carries out a confirmed rebalance: reductions first, planned anew after each step, through the trader's own commands (S16).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandOutcome, TraderCommand } from '../../../src/kernel/trader-command.ts'
import type { HoldRow } from '../../../src/journal/row.ts'
import type { AskedBy } from '../../ports/ports.ts'
import { absolute, add, compare, multiply, signOf, subtract } from '../../amount.ts'
import type { CommandPorts } from '../command.ts'
import { amount, short } from '../words/format.ts'
import { silenceOf } from '../silence.ts'
import { untrusted } from '../reply.ts'
import { refusalWords } from '../words/refusals.ts'
import { type PlanAnswer, type PlannedOrder, answerOf, planOf, sightOf } from './sight.ts'
import { type Todo, rulesOf } from './todo.ts'

const LOOK_MS = 300
/** Wall time that an order at market may take before it counts as a shortfall. */
const MARKET_MS = 30_000
/** Steps, each planned anew: a portfolio that is not there by then is left as it is. */
const STEPS_MAX = 12
const MANUAL = 'manual'

type End = { readonly status: 'done' | 'stopped'; readonly text: string }

/**
 * Why nothing may be sent now, in words; undefined where nothing speaks against it.
 * @param isWorking execution algorithms on the symbols are its own children
 */
export async function obstacle(
  { reads, wallNow }: CommandPorts,
  symbols: readonly string[],
  isWorking = false,
): Promise<string | undefined> {
  const [account, holds, health, algorithms] = await Promise.all([
    reads.account(),
    reads.holds(),
    reads.health(),
    reads.algorithms({ isActive: true, limit: 500 }),
  ])
  if (account === undefined) return 'the trader has not reported yet'
  if (silenceOf(health, wallNow()) !== undefined) return 'the trader is not running'
  const hold = holds.find((each) => concerns(each, symbols))
  if (hold !== undefined) return `hold on ${hold.scope.replace(/^(symbol|strategy):/, '')}: ${untrusted(hold.reason || hold.cause)}`
  if (account.state !== 'running') return `the account is ${account.state}`
  const bad = health.find(({ part, status }) => (part === 'reconcile' || part.startsWith('stream-')) && status !== 'ok')
  if (bad !== undefined) return `${bad.part} is ${bad.status}`
  const algorithm = isWorking ? undefined : algorithms.find((row) => symbols.includes(row.symbol))
  return algorithm === undefined ? undefined : `${algorithm.symbol} is already being executed by ${algorithm.type} #${algorithm.id}`
}

const concerns = ({ scope }: HoldRow, symbols: readonly string[]): boolean =>
  scope === 'account' || scope === `strategy:${MANUAL}` || symbols.some((symbol) => scope === `symbol:${symbol}`)

export class RebalanceRun {
  private readonly ports: CommandPorts
  private readonly by: AskedBy
  private readonly id: number
  private readonly todo: Todo
  private readonly symbols: readonly string[]
  private readonly refusals = new Map<string, string>()
  private approved: Todo['approved']
  private traded = '0'
  private cost = '0'
  private sends = 0

  constructor(ports: CommandPorts, by: AskedBy, id: number, todo: Todo) {
    this.ports = ports
    this.by = by
    this.id = id
    this.todo = todo
    this.approved = todo.approved
    this.symbols = Object.keys(todo.approved)
  }

  /** Answers when nothing is left to do or to try. Never rejects: nobody waits for it. */
  async carryOut(): Promise<void> {
    const { rebalances, log } = this.ports.portfolio
    const failed = (cause: unknown): void => log(`rebalance #${this.id}: ${cause instanceof Error ? cause.message : String(cause)}`)
    const end = await this.steps().catch((cause: unknown): End => {
      failed(cause)
      return { status: 'stopped', text: 'Stopped by an error (see the log). What is in progress continues, and nothing more is sent.' }
    })
    // Where the database is away, the row says that it runs until /rebalance stop or the next start.
    await rebalances.end(this.id, end.status, end.text).catch(failed)
  }

  private async steps(): Promise<End> {
    for (let step = 0; step < STEPS_MAX; step += 1) {
      const blocked = await this.blocked()
      if (blocked !== undefined) return this.stopped(blocked)
      const plan = await this.plan()
      if (typeof plan === 'string') return this.stopped(untrusted(plan))
      const reductions = plan.orders.filter((order) => order.isReduction)
      const batch = reductions.length > 0 ? reductions : plan.orders
      if (batch.length === 0) return this.finished(plan)
      await this.ports.portfolio.rebalances.say(this.id, `${reductions.length > 0 ? 'Reducing' : 'Adding'}: ${batch.map(words).join(', ')}`)
      const before = await this.quantities()
      const interrupted = await this.carryOutBatch(batch)
      await this.count(before, plan)
      if (interrupted !== undefined) return this.stopped(interrupted)
    }
    return this.stopped(`still not there after ${STEPS_MAX} steps`)
  }

  /** A hold, a trader that is away, or somebody who asked to stop. */
  private async blocked(isWorking = false): Promise<string | undefined> {
    if ((await this.ports.portfolio.rebalances.find(this.id))?.status !== 'running') return 'asked to stop'
    return obstacle(this.ports, this.symbols, isWorking)
  }

  private async plan(): Promise<PlanAnswer | string> {
    const sight = await sightOf(this.ports, this.todo.targets, new Set(this.refusals.keys()), this.approved)
    if (typeof sight === 'string') return sight
    const { turnoverMax, costMax, ...rest } = this.todo
    const rules = rulesOf({
      ...rest,
      ...(turnoverMax === undefined ? {} : { turnoverMax: atLeastZero(subtract(turnoverMax, this.traded)) }),
      ...(costMax === undefined ? {} : { costMax: atLeastZero(subtract(costMax, this.cost)) }),
    })
    return answerOf(sight, planOf(sight, rules), this.refusals)
  }

  private async quantities(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.ports.reads.positions(true)
    return new Map(rows.map(({ symbol, quantity }) => [symbol, quantity]))
  }

  /** Sends one order after another and waits until all have ended; a sentence where something came between. */
  private async carryOutBatch(batch: readonly PlannedOrder[]): Promise<string | undefined> {
    const ids: number[] = []
    for (const order of batch) {
      const blocked = ids.length === 0 ? undefined : await this.blocked(true)
      if (blocked !== undefined) return this.endChildren(blocked)
      const outcome = await this.send(this.commandOf(order, await this.quantities()))
      if (outcome === undefined) {
        await this.refuse(order, 'the trader has not answered in time')
        return this.endChildren(`${order.symbol}: the trader has not answered in time; the order may still be sent`)
      }
      if (outcome.status === 'done') ids.push(...(outcome.orders ?? []))
      else await this.refuse(order, refusalWords(outcome))
    }
    return this.ended(batch, ids)
  }

  private async refuse({ symbol }: PlannedOrder, text: string): Promise<void> {
    this.refusals.set(symbol, text)
    await this.ports.portfolio.rebalances.say(this.id, `${short(symbol)} left out: ${untrusted(text)}`)
  }

  private commandOf(order: PlannedOrder, held: ReadonlyMap<string, string>): TraderCommand {
    const { symbol, side, quantity } = order
    const execution = this.todo.execution === undefined ? {} : { execution: this.todo.execution }
    if (!order.isReduction)
      return { name: 'open', symbol, side: side === 'buy' ? 'long' : 'short', quantity, stop: this.todo.stop, ...execution }
    const position = held.get(symbol) ?? '0'
    const isWhole = compare(absolute(position), quantity) <= 0
    return { name: 'close', symbol, side: side === 'sell' ? 'long' : 'short', ...(isWhole ? {} : { quantity }), ...execution }
  }

  private send(command: TraderCommand): Promise<CommandOutcome | undefined> {
    const { idempotencyKey } = this.by
    this.sends += 1
    return this.ports.control.send(command, {
      ...this.by,
      idempotencyKey: idempotencyKey === undefined ? undefined : `${idempotencyKey}/rebalance-${this.sends}`,
    })
  }

  private async ended(batch: readonly PlannedOrder[], ids: readonly number[]): Promise<string | undefined> {
    const untilMs = this.ports.wallNow() + MARKET_MS
    const isWorked = this.todo.execution !== undefined
    for (;;) {
      const blocked = await this.blocked(true)
      if (blocked !== undefined) return this.endChildren(blocked)
      const isOver = isWorked ? (await this.children(batch.map(({ symbol }) => symbol))).length === 0 : await this.areOver(ids)
      if (isOver) return undefined
      if (!isWorked && this.ports.wallNow() > untilMs) return `orders at market are still open after ${MARKET_MS / 1000} s`
      await sleep(LOOK_MS)
    }
  }

  private async areOver(ids: readonly number[]): Promise<boolean> {
    const orders = await Promise.all(ids.map((id) => this.ports.reads.order(id)))
    return orders.every((order) => order !== undefined && !order.isOpen)
  }

  private async children(symbols: readonly string[]) {
    const rows = await this.ports.reads.algorithms({ isActive: true, limit: 500 })
    return rows.filter((row) => row.strategy === MANUAL && symbols.includes(row.symbol))
  }

  private async endChildren(why: string): Promise<string> {
    if (this.todo.execution !== undefined)
      for (const { id } of await this.children(this.symbols)) await this.send({ name: 'work', id, to: 'ended' })
    return why
  }

  /** Takes what was traded off what may still be: by what positions have changed, at the marks of the plan. */
  private async count(before: ReadonlyMap<string, string>, plan: PlanAnswer): Promise<void> {
    const after = await this.quantities()
    const next: Record<string, { buy: string; sell: string }> = {}
    for (const symbol of this.symbols) {
      const change = subtract(after.get(symbol) ?? '0', before.get(symbol) ?? '0')
      const bound = this.approved[symbol] ?? { buy: '0', sell: '0' }
      const side = signOf(change) > 0 ? 'buy' : 'sell'
      next[symbol] = { ...bound, [side]: atLeastZero(subtract(bound[side], absolute(change))) }
      const share = shareOf(plan, symbol, absolute(change))
      this.traded = add(this.traded, share.notional)
      this.cost = add(this.cost, share.cost)
      // Nothing moved though something was sent: it is not tried again.
      const asked = plan.orders.some((order) => order.symbol === symbol)
      if (asked && signOf(change) === 0 && !this.refusals.has(symbol) && this.wasSent(plan, symbol))
        this.refusals.set(symbol, 'its order filled nothing')
    }
    this.approved = next
  }

  private wasSent(plan: PlanAnswer, symbol: string): boolean {
    const reductions = plan.orders.filter((order) => order.isReduction)
    return (reductions.length > 0 ? reductions : plan.orders).some((order) => order.symbol === symbol)
  }

  private async stopped(why: string): Promise<End> {
    const plan = await this.plan()
    const undone = typeof plan === 'string' || plan.orders.length === 0 ? 'nothing' : plan.orders.map(words).join(', ')
    return { status: 'stopped', text: `Stopped: ${why}. Left undone: ${undone}.` }
  }

  private finished(plan: PlanAnswer): End {
    const left = plan.leftOut.map(({ symbol, text }) => `${short(symbol)} (${untrusted(text)})`)
    const traded = `traded ${amount(this.traded)} USDT, cost est. ${amount(this.cost)} USDT`
    return {
      status: 'done',
      text:
        left.length === 0
          ? `Every weight is inside its band; ${traded}.`
          : `Done as far as it goes; ${traded}. Left out: ${left.join(', ')}.`,
    }
  }
}

const atLeastZero = (text: string): string => (signOf(text) < 0 ? '0' : text)
const words = ({ symbol, side, quantity }: PlannedOrder): string => `${side} ${quantity} ${short(symbol)}`

/** Notional and cost of a part of what the plan trades in a symbol. */
function shareOf({ orders }: PlanAnswer, symbol: string, quantity: string): { readonly notional: string; readonly cost: string } {
  const order = orders.find((each) => each.symbol === symbol)
  if (order === undefined || signOf(order.quantity) === 0) return { notional: '0', cost: '0' }
  const part = Number(quantity) / Number(order.quantity)
  const share = (text: string): string => multiply(text, part.toFixed(12))
  return { notional: share(order.notional), cost: share(order.cost) }
}
