/**
 * Another champion while Ballast runs: judged by the files, kept by a confirmation, and found by whoever starts next, wherever a kill comes.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { savedModel } from '../../test/support/fitted-model.ts'
import { loadConfig } from '../config/config.ts'
import { configTexts, pin, pinnedStrategies } from '../config/pinned-config.ts'
import { err, ok } from '../core/result.ts'
import type { StrategyAsk } from '../kernel/trader-command.ts'
import type { SavedModel } from '../ml/champion/saved-model.ts'
import type { Verdict } from '../ml/evaluation/verdict.ts'
import { ModelStore } from '../model-files/model-store.ts'
import { listOf, loadPinned, loadStrategies } from '../strategy-files/load.ts'
import { claimDirectory, pathsOf } from '../system/paths.ts'
import { PlanSource } from './plan-source.ts'

const at = 1_764_460_800_000
let root: string
let store: ModelStore
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ballast-champion-'))
  mkdirSync(join(root, 'strategies'))
  const config = {
    strategiesDir: join(root, 'strategies'),
    dataDir: join(root, 'data'),
    strategies: [{ strategy: 'ml', symbols: ['ETHUSDT'] }],
  }
  writeFileSync(join(root, 'ballast.config.json'), JSON.stringify(config))
  store = new ModelStore(join(root, 'data', 'models'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const verdict = (accepted: boolean): Verdict => ({ accepted, score: null, pValue: null, shifts: 0, doubts: [] })
const save = async (more: Partial<SavedModel> = {}): Promise<SavedModel> =>
  store.save({ ...(await savedModel()), verdict: verdict(true), ...more })
const run = (): string => join(root, 'data', 'run')

async function begun(): Promise<PlanSource> {
  const file = join(root, 'ballast.config.json')
  const read = () => {
    const loaded = loadConfig({ env: {}, files: [file] })
    return loaded.ok ? ok(loaded.value.values) : err(loaded.error[0] ?? { sentence: '', next: '' })
  }
  const config = read()
  if (!config.ok) throw new Error(config.error.sentence)
  const paths = pathsOf(join(root, 'data'))
  claimDirectory(paths, 'sim')
  const strategies = await loadStrategies(join(root, 'strategies'), paths.strategies, [], undefined, paths.models)
  if (!strategies.ok) throw new Error(strategies.error.sentence)
  pin(paths.run, { config: configTexts([file]), strategies: listOf(strategies.value) })
  const files = { config: config.value, changes: [], strategies: strategies.value }
  return new PlanSource(
    { paths, reread: read },
    files,
    (plan) => plan,
    () => at,
  )
}

const prepared = async (source: PlanSource, ask: StrategyAsk) => {
  const found = await source.prepare(ask, 'cli')
  if (!found.ok) throw new Error(found.error.sentence)
  return found.value
}
const problem = async (ask: StrategyAsk): Promise<string> => {
  const found = await (await begun()).prepare(ask, 'cli')
  return found.ok ? (found.value.also?.join(' ') ?? '') : found.error.sentence
}
/** What the strategy of a process that starts now runs. */
async function running(): Promise<string | undefined> {
  const loaded = await loadPinned(pinnedStrategies(run()) as string)
  if (!loaded.ok) throw new Error(loaded.error.sentence)
  const ml = loaded.value.catalog.get('ml')
  return ml?.bind?.(ml.params.parse({})).codeHash
}

const promote = { type: 'promote', line: 'main' } as const

test('a promotion is shown first, kept when it is confirmed, and rolled back', async () => {
  await save()
  await save()
  const source = await begun()
  const first = await prepared(source, { ...promote, version: 1 })
  expect(first.also).toEqual(['main: v1 becomes the champion, its evaluation accepted it.'])
  expect([await running(), store.championship('main')]).toMatchObject(['no model', { value: { champion: null } }])
  first.keep()
  const withFirst = await running()
  expect([withFirst, first.plan.plans[0]?.definition.codeHash]).toEqual([withFirst, withFirst])
  const second = await prepared(source, promote)
  expect(second.also).toEqual(['main: v2 becomes the champion in place of v1, its evaluation accepted it.'])
  expect(second.plan.plans[0]?.identity).not.toBe(first.plan.plans[0]?.identity)
  second.keep()
  expect(await running()).not.toBe(withFirst)
  const back = await prepared(source, { type: 'rollback', line: 'main' })
  back.keep()
  expect(await running()).toBe(withFirst)
  expect(store.championship('main')).toMatchObject({
    value: { champion: 1, changes: [{ to: 1 }, { to: 2 }, { action: 'rollback', to: 1, actor: 'cli', atMs: at }] },
  })
})

test('killed after the decision was written and before what rests on it: the next start goes by the decision', async () => {
  await save()
  const source = await begun()
  ;(await prepared(source, promote)).keep()
  await save()
  const before = await running()
  store.keep('main', { champion: 2, past: [1], changes: [] })
  expect(await running()).not.toBe(before)
})

test('a model that was only added changes nothing of what runs, not after a crash either, and is taken by a reload of its strategy', async () => {
  await save()
  const source = await begun()
  ;(await prepared(source, promote)).keep()
  const before = await running()
  await save()
  expect(await running()).toBe(before)
  const reloaded = await prepared(source, { type: 'reload', only: 'ml' })
  reloaded.keep()
  expect(await running()).toMatch(new RegExp(`^${before}\\+`))
})

test.each<[string, Partial<SavedModel>, Partial<StrategyAsk>, string]>([
  ['one that was refused', { verdict: verdict(false) }, {}, 'main v1 was refused by its evaluation: what it promises may be luck.'],
  ['one that was not judged', { verdict: null }, {}, 'main v1 was not judged: what it promises may be luck.'],
  ['one that was not judged, anyway', { verdict: null }, { anyway: true }, 'main: v1 becomes the champion, though it was not judged.'],
  ['one that has expired', { expiresAt: at - 1 }, {}, 'main v1 expired 2025-11-29 23:59 UTC.'],
  ['one that says no side', { says: 'none', target: 'spread' }, {}, 'main v1 predicts spread, which says no side: it cannot trade.'],
  ['a version that is not there', {}, { version: 4 }, 'There is no version 4 of main: it has v1.'],
  ['a line that is not there', {}, { line: 'other' }, "There is no model 'other'."],
])('%s', async (_, model, ask, sentence) => {
  await save(model)
  expect(await problem({ ...promote, ...ask } as StrategyAsk)).toBe(sentence)
})

test('nothing to roll back to', async () => {
  await save()
  expect(await problem({ type: 'rollback', line: 'main' })).toBe('main had no champion before.')
})
