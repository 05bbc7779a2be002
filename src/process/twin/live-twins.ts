/**
 * The live twin of a strategy as somebody asks for it: what runs and what the journal kept of it are read here, the replay runs in a thread.
 * Never sends anything, and changes nothing.
 */
import { Worker } from 'node:worker_threads'
import type { TwinNote, TwinProblem, TwinQuery, TwinReport, Twins } from '../../../api/ports/twin-ports.ts'
import type { Sql } from '../../../db/client.ts'
import { readInstruments } from '../../../db/journal/journal.ts'
import { type OpenTradeRow, StrategyJournal } from '../../../db/reads/strategy-journal.ts'
import {
  LiveRecorder,
  type LiveRecord,
  type LiveTrade,
  RECORDED_FACTS,
  RECORDED_INPUTS,
  liveTrade,
} from '../../backtest/twin/live-record.ts'
import { lastClose } from '../../backtest/twin/twin-run.ts'
import { plansOf } from '../../config/plans.ts'
import { counting, readStrategyChanges } from '../../config/strategy-changes.ts'
import type { StrategyPlan } from '../../config/strategy-plan.ts'
import { parseDecimal } from '../../core/decimal.ts'
import { nearestOf } from '../../core/nearest.ts'
import type { Result } from '../../core/result.ts'
import { CASH_SCALE, DAY_MS, cash, instrumentIndex, lots, orderId, strategyId, tradeNumber, ts } from '../../core/units.ts'
import { parseInterval } from '../../market/candles/interval.ts'
import { type Instrument, notionalOf, parsePrice, parseQuantity } from '../../market/instrument.ts'
import { kernelConfigOf } from '../../trader/kernel-config.ts'
import { barsBefore } from '../../trader/strategies/strategy-start.ts'
import { readTag } from '../../system/paths.ts'
import type { CurrentStrategies } from '../current-strategies.ts'
import type { RoleContext } from '../roles/role-context.ts'
import type { TwinWork } from './twin-work.ts'

/** A bundle of its own beside the bundle that this file is in: threads do not run from source. */
const THREAD_FILE = new URL('./twin-thread.js', import.meta.url)
const LIMIT_MS = 60_000
const DAYS_MAX = 30
/** Bars that a strategy is shown before it trades, at least: as many as a start reads. */
const WARM_BARS_MIN = 1_000

const problem = (code: TwinProblem['problem'], sentence: string, next: string): TwinProblem => ({ problem: code, sentence, next })

export class LiveTwins implements Twins {
  private readonly context: Pick<RoleContext, 'config' | 'reread' | 'paths'>
  private readonly sql: Sql
  private readonly strategies: Pick<CurrentStrategies, 'catalog' | 'modules'>
  private readonly listed: () => Promise<Result<readonly Instrument[], string>>
  private readonly replay: (work: TwinWork) => Promise<TwinReport | string>
  /** One at a time: the trader shares the machine. */
  private turn: Promise<unknown> = Promise.resolve()

  constructor(
    context: Pick<RoleContext, 'config' | 'reread' | 'paths'>,
    sql: Sql,
    strategies: Pick<CurrentStrategies, 'catalog' | 'modules'>,
    listed: () => Promise<Result<readonly Instrument[], string>>,
    replay: (work: TwinWork) => Promise<TwinReport | string> = replayInThread,
  ) {
    this.context = context
    this.sql = sql
    this.strategies = strategies
    this.listed = listed
    this.replay = replay
  }

  compare(query: TwinQuery): Promise<TwinReport | TwinProblem> {
    const answer = this.turn.then(() => this.compareNow(query))
    this.turn = answer.catch(() => undefined)
    return answer
  }

  private async compareNow(query: TwinQuery): Promise<TwinReport | TwinProblem> {
    const plans = await this.plans()
    if ('problem' in plans) return plans
    const plan = plans.plans.find(({ id }) => id === query.strategy)
    if (plan === undefined) {
      const names = plans.plans.map(({ id }) => id)
      const near = nearestOf(query.strategy, names)
      return problem(
        'unknown',
        `There is no strategy ${query.strategy}.${near === undefined ? '' : ` Did you mean ${near}?`}`,
        `Running: ${names.join(', ')}.`,
      )
    }
    const instruments = await this.instruments(plan)
    if ('problem' in instruments) return instruments
    const intervalMs = parseInterval(this.context.config.interval) as number
    const kernel = kernelConfigOf(
      {
        profile: this.context.config.profile,
        tag: readTag(this.context.paths),
        intervalMs,
        plans: [plan],
        manual: [],
        risk: plans.risk,
      },
      instruments.list,
    )
    const { deciding: _, strategies, ...rest } = kernel
    const [config] = strategies
    if (config === undefined) return problem('not-ready', `${plan.id} has no symbols here yet.`, 'Try again after its first bar.')
    const warmMs = Math.max(WARM_BARS_MIN, barsBefore(config, intervalMs)) * intervalMs
    const read = await this.read(query, plan, config.identity, instruments.numbers, { intervalMs, warmMs })
    if ('problem' in read) return read
    const { definition: __, ...strategy } = config
    const report = await this.replay({
      modules: this.strategies.modules(),
      definition: plan.definition.name,
      kernel: { ...rest, isJournaled: false, strategy },
      ...read,
      open: openTrades(await new StrategyJournal(this.sql).openTrades(plan.id), read.record, instruments.list),
    })
    return typeof report === 'string'
      ? problem('refused', report, 'ballast strategy lint finds why a strategy cannot be replayed.')
      : report
  }

  private async plans() {
    const { reread, paths } = this.context
    const config = reread()
    if (!config.ok) return problem('refused', config.error.sentence, config.error.next)
    const changes = readStrategyChanges(paths.root)
    if (!changes.ok) return problem('refused', changes.error.sentence, changes.error.next)
    const loaded = { catalog: await this.strategies.catalog(), modules: this.strategies.modules(), broken: [] }
    const plans = plansOf(counting(config.value, changes.value), loaded, changes.value)
    return plans.ok ? plans.value : problem('refused', plans.error.sentence, plans.error.next)
  }

  /** In the strategy's order, with the numbers that they have in the journal. */
  private async instruments({ symbols, id }: StrategyPlan) {
    const [listed, registered] = await Promise.all([this.listed(), readInstruments(this.sql)])
    if (!listed.ok)
      return problem('not-ready', `The exchange does not answer: ${listed.error}.`, 'The grid of prices comes from it: try again.')
    const list: Instrument[] = []
    const numbers: { symbol: string; number: number }[] = []
    for (const symbol of symbols) {
      const instrument = listed.value.find((each) => each.symbol === symbol)
      const number = registered.findIndex((each) => each.symbol === symbol)
      if (instrument === undefined || number < 0)
        return problem('not-ready', `${id} has not traded ${symbol} yet.`, 'Try again after its first bar.')
      numbers.push({ symbol, number })
      list.push({ ...instrument, index: instrumentIndex(list.length) })
    }
    return { list, numbers }
  }

  private async read(
    query: TwinQuery,
    plan: StrategyPlan,
    identity: string | undefined,
    numbers: readonly { readonly symbol: string; readonly number: number }[],
    { intervalMs, warmMs }: { readonly intervalMs: number; readonly warmMs: number },
  ) {
    const journal = new StrategyJournal(this.sql)
    const recorder = new LiveRecorder(strategyId(plan.id), numbers, { intervalMs })
    for await (const rows of journal.landmarks([...RECORDED_INPUTS, ...RECORDED_FACTS], plan.id)) for (const row of rows) recorder.take(row)
    const begun = recorder.record()
    if (begun.identity !== undefined && begun.identity !== identity)
      return problem(
        'refused',
        `${plan.id} as it is configured is not what runs: its code or parameters have changed on disk.`,
        `Take them over first: /strategy ${plan.id} reload`,
      )
    const [newest] = await this.sql<{ ts: number }[]>`select ts from journal where type = 'bars-closed' order by seq desc limit 1`
    if (newest === undefined) return problem('not-ready', 'No bar has closed here yet.', 'Try again in a minute.')
    const to = Math.min(query.to ?? newest.ts, newest.ts)
    const asked = query.from ?? (query.days === undefined ? undefined : to - query.days * DAY_MS)
    const wanted = asked ?? to - DAYS_MAX * DAY_MS
    for await (const rows of journal.bars(wanted - warmMs)) for (const row of rows) recorder.take(row)
    for (const row of await journal.lastStart(plan.id)) recorder.take(row)
    const record = recorder.record()
    const began = Math.max(record.begunTs ?? 0, record.termsTs ?? 0)
    const from = Math.max(wanted, began)
    if (from >= to)
      return problem(
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
    if (equity === undefined) return problem('not-ready', 'No equity has been recorded yet.', 'Try again after the next bar.')
    return { record, from: ts(from), to: ts(to), openingCash: cash(equity), notes }
  }
}

/** Marked at the last bar, as the twin's are. */
function openTrades(rows: readonly OpenTradeRow[], record: LiveRecord, instruments: readonly Instrument[]): LiveTrade[] {
  return rows.flatMap((row): LiveTrade[] => {
    const instrument = instruments.find(({ symbol }) => symbol === row.symbol)
    const close = instrument === undefined ? undefined : lastClose(record, instrument.index)
    if (instrument === undefined || close === undefined) return []
    let held = 0
    let gross = 0
    for (const fill of row.fills) {
      const quantity = parseQuantity(instrument, fill.quantity) ?? 0
      held += fill.side * quantity
      gross -= fill.side * notionalOf(instrument, parsePrice(instrument, fill.price, 'nearest') ?? close, lots(quantity), 'nearest')
    }
    gross += Math.sign(held) * notionalOf(instrument, close, lots(Math.abs(held)), 'nearest')
    const [fee, funding] = [parseDecimal(row.fee, CASH_SCALE) ?? 0, parseDecimal(row.funding, CASH_SCALE) ?? 0]
    const last = record.series[instrument.index]?.bars.at(-1)?.ts ?? 0
    const trade = {
      number: tradeNumber(row.number),
      side: row.side,
      instrument: instrument.index,
      strategy: record.strategy,
      entryTs: ts(row.entryTs),
      entryPrice: parsePrice(instrument, row.entryPrice, 'nearest') ?? close,
      exitTs: ts(last),
      exitPrice: close,
      quantity: parseQuantity(instrument, row.quantity) ?? lots(Math.abs(held)),
      fee: cash(fee),
      funding: cash(funding),
      pnl: cash(gross - fee - funding),
      entryOrderId: orderId(row.entryOrderId),
      exitReason: 'open',
      open: true,
      mae: cash(0),
      mfe: cash(0),
    }
    return [liveTrade(trade, record.entries)]
  })
}

function replayInThread(workerData: TwinWork): Promise<TwinReport | string> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(THREAD_FILE, { workerData })
    const limit = setTimeout(() => {
      void thread.terminate()
      resolve(`The replay took longer than ${LIMIT_MS / 1000} s and was stopped: ask for fewer days.`)
    }, LIMIT_MS)
    thread.once('message', (answer: TwinReport | string) => {
      clearTimeout(limit)
      resolve(answer)
    })
    thread.once('error', (thrown) => {
      clearTimeout(limit)
      reject(thrown)
    })
    thread.once('exit', (code) => {
      clearTimeout(limit)
      resolve(`The replay ended with code ${code}.`)
    })
  })
}
