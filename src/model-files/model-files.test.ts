/**
 * Models as files: what comes back is what was fitted, and what is damaged, foreign or impossible is refused in a sentence.
 */
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loaded, savedModel } from '../../test/support/fitted-model.ts'
import type { SavedModel } from '../ml/champion/saved-model.ts'
import { calibrate } from '../ml/calibration/calibration.ts'
import { MODELS, predictModel } from '../ml/models/fit-model.ts'
import { decodeModel, encodeModel, hashOf } from './model-file.ts'
import { ModelStore, loadLine, promoted, rolledBack } from './model-store.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ballast-models-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const rows = (saved: SavedModel) =>
  saved.reference.features.map(({ edges }) => Float64Array.from({ length: 40 }, (_, k) => edges[k] as number))

test.each(MODELS)('%s: what is loaded predicts what was fitted to the last bit', async (kind) => {
  const saved = await savedModel({ kind })
  const { saved: read, predict } = loaded(saved)
  expect(read).toEqual(saved)
  const columns = rows(saved)
  const expected = predictModel(saved.model, columns)
  expect(predictModel(read.model, columns)).toEqual(expected)
  expect(Float64Array.from(expected, (_, row) => predict(Float64Array.from(columns, (column) => column[row] as number)))).toEqual(expected)
})

test.each([
  { type: 'platt' as const, slope: 1.7, intercept: -0.2 },
  { type: 'isotonic' as const, scores: Float64Array.of(0.4, 0.5, 0.61), probabilities: Float64Array.of(0.45, 0.5, 0.55) },
])('with a calibration of type $type the loaded model says what the two together said', async (calibration) => {
  const saved = await savedModel({ more: { calibration } })
  const { saved: read, predict } = loaded(saved)
  expect(read).toEqual(saved)
  const columns = rows(saved)
  const expected = calibrate(calibration, predictModel(saved.model, columns))
  expect(Float64Array.from(expected, (_, row) => predict(Float64Array.from(columns, (column) => column[row] as number)))).toEqual(expected)
})

/** Written anew with a right hash: what is wrong is wrong inside. */
const forged = (text: string, change: (body: string) => string): string => {
  const body = change(text.slice(text.indexOf('\n') + 1).trimEnd())
  return `ballast-model 1 ${hashOf(body)}\n${body}\n`
}
const edited = (text: string, change: (body: Record<string, unknown>) => void): string =>
  forged(text, (body) => {
    const value = JSON.parse(body) as Record<string, unknown>
    change(value)
    return JSON.stringify(value)
  })
const i32 = (...values: number[]) => ({ i32: Buffer.from(Int32Array.from(values).buffer).toString('base64') })
const f64 = (...values: number[]) => ({ f64: Buffer.from(Float64Array.from(values).buffer).toString('base64') })

test.each<[string, (text: string) => string, RegExp]>([
  ['a file of something else', () => 'PK\u0003\u0004 and more', /^is no model of Ballast$/],
  ['nothing', () => '', /^is no model of Ballast$/],
  [
    'a later format',
    (text) => text.replace('ballast-model 1', 'ballast-model 2'),
    /^is of another version of Ballast \(ballast-model 2\)$/,
  ],
  ['cut off', (text) => text.slice(0, -200), /^is damaged: it is not what was written$/],
  ['a digit that has changed', (text) => text.replace('"seed":1', '"seed":2'), /^is damaged/],
  ['no JSON', (text) => forged(text, () => '{"name":'), /^is damaged: it is no JSON$/],
  ['a field too few', (text) => edited(text, (body) => delete body['features']), /^is no model: features /],
  ['a field too many', (text) => edited(text, (body) => Object.assign(body, { code: 'x' })), /^is no model: /],
  [
    'weights of other features',
    (text) => edited(text, (body) => Object.assign(body['model'] as object, { weights: f64(1, 2) })),
    /its weights are of other features$/,
  ],
  [
    'a weight that is no number',
    (text) => edited(text, (body) => Object.assign(body['model'] as object, { weights: f64(1, Number.NaN) })),
    /model\.weights is no column of numbers$/,
  ],
  [
    'a calibration without steps',
    (text) => edited(text, (body) => Object.assign(body, { calibration: { type: 'isotonic', scores: f64(), probabilities: f64() } })),
    /its calibration has other steps$/,
  ],
  ['another kind', (text) => edited(text, (body) => Object.assign(body, { kind: 'gbdt' })), /it says gbdt and holds a logistic$/],
  [
    'other formulas',
    (text) => edited(text, (body) => Object.assign(body, { schema: 'sha256:0' })),
    /^was fitted on features whose formulas are others in this version of Ballast: fit it again$/,
  ],
  [
    'a feature that its spec does not give',
    (text) => edited(text, (body) => (body['features'] as string[]).splice(0, 1, 'moon')),
    /^uses 'moon', which its spec of features does not give$/,
  ],
])('%s is refused', async (_, change, sentence) => {
  const read = decodeModel(change(encodeModel(await savedModel())))
  expect(read).toEqual({ ok: false, error: expect.stringMatching(sentence) })
})

test.each([
  ['a way in a circle', [0, -1, -1], [0, 0, 0], [2, 0, 0]],
  ['a way out of it', [0, -1, -1], [1, 0, 0], [3, 0, 0]],
  ['a feature that is none', [9, -1, -1], [1, 0, 0], [2, 0, 0]],
])('a tree with %s is refused', async (_, feature, left, right) => {
  const text = encodeModel(await savedModel({ kind: 'gbdt' }))
  const tree = {
    feature: i32(...feature),
    threshold: f64(0, 0, 0),
    left: i32(...left),
    right: i32(...right),
    value: f64(0, 1, 2),
    gain: f64(1, 0, 0),
  }
  const read = decodeModel(edited(text, (body) => Object.assign(body['model'] as object, { trees: [tree] })))
  expect(read).toEqual({ ok: false, error: 'is no model: a tree leads nowhere' })
})

test('versions count up, a renamed file is told, and a damaged champion is none', async () => {
  const store = new ModelStore(root)
  const model = await savedModel()
  expect([store.save(model).version, store.save(model).version]).toEqual([1, 2])
  expect([store.names(), store.versions('main')]).toEqual([['main'], [1, 2]])
  expect(store.load('main', 3)).toMatchObject({ ok: false, error: { sentence: 'There is no version 3 of main: it has v1, v2.' } })
  expect(store.load('other', 1)).toMatchObject({ ok: false, error: { sentence: "There is no model 'other'." } })
  renameSync(store.fileOf('main', 2), store.fileOf('main', 7))
  expect(store.load('main', 7)).toMatchObject({
    ok: false,
    error: { sentence: expect.stringMatching(/holds main v2: it was copied or renamed\.$/) },
  })
  store.keep('main', promoted({ champion: null, past: [], changes: [] }, 1, 'cli', 5))
  expect(loadLine(store.pinOf('main'))).toMatchObject({ line: { champion: { saved: { version: 1 } }, challengers: [] }, problems: [{}] })
  writeFileSync(store.fileOf('main', 1), readFileSync(store.fileOf('main', 1), 'utf8').replace('"version":1', '"version":9'))
  expect(loadLine(store.pinOf('main'))).toMatchObject({ line: { champion: undefined, challengers: [] } })
  writeFileSync(join(root, 'main', 'champion.json'), '{"champion":')
  expect(store.championship('main')).toMatchObject({ ok: false, error: { sentence: expect.stringMatching(/is damaged/) } })
  expect(store.pinOf('main')).toMatchObject({ champion: null, challengers: [] })
})

test('promotions are rolled back in their order, and each is written down', () => {
  const start = { champion: null, past: [], changes: [] }
  const third = promoted(promoted(promoted(start, 1, 'a', 1), 2, 'b', 2), 3, 'c', 3)
  expect(third).toMatchObject({ champion: 3, past: [1, 2] })
  const back = rolledBack(third, 'd', 4)
  expect(back).toMatchObject({ champion: 2, past: [1] })
  expect(back?.changes.at(-1)).toEqual({ action: 'rollback', to: 2, from: 3, actor: 'd', atMs: 4 })
  expect(rolledBack(promoted(start, 1, 'a', 1), 'd', 2)).toBeUndefined()
})
