/**
 * A model fitted on the candles of the repository, as `ml fit --save` would keep it.
 */
import { decodeModel, encodeModel, hashOf } from '../../src/model-files/model-file.ts'
import { MINUTE_MS } from '../../src/core/units.ts'
import type { LoadedModel } from '../../src/ml/champion/loaded-model.ts'
import type { SavedModel } from '../../src/ml/champion/saved-model.ts'
import type { BarColumns } from '../../src/market/bars.ts'
import { referenceOf } from '../../src/ml/drift/reference.ts'
import { planFeatures, schemaText } from '../../src/ml/features/plan.ts'
import type { FeatureSpec } from '../../src/ml/features/spec.ts'
import { featureTable } from '../../src/ml/features/table.ts'
import { importanceOf } from '../../src/ml/importance/importance.ts'
import { readLabel } from '../../src/ml/labels/catalog.ts'
import { type ModelName, fitModel, rulesOf } from '../../src/ml/models/fit-model.ts'
import { parseDuration } from '../../src/core/duration.ts'
import { mlStrategy } from '../../src/strategy/builtin/ml/ml.ts'
import type { StrategyDefinition } from '../../src/strategy/strategy.ts'
import { fixtureSeries } from './fixture-backtest.ts'

export const SPEC: FeatureSpec = {
  features: [
    { use: 'return', periods: [1, 12] },
    { use: 'z-score', periods: [24] },
    { use: 'volatility', periods: [12], intervals: ['5m', '15m'] },
  ],
  label: { use: 'triple-barrier', horizon: 12, period: 24 },
}

export interface FittedWish {
  readonly kind?: ModelName
  readonly spec?: FeatureSpec
  readonly symbols?: readonly string[]
  /** Only so many bars train, so that the rest is new to it. */
  readonly bars?: number
  readonly more?: Partial<SavedModel>
  /** The candles of the repository unless given. */
  readonly series?: readonly { readonly symbol: string; readonly columns: BarColumns }[]
  readonly intervalMs?: number
}

export async function savedModel(wish: FittedWish = {}): Promise<SavedModel> {
  const { kind = 'logistic', spec = SPEC, symbols = ['ETHUSDT'], bars = 400, more = {}, intervalMs = 5 * MINUTE_MS } = wish
  const plan = planFeatures(spec, { baseMs: intervalMs, read: parseDuration })
  if (!plan.ok) throw new Error(plan.error)
  const label = readLabel(spec.label ?? { use: 'direction' })
  if (!label.ok) throw new Error(label.error)
  const given = wish.series ?? (await fixtureSeries(symbols)).map(({ instrument, columns }) => ({ symbol: instrument.symbol, columns }))
  const series = given.map(({ symbol, columns }) => ({
    symbol,
    columns: {
      ts: columns.ts.subarray(0, bars),
      open: columns.open.subarray(0, bars),
      high: columns.high.subarray(0, bars),
      low: columns.low.subarray(0, bars),
      close: columns.close.subarray(0, bars),
      volume: columns.volume.subarray(0, bars),
    },
    funding: undefined,
  }))
  const table = featureTable(plan.value, symbols, series)
  const labels = series.map(({ columns }) => label.value(columns))
  const rows = [...table.t0.keys()].filter((row) => {
    const own = labels[table.symbol[row] as number]
    return table.features.every((column) => Number.isFinite(column[row])) && Number.isFinite(own?.value[table.bar[row] as number])
  })
  const features = table.features.map((column) => Float64Array.from(rows, (row) => column[row] as number))
  const of = (row: number) => labels[table.symbol[row] as number] as (typeof labels)[number]
  const target = Float64Array.from(rows, (row) => of(row).value[table.bar[row] as number] as number)
  const task = spec.label?.use === 'return' || spec.label?.use === 'volatility' ? 'regression' : 'classification'
  const fitted = fitModel(kind, { features, target, task }, rulesOf(kind, { rounds: 20, minLeaf: 10, epochs: 3 }))
  if (!fitted.ok) throw new Error(fitted.error)
  const ends = rows.map(
    (row) => (table.t0[row] as number) + ((of(row).end[table.bar[row] as number] as number) - (table.bar[row] as number)) * intervalMs,
  )
  const { values, by } = importanceOf(fitted.value, features.length)
  return {
    name: 'main',
    version: 1,
    createdAt: 0,
    expiresAt: null,
    kind,
    task,
    rules: {},
    seed: 1,
    model: fitted.value,
    calibration: null,
    features: plan.value.columns.map(({ name }) => name),
    spec,
    intervalMs,
    schema: hashOf(schemaText(plan.value)),
    target: 'label',
    says: task === 'classification' ? 'probability' : spec.label?.use === 'return' ? 'return' : 'none',
    symbols,
    data: { hash: 'sha256:0', candles: '0', rows: rows.length, from: table.t0[rows[0] as number] as number, until: Math.max(...ends) },
    train: { rows: rows.length, auc: null, logLoss: null, accuracy: null, brier: null, r2: null },
    test: null,
    verdict: null,
    importance: [...values],
    importanceBy: by,
    meanMove: rows.reduce((sum, row) => sum + Math.abs(of(row).grossReturn[table.bar[row] as number] as number), 0) / rows.length,
    reach: 12,
    reference: referenceOf(features),
    parent: null,
    ...more,
  }
}

/** Through the gate, as from a file. */
export function loaded(saved: SavedModel): LoadedModel {
  const read = decodeModel(encodeModel(saved))
  if (!read.ok) throw new Error(read.error)
  return read.value
}

export const mlWith = (champion: SavedModel | undefined, challengers: readonly SavedModel[] = []): StrategyDefinition =>
  mlStrategy(
    new Map(
      champion === undefined
        ? []
        : [[champion.name, { name: champion.name, champion: loaded(champion), challengers: challengers.map(loaded) }]],
    ),
  )
