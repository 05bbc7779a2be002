/**
 * The user's files: compiled with what they import, brought in by name, refused with a sentence that names the place.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { signalsOf } from '../strategy/strategy-harness.ts'
import { changedSince } from './compile.ts'
import { STRATEGIES } from '../strategy/registry.ts'
import { listOf, loadPinned, loadStrategies } from './load.ts'
import { trendSource as strategySource } from './templates/trend.ts'

// Each file is compiled with its kit and tried in a thread: seconds where other tests run beside it.
vi.setConfig({ testTimeout: 90_000 })
afterAll(() => vi.resetConfig())

let root: string
let folder: string
let out: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ballast-own-'))
  folder = join(root, 'strategies')
  out = join(root, 'out')
  mkdirSync(folder)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const put = (file: string, text: string): void => writeFileSync(join(folder, file), text)
const load = () => loadStrategies(folder, out)
const sentence = async (): Promise<string> => {
  const loaded = await load()
  return loaded.ok ? (loaded.value.broken[0]?.sentence.replace(root, '') ?? 'loaded') : loaded.error.sentence
}
const rise = [100, 101, 102, 110].map((close) => [close, close, close, close] as const)

test('what is written for a new strategy loads beside the built-in ones, and says what its test says', async () => {
  put('pullback.ts', strategySource('pullback'))
  put('pullback.test.ts', 'throw new Error("a test is no strategy")')
  const loaded = await load()
  if (!loaded.ok) throw new Error(loaded.error.sentence)
  expect([...loaded.value.catalog.keys()]).toEqual([...STRATEGIES.keys(), 'pullback'])
  const definition = loaded.value.catalog.get('pullback')
  if (definition === undefined) throw new Error('not there')
  expect(definition.codeHash).toMatch(/^[0-9a-f]{12}$/)
  expect(signalsOf(definition, { lookback: 3, stopPercent: 2 }, rise).at(-1)).toMatchObject({ side: 1, stop: 107.8 })
})

test('no folder and an empty one are no strategies', async () => {
  expect((await load()).ok && (await loadStrategies(join(root, 'nowhere'), out)).ok).toBe(true)
})

test('what it imports belongs to its code: another word there is another hash', async () => {
  const hash = async (): Promise<string | undefined> => {
    const loaded = await load()
    return loaded.ok ? loaded.value.catalog.get('with-part')?.codeHash : undefined
  }
  mkdirSync(join(folder, 'parts'))
  put('parts/level.ts', 'export const level = 1')
  put('with-part.ts', `import { level } from './parts/level.ts'\n${strategySource('with-part').replace('version: 1', 'version: level')}`)
  const first = await hash()
  expect(first).toBeDefined()
  expect(await hash()).toBe(first)
  put('parts/level.ts', 'export const level = 2')
  expect(await hash()).not.toBe(first)
})

test.each([
  ['a slip of the pen', 'bad.ts', 'const a = = 1', /bad\.ts:1:11: Unexpected "="/],
  ['a module that is not there', 'bad.ts', "import './gone.ts'", /bad\.ts:1:8: Could not resolve/],
  ['no export', 'bad.ts', 'export const a = 1', /bad\.ts has no default export\.$/],
  ['something else', 'bad.ts', 'export default { name: "bad" }', /bad\.ts is not a strategy: version /],
  ['an error while it loads', 'bad.ts', 'throw new Error("at once")', /bad\.ts throws while it is loaded: at once\.$/],
  ['another name than its file', 'bad.ts', strategySource('good'), /bad\.ts holds a strategy named 'good'/],
  ['the name of a built-in one', 'ema-cross.ts', strategySource('ema-cross'), /has the name of a built-in strategy/],
  ['a file that cannot be a name', 'My Best.ts', strategySource('x'), /'My Best' is not a valid strategy name/],
])('%s is refused by name', async (_what, file, text, expected) => {
  put(file, text)
  expect(await sentence()).toMatch(expected)
})

test.each([
  ['does not compile', 'broken.ts', 'const a = = 1'],
  ['throws while it is loaded', 'broken.ts', 'throw new Error("at once")'],
  ['never ends its import', 'broken.ts', 'for (;;) {}'],
  ['has the name of a built-in one', 'ema-cross.ts', strategySource('ema-cross')],
])(
  'a file that %s stops only what needs it',
  async (_what, file, text) => {
    put('pullback.ts', strategySource('pullback'))
    put(file, text)
    const loaded = await loadStrategies(folder, out, ['pullback'])
    expect(loaded.ok && [loaded.value.catalog.has('pullback'), loaded.value.modules.map(({ name }) => name)]).toEqual([true, ['pullback']])
    const name = file.replace('.ts', '')
    expect(loaded.ok && loaded.value.broken.map((each) => each.name)).toEqual([name])
    expect(loaded.ok && (loaded.value.catalog.get(name)?.codeHash ?? 'built in')).toBe('built in')
    const needed = await loadStrategies(folder, out, ['pullback', name])
    expect(needed).toMatchObject({ ok: false, error: { sentence: expect.stringContaining(file) } })
  },
  30_000,
)

test('a folder with the name of a file is left out as well', async () => {
  mkdirSync(join(folder, 'x.ts'))
  const loaded = await loadStrategies(folder, out)
  expect(loaded.ok && loaded.value.broken.map(({ name }) => name)).toEqual(['x'])
})

test('S18 what was pinned runs on after the file has changed, and the change is seen', async () => {
  put('pullback.ts', strategySource('pullback'))
  const loaded = await load()
  if (!loaded.ok) throw new Error(loaded.error.sentence)
  const list = join(root, 'pinned.json')
  writeFileSync(list, listOf(loaded.value))
  expect(changedSince(loaded.value.modules)).toEqual([])
  put('pullback.ts', strategySource('pullback').replace('version: 1', 'version: 2'))
  const pinned = await loadPinned(list)
  expect(pinned.ok && pinned.value.catalog.get('pullback')?.version).toBe(1)
  expect(changedSince(loaded.value.modules).map(({ name }) => name)).toEqual(['pullback'])
  const again = await load()
  expect(again.ok && again.value.catalog.get('pullback')?.version).toBe(2)
  // Gone, or no file any more: reported, and nothing is thrown into trading.
  rmSync(join(folder, 'pullback.ts'))
  expect(changedSince(loaded.value.modules)).toHaveLength(1)
  mkdirSync(join(folder, 'pullback.ts'))
  expect(changedSince(loaded.value.modules)).toHaveLength(1)
})
