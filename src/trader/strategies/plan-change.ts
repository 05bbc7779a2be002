/**
 * Changes the list of strategies while the trader runs, between two bars: what would change is shown first. A symbol that is new to this trader
 * joins before the change.
 */
import { createHash } from 'node:crypto'
import type { Ts } from '../../core/units.ts'
import type { StrategyConfig } from '../../kernel/config.ts'
import type { KernelInput, StrategiesChanged } from '../../kernel/input.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { StrategyList } from '../../kernel/state/strategies/strategy-runs.ts'
import { type CommandRefusal, commandRefusal, refused } from '../../trading/command-refusal.ts'
import type { CommandOutcome, TraderCommand } from '../../kernel/trader-command.ts'
import { type Result, err, ok } from '../../core/result.ts'
import type { TradedVenue } from '../../venue/port/venue.ts'
import { strategiesOf } from '../kernel-config.ts'
import { type PlanDifference, isNothing, planDifference, symbolsLeft } from './plan-difference.ts'
import { planWords } from './plan-words.ts'
import type { PlanPort, PreparedPlan } from './plan-port.ts'
import { StartHistory, type StrategyStartPorts, startsOf } from './strategy-start.ts'

export type StrategiesCommand = Extract<TraderCommand, { readonly name: 'strategies' }>

export interface PlanChangePorts extends StrategyStartPorts {
  readonly kernel: Kernel
  readonly venue: Pick<TradedVenue, 'candles' | 'instruments'>
  readonly plans: PlanPort
  readonly now: () => Ts
  readonly submit: (inputs: () => readonly KernelInput[]) => Promise<number>
  /** Gives new symbols their places, before anybody owns them. */
  readonly join: (symbols: readonly string[], actor: string) => Promise<CommandRefusal | undefined>
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
}

/** Bars may close while earlier ones are read; then they are read again. */
const READS_MAX = 5

interface Judged {
  readonly prepared: PreparedPlan
  readonly difference: PlanDifference
  /** Without the new symbols, which have no number in this kernel yet. */
  readonly list: StrategyList
  readonly newSymbols: readonly string[]
  readonly lines: readonly string[]
  /** What the lines rest on, and what the change leads to. */
  readonly key: string
}

export class PlanChange {
  private readonly ports: PlanChangePorts
  private last: Promise<unknown> = Promise.resolve()

  constructor(ports: PlanChangePorts) {
    this.ports = ports
  }

  async preview(command: StrategiesCommand, actor: string): Promise<CommandOutcome> {
    const judged = await this.judge(command, actor)
    if ('status' in judged) return judged
    return { status: 'done', text: judged.lines.join('\n'), keys: [judged.key] }
  }

  /** One after the other: each is judged against what the one before it left. */
  carryOut(command: StrategiesCommand, actor: string): Promise<CommandOutcome> {
    const next = this.last.then(() => this.change(command, actor))
    this.last = next.catch(() => {})
    return next
  }

  private async judge({ ask, closes }: StrategiesCommand, actor: string): Promise<Judged | CommandOutcome> {
    const { kernel, plans, venue } = this.ports
    if (kernel.config.isSafe === true) return refused(commandRefusal('safe-mode'))
    const found = await plans.prepare(ask, actor)
    if (!found.ok) return refused(commandRefusal('plan-invalid', { problem: found.error.sentence, next: found.error.next }))
    const prepared = found.value
    const known = new Set(kernel.config.instruments.map(({ symbol }) => symbol))
    const newSymbols = [...new Set([...prepared.plan.plans.flatMap(({ symbols }) => symbols), ...prepared.plan.manual])].filter(
      (symbol) => !known.has(symbol),
    )
    if (newSymbols.length > 0) {
      const listed = await venue.instruments(newSymbols)
      if (!listed.ok) return refused(commandRefusal('symbols-unlisted', { symbols: newSymbols.join(', '), problem: listed.error.detail }))
    }
    // Symbols without a number stand in no order of this kernel: they are compared by what is known of them.
    const list = strategiesOf(prepared.plan, kernel.config.instruments, kernel.config.intervalMs)
    const difference = planDifference(kernel.config.strategies, list.strategies)
    const manualBefore = (kernel.config.manual ?? []).map((i) => kernel.config.instruments[i]?.symbol ?? '')
    const manual = prepared.plan.manual.filter((symbol) => !manualBefore.includes(symbol))
    const manualGone = manualBefore.filter((symbol) => !prepared.plan.manual.includes(symbol))
    const also = prepared.also ?? []
    if (isNothing(difference) && manual.length + manualGone.length + newSymbols.length + also.length === 0)
      return {
        status: 'done',
        text: `Nothing has changed: what runs is what the files say.${laterText(prepared.later)}`,
      }
    const taken = this.takenOver(list, closes === true)
    if (taken !== undefined) return refused(taken)
    const lines = [
      ...also,
      ...planWords(kernel, difference, closes === true),
      ...(manual.length === 0 ? [] : [`By hand from now on: ${manual.join(', ')}.`]),
      ...(manualGone.length === 0 ? [] : [`No longer by hand: ${manualGone.join(', ')}.`]),
      ...(newSymbols.length === 0
        ? []
        : [
            `${newSymbols.map((symbol) => `${symbol} (${ownerIn(prepared.plan, symbol)})`).join(', ')} is new here: its market data is subscribed and its earlier bars are read first. Everything else continues meanwhile.`,
          ]),
      ...prepared.doubts,
      ...(prepared.later.length === 0 ? [] : [laterText(prepared.later).trim()]),
    ]
    const identity = ({ id, identity, instruments, execution, universe }: StrategyConfig): unknown => [
      id,
      identity,
      instruments,
      execution,
      universe,
    ]
    const key = createHash('sha256')
      .update(JSON.stringify([list.strategies.map(identity), prepared.plan.manual, newSymbols, closes === true, also]))
      .digest('hex')
      .slice(0, 16)
    return { prepared, difference, list, newSymbols, lines, key }
  }

  /** A position belongs to who opened it: another strategy does not find it under its symbol (S4). */
  private takenOver(list: StrategyList, closes: boolean): CommandRefusal | undefined {
    const { kernel } = this.ports
    for (const { id, instrument } of symbolsLeft(kernel.config.strategies, list.strategies)) {
      const symbol = kernel.config.instruments[instrument]?.symbol ?? ''
      const heir =
        list.strategies.find((each) => each.instruments.includes(instrument))?.id ??
        (list.manual.includes(instrument) ? 'manual' : undefined)
      if (kernel.portfolio.positionLots(instrument) === 0 || heir === undefined) continue
      return commandRefusal(closes ? 'close-before-owner' : 'position-changes-owner', { symbol, owner: id, heir })
    }
    return undefined
  }

  private async change(command: StrategiesCommand, actor: string): Promise<CommandOutcome> {
    const judged = await this.judge(command, actor)
    if ('status' in judged) return judged
    if (command.seen !== undefined && command.seen !== judged.key) return refused(commandRefusal('changed-since-shown'))
    const { prepared, lines, newSymbols } = judged
    if (newSymbols.length > 0) {
      const refusal = await this.ports.join(newSymbols, actor)
      if (refusal !== undefined) return refused(refusal)
    }
    const { kernel } = this.ports
    const list = strategiesOf(prepared.plan, kernel.config.instruments, kernel.config.intervalMs)
    const difference = planDifference(kernel.config.strategies, list.strategies)
    const seq = await this.swap(list, difference, prepared, this.leaving(command, difference, actor), actor)
    return seq.ok ? { status: 'done', text: lines.join('\n'), seq: seq.value } : refused(seq.error)
  }

  /** What is closed of a strategy that goes. */
  private leaving({ closes }: StrategiesCommand, { removed, changed }: PlanDifference, actor: string): readonly KernelInput[] {
    const { kernel, now } = this.ports
    if (closes !== true) return []
    const left = [
      ...removed.flatMap(({ instruments }) => instruments),
      ...changed.flatMap(({ before, after }) => before.instruments.filter((i) => !after.instruments.includes(i))),
    ]
    return left
      .filter((i) => kernel.portfolio.positionLots(i) !== 0)
      .map((instrument) => ({ type: 'close-position', instrument, lots: undefined, actor, ts: now() }))
  }

  /** Kept first: a start from there on begins with the new list, whatever becomes of this process. */
  private async swap(
    list: StrategyList,
    difference: PlanDifference,
    prepared: PreparedPlan,
    leaving: readonly KernelInput[],
    actor: string,
  ): Promise<Result<number, CommandRefusal>> {
    const { kernel, now, submit } = this.ports
    const begins = [...difference.added, ...difference.changed.map(({ after }) => after)]
    for (let read = 1; ; read++) {
      const history = await StartHistory.read(this.ports, begins)
      let isDone = false
      let failure: CommandRefusal | undefined
      const seq = await submit(() => {
        if (!history.isCurrent() && read < READS_MAX) return []
        if (!history.isCurrent())
          this.ports.log('warn', 'bars close faster than earlier ones are read: what begins anew has missed the newest')
        failure = attempt(prepared.keep)
        if (failure !== undefined) return []
        isDone = true
        kernel.useStrategies(list)
        const changed: StrategiesChanged = {
          type: 'strategies-changed',
          owners: kernel.ownersToTell() ?? kernel.config.instruments.map(({ index }) => kernel.portfolio.ownerOf(index) ?? null),
          added: difference.added.map(({ id }) => id),
          changed: difference.changed.map(({ after }) => after.id),
          removed: difference.removed.map(({ id }) => id),
          actor,
          ts: now(),
        }
        return [...leaving, changed, ...this.revivals(difference, actor), ...startsOf(kernel, begins, history, now)]
      })
      if (failure !== undefined) return err(failure)
      if (isDone) return ok(seq)
    }
  }

  /** Other code is what a strategy that has failed was waiting for. */
  private revivals({ changed }: PlanDifference, actor: string): readonly KernelInput[] {
    const { kernel, now } = this.ports
    return changed
      .filter(
        ({ after, what }) =>
          (what.includes('code') || what.includes('parameters')) && kernel.starts.runsOf(after.id).some((run) => run.mode === 'errored'),
      )
      .map(({ after }) => ({ type: 'set-strategy-mode', strategy: after.id, mode: 'running', actor, ts: now() }))
  }
}

const ownerIn = ({ plans }: PreparedPlan['plan'], symbol: string): string =>
  plans.find(({ symbols }) => symbols.includes(symbol))?.id ?? 'by hand'

const laterText = (later: readonly string[]): string =>
  later.length === 0 ? '' : ` ${later.join(', ')} ${later.length === 1 ? 'counts' : 'count'} from the next start of Ballast.`

/** What keeps it from being written. */
function attempt(keep: () => void): CommandRefusal | undefined {
  try {
    keep()
    return undefined
  } catch (thrown) {
    return commandRefusal('not-kept', { problem: thrown instanceof Error ? thrown.message : String(thrown) })
  }
}
