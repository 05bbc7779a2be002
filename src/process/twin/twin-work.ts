/**
 * One comparison with the live twin as data, so that it can run in a thread: the record and the plan in, the report out.
 */
import type { TwinDifferenceRow, TwinNote, TwinReport } from '../../../api/ports/twin-ports.ts'
import { type TwinComparison, type TwinDifference, compareTwin } from '../../backtest/twin/compare.ts'
import type { LiveRecord, LiveTrade } from '../../backtest/twin/live-record.ts'
import { type TwinRun, runTwin } from '../../backtest/twin/twin-run.ts'
import { formatDecimal } from '../../core/decimal.ts'
import { CASH_SCALE, type Cash, type Ts, lots } from '../../core/units.ts'
import type { KernelConfig, StrategyConfig } from '../../kernel/config.ts'
import { type Instrument, formatQuantity } from '../../market/instrument.ts'
import type { Pinned } from '../../strategy-files/module.ts'
import { type Catalog, strategyNamed } from '../../strategy/registry.ts'
import { SIM_COSTS } from '../../venue/sim/models/costs.ts'

export interface TwinWork {
  /** The user's strategies, compiled. */
  readonly modules: readonly Pinned[]
  /** Of the strategy's code: it is no data, and is found in the thread. */
  readonly definition: string
  readonly kernel: Omit<KernelConfig, 'strategies' | 'deciding'> & { readonly strategy: Omit<StrategyConfig, 'definition'> }
  readonly record: LiveRecord
  /** Open trades, marked at the last bar. */
  readonly open: readonly LiveTrade[]
  readonly openingCash: Cash
  readonly from: Ts
  readonly to: Ts
  readonly notes: readonly TwinNote[]
}

/** @returns a sentence where the code is not there any more */
export function workTwin(catalog: Catalog, work: TwinWork): TwinReport | string {
  const named = strategyNamed(catalog, work.definition)
  if (!named.ok) return named.error
  const { strategy, ...config } = work.kernel
  const { record, from, to, openingCash } = work
  const twin = runTwin(
    {
      kernel: { ...config, strategies: [{ ...strategy, definition: named.value }] },
      venue: { ...SIM_COSTS, leverage: config.limits.leverage, idPrefix: 'twin-' },
      openingCash,
      from,
    },
    record,
  )
  const live = [...record.closed, ...work.open]
  const sides = { record, instruments: config.instruments, live, twin: twin.trades, twinDenials: twin.denials, from, to }
  return reportOf(work, twin, compareTwin({ ...sides, intervalMs: config.intervalMs, decidesTogether: named.value.contract === 2 }))
}

const money = (amount: Cash): string => formatDecimal(amount, CASH_SCALE)

function reportOf({ kernel, record, open, from, to, notes }: TwinWork, twin: TwinRun, compared: TwinComparison): TwinReport {
  const { instruments } = kernel
  const carried = [...record.closed, ...open].filter(
    ({ trade, decidedTs }) => decidedTs <= from && (trade.open || trade.exitTs > from),
  ).length
  return {
    strategy: kernel.strategy.id,
    symbols: instruments.map(({ symbol }) => symbol),
    from,
    to,
    bars: twin.bars,
    lateBars: record.series.reduce((sum, { late }) => sum + [...late].filter((at) => at > from && at <= to).length, 0),
    live: money(compared.live),
    twin: money(compared.twin),
    gap: money(compared.gap),
    trades: compared.trades,
    causes: compared.causes.map(({ code, count, amount }) => ({ code, count, amount: money(amount) })),
    differences: compared.differences.map((each) => rowOf(each, instruments[each.instrument] as Instrument)),
    notes: [
      ...notes,
      ...(carried === 0 ? [] : [{ code: 'carried-in' as const, figures: { trades: carried } }]),
      ...(twin.denials.length === 0 ? [] : [{ code: 'twin-denials' as const, figures: denialsBy(twin) }]),
      ...(twin.failure === undefined ? [] : [{ code: 'twin-failed' as const, figures: { failure: twin.failure } }]),
    ],
  }
}

/** Entries that the twin's own risk denied, by rule. */
function denialsBy({ denials }: TwinRun): Readonly<Record<string, number>> {
  const by: Record<string, number> = {}
  for (const { rule, class: kind } of denials) if (kind === 'entry') by[rule] = (by[rule] ?? 0) + 1
  return by
}

function rowOf(of: TwinDifference, instrument: Instrument): TwinDifferenceRow {
  const { code, part, side, ts, trade, amount, worseBp } = of
  const { live, twin } = of.figures
  const figures =
    part === 'size' && typeof live === 'number' && typeof twin === 'number'
      ? { live: formatQuantity(instrument, lots(live)), twin: formatQuantity(instrument, lots(twin)) }
      : of.figures
  return {
    code,
    part,
    symbol: instrument.symbol,
    side: side === 1 ? 'long' : 'short',
    ts,
    trade: trade ?? null,
    amount: money(amount),
    worseBp: worseBp === undefined ? null : Math.round(worseBp * 100) / 100,
    figures,
  }
}
