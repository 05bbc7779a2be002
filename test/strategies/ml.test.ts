/**
 * ml against a loop by hand over real candles, and when it takes no entries.
 */
import { describe, expect, test } from 'vitest'
import { checkStrategy } from '../../src/backtest/strategy-check.ts'
import type { SavedModel } from '../../src/ml/champion/saved-model.ts'
import type { MlReport } from '../../src/strategy/builtin/ml/report.ts'
import type { State } from '../../src/strategy/builtin/ml/state.ts'
import { atrSeries, mean } from '../support/by-hand/arithmetic.ts'
import { LOTS, candlesOf, fillsOf, unnamed } from '../support/by-hand/fixture.ts'
import { HandMarket } from '../support/by-hand/market.ts'
import { rehearseMarkets } from '../../src/strategy/strategy-harness.ts'
import { backtestFixture, fixtureSeries } from '../support/fixture-backtest.ts'
import { mlWith, savedModel } from '../support/fitted-model.ts'
import { CASH_ONE, cash, lots } from '../../src/core/units.ts'
import type { BacktestRequest } from '../../src/backtest/backtest-run.ts'
import type { StrategyDefinition } from '../../src/strategy/strategy.ts'

const RULE = { costBps: 4, margin: 1, leaveBps: 0, atr: 14, stopAtr: 1.5, maxBars: 25, maxDrift: 1, calm: 3, short: true }

const deviation = (values: readonly number[]): number => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)))

/** The five features from whole columns, each by its definition. */
function featuresByHand(close: readonly number[], k: number): number[] | undefined {
  const returns = (of: readonly number[], last: number): number[] =>
    Array.from({ length: 12 }, (_, back) => Math.log((of[last - back] as number) / (of[last - back - 1] as number)))
  // The candles begin at midnight: each third one ends a quarter of an hour.
  const quarters = close.filter((_, at) => at % 3 === 2 && at <= k)
  if (quarters.length < 13 || k < 24) return undefined
  const at = (back: number): number => close[k - back] as number
  const window = Array.from({ length: 24 }, (_, back) => at(back))
  return [
    Math.log(at(0) / at(1)),
    Math.log(at(0) / at(12)),
    (at(0) - mean(window)) / deviation(window),
    deviation(returns(close, k)),
    deviation(returns(quarters, quarters.length - 1)),
  ]
}

function byHand({ model, meanMove, reference }: SavedModel): HandMarket {
  if (model.type !== 'logistic') throw new Error('no logistic model')
  const candles = candlesOf('ETHUSDT')
  const closes = candles.map(({ close }) => close)
  const atr = atrSeries(candles, RULE.atr)
  const market = new HandMarket()
  const { means, deviations } = model.standardization
  let [since, entered] = [Number.POSITIVE_INFINITY, 0]
  candles.forEach((candle, k) => {
    const before = market.position
    market.play(candle)
    if (Math.sign(market.position) !== Math.sign(before) && market.position !== 0) entered = k
    const features = featuresByHand(closes, k)
    if (features === undefined) return
    const z = features.map((value, at) => (value - (means[at] as number)) / (deviations[at] as number))
    const score = z.reduce((sum, each, at) => sum + each * (model.weights[at] as number), model.intercept)
    const expected = (2 / (1 + Math.exp(-score)) - 1) * (meanMove ?? 0) * 1e4
    since = mean(z.map((each) => each * each)) > reference.distanceMax ? 0 : since + 1
    // It is asked from the bar on at which it can know the labels of its predictions.
    if (k < 53) return
    const side = Math.sign(market.position)
    if (side !== 0 && k - entered + 1 >= RULE.maxBars) {
      market.close()
      return
    }
    const wanted = expected > RULE.costBps ? 1 : expected < -RULE.costBps ? -1 : 0
    if (wanted !== 0 && wanted !== side && since > RULE.calm) {
      market.close()
      const stop = candle.close - wanted * RULE.stopAtr * (atr[k] as number)
      market.enter(wanted, LOTS, { stop: wanted === 1 ? Math.floor(stop) : Math.ceil(stop) })
    } else if (side !== 0 && expected * side < 0) market.close()
  })
  return market
}

const runFixed = (definition: StrategyDefinition, params: object, more: Partial<BacktestRequest> = {}, symbols = ['ETHUSDT']) =>
  backtestFixture(definition, params, symbols, {
    sizing: { type: 'fixed', lots: lots(LOTS) },
    openingCash: cash(100_000 * CASH_ONE),
    ...more,
  })

test('ml on three days of ETHUSDT: the loop by hand gives the same fills', async () => {
  const saved = await savedModel()
  const run = await runFixed(mlWith(saved), RULE)
  expect(run.result.failure).toBeUndefined()
  const hand = byHand(saved)
  expect(hand.fills.length).toBeGreaterThan(40)
  expect(new Set(hand.fills.map(({ name }) => name))).toEqual(new Set(['entry', 'exit', 'stop']))
  expect(fillsOf(run)).toEqual(unnamed(hand.fills))
})

test.each(['logistic', 'gbdt', 'forest', 'mlp'] as const)(
  'a %s model keeps the contract: nothing of the future, and all that it knows in its state',
  async (kind) => {
    const definition = mlWith(await savedModel({ kind }))
    const [series] = await fixtureSeries(['ETHUSDT'])
    if (series === undefined) throw new Error('no candles')
    const { checks, signals } = checkStrategy(definition, definition.params.parse({ ...RULE, margin: 0.2 }), series)
    expect(checks.filter((check) => check.flaw !== undefined)).toEqual([])
    expect(signals).toBeGreaterThan(5)
  },
)

/** The last state of a run. */
async function stateAfter(
  definition: StrategyDefinition,
  params: object = RULE,
): Promise<{ state: State; report: MlReport; fills: number }> {
  const states: object[] = []
  const init: StrategyDefinition['init'] = (given) => {
    const state = definition.init(given)
    states.push(state)
    return state
  }
  const { result } = await runFixed({ ...definition, init }, params)
  if (result.failure !== undefined) throw new Error(result.failure)
  const state = states.at(-1) as State
  return { state, report: definition.report?.(state) as MlReport, fills: result.fills.length }
}

describe('no entries', () => {
  test('without a model', async () => {
    const { report, fills } = await stateAfter(mlWith(undefined))
    expect([fills, report.aside, report.champion]).toEqual([
      0,
      { code: 'no-model', since: expect.any(Number), values: { model: 'main' } },
      null,
    ])
  })

  test('of a model that says no side', async () => {
    const saved = await savedModel({
      kind: 'ridge',
      spec: { features: [{ use: 'return', periods: [1, 12] }], label: { use: 'volatility', horizon: 12 } },
    })
    const { report, fills } = await stateAfter(mlWith(saved))
    expect([fills, report.aside?.code]).toEqual([0, 'no-side'])
  })

  test('from the moment on at which it expires, and what it holds is left by its own rule', async () => {
    const saved = await savedModel()
    const whole = await runFixed(mlWith(saved), RULE)
    const entry = whole.result.fills[30]
    const expiresAt = (entry?.ts ?? 0) + 1
    const run = await runFixed(mlWith({ ...saved, expiresAt }), RULE)
    const late = run.result.fills.filter(({ ts }) => ts > expiresAt + 300_000)
    // The position of then is closed, and nothing is opened.
    expect(late.length).toBeLessThanOrEqual(1)
    expect(run.result.fills.filter(({ ts }) => ts <= expiresAt)).toEqual(whole.result.fills.filter(({ ts }) => ts <= expiresAt))
    expect(run.result.openTrades).toEqual([])
    const { report } = await stateAfter(mlWith({ ...saved, expiresAt }))
    expect(report.aside).toMatchObject({ code: 'expired', values: { expired: expiresAt } })
    expect(report.aside?.since).toBeLessThan(expiresAt + 300_001)
  })

  test('on rows unlike those of the training, for some bars', async () => {
    const saved = await savedModel()
    const narrow = { ...saved, reference: { ...saved.reference, distanceMax: 0 } }
    const { report, fills, state } = await stateAfter(mlWith(narrow))
    expect([fills, report.aside?.code, state.sinceOutlier]).toEqual([0, 'outlier', 0])
  })

  test('after drift of what the model rests on', async () => {
    const saved = await savedModel()
    const [first, ...others] = saved.reference.features
    if (first === undefined) throw new Error('no feature')
    // As if it had been trained on other returns.
    const edges = first.edges.map((edge) => edge + 0.02)
    const elsewhere = {
      ...saved,
      importance: [0.9, 0.1, 0, 0, 0],
      reference: { ...saved.reference, window: 200, features: [{ ...first, edges }, ...others] },
    }
    const { report } = await stateAfter(mlWith(elsewhere), { ...RULE, maxDrift: 0.3 })
    expect(report.aside).toMatchObject({ code: 'drift', values: { share: 0.9, feature: 'return_1' } })
    expect(report.drift?.features.find(({ name }) => name === 'return_1')).toMatchObject({ isDrifted: true, importance: 0.9 })
    expect((await stateAfter(mlWith(elsewhere), { ...RULE, maxDrift: 0.95 })).report.aside?.code).not.toBe('drift')
  })
})

test('a model of other symbols, of another interval, or that reads a symbol which is not there stops with that sentence', async () => {
  const failure = async (saved: SavedModel) => (await runFixed(mlWith(saved), RULE)).result.failure
  const saved = await savedModel()
  expect(await failure({ ...saved, symbols: ['BTCUSDT'] })).toMatch(
    /main was fitted on BTCUSDT, and none of them is a symbol of this strategy/,
  )
  const beside = await savedModel({
    symbols: ['ETHUSDT', 'BTCUSDT'],
    spec: { features: [{ use: 'beside', params: { period: 12 }, with: 'BTCUSDT' }], label: { use: 'direction', horizon: 3 } },
  })
  expect(await failure({ ...beside, symbols: ['ETHUSDT'] })).toMatch(/the features of main read BTCUSDT: give it that symbol, too/)
})

test('challengers predict beside the champion, and each is judged on bars that it has not seen', async () => {
  const [champion, second] = [await savedModel(), await savedModel({ kind: 'gbdt', more: { version: 2 } })]
  const { report, fills } = await stateAfter(mlWith(champion, [second]))
  const alone = await stateAfter(mlWith(champion))
  expect(fills).toBe(alone.fills)
  expect(report.models.map(({ version, last }) => [version, Object.keys(last)])).toEqual([
    [1, ['ETHUSDT']],
    [2, ['ETHUSDT']],
  ])
  const [first] = report.models
  // 864 bars less those that trained, and the newest whose label is still to come.
  expect(first?.score?.rows).toBeGreaterThan(400)
  expect(first?.score?.rows).toBeLessThan(864 - 400)
  expect(report.models[1]?.score?.rows).toBe(first?.score?.rows)
  expect(first?.score?.accuracy).toBeGreaterThan(0.3)
})

test('bound to its models it is the same strategy, and other models are other code', async () => {
  const [first, second] = [await savedModel(), await savedModel({ kind: 'gbdt', more: { version: 2 } })]
  const bound = (definition: StrategyDefinition): StrategyDefinition => definition.bind?.(definition.params.parse({})) ?? definition
  const hashes = [mlWith(undefined), mlWith(first), mlWith(second), mlWith(first, [second])].map((each) => bound(each).codeHash)
  expect(new Set(hashes).size).toBe(4)
  expect(Object.keys(bound(mlWith(first))).sort()).toEqual([...Object.keys(mlWith(first)), 'codeHash'].sort())
})

test('why: the strongest features are named with what each adds, exactly where the model is linear', async () => {
  const saved = await savedModel()
  const definition = mlWith(saved)
  const [series] = await fixtureSeries(['ETHUSDT'])
  if (series === undefined || saved.model.type !== 'logistic') throw new Error('no candles')
  const said = rehearseMarkets(definition, definition.params.parse(RULE), series.instrument, series.intervalMs, [series.columns]).flatMap(
    ({ signals }, bar) => signals.flatMap((signal) => (signal === undefined || signal.side === 0 ? [] : [{ bar, signal }])),
  )
  expect(said.length).toBeGreaterThan(20)
  const { weights, standardization } = saved.model
  const closes = candlesOf('ETHUSDT').map(({ close }) => close)
  for (const { bar, signal } of said) {
    const parts = (featuresByHand(closes, bar) ?? []).map((value, at) => {
      const z = (value - (standardization.means[at] as number)) / (standardization.deviations[at] as number)
      return { name: saved.features[at] ?? '', value, part: (weights[at] as number) * z }
    })
    const strongest = parts.sort((a, b) => Math.abs(b.part) - Math.abs(a.part)).slice(0, 3)
    const { values } = signal.reason
    expect(values['model']).toBe('main v1')
    for (const { name, value, part } of strongest) {
      const [before, added] = String(values[name]).split(' adds ').map(Number)
      expect([before, added]).toEqual([expect.closeTo(value, 2), expect.closeTo(part, 2)])
    }
  }
})
