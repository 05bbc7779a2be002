/**
 * `ballast size`: how large an entry may be, by the same arithmetic that the trader uses and `why` shows.
 * Never rounds up: below the smallest quantity it says so.
 */
import type { Command } from 'commander'
import { decimalsOf, formatDecimal } from '../../core/decimal.ts'
import { CASH_SCALE, type Ticks, instrumentIndex, rate } from '../../core/units.ts'
import { formatQuantity, makeInstrument, parsePrice } from '../../market/instrument.ts'
import { RESEARCH_LIMITS } from '../../risk/limits.ts'
import { type BalanceScaling, sizeByRisk } from '../../risk/sizing.ts'
import { SPOT_RATE, TAKER_RATE } from '../../venue/sim/costs.ts'
import { contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { cashFlag, decimalFlag, rateFlag, stepFlag } from '../flags/flag-values.ts'

interface SizeFlags {
  readonly equity: string
  readonly entry: string
  readonly stop: string
  readonly highWaterMark?: string
  readonly risk?: string
  readonly balanceLow?: string
  readonly balanceHigh?: string
  readonly maker?: string
  readonly taker?: string
  readonly slippageBps?: string
  readonly lot: string
}

/** r lies between these before the drawdown decay. */
const R_MIN = 0.005
const R_MAX = 0.02

export function register(program: Command): void {
  program
    .command('size')
    .description('size an entry by risk, step by step')
    .requiredOption('--equity <amount>', 'equity')
    .requiredOption('--entry <price>', 'entry price')
    .requiredOption('--stop <price>', 'stop price; above the entry for a short')
    .option('--high-water-mark <amount>', 'flow-adjusted peak of equity (default: the equity)')
    .option('--risk <fraction>', 'fraction of equity to risk, for example 0.01')
    .option('--balance-low <amount>', 'balance below which 2 % is risked')
    .option('--balance-high <amount>', 'balance above which 0.5 % is risked')
    .option('--maker <rate>', 'maker fee; market entries do not pay it')
    .option('--taker <rate>', 'taker fee (default: 0.00055)')
    .option('--slippage-bps <n>', 'expected slippage at the stop, in basis points (default: 0)')
    .option('--lot <size>', 'lot size', '0.000001')
    .action(runSize)
}

function runSize(flags: SizeFlags, command: Command): void {
  const { out } = contextOf(command)
  const decimals = Math.max(decimalsOf(flags.entry), decimalsOf(flags.stop))
  const instrument = makeInstrument({
    index: instrumentIndex(0),
    venue: 'none',
    symbol: 'SIZE',
    tickSize: decimals === 0 ? '1' : `0.${'0'.repeat(decimals - 1)}1`,
    lotSize: stepFlag('lot', flags.lot),
  })
  const price = (flag: string, text: string): Ticks => {
    const parsed = parsePrice(instrument, text)
    if (parsed === undefined || parsed <= 0) throw new CliError(EXIT.usage, `--${flag} '${text}' is not a price.`)
    return parsed
  }
  const entry = price('entry', flags.entry)
  const stop = price('stop', flags.stop)
  if (entry === stop) throw new CliError(EXIT.usage, 'The stop equals the entry.', 'Put the stop below a long entry, or above a short one.')
  const equity = cashFlag('equity', flags.equity)
  const sized = sizeByRisk(
    {
      instrument,
      side: stop < entry ? 1 : -1,
      entry,
      stop,
      equity,
      highWater: flags.highWaterMark === undefined ? equity : cashFlag('high-water-mark', flags.highWaterMark),
      smoothedDrawdown: 0,
      lossRoom: Number.POSITIVE_INFINITY,
    },
    scalingOf(flags),
    { type: 'none' },
    RESEARCH_LIMITS,
    {
      takerRate: rateFlag('taker', flags.taker, TAKER_RATE),
      spotTakerRate: rateFlag('taker', flags.taker, SPOT_RATE),
      stopSlippageRate: rate(flags.slippageBps === undefined ? 0 : decimalFlag('slippage-bps', flags.slippageBps, 6)),
      maintenanceRate: rate(0),
    },
    [],
  )
  if (sized.lots < 1)
    throw new CliError(
      EXIT.refused,
      'The risk budget is too small for the smallest quantity.',
      'Raise the equity or the risk, or move the stop closer.',
    )
  const answer = {
    quantity: formatQuantity(instrument, sized.lots),
    r: sized.r,
    plannedLoss: formatDecimal(sized.plannedLoss, CASH_SCALE),
    steps: sized.steps,
  }
  out.answer(answer, () => {
    out.line(`${out.style('bold', answer.quantity)}   planned loss ${answer.plannedLoss} if the stop fills at its price`)
    out.fields(sized.steps.map((step) => [step.name, step.value]))
  })
}

function scalingOf(flags: SizeFlags): BalanceScaling {
  if (flags.risk !== undefined) {
    const r = decimalFlag('risk', flags.risk, 10) / 1e10
    if (r <= 0 || r >= 1) throw new CliError(EXIT.usage, `--risk '${flags.risk}' must be between 0 and 1.`, 'Example: --risk 0.01.')
    return { type: 'constant', r }
  }
  if (flags.balanceLow === undefined || flags.balanceHigh === undefined)
    throw new CliError(EXIT.usage, 'No risk given.', 'Pass --risk 0.01, or --balance-low and --balance-high.')
  const balanceLow = cashFlag('balance-low', flags.balanceLow)
  const balanceHigh = cashFlag('balance-high', flags.balanceHigh)
  if (balanceHigh <= balanceLow) throw new CliError(EXIT.usage, '--balance-high must be above --balance-low.')
  return { type: 'linear', rMin: R_MIN, rMax: R_MAX, balanceLow, balanceHigh }
}
