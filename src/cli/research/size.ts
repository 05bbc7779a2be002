/**
 * `ballast size`: how large an entry may be, by the same arithmetic that the trader uses and `why` shows.
 */
import { type Command, Option } from 'commander'
import { decimalsOf, formatDecimal } from '../../core/decimal.ts'
import { limitAt } from '../../core/money-limit.ts'
import { CASH_SCALE, type Cash, DAY_MS, type Ticks, instrumentIndex, rate } from '../../core/units.ts'
import { parseInterval } from '../../market/candles/interval.ts'
import { type Instrument, formatQuantity, makeInstrument, parsePrice, tickFloat } from '../../market/instrument.ts'
import { RESEARCH_LIMITS, type RiskLimits } from '../../risk/limits.ts'
import { settingOf } from '../../risk/settings/setting.ts'
import { type SizingMethod, sizeByMethod } from '../../risk/sizing-methods.ts'
import { type BalanceScaling, type DrawdownDecay, sizeByRisk } from '../../risk/sizing.ts'
import { SPOT_RATE, TAKER_RATE } from '../../venue/sim/models/costs.ts'
import { contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { cashFlag, collect, decimalFlag, rateFlag, stepFlag } from '../flags/flag-values.ts'
import { settingsFlag } from '../flags/settings-flag.ts'

interface SizeFlags {
  readonly equity: string
  readonly entry: string
  readonly stop: string
  readonly highWaterMark?: string
  readonly risk?: string
  readonly balanceLow?: string
  readonly balanceHigh?: string
  readonly method?: string
  readonly set?: readonly string[]
  readonly drawdown?: string
  readonly lossLeft?: string
  readonly atr?: string
  readonly interval: string
  readonly trades?: string
  readonly wins?: string
  readonly wonR?: string
  readonly lostR?: string
  readonly symbols: string
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
    .option('--risk <fraction>', 'fraction of equity to risk, for example 0.01; without it the settings of profile sim')
    .option('--balance-low <amount>', 'balance below which 2 % is risked')
    .option('--balance-high <amount>', 'balance above which 0.5 % is risked')
    .addOption(new Option('--method <name>', 'sizing method (setting sizing)').choices(settingChoices('sizing')))
    .option('--set <key=value>', 'a risk setting, for example targetVolatility=20%; may be repeated', collect)
    .option('--drawdown <percent>', 'smoothed drawdown, for example 6%: from drawdownYellow on it shrinks the size (drawdownDecay)')
    .option('--loss-left <amount>', 'daily loss limit that remains after open risk: see dayThrottle and gapMultiple')
    .option('--atr <distance>', 'average true range of a bar, for volatility-target')
    .option('--interval <bar>', 'bar that --atr is of', '15m')
    .option('--trades <n>', 'closed trades so far, for kelly')
    .option('--wins <n>', 'winning trades among them')
    .option('--won-r <sum>', 'sum of the R that was won')
    .option('--lost-r <sum>', 'sum of the R that was lost')
    .option('--symbols <n>', 'symbols that are traded, for equal-weight', '1')
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
  const rules = rulesOf(flags)
  const by = sizeByMethod(rules.method, { ...evidenceOf(flags, instrument), equity, entry, rMin: rules.rMin })
  if (by.missing !== undefined)
    throw new CliError(EXIT.usage, 'Sizing by volatility needs the average true range of a bar.', 'Pass --atr, and --interval for its bar.')
  const left = flags.lossLeft === undefined ? Number.POSITIVE_INFINITY : cashFlag('loss-left', flags.lossLeft)
  const sized = sizeByRisk(
    {
      instrument,
      side: stop < entry ? 1 : -1,
      entry,
      stop,
      equity,
      highWater: flags.highWaterMark === undefined ? equity : cashFlag('high-water-mark', flags.highWaterMark),
      smoothedDrawdown: percentFlag('drawdown', flags.drawdown),
      lossRoom: rules.isThrottled ? left / Math.max(1, rules.limits.gapTestMultiple) : Number.POSITIVE_INFINITY,
    },
    rules.scaling,
    rules.decay,
    rules.limits,
    {
      takerRate: rateFlag('taker', flags.taker, TAKER_RATE),
      spotTakerRate: rateFlag('taker', flags.taker, SPOT_RATE),
      stopSlippageRate: rate(flags.slippageBps === undefined ? 0 : decimalFlag('slippage-bps', flags.slippageBps, 6)),
      maintenanceRate: rate(0),
    },
    rules.capsAt(equity),
    by,
  )
  if (sized.plannedLoss * rules.limits.gapTestMultiple > left)
    throw new CliError(
      EXIT.refused,
      `${rules.limits.gapTestMultiple} times the planned loss of ${formatDecimal(sized.plannedLoss, CASH_SCALE)} is more than the ${flags.lossLeft} that the day may still lose: denied (gap-test).`,
      'With dayThrottle=on the entry is made smaller instead.',
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

interface SizeRules {
  readonly scaling: BalanceScaling
  readonly decay: DrawdownDecay
  readonly isThrottled: boolean
  readonly method: SizingMethod
  readonly rMin: number
  readonly limits: RiskLimits
  readonly capsAt: (equity: Cash) => readonly { readonly name: string; readonly notional: Cash }[]
}

/** A fraction that is given counts as it is; settings are bounded as the trader bounds them. */
function rulesOf(flags: SizeFlags): SizeRules {
  const given = scalingOf(flags)
  const settings = [...(flags.set ?? []), ...(flags.method === undefined ? [] : [`sizing=${flags.method}`])]
  const rMin = (scaling: BalanceScaling): number => (scaling.type === 'constant' ? scaling.r : scaling.rMin)
  if (given !== undefined && settings.length === 0)
    return {
      scaling: given,
      decay: { type: 'none' },
      isThrottled: true,
      method: { type: 'fixed-fraction' },
      rMin: rMin(given),
      limits: RESEARCH_LIMITS,
      capsAt: () => [],
    }
  const { limits, sizing } = settingsFlag('set', 'sim', settings)
  if (sizing.type !== 'risk') throw new CliError(EXIT.usage, 'These settings do not size by risk.')
  const scaling = given ?? sizing.scaling
  return {
    scaling,
    decay: sizing.decay,
    isThrottled: sizing.isThrottled,
    method: sizing.method ?? { type: 'fixed-fraction' },
    rMin: rMin(scaling),
    limits,
    capsAt: (equity) => [
      { name: 'order limit', notional: limitAt(limits.orderMax, equity) },
      { name: 'position limit', notional: limitAt(limits.positionMax, equity) },
      { name: 'gross limit', notional: limitAt(limits.grossMax, equity) },
    ],
  }
}

function evidenceOf(flags: SizeFlags, instrument: Instrument) {
  const barMs = parseInterval(flags.interval)
  if (barMs === undefined) throw new CliError(EXIT.usage, `--interval '${flags.interval}' is not a bar.`, 'Example: --interval 15m.')
  const count = (flag: string, text: string | undefined): number => (text === undefined ? 0 : decimalFlag(flag, text, 0))
  const sum = (flag: string, text: string | undefined): number => (text === undefined ? 0 : decimalFlag(flag, text, 6) / 1e6)
  const trades = count('trades', flags.trades)
  const wins = count('wins', flags.wins)
  if (wins > trades) throw new CliError(EXIT.usage, `--wins ${wins} is more than --trades ${trades}.`)
  const symbols = count('symbols', flags.symbols)
  if (symbols < 1) throw new CliError(EXIT.usage, `--symbols '${flags.symbols}' must be 1 or more.`)
  return {
    atrTicks: flags.atr === undefined ? 0 : decimalFlag('atr', flags.atr, 8) / 1e8 / tickFloat(instrument),
    barsPerYear: (365 * DAY_MS) / barMs,
    edge: { trades, wins, wonR: sum('won-r', flags.wonR), lostR: sum('lost-r', flags.lostR) },
    symbols,
  }
}

/** A part of equity, from 0 to below 1. */
function percentFlag(flag: string, text: string | undefined): number {
  if (text === undefined) return 0
  const part = decimalFlag(flag, text.replace('%', ''), 6) / (text.endsWith('%') ? 1e8 : 1e6)
  if (part >= 1) throw new CliError(EXIT.usage, `--${flag} '${text}' must be below 100 %.`, `Example: --${flag} 6%.`)
  return part
}

function settingChoices(key: 'sizing'): readonly string[] {
  const setting = settingOf(key)
  return setting.unit === 'choice' ? setting.choices : []
}

/** Undefined where no fraction and no balances are given: the settings say. */
function scalingOf(flags: SizeFlags): BalanceScaling | undefined {
  if (flags.risk !== undefined) {
    const r = decimalFlag('risk', flags.risk, 10) / 1e10
    if (r <= 0 || r >= 1) throw new CliError(EXIT.usage, `--risk '${flags.risk}' must be between 0 and 1.`, 'Example: --risk 0.01.')
    return { type: 'constant', r }
  }
  if (flags.balanceLow === undefined && flags.balanceHigh === undefined) return undefined
  if (flags.balanceLow === undefined || flags.balanceHigh === undefined)
    throw new CliError(EXIT.usage, 'A scaling by balance needs both ends.', 'Pass --balance-low and --balance-high.')
  const balanceLow = cashFlag('balance-low', flags.balanceLow)
  const balanceHigh = cashFlag('balance-high', flags.balanceHigh)
  if (balanceHigh <= balanceLow) throw new CliError(EXIT.usage, '--balance-high must be above --balance-low.')
  return { type: 'linear', rMin: R_MIN, rMax: R_MAX, balanceLow, balanceHigh }
}
