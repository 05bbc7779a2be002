/**
 * How fast models are trained and predict: boosted trees on 50,000 rows of 30 features in 150 rounds, the others with their defaults;
 * and how fast features of a million bars are made.
 * `npm run bench -- ml`. Processor time is one thread's; the wall clock of a machine that does other work is longer.
 */
import { MODELS, type ModelName, type ModelRules, fitModel, predictModel, rulesOf } from '../src/ml/models/fit-model.ts'
import { planFeatures } from '../src/ml/features/plan.ts'
import { featureTable } from '../src/ml/features/table.ts'
import { takeRows, takeValues } from '../src/ml/samples.ts'
import { rowPredictor } from '../src/ml/models/predict-row.ts'
import { STRATEGIES } from '../src/strategy/registry.ts'
import type { StrategyDefinition } from '../src/strategy/strategy.ts'
import { mlWith, savedModel } from '../test/support/fitted-model.ts'
import { backtestFixture, fixtureSeries } from '../test/support/fixture-backtest.ts'
import { aucOf } from '../src/ml/scores/scores.ts'
import { plantedSamples } from '../test/support/planted-samples.ts'
import { benchSeries } from './series.ts'

const ROWS = 50_000
const TESTED = 15_000
const FEATURES = 30
const ROUNDS = 3
const LIVE_BARS = 20_000
const STRATEGY_RUNS = 20

const all = plantedSamples(3, ROWS + TESTED, FEATURES)
const range = (from: number, to: number): Int32Array => Int32Array.from({ length: to - from }, (_, at) => from + at)
const [train, tested] = [range(0, ROWS), range(ROWS, ROWS + TESTED)]
const features = takeRows(all.features, train)
const target = takeValues(all.classes, train)
const testFeatures = takeRows(all.features, tested)
const truth = takeValues(all.classes, tested)

console.log(`${ROWS.toLocaleString('en-US')} rows of ${FEATURES} features, one thread`)
for (const model of MODELS) measure(model, model === 'gbdt' ? { rounds: 150 } : {})
await measureFeatures()
await measureStrategy()

/** The strategy beside one that looks at the same bars and does next to nothing, each in a backtest of its own. */
async function measureStrategy(): Promise<void> {
  const champion = await savedModel({ kind: 'gbdt', bars: 864 })
  const series = await fixtureSeries(['ETHUSDT'])
  const rule = { costBps: 4, margin: 1 }
  for (const [name, definition] of [
    ['ml', mlWith(champion)],
    [
      'ml with two challengers',
      mlWith(
        champion,
        [2, 3].map((version) => ({ ...champion, version })),
      ),
    ],
    ['sma-cross', STRATEGIES.get('sma-cross') as StrategyDefinition],
  ] as const) {
    const params = definition.params.parse(name.startsWith('ml') ? rule : {})
    const times: string[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = process.cpuUsage()
      for (let again = 0; again < STRATEGY_RUNS; again += 1) await backtestFixture(definition, params as object, ['ETHUSDT'])
      times.push((process.cpuUsage(before).user / STRATEGY_RUNS / (series[0]?.columns.ts.length ?? 1)).toFixed(1))
    }
    console.log(`backtest of ${name} over 864 candles: ${times.join('  ')} µs of the processor a bar, reading the candles included`)
  }
}

async function measureFeatures(): Promise<void> {
  const { name, columns, intervalMs } = await benchSeries()
  const spec = {
    features: [
      { use: 'return', periods: [1, 5, 15, 60] },
      { use: 'volatility', periods: [20, 60] },
      { use: 'momentum' },
      { use: 'rsi' },
      { use: 'ema', periods: [20, 50] },
      { use: 'macd', outputs: ['histogram'] },
      { use: 'atr' },
      { use: 'volume' },
      { use: 'time-of-day' },
    ],
  }
  const plan = planFeatures(spec, { baseMs: intervalMs, read: () => undefined })
  if (!plan.ok) throw new Error(plan.error)
  const rates: string[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage()
    featureTable(plan.value, ['X'], [{ symbol: 'X', columns, funding: undefined }])
    rates.push((columns.ts.length / process.cpuUsage(before).user).toFixed(2))
  }
  console.log(`${plan.value.columns.length} features of ${name}: ${rates.join('  ')} M bars/s of the processor`)
}

function measure(model: ModelName, given: Partial<ModelRules>): void {
  const rules = rulesOf(model, given)
  const times: string[] = []
  let fastest: ReturnType<typeof fitModel> | undefined
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage()
    const started = performance.now()
    fastest = fitModel(model, { features, target, task: 'classification' }, rules)
    const wall = performance.now() - started
    const { user } = process.cpuUsage(before)
    times.push(`${(wall / 1000).toFixed(2)} (${(user / 1e6).toFixed(2)})`)
  }
  if (fastest === undefined || !fastest.ok) throw new Error(`${model} was refused`)
  const fitted = fastest.value
  const auc = aucOf(predictModel(fitted, testFeatures), truth) as number
  let started = performance.now()
  predictModel(fitted, features)
  const batch = ROWS / ((performance.now() - started) / 1000)
  const predict = rowPredictor(fitted)
  const row = new Float64Array(features.length)
  started = performance.now()
  for (let bar = 0; bar < LIVE_BARS; bar += 1) {
    for (let at = 0; at < row.length; at += 1) row[at] = features[at]?.[bar] as number
    predict(row)
  }
  const perBar = ((performance.now() - started) / LIVE_BARS) * 1000
  console.log(
    `  ${model.padEnd(9)} fit ${times.join('  ')} s, in brackets of the processor   AUC ${auc.toFixed(4)}   batch ${(batch / 1e6).toFixed(2)} M rows/s   one bar ${perBar.toFixed(1)} µs`,
  )
}
