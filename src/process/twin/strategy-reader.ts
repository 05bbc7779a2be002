/**
 * What runs of a strategy and what the journal kept of it, read together for who replays it: plan, instruments, limits, bars, trades.
 */
import { isCode, isLine } from '../../strategy-files/module.ts'
import type { TwinNote, TwinProblem, TwinQuery } from '../../../api/ports/twin-ports.ts'
import type { Sql } from '../../../db/client.ts'
import { readInstruments } from '../../../db/journal/journal.ts'
import { StrategyJournal } from '../../../db/reads/strategy-journal.ts'
import { LiveRecorder, RECORDED_FACTS, RECORDED_INPUTS } from '../../backtest/twin/live-record.ts'
import { plansOf } from '../../config/plans.ts'
import { changedSpecs, counting, idOf, readStrategyChanges } from '../../config/strategy-changes.ts'
import { DEFAULT_PLANS, type StrategyPlan } from '../../config/strategy-plan.ts'
import { nearestOf } from '../../core/nearest.ts'
import type { Result } from '../../core/result.ts'
import { DAY_MS, cash, instrumentIndex, strategyId, ts } from '../../core/units.ts'
import { parseInterval } from '../../market/candles/interval.ts'
import type { Instrument } from '../../market/instrument.ts'
import { kernelConfigOf } from '../../trader/kernel-config.ts'
import { barsBefore } from '../../trader/strategies/strategy-start.ts'
import { readTag } from '../../system/paths.ts'
import type { CurrentStrategies } from '../current-strategies.ts'
import type { RoleContext } from '../roles/role-context.ts'
import type { TwinWork } from './twin-work.ts'

const DAYS_MAX = 30
/** Bars that a strategy is shown before it trades, at least: as many as a start reads. */
const WARM_BARS_MIN = 1_000

export const twinProblem = (problem: TwinProblem['problem'], sentence: string, next: string): TwinProblem => ({ problem, sentence, next })

export interface ReadStrategy {
  readonly plan: StrategyPlan
  readonly instruments: readonly Instrument[]
  /** All that a replay needs but the open trades. */
  readonly work: Omit<TwinWork, 'open'>
}
export interface ReadOptions {
  /** Bars that are shown before, at least. */
  readonly warmBars?: number | undefined
  /** Whether a stretch without a bar is one. */
  readonly mayBeEmpty?: boolean | undefined
}

export class StrategyReader {
  private readonly context: Pick<RoleContext, 'config' | 'reread' | 'paths'>
  private readonly sql: Sql
  private readonly strategies: Pick<CurrentStrategies, 'catalog' | 'modules'>
  private readonly listed: () => Promise<Result<readonly Instrument[], string>>

  constructor(
    context: Pick<RoleContext, 'config' | 'reread' | 'paths'>,
    sql: Sql,
    strategies: Pick<CurrentStrategies, 'catalog' | 'modules'>,
    listed: () => Promise<Result<readonly Instrument[], string>>,
  ) {
    this.context = context
    this.sql = sql
    this.strategies = strategies
    this.listed = listed
  }

  /** Of one strategy, with the risk settings that are configured, and the parameters that somebody gave: the others are its defaults. */
  async plan(name: string) {
    const plans = await this.plans()
    if ('problem' in plans) return plans
    const plan = plans.plans.find(({ id }) => id === name)
    if (plan !== undefined) return { plan, risk: plans.risk, given: plans.specs.find((spec) => idOf(spec) === name)?.params ?? {} }
    const names = plans.plans.map(({ id }) => id)
    const near = nearestOf(name, names)
    const sentence = `There is no strategy ${name}.${near === undefined ? '' : ` Did you mean ${near}?`}`
    return twinProblem('unknown', sentence, `Running: ${names.join(', ')}.`)
  }

  async read(query: TwinQuery, options: ReadOptions = {}): Promise<ReadStrategy | TwinProblem> {
    const found = await this.plan(query.strategy)
    if ('problem' in found) return found
    const { plan, risk } = found
    const instruments = await this.instruments(plan)
    if ('problem' in instruments) return instruments
    const { config, paths } = this.context
    const intervalMs = parseInterval(config.interval) as number
    const kernelPlan = { profile: config.profile, tag: readTag(paths), intervalMs, plans: [plan], manual: [], risk }
    const { deciding: _, strategies, ...rest } = kernelConfigOf(kernelPlan, instruments.list)
    const [own] = strategies
    if (own === undefined) return twinProblem('not-ready', `${plan.id} has no symbols here yet.`, 'Try again after its first bar.')
    const warmMs = Math.max(WARM_BARS_MIN, options.warmBars ?? 0, barsBefore(own, intervalMs)) * intervalMs
    const read = await this.record(query, plan, own.identity, instruments.numbers, {
      intervalMs,
      warmMs,
      mayBeEmpty: options.mayBeEmpty === true,
    })
    if ('problem' in read) return read
    const { definition: __, ...strategy } = own
    const kernel = { ...rest, isJournaled: false, strategy }
    return {
      plan,
      instruments: instruments.list,
      work: { modules: this.strategies.modules(), definition: plan.definition.name, kernel, ...read },
    }
  }

  private async plans() {
    const { reread, paths } = this.context
    const config = reread()
    if (!config.ok) return twinProblem('refused', config.error.sentence, config.error.next)
    const changes = readStrategyChanges(paths.root)
    if (!changes.ok) return twinProblem('refused', changes.error.sentence, changes.error.next)
    const pinned = this.strategies.modules()
    const loaded = { catalog: await this.strategies.catalog(), modules: pinned.filter(isCode), lines: pinned.filter(isLine), broken: [] }
    const plans = plansOf(counting(config.value, changes.value), loaded, changes.value)
    const specs = changedSpecs(config.value.strategies ?? DEFAULT_PLANS, changes.value)
    return plans.ok ? { ...plans.value, specs } : twinProblem('refused', plans.error.sentence, plans.error.next)
  }

  /** In the strategy's order, with the numbers that they have in the journal. */
  private async instruments({ symbols, id }: StrategyPlan) {
    const [listed, registered] = await Promise.all([this.listed(), readInstruments(this.sql)])
    if (!listed.ok)
      return twinProblem('not-ready', `The exchange does not answer: ${listed.error}.`, 'The grid of prices comes from it: try again.')
    const list: Instrument[] = []
    const numbers: { symbol: string; number: number }[] = []
    for (const symbol of symbols) {
      const instrument = listed.value.find((each) => each.symbol === symbol)
      const number = registered.findIndex((each) => each.symbol === symbol)
      if (instrument === undefined || number < 0)
        return twinProblem('not-ready', `${id} has not traded ${symbol} yet.`, 'Try again after its first bar.')
      numbers.push({ symbol, number })
      list.push({ ...instrument, index: instrumentIndex(list.length) })
    }
    return { list, numbers }
  }

  private async record(
    query: TwinQuery,
    plan: StrategyPlan,
    identity: string | undefined,
    numbers: readonly { readonly symbol: string; readonly number: number }[],
    { intervalMs, warmMs, mayBeEmpty }: { readonly intervalMs: number; readonly warmMs: number; readonly mayBeEmpty: boolean },
  ) {
    const journal = new StrategyJournal(this.sql)
    const recorder = new LiveRecorder(strategyId(plan.id), numbers, { intervalMs })
    for await (const rows of journal.landmarks([...RECORDED_INPUTS, ...RECORDED_FACTS], plan.id)) for (const row of rows) recorder.take(row)
    const begun = recorder.record()
    if (begun.identity !== undefined && begun.identity !== identity)
      return twinProblem(
        'refused',
        `${plan.id} as it is configured is not what runs: its code or parameters have changed on disk.`,
        `Take them over first: /strategy ${plan.id} reload`,
      )
    const [newest] = await this.sql<{ ts: number }[]>`select ts from journal where type = 'bars-closed' order by seq desc limit 1`
    if (newest === undefined) return twinProblem('not-ready', 'No bar has closed here yet.', 'Try again in a minute.')
    const to = Math.min(query.to ?? newest.ts, newest.ts)
    const asked = query.from ?? (query.days === undefined ? undefined : to - query.days * DAY_MS)
    const wanted = asked ?? to - DAYS_MAX * DAY_MS
    for await (const rows of journal.bars(wanted - warmMs)) for (const row of rows) recorder.take(row)
    for (const row of await journal.lastStart(plan.id)) recorder.take(row)
    const record = recorder.record()
    const began = Math.max(record.begunTs ?? 0, record.termsTs ?? 0)
    const from = Math.max(wanted, began)
    if (from >= to && !mayBeEmpty)
      return twinProblem(
        'refused',
        `${plan.id} has not traded in that time: its code and parameters began ${new Date(began).toISOString().slice(0, 16).replace('T', ' ')} UTC.`,
        'Ask for a later stretch, or leave it out.',
      )
    const notes: TwinNote[] = []
    if (asked !== undefined && asked < began)
      notes.push(
        (record.termsTs ?? 0) === began ? { code: 'other-terms', figures: { began } } : { code: 'begins-later', figures: { asked, began } },
      )
    const equity = await journal.equityAt(from)
    if (equity === undefined) return twinProblem('not-ready', 'No equity has been recorded yet.', 'Try again after the next bar.')
    return { record, from: ts(from), to: ts(Math.max(from, to)), openingCash: cash(equity), notes }
  }
}
