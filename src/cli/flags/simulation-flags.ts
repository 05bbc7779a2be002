/**
 * The options that switch models of a simulation on (docs/research.md), in every command that runs a strategy over candles.
 */
import type { Command } from 'commander'
import type { RunSeries } from '../../backtest/backtest-run.ts'
import { type ModelSettings, type ModelWords, readModelSettings, withImpact } from '../../backtest/model-settings.ts'
import type { SlippageModel } from '../../venue/sim/models/models.ts'
import { CliError, EXIT } from '../exit.ts'

export interface SimulationFlags extends ModelWords {
  readonly detail?: string
  readonly mark?: string
  readonly riskTiers?: string
}

const FLAGS: Readonly<Record<keyof ModelWords, string>> = {
  slippageImpact: 'slippage-impact',
  maxVolumeShare: 'max-volume-share',
  latency: 'latency',
  margin: 'margin',
  liquidation: 'liquidation',
  leverage: 'leverage',
}

export function addSimulationOptions(command: Command): Command {
  return command
    .option(
      '--detail <interval>',
      'finer candles that decide the order of events inside a bar: an interval that is stored, as 1m, or a file',
    )
    .option(
      '--slippage-impact <k>',
      'square-root impact of taker orders, beside --slippage-bps: k x volatility x sqrt(quantity / volume) of the bar',
    )
    .option(
      '--max-volume-share <share>',
      'share of a bar’s volume that orders fill at most, for example 10%; the rest works on in the next bars',
    )
    .option('--mark <file>', 'mark prices that liquidate and trigger stops: stored, or a file (default: the last price)')
    .option('--margin <mode>', 'cross or isolated: all of the account backs a position, or its own margin (default: that of --limits)')
    .option('--leverage <n>', 'leverage that margin is asked with (default: that of --limits; research has 1)')
    .option(
      '--risk-tiers <file>',
      'margin tiers by position value: simulated, or a JSON file as Bybit’s /v5/market/risk-limit answers (default: one tier)',
    )
    .option('--liquidation <how>', 'whole, or stepwise down the tiers', 'whole')
    .option('--latency <time>', 'time from a decision to the exchange, for example 250ms')
}

/** @throws CliError that names the option. */
export function modelsFrom(flags: SimulationFlags, series: readonly RunSeries[]): ModelSettings {
  const read = readModelSettings(flags)
  if (!read.ok) {
    const { key, what, next } = read.error
    throw new CliError(EXIT.usage, `--${FLAGS[key]} '${flags[key]}' ${what}.`, next)
  }
  const needsVolume = (['slippageImpact', 'maxVolumeShare'] as const).find((key) => flags[key] !== undefined)
  const empty = series.find(({ columns }) => columns.volume.every((volume) => volume === 0))
  if (needsVolume !== undefined && empty !== undefined)
    throw new CliError(
      EXIT.usage,
      `--${FLAGS[needsVolume]} goes by the volume of bars, and ${empty.instrument.symbol} has none.`,
      'Use candles with a volume column.',
    )
  return read.value
}

/** @throws CliError where the two do not fit. */
export function slippageWith(slippage: SlippageModel, { impact }: ModelSettings): SlippageModel {
  const both = withImpact(slippage, impact)
  if (both !== undefined) return both
  throw new CliError(EXIT.usage, '--slippage-impact and --slippage-ticks cannot be combined.', 'Give half the spread as --slippage-bps.')
}
