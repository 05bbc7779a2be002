/**
 * `ballast rebalance`: the plan of a rebalance by the running Ballast, and, after a yes, its execution.
 */
import type { Command } from 'commander'
import type { PlanAnswer } from '../../../api/commands/rebalance/sight.ts'
import { type AllocationRequest, METHODS, allocate } from '../../portfolio/allocation/allocate.ts'
import { LONG_ONLY } from '../../portfolio/allocation/bounds.ts'
import { COVARIANCES, EWMA_DECAY } from '../../portfolio/allocation/covariance.ts'
import { CVAR_CONFIDENCE } from '../../portfolio/allocation/min-cvar.ts'
import { alignedReturns } from '../../portfolio/rebalance/returns.ts'
import { WEIGHT_ONE, wholeWeights } from '../../portfolio/rebalance/weight.ts'
import { loadLinearSolver } from '../../process/linear-solver.ts'
import { findSeries } from '../../market/candles/find-series.ts'
import { type CliContext, contextOf, dataFailure } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { readReturnsCsv } from '../research/returns-csv.ts'
import { formatPercent } from '../ui/format.ts'
import { clientOf, failureOf } from './api-access.ts'
import { settle } from './control.ts'

interface RebalanceFlags {
  readonly weights?: string
  readonly method?: string
  readonly symbols?: string
  readonly returns?: string
  readonly stored?: boolean
  readonly covariance: string
  readonly interval: string
  readonly bars: string
  readonly gross: string
  readonly band: string
  readonly minTrade: string
  readonly maxTurnover?: string
  readonly maxCost?: string
  readonly stop: string
  readonly algo?: string
  readonly every?: string
  readonly dryRun?: boolean
}

export function register(program: Command): void {
  program
    .command('rebalance')
    .description('bring the weights of hand-traded symbols to targets; shown first, reductions first')
    .argument('[verb]', 'status: how the last one is; stop: end the one that runs')
    .option('--weights <list>', 'targets as parts of equity: BTC=0.5,ETH=0.3 or BTC=50%; a short has a minus')
    .option('--method <method>', METHODS.join(', '))
    .option('--symbols <list>', 'with --method: BTC,ETH,SOL (default: all symbols traded by hand)')
    .option('--returns <file>', 'with --method: a CSV of returns, a column per symbol')
    .option('--stored', 'with --method: returns of stored candles (default: of the exchange)')
    .option('--covariance <name>', `with --method: ${COVARIANCES.join(', ')}`, 'ledoit-wolf')
    .option('--interval <interval>', 'with --method: interval of the candles', '1h')
    .option('--bars <n>', 'with --method: number of candles', '500')
    .option('--gross <percent>', 'with --method: sum of the weights', '100%')
    .option('--band <percent>', 'weights nearer to their target than this part of equity stay', '5%')
    .option('--min-trade <usdt>', 'smaller orders are left out', '10')
    .option('--max-turnover <percent>', 'cap on the sum of all orders, as a part of equity')
    .option('--max-cost <usdt>', 'cap on estimated fees and slippage')
    .option('--stop <percent>', 'distance of the stop of what is added', '5%')
    .option('--algo <algorithm>', 'execution algorithm of every order: twap:30m, pov:10%:1h, ...')
    .option('--every <time>', 'do nothing until this long after the last one: 7d')
    .option('--dry-run', 'show the plan, send nothing')
    .action(runRebalance)
}

async function runRebalance(verb: string | undefined, flags: RebalanceFlags, command: Command): Promise<void> {
  const context = contextOf(command)
  const client = clientOf(context)
  if (verb !== undefined) {
    if (verb !== 'status' && verb !== 'stop')
      throw new CliError(EXIT.usage, `'${verb}' is not status or stop.`, 'Targets are options: --weights BTC=0.5,ETH=0.3')
    return settle(context, client, 'rebalance', await client.runArgs('rebalance', { what: verb }))
  }
  const args = await argsOf(context, flags)
  if (flags.dryRun !== true) return settle(context, client, 'rebalance', await client.runArgs('rebalance', args))
  const plan = await client.planRebalance(args)
  if (!plan.ok) throw failureOf(plan.error, context)
  context.out.answer(plan.value, () => show(context, plan.value))
}

/** The command's own arguments; weights where the returns are in a file or a store of this machine. */
async function argsOf(context: CliContext, flags: RebalanceFlags): Promise<Record<string, unknown>> {
  const { weights, method, returns, stored } = flags
  if ((weights === undefined) === (method === undefined))
    throw new CliError(EXIT.usage, 'Give --weights or --method.', 'Example: ballast rebalance --weights BTC=0.5,ETH=0.3 --dry-run')
  if (method === undefined && (returns !== undefined || stored === true))
    throw new CliError(EXIT.usage, '--returns and --stored belong to --method.', 'Given weights need no returns.')
  if (method !== undefined && !METHODS.some((name) => name === method))
    throw new CliError(EXIT.usage, `There is no method '${method}'.`, `Methods: ${METHODS.join(', ')}.`)
  const common = {
    band: flags.band,
    min: flags.minTrade,
    sl: flags.stop,
    ...(flags.maxTurnover === undefined ? {} : { turnover: flags.maxTurnover }),
    ...(flags.maxCost === undefined ? {} : { cost: flags.maxCost }),
    ...(flags.algo === undefined ? {} : { algo: flags.algo }),
    ...(flags.every === undefined ? {} : { every: flags.every }),
  }
  if (weights !== undefined) return { ...common, weights }
  if (returns !== undefined || stored === true)
    return { ...common, weights: await localWeights(context, flags, method as AllocationRequest['method']) }
  const { symbols, covariance: cov, interval, bars, gross } = flags
  return { ...common, what: method, cov, interval, bars, gross, ...(symbols === undefined ? {} : { symbols }) }
}

async function localWeights(context: CliContext, flags: RebalanceFlags, method: AllocationRequest['method']): Promise<string> {
  const { names, columns } = flags.returns === undefined ? storedReturns(context, flags) : await readReturnsCsv(flags.returns)
  const covariance = COVARIANCES.find((name) => name === flags.covariance)
  if (covariance === undefined)
    throw new CliError(EXIT.usage, `There is no covariance '${flags.covariance}'.`, `Choices: ${COVARIANCES.join(', ')}.`)
  const gross = /^\d{1,4}(\.\d{1,4})?%$/.test(flags.gross) ? Number(flags.gross.slice(0, -1)) / 100 : Number.NaN
  if (!(gross > 0)) throw new CliError(EXIT.usage, `--gross '${flags.gross}' is not a percentage.`, 'Example: --gross 80%')
  const allocated = allocate({
    method,
    names,
    returns: columns,
    covariance,
    decay: EWMA_DECAY,
    bounds: LONG_ONLY,
    confidence: CVAR_CONFIDENCE,
    blackLitterman: { market: new Float64Array(names.length).fill(1 / names.length), views: [], riskAversion: 2.5, tau: 0.05 },
    solveLinear: await loadLinearSolver(),
  })
  if (!allocated.ok) throw new CliError(EXIT.error, allocated.error, 'See ballast allocate --help.')
  const whole = wholeWeights(allocated.value.weights)
  return names.map((name, at) => `${name}=${(Math.floor((whole[at] as number) * gross) / WEIGHT_ONE).toFixed(6)}`).join(',')
}

function storedReturns(
  context: CliContext,
  flags: RebalanceFlags,
): { readonly names: readonly string[]; readonly columns: Float64Array[] } {
  const bars = Number(flags.bars)
  if (!Number.isInteger(bars) || bars < 3) throw new CliError(EXIT.usage, `--bars '${flags.bars}' is not a number of candles.`)
  if (flags.symbols === undefined)
    throw new CliError(EXIT.usage, '--stored needs --symbols.', 'Example: --symbols BTCUSDT,ETHUSDT --stored')
  const store = context.candleStore()
  const names = flags.symbols.split(',').map((name) => name.trim().toUpperCase())
  const series = names.map((symbol) => {
    const found = findSeries(store, { symbol, interval: flags.interval })
    if (!found.ok) throw dataFailure(found.error)
    const { venue, interval, to, intervalMs } = found.value
    const loaded = store.load({ venue, symbol, interval, from: to - bars * intervalMs })
    if (!loaded.ok) throw dataFailure(loaded.error)
    const { ts, close } = loaded.value.columns
    return Array.from(ts, (at, row) => ({ ts: at, close: close[row] as number }))
  })
  return { names, columns: alignedReturns(series) }
}

function show({ out }: CliContext, plan: PlanAnswer): void {
  const traded = new Set(plan.orders.map(({ symbol }) => symbol))
  const lines = [
    ...plan.orders.map((order) => ({ ...order, side: `${order.side}${order.isReduction ? ', reduce-only' : ''}` })),
    ...Object.keys(plan.target)
      .filter((symbol) => !traded.has(symbol))
      .map((symbol) => ({ symbol, side: '–', quantity: '', notional: '', cost: '' })),
  ]
  out.table(
    [
      { title: 'symbol' },
      { title: 'now', align: 'right' },
      { title: 'target', align: 'right' },
      { title: 'order' },
      { title: 'quantity', align: 'right' },
      { title: 'notional', align: 'right' },
      { title: 'est. cost', align: 'right' },
      { title: 'after', align: 'right' },
    ],
    lines.map(({ symbol, side, quantity, notional, cost }) => [
      symbol,
      formatPercent(plan.current[symbol] ?? 0),
      formatPercent(plan.target[symbol] ?? 0),
      side,
      quantity,
      notional,
      cost,
      formatPercent(plan.after[symbol] ?? 0),
    ]),
  )
  for (const { symbol, text } of plan.leftOut) out.line(`${symbol} left out: ${text}`)
  out.line(`turnover ${formatPercent(plan.turnover)} of ${plan.equity} USDT, cost est. ${plan.cost} USDT. Nothing was sent.`)
}
