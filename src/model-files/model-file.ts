/**
 * A model as a file: a line that says what it is and the hash of the rest, then JSON, columns of numbers in it as base64 of their bytes,
 * so that each comes back to its last bit. The one gate for what is read: damaged, foreign and impossible ones are refused.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { issueWords } from '../core/issue-words.ts'
import { type Result, err } from '../core/result.ts'
import { SAYS, type SavedModel } from '../ml/champion/saved-model.ts'
import { type LoadedModel, loadModel } from '../ml/champion/loaded-model.ts'
import type { Verdict } from '../ml/evaluation/verdict.ts'
import { type FeatureSpec, readFeatureSpec } from '../ml/features/spec.ts'
import { MODELS } from '../ml/models/fit-model.ts'
import type { Tree } from '../ml/models/trees/tree.ts'

const MAGIC = 'ballast-model 1'

export const hashOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

export function encodeModel(saved: SavedModel): string {
  const body = JSON.stringify(saved, (_, value: unknown) =>
    value instanceof Float64Array ? { f64: base64(value) } : value instanceof Int32Array ? { i32: base64(value) } : value,
  )
  return `${MAGIC} ${hashOf(body)}\n${body}\n`
}

const base64 = (column: Float64Array | Int32Array): string =>
  Buffer.from(column.buffer, column.byteOffset, column.byteLength).toString('base64')

/** Bytes on a boundary of their own, as columns need. */
function bytesOf(text: string, size: number): ArrayBuffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length % size !== 0) return undefined
  const copy = new ArrayBuffer(bytes.length)
  new Uint8Array(copy).set(bytes)
  return copy
}

const f64 = z.strictObject({ f64: z.string() }).transform(({ f64: text }, context) => {
  const bytes = bytesOf(text, 8)
  const column = bytes === undefined ? undefined : new Float64Array(bytes)
  if (column?.every(Number.isFinite) === true) return column
  context.addIssue({ code: 'custom', message: 'is no column of numbers' })
  return z.NEVER
})
const i32 = z.strictObject({ i32: z.string() }).transform(({ i32: text }, context) => {
  const bytes = bytesOf(text, 4)
  if (bytes !== undefined) return new Int32Array(bytes)
  context.addIssue({ code: 'custom', message: 'is no column of whole numbers' })
  return z.NEVER
})

const task = z.enum(['classification', 'regression'])
const standardization = z.strictObject({ means: f64, deviations: f64 })
const tree = z.strictObject({ feature: i32, threshold: f64, left: i32, right: i32, value: f64, gain: f64 })
const model = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('logistic'), standardization, weights: f64, intercept: z.number() }),
  z.strictObject({ type: z.literal('ridge'), standardization, weights: f64, intercept: z.number() }),
  z.strictObject({ type: z.literal('gbdt'), task, start: z.number(), trees: z.array(tree).max(100_000) }),
  z.strictObject({ type: z.literal('forest'), task, trees: z.array(tree).min(1).max(100_000) }),
  z.strictObject({
    type: z.literal('mlp'),
    task,
    standardization,
    hidden: z.int().min(1),
    inner: f64,
    innerBias: f64,
    outer: f64,
    outerBias: z.number(),
    targetMean: z.number(),
    targetDeviation: z.number(),
  }),
])
const calibration = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('platt'), slope: z.number(), intercept: z.number() }),
  z.strictObject({ type: z.literal('isotonic'), scores: f64, probabilities: f64 }),
])
const score = z.number().nullable()
const scores = z.strictObject({ rows: z.int(), auc: score, logLoss: score, accuracy: score, brier: score, r2: score })
const LINE = /^[a-z0-9][a-z0-9-]{0,39}$/

const shape = z.strictObject({
  name: z.string().regex(LINE),
  version: z.int().min(1),
  createdAt: z.number(),
  expiresAt: z.number().nullable(),
  kind: z.enum(MODELS),
  task,
  rules: z.record(z.string(), z.number()),
  seed: z.number(),
  model,
  calibration: calibration.nullable(),
  features: z.array(z.string().min(1)).min(1).max(5_000),
  spec: z.custom<FeatureSpec>((value) => readFeatureSpec(value).ok, 'is no spec of features'),
  intervalMs: z.int().min(1),
  schema: z.string(),
  target: z.string(),
  says: z.enum(SAYS),
  symbols: z.array(z.string().min(1)).min(1),
  data: z.strictObject({ hash: z.string(), candles: z.string(), rows: z.int(), from: z.number(), until: z.number() }),
  train: scores,
  test: scores.nullable(),
  verdict: z.custom<Verdict>((value) => typeof value === 'object' && value !== null && 'accepted' in value).nullable(),
  importance: z.array(z.number()),
  importanceBy: z.string(),
  meanMove: z.number().min(0).nullable(),
  reach: z.int().min(0).max(1_000_000),
  reference: z.strictObject({
    features: z.array(z.strictObject({ edges: f64, shares: f64, usualPsi: z.number(), usualKs: z.number() })),
    window: z.int().min(1).max(100_000),
    means: f64,
    deviations: f64,
    distanceMax: z.number(),
  }),
  parent: z.int().min(1).nullable(),
})

/** What is wrong is a part of a sentence: `is no model of Ballast`. */
export function decodeModel(text: string): Result<LoadedModel, string> {
  const end = text.indexOf('\n')
  const head = text.slice(0, end < 0 ? 0 : end)
  if (!head.startsWith('ballast-model ')) return err('is no model of Ballast')
  if (!head.startsWith(`${MAGIC} `)) return err(`is of another version of Ballast (${head.split(' ').slice(0, 2).join(' ')})`)
  const body = text.slice(end + 1).replace(/\n$/, '')
  const hash = head.slice(MAGIC.length + 1)
  if (hashOf(body) !== hash) return err('is damaged: it is not what was written')
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return err('is damaged: it is no JSON')
  }
  const parsed = shape.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return err(`is no model: ${issue === undefined ? 'it cannot be read' : `${issue.path.join('.')} ${issueWords(issue)}`}`)
  }
  const saved = parsed.data as SavedModel
  const problem = misfit(saved)
  if (problem !== undefined) return err(`is no model: ${problem}`)
  return loadModel(saved, hash.slice('sha256:'.length), hashOf)
}

/** What cannot be, though each part may be: columns of other lengths, trees that lead nowhere or in a circle. */
function misfit({ model: m, calibration: map, kind, features, importance, reference }: SavedModel): string | undefined {
  const count = features.length
  const isWide = (...columns: readonly { readonly length: number }[]): boolean => columns.every(({ length }) => length === count)
  if (m.type !== kind) return `it says ${kind} and holds a ${m.type}`
  if (!isWide(importance, reference.features, reference.means, reference.deviations)) return 'its parts are of other features'
  if (map?.type === 'isotonic' && (map.scores.length === 0 || map.scores.length !== map.probabilities.length))
    return 'its calibration has other steps'
  for (const { edges, shares } of reference.features)
    if (shares.length !== edges.length + 1 || edges.length > 254) return 'its distributions have other bins'
  switch (m.type) {
    case 'logistic':
    case 'ridge':
      return isWide(m.weights, m.standardization.means, m.standardization.deviations) ? undefined : 'its weights are of other features'
    case 'mlp':
      return isWide(m.standardization.means, m.standardization.deviations) &&
        m.inner.length === m.hidden * count &&
        m.innerBias.length === m.hidden &&
        m.outer.length === m.hidden
        ? undefined
        : 'its weights are of other features'
    case 'gbdt':
    case 'forest':
      return m.trees.every((each) => isTree(each, count)) ? undefined : 'a tree leads nowhere'
  }
}

/** Children come after their parents, so that every way ends. */
function isTree({ feature, threshold, left, right, value, gain }: Tree, count: number): boolean {
  const nodes = feature.length
  if (nodes === 0 || [threshold, left, right, value, gain].some(({ length }) => length !== nodes)) return false
  return feature.every((asked, node) => {
    if (asked === -1) return true
    const [low, high] = [left[node] as number, right[node] as number]
    return asked >= 0 && asked < count && low > node && low < nodes && high > node && high < nodes
  })
}
