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
import { Bars } from '../src/market/bars.ts'
import { LineRun } from '../src/ml/champion/line-run.ts'
import { SPEC, loaded, savedModel } from '../test/support/fitted-model.ts'
import { aucOf } from '../src/ml/scores/scores.ts'
import { plantedSamples } from '../test/support/planted-samples.ts'
import { benchSeries } from './series.ts'

const ROWS = 50_000
const TESTED = 15_000
const FEATURES = 30
const ROUNDS = 3
const LIVE_BARS = 20_000
/** Bars that the model of the live bar is fitted on. */
const TRAINED = 10_000

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
await measureLiveBar()

/** All that a live bar takes of the strategy `ml` but its orders: features, prediction, distance and drift of 14 features and 20 trees. */
async function measureLiveBar(): Promise<void> {
  const { columns, intervalMs } = await benchSeries()
  const features = [
    ...SPEC.features,
    { use: 'rsi', lags: [0, 1] },
    { use: 'macd' },
    { use: 'volume' },
    { use: 'flow' },
    { use: 'time-of-day' },
  ]
  const wish = { series: [{ symbol: 'X', columns }], symbols: ['X'], intervalMs, bars: TRAINED, spec: { ...SPEC, features } }
  const champion = loaded(await savedModel({ ...wish, kind: 'gbdt' }))
  const bars = new Bars(intervalMs, columns)
  const run = new LineRun(champion, [], ['X'])
  const times: string[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage()
    for (let bar = 0; bar < LIVE_BARS; bar += 1) {
      const c = bars.cursor
      bars.reveal()
      const [open, high, low, close] = [columns.open[c], columns.high[c], columns.low[c], columns.close[c]] as [
        number,
        number,
        number,
        number,
      ]
      run.take('X', columns.ts[c] as number, open, high, low, close, columns.volume[c] as number)
      run.settle(bars.closeTs(0))
      run.predict('X', bars.closeTs(0), bars)
      for (let at = 0; at < champion.saved.features.length; at += 1) run.isDrifted(at)
    }
    times.push((process.cpuUsage(before).user / LIVE_BARS).toFixed(1))
  }
  console.log(
    `a live bar of ${champion.saved.features.length} features, judged on what it has not seen from round 1 on: ${times.join('  ')} µs of the processor`,
  )
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
