/**
 * `ballast allocate RETURNS.csv --method hrp`: weights of a long-only portfolio and the risk that each asset brings.
 */
import type { Command } from 'commander'
import { type AllocationRequest, METHODS, type Method, allocate } from '../../portfolio/allocation/allocate.ts'
import type { BlackLitterman, View } from '../../portfolio/allocation/black-litterman.ts'
import { COVARIANCES, EWMA_DECAY } from '../../portfolio/allocation/covariance.ts'
import { CVAR_CONFIDENCE } from '../../portfolio/allocation/min-cvar.ts'
import { contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { choiceFlag, collect, numberFlag } from '../flags/flag-values.ts'
import { formatCount, formatPercent } from '../ui/format.ts'
import { loadLinearSolver } from '../../process/linear-solver.ts'
import { readReturnsCsv } from './returns-csv.ts'

interface AllocateFlags {
  readonly method: string
  readonly covariance: string
  readonly minWeight: string
  readonly maxWeight: string
  readonly decay: string
  readonly confidence: string
  readonly view?: readonly string[]
  readonly marketWeight?: readonly string[]
  readonly riskAversion: string
  readonly tau: string
}

export function register(program: Command): void {
  program
    .command('allocate')
    .description('compute long-only portfolio weights from returns')
    .argument(
      '<returns.csv>',
      'CSV with one column per asset (time and counter columns are ignored); also Parquet, Feather, JSON, compressed',
    )
    .requiredOption('--method <method>', METHODS.join(', '))
    .option('--covariance <name>', COVARIANCES.join(', '), 'sample')
    .option('--min-weight <w>', 'minimum weight of each asset', '0')
    .option('--max-weight <w>', 'maximum weight of each asset', '1')
    .option('--decay <d>', 'for ewma: weight of a row relative to the next newer one', String(EWMA_DECAY))
    .option('--confidence <c>', 'for min-cvar: confidence level', String(CVAR_CONFIDENCE))
    .option('--view <view>', 'for black-litterman: return per row, BTC=0.001 or BTC-ETH=0.0005; repeatable', collect)
    .option('--market-weight <asset=w>', 'for black-litterman: market weight of each asset (default: equal)', collect)
    .option('--risk-aversion <n>', 'for black-litterman: risk aversion of the market', '2.5')
    .option('--tau <n>', 'for black-litterman: uncertainty of the equilibrium', '0.05')
    .action(runAllocate)
}

async function runAllocate(file: string, flags: AllocateFlags, command: Command): Promise<void> {
  const { out } = contextOf(command)
  const method = choiceFlag('method', flags.method, METHODS)
  const covariance = choiceFlag('covariance', flags.covariance, COVARIANCES)
  const settings = settingsOf(flags)
  const { names, columns, notes } = await readReturnsCsv(file)
  for (const note of notes) out.note(note)
  const allocated = allocate({
    method,
    covariance,
    ...settings,
    names,
    returns: columns,
    blackLitterman: blackLittermanOf(flags, names, method),
    solveLinear: await loadLinearSolver(),
  })
  if (!allocated.ok) throw new CliError(EXIT.error, allocated.error, 'ballast allocate --help lists the methods and their options.')
  const { weights, volatility, contributions } = allocated.value
  const byName = (values: ArrayLike<number>): Record<string, number> =>
    Object.fromEntries(names.map((name, at) => [name, values[at] as number]))
  out.answer({ weights: byName(weights), risk: { volatility, contributions: byName(contributions) } }, () => {
    out.table(
      [{ title: 'asset' }, { title: 'weight', align: 'right' }, { title: 'risk share', align: 'right' }],
      names.map((name, at) => [
        name,
        formatPercent(weights[at] as number),
        formatPercent(shareOf(contributions[at] as number, volatility)),
      ]),
    )
    out.line()
    out.line(
      `volatility ${formatPercent(volatility, 4)} per row, ${method} over ${formatCount(columns[0]?.length ?? 0)} rows, ${covariance} covariance`,
    )
  })
}

const shareOf = (contribution: number, volatility: number): number | null => (volatility === 0 ? null : contribution / volatility)

function settingsOf(flags: AllocateFlags): Pick<AllocationRequest, 'bounds' | 'decay' | 'confidence'> {
  return {
    bounds: { min: fraction('min-weight', flags.minWeight, true), max: fraction('max-weight', flags.maxWeight, true) },
    decay: fraction('decay', flags.decay, false),
    confidence: fraction('confidence', flags.confidence, false),
  }
}

function fraction(flag: string, text: string, includesEnds: boolean): number {
  const value = numberFlag(flag, text)
  if (includesEnds ? value >= 0 && value <= 1 : value > 0 && value < 1) return value
  throw new CliError(EXIT.usage, `--${flag} '${text}' must be between 0 and 1.`, `Example: --${flag} 0.25.`)
}

function positive(flag: string, text: string): number {
  const value = numberFlag(flag, text)
  if (value > 0) return value
  throw new CliError(EXIT.usage, `--${flag} '${text}' must be above zero.`)
}

function blackLittermanOf(flags: AllocateFlags, names: readonly string[], method: Method): BlackLitterman {
  if (method !== 'black-litterman' && (flags.view !== undefined || flags.marketWeight !== undefined))
    throw new CliError(EXIT.usage, `${method} does not use views or market weights.`, 'They belong to --method black-litterman.')
  return {
    market: marketOf(flags.marketWeight, names),
    views: (flags.view ?? []).map((text) => viewOf(text, names)),
    riskAversion: positive('risk-aversion', flags.riskAversion),
    tau: positive('tau', flags.tau),
  }
}

function marketOf(words: readonly string[] | undefined, names: readonly string[]): Float64Array {
  if (words === undefined) return new Float64Array(names.length).fill(1 / names.length)
  const market = new Float64Array(names.length)
  for (const word of words) {
    const at = word.lastIndexOf('=')
    const asset = names.indexOf(word.slice(0, at))
    if (at < 0 || asset < 0)
      throw new CliError(EXIT.usage, `--market-weight '${word}' is not asset=weight of a column.`, `Columns: ${names.join(', ')}.`)
    market[asset] = fraction('market-weight', word.slice(at + 1), true)
  }
  const total = market.reduce((sum, weight) => sum + weight, 0)
  if (Math.abs(total - 1) > 1e-6)
    throw new CliError(EXIT.usage, `The market weights sum to ${total}.`, 'They must sum to 1; an asset without one has weight 0.')
  return market.map((weight) => weight / total)
}

function viewOf(text: string, names: readonly string[]): View {
  const at = text.lastIndexOf('=')
  const weights = at < 0 ? undefined : viewWeights(text.slice(0, at), names)
  if (weights === undefined)
    throw new CliError(
      EXIT.usage,
      `--view '${text}' is not ASSET=return or ASSET-ASSET=return with the names of columns.`,
      `Columns: ${names.join(', ')}.`,
    )
  return { weights, value: numberFlag('view', text.slice(at + 1)) }
}

/** A name may hold a dash itself: every place to part the text is tried. */
function viewWeights(text: string, names: readonly string[]): Float64Array | undefined {
  const weights = new Float64Array(names.length)
  const single = names.indexOf(text)
  if (single >= 0) {
    weights[single] = 1
    return weights
  }
  for (let dash = text.indexOf('-'); dash >= 0; dash = text.indexOf('-', dash + 1)) {
    const better = names.indexOf(text.slice(0, dash))
    const worse = names.indexOf(text.slice(dash + 1))
    if (better < 0 || worse < 0 || better === worse) continue
    weights[better] = 1
    weights[worse] = -1
    return weights
  }
  return undefined
}
