/**
 * The options that every run of a strategy takes, in a backtest and in a sweep alike, and the request that they make.
 */
import type { Command } from 'commander'
import { costWordsOf } from '../../backtest/report/cost-words.ts'
import type { BacktestRequest, RunSeries } from '../../backtest/backtest-run.ts'
import { CASH_ONE } from '../../core/units.ts'
import { parseQuantity } from '../../market/instrument.ts'
import { RISK_PROFILES, RISK_PROFILE_NAMES, type RiskProfile, type RiskProfileName } from '../../risk/profiles.ts'
import type { Sizing } from '../../risk/sizing.ts'
import { riskWith } from '../../backtest/model-settings.ts'
import type { StrategyDefinition } from '../../strategy/strategy.ts'
import { type Execution, parseExecution } from '../../trading/algorithms/execution.ts'
import { MAKER_RATE, NOTIONAL_MIN, SIM_COSTS, SPOT_RATE, TAKER_RATE } from '../../venue/sim/models/costs.ts'
import type { SlippageModel } from '../../venue/sim/models/models.ts'
import { CliError, EXIT } from '../exit.ts'
import { type FileFlags, addFileOptions } from './file-flags.ts'
import { cashFlag, collect, decimalFlag, rateFlag, timeFlag } from './flag-values.ts'
import { type SimulationFlags, addSimulationOptions, modelsFrom, slippageWith } from './simulation-flags.ts'
import { settingsFlag } from './settings-flag.ts'
import { universeFlag } from './universe-flag.ts'

/** Which bars a run is over. */
export interface SeriesFlags extends FileFlags, SimulationFlags {
  readonly symbol?: readonly string[]
  readonly venue?: string
  readonly interval?: string
  readonly csv?: string
  readonly tick?: string
  readonly lot?: string
  readonly from?: string
  readonly to?: string
  readonly minNotional?: string
  readonly funding: string
}

export interface StudyFlags extends SeriesFlags {
  readonly param?: readonly string[]
  readonly cash: string
  readonly size?: string
  readonly fee?: string
  readonly maker?: string
  readonly taker?: string
  readonly slippageBps?: string
  readonly slippageTicks?: string
  readonly stopSlippage?: string
  readonly stop?: string
  readonly limits: string
  readonly risk?: readonly string[]
  readonly limitFill: string
  readonly execution?: string
  readonly universe?: readonly string[]
  /** Whether the runs are counted. */
  readonly ledger?: boolean
}

export function addStudyOptions(command: Command): Command {
  const described = addFileOptions(command)
    .option('--symbol <symbol>', 'symbol, repeatable; with --csv, the name for the file’s series', collect)
    .option('--venue <venue>', 'venue of the stored series, if several match')
    .option('--interval <interval>', 'interval, for example 1m or 5m (default: 1m, or the only one stored)')
    .option('--csv <file>', 'candles from a file or folder, without an import')
    .option('--tick <size>', 'tick size of the file’s prices (default: from its decimals)')
    .option('--lot <size>', 'lot size (default for a file: 0.000001, larger for prices below 0.01)')
    .option('--from <date>', 'first bar, for example 2025-10-01 or 2025-10-01T08:00Z')
    .option('--to <date>', 'end, exclusive')
    .option('--param <name=value>', 'strategy parameter, repeatable', collect)
    .option('--cash <amount>', 'opening cash', '10000')
    .option('--size <size>', 'all, risk or fixed:N (default: risk if the strategy sets stops, else all)')
    .option('--fee <rate>', 'maker and taker fee, 0.001 for 0.1 %')
    .option('--maker <rate>', 'maker fee (default: 0.0002, spot 0.001)')
    .option('--taker <rate>', 'taker fee (default: 0.00055, spot 0.001)')
    .option('--slippage-bps <n>', 'slippage of taker orders, in basis points (default: 0)')
    .option('--slippage-ticks <n>', 'slippage of taker orders in ticks, 0.5 for half a one-tick spread')
    .option(
      '--stop-slippage <share>',
      'stop slippage as a share of the bar’s range beyond the stop, 0 to 1 (default: 0; 0.1 with --limits)',
    )
    .option('--min-notional <amount>', 'minimum order value (default: 5, like Bybit)')
    .option('--funding <funding>', 'none, history, or a rate per 8 h; 0.0001 is 4.5 times BTC’s mean of 2025 and 2026; not on spot', 'none')
    .option('--stop <percent>', 'stop for signals without one, in % of the price')
    .option('--limits <profile>', `apply limits, sizing and costs of a profile: ${RISK_PROFILE_NAMES.join(', ')}`, 'research')
    .option('--risk <key=value>', 'with --limits: a risk setting in place of the profile’s, such as riskMax=1%, repeatable', collect)
    .option('--limit-fill <rule>', 'limit orders fill when the price trades through or touches', 'through')
    .option('--universe <key=value>', 'select which of the symbols take entries, repeatable: take=2, by=volume, every=1d, ...', collect)
    .option('--execution <how>', 'execution algorithm for entries: twap:30m, vwap:2h, pov:10%:1h or chase:5bp:60s')
    .option('--no-ledger', 'do not count these runs in the trial ledger (ballast trials)')
  return addSimulationOptions(described)
}

/** @throws CliError that names the option. */
export function requestOf(
  definition: StrategyDefinition,
  params: unknown,
  series: readonly RunSeries[],
  flags: StudyFlags,
): BacktestRequest {
  const limits = flags.limits as RiskProfileName
  if (!RISK_PROFILE_NAMES.includes(limits))
    throw new CliError(EXIT.usage, `--limits '${flags.limits}' is not a profile.`, `Profiles: ${RISK_PROFILE_NAMES.join(', ')}.`)
  if (flags.limitFill !== 'through' && flags.limitFill !== 'touch')
    throw new CliError(EXIT.usage, `--limit-fill '${flags.limitFill}' is neither through nor touch.`)
  const models = modelsFrom(flags, series)
  const risk = riskWith(researchRisk(limits, flags.risk), models)
  const isResearch = limits === 'research'
  const stopFraction = flags.stop === undefined ? undefined : decimalFlag('stop', flags.stop.replace('%', ''), 6) / 1e8
  if (stopFraction !== undefined && (stopFraction <= 0 || stopFraction >= 1))
    throw new CliError(EXIT.usage, `--stop '${flags.stop}' must be between 0 and 100 %.`)
  const openingCash = cashFlag('cash', flags.cash)
  if (openingCash <= 0) throw new CliError(EXIT.usage, `--cash '${flags.cash}' must be above zero.`)
  const stopShare = stopShareOf(flags, isResearch)
  const slippage = slippageWith(slippageOf(flags, isResearch), models)
  return {
    definition,
    params,
    series,
    risk,
    sizing: sizingOf(flags, definition, stopFraction, series, risk.sizing, isResearch),
    openingCash,
    makerRate: rateFlag(flags.maker === undefined ? 'fee' : 'maker', flags.maker ?? flags.fee, MAKER_RATE),
    takerRate: rateFlag(flags.taker === undefined ? 'fee' : 'taker', flags.taker ?? flags.fee, TAKER_RATE),
    spotRate: rateFlag(flags.taker === undefined ? 'fee' : 'taker', flags.taker ?? flags.fee, SPOT_RATE),
    slippage,
    stopShare,
    maxVolumeShare: models.maxVolumeShare,
    latencyMs: models.latencyMs,
    liquidation: models.liquidation,
    asked: { from: timeFlag('from', flags.from), to: timeFlag('to', flags.to) },
    limitFill: flags.limitFill,
    execution: executionOf(flags.execution),
    universe: universeFlag(flags, definition, series, slippage),
    stopFraction,
  }
}

function researchRisk(limits: RiskProfileName, given: readonly string[] | undefined): RiskProfile {
  if (given === undefined || given.length === 0) return RISK_PROFILES[limits]
  if (limits === 'research')
    throw new CliError(EXIT.usage, '--risk changes the limits of a profile, and none is applied.', 'Add --limits sim, or another profile.')
  return settingsFlag('risk', limits, given)
}

function slippageOf(flags: StudyFlags, isResearch: boolean): SlippageModel {
  if (flags.slippageBps !== undefined && flags.slippageTicks !== undefined)
    throw new CliError(EXIT.usage, '--slippage-bps and --slippage-ticks cannot be combined.', 'Pass one of them.')
  if (flags.slippageTicks !== undefined) return { type: 'ticks', ticks: decimalFlag('slippage-ticks', flags.slippageTicks, 6) / 1e6 }
  if (flags.slippageBps !== undefined) return { type: 'fixed', bps: decimalFlag('slippage-bps', flags.slippageBps, 6) / 1e6 }
  return isResearch ? { type: 'none' } : SIM_COSTS.slippage
}

function stopShareOf(flags: StudyFlags, isResearch: boolean): number | undefined {
  if (flags.stopSlippage === undefined) return isResearch ? undefined : SIM_COSTS.stopShare
  const share = decimalFlag('stop-slippage', flags.stopSlippage, 6) / 1e6
  if (share > 1)
    throw new CliError(EXIT.usage, `--stop-slippage '${flags.stopSlippage}' must be between 0 and 1.`, 'A stress test uses 0.33.')
  return share
}

/** In units of Cash, at the highest price of the series. */
function worthAtMost({ instrument, columns }: RunSeries, quantity: number): number {
  const high = columns.high.reduce((most, price) => Math.max(most, price), 0)
  return (high * quantity * instrument.cashNumerator) / instrument.cashDenominator
}

function sizingOf(
  flags: StudyFlags,
  definition: StrategyDefinition,
  stopFraction: number | undefined,
  series: readonly RunSeries[],
  profileSizing: Sizing,
  isResearch: boolean,
): Sizing {
  const size = flags.size ?? (!isResearch || definition.givesStop ? 'risk' : 'all')
  if (size === 'all') return { type: 'all' }
  if (size === 'risk') {
    if (!definition.givesStop && stopFraction === undefined)
      throw new CliError(EXIT.usage, `${definition.name} sets no stop, so it cannot be sized by risk.`, 'Add --stop 2, or use --size all.')
    return profileSizing
  }
  const quantity = /^fixed:(.+)$/.exec(size)?.[1]
  const instrument = series[0]?.instrument
  const parsed = quantity === undefined || instrument === undefined ? undefined : parseQuantity(instrument, quantity, 'floor')
  if (parsed === undefined || parsed <= 0)
    throw new CliError(EXIT.usage, `--size '${size}' is not all, risk or fixed:N.`, 'Example: --size fixed:0.5.')
  const worth = Math.max(...series.map((each) => worthAtMost(each, parsed)))
  // A position and what it has won are counted in one number.
  if (worth > Number.MAX_SAFE_INTEGER / 2)
    throw new CliError(
      EXIT.usage,
      `--size ${size} is worth ${Math.round(worth / CASH_ONE).toLocaleString('en-US')} at the highest price, more than is counted here.`,
      `At most ${Math.floor(Number.MAX_SAFE_INTEGER / 2 / CASH_ONE).toLocaleString('en-US')}.`,
    )
  return { type: 'fixed', lots: parsed }
}

export function costsOf(request: BacktestRequest, flags: StudyFlags) {
  const isSpot = request.series.every(({ instrument }) => instrument.category === 'spot')
  return {
    ...costWordsOf(request),
    minNotional: flags.minNotional ?? NOTIONAL_MIN,
    funding: isSpot ? 'none' : flags.funding,
    limits: flags.limits,
    risk: flags.risk ?? [],
    size: flags.size ?? (request.sizing.type === 'risk' ? 'risk' : 'all'),
    stop: flags.stop ?? null,
    execution: flags.execution ?? 'at once',
    universe: flags.universe ?? null,
    cash: flags.cash,
  }
}

function executionOf(text: string | undefined): Execution | undefined {
  if (text === undefined) return undefined
  const execution = parseExecution(text)
  if (typeof execution === 'string') throw new CliError(EXIT.usage, execution)
  if (execution.type === 'iceberg') throw new CliError(EXIT.usage, 'An iceberg needs a limit price, which signals do not have.')
  return execution
}
