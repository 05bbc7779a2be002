/**
 * The list of strategies out of files: what is asked of it, what keeps it from being used, and what the next process finds.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { err, ok } from '../core/result.ts'
import { loadConfig } from '../config/config.ts'
import { configTexts, pin, pinnedConfig, pinnedStrategies } from '../config/pinned-config.ts'
import { counting, readStrategyChanges } from '../config/strategy-changes.ts'
import { listOf, loadPinned, loadStrategies } from '../strategy-files/load.ts'
import { trendSource as strategySource } from '../strategy-files/templates/trend.ts'
import { claimDirectory, pathsOf } from '../system/paths.ts'
import { PlanSource } from './plan-source.ts'

// Each strategy is compiled with its kit and tried in a thread: seconds where other tests run beside it.
vi.setConfig({ testTimeout: 90_000 })
afterAll(() => vi.resetConfig())

let root: string
let file: string
const at = 1_764_460_800_000
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ballast-plans-'))
  file = join(root, 'ballast.config.json')
  mkdirSync(join(root, 'strategies'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const write = (config: object): void =>
  writeFileSync(file, JSON.stringify({ strategiesDir: join(root, 'strategies'), dataDir: join(root, 'data'), ...config }))
const put = (name: string, change: (text: string) => string = (text) => text): void =>
  writeFileSync(join(root, 'strategies', `${name}.ts`), change(strategySource(name)))

async function begun(): Promise<PlanSource> {
  const read = () => {
    const loaded = loadConfig({ env: {}, files: [file] })
    return loaded.ok ? ok(loaded.value.values) : err(loaded.error[0] ?? { sentence: '', next: '' })
  }
  const config = read()
  if (!config.ok) throw new Error(config.error.sentence)
  const paths = pathsOf(join(root, 'data'))
  claimDirectory(paths, 'sim')
  const strategies = await loadStrategies(join(root, 'strategies'), paths.strategies)
  if (!strategies.ok) throw new Error(strategies.error.sentence)
  pin(paths.run, { config: configTexts([file]), strategies: listOf(strategies.value) })
  const changes = readStrategyChanges(paths.root)
  if (!changes.ok) throw new Error(changes.error.sentence)
  return new PlanSource(
    { paths, reread: read },
    { config: config.value, changes: changes.value, strategies: strategies.value },
    (plan) => plan,
    () => at,
  )
}
const run = (): string => join(root, 'data', 'run')
const said = async (source: PlanSource, ask: Parameters<PlanSource['prepare']>[0]): Promise<string> => {
  const found = await source.prepare(ask, 'tests')
  if (!found.ok) return `${found.error.sentence} ${found.error.next}`
  return found.value.plan.plans.map(({ id, symbols, params }) => `${id} ${symbols.join(' ')} ${JSON.stringify(params)}`).join('; ')
}

test('a reload reads code and configuration anew, names what counts later, and changes nothing before it is kept', async () => {
  write({ strategies: [{ strategy: 'mine', symbols: ['BTCUSDT'] }] })
  put('mine')
  const source = await begun()
  put('mine', (text) => text.replace('version: 1', 'version: 2'))
  write({ api: { port: 9000 }, strategies: [{ strategy: 'mine', symbols: ['BTCUSDT', 'ETHUSDT'] }] })
  expect([source.changedFiles().map(({ name }) => name), source.changedConfig()]).toEqual([['mine'], [file]])
  const before = [readFileSync(pinnedStrategies(run()) as string, 'utf8'), pinnedConfig(run())]
  const found = await source.prepare({ type: 'reload' }, 'tests')
  if (!found.ok) throw new Error(found.error.sentence)
  expect([found.value.later, found.value.plan.plans.map(({ symbols, definition }) => [symbols, definition.version])]).toEqual([
    ['api'],
    [[['BTCUSDT', 'ETHUSDT'], 2]],
  ])
  expect([readFileSync(pinnedStrategies(run()) as string, 'utf8'), pinnedConfig(run())]).toEqual(before)
  found.value.keep()
  const pinned = await loadPinned(pinnedStrategies(run()) as string)
  expect([pinned.ok && pinned.value.catalog.get('mine')?.version, source.changedFiles(), source.changedConfig()]).toEqual([2, [], []])
  expect(readFileSync(pinnedConfig(run())[0] as string, 'utf8')).toContain('9000')
})

test('the code of one strategy alone is loaded, though other files and the configuration have changed', async () => {
  write({
    strategies: [
      { strategy: 'mine', symbols: ['BTCUSDT'] },
      { id: 'b', strategy: 'yours', symbols: ['ETHUSDT'] },
    ],
  })
  put('mine')
  put('yours')
  const source = await begun()
  for (const name of ['mine', 'yours']) put(name, (text) => text.replace('version: 1', 'version: 2'))
  write({ strategies: [{ strategy: 'mine', symbols: ['SOLUSDT'] }] })
  const found = await source.prepare({ type: 'reload', only: 'b' }, 'tests')
  if (!found.ok) throw new Error(found.error.sentence)
  expect(found.value.plan.plans.map(({ symbols, definition }) => [symbols, definition.version])).toEqual([
    [['BTCUSDT'], 1],
    [['ETHUSDT'], 2],
  ])
  found.value.keep()
  expect(source.changedFiles().map(({ name }) => name)).toEqual(['mine'])
})

test('on demo a strategy that is new and that no gate has passed is doubted, one that runs already is not', async () => {
  write({ profile: 'demo', strategies: [{ strategy: 'ema-cross', symbols: ['BTCUSDT'] }] })
  const source = await begun()
  const found = await source.prepare({ type: 'put', id: 'sma-cross', symbols: ['ETHUSDT'], isMore: true }, 'tests')
  if (!found.ok) throw new Error(found.error.sentence)
  expect(found.value.doubts).toEqual([expect.stringContaining('sma-cross: no gate was asked')])
  const fewer = await source.prepare({ type: 'remove', id: 'ema-cross' }, 'tests')
  expect(fewer.ok && fewer.value.doubts).toEqual([])
})

test('what is added, changed, removed and reset lies over the configuration, and the next start finds it', async () => {
  write({ strategies: [{ strategy: 'ema-cross', symbols: ['BTCUSDT'], params: { slow: 40 } }] })
  const source = await begun()
  const asks = [
    { type: 'put', id: 'two', strategy: 'ema-cross', symbols: ['ETHUSDT'], params: { fast: '5' } },
    { type: 'put', id: 'ema-cross', params: { fast: '9' } },
    { type: 'put', id: 'two', symbols: ['SOLUSDT'], isMore: true },
    { type: 'remove', id: 'ema-cross' },
    { type: 'reset', id: 'ema-cross' },
    { type: 'remove', id: 'two' },
  ] as const
  const lists: string[] = []
  for (const ask of asks) {
    const found = await source.prepare(ask, 'tests')
    if (!found.ok) throw new Error(found.error.sentence)
    found.value.keep()
    const next = await begun()
    const plans = await next.prepare({ type: 'reload' }, 'tests')
    lists.push(
      plans.ok
        ? plans.value.plan.plans
            .map(
              ({ id, symbols, params, changed }) =>
                `${id} ${symbols.length} ${(params as { fast: number }).fast}/${(params as { slow: number }).slow}${changed === undefined ? '' : ` by ${changed.actor}`}`,
            )
            .join(', ')
        : 'failed',
    )
  }
  expect(lists).toEqual([
    'ema-cross 1 12/40, two 1 5/26 by tests',
    'ema-cross 1 9/40 by tests, two 1 5/26 by tests',
    'ema-cross 1 9/40 by tests, two 2 5/26 by tests',
    'two 2 5/26 by tests',
    'ema-cross 1 12/40, two 2 5/26 by tests',
    'ema-cross 1 12/40',
  ])
})

test.each([
  [{ type: 'reload', only: 'ema-cros' }, "There is no strategy 'ema-cros'. Did you mean ema-cross? Running: ema-cross."],
  [
    { type: 'reload', only: 'ema-cross' },
    'ema-cross is built in: its code comes with Ballast. Its parameters change with: /strategy ema-cross set name=value',
  ],
  [{ type: 'remove', id: 'nobody' }, "There is no strategy 'nobody'. Running: ema-cross."],
  [{ type: 'reset', id: 'ema-cross' }, 'ema-cross is already as configured: there is nothing to reset. /strategies shows what runs.'],
  [
    { type: 'put', id: 'ema-cross', params: { fats: '9' } },
    "ema-cross: there is no parameter 'fats'. Did you mean fast? Nothing was changed.",
  ],
  [{ type: 'put', id: 'new', strategy: 'ema-cross' }, 'new needs at least one symbol. For example: /strategy new add BTCUSDT'],
  [
    { type: 'put', id: 'new', strategy: 'nothing', symbols: ['ETHUSDT'] },
    "There is no strategy 'nothing': it is neither built in nor a file of",
  ],
  [{ type: 'put', id: 'ema-cross', strategy: 'rsi-reversion' }, 'ema-cross already exists and runs ema-cross. Add it under another name'],
  [
    { type: 'put', id: 'two', strategy: 'ema-cross', symbols: ['BTCUSDT'] },
    'symbol-owned: BTCUSDT belongs to ema-cross, so two cannot trade it.',
  ],
] as const)('%j is refused in a sentence', async (ask, sentence) => {
  write({ strategies: [{ strategy: 'ema-cross', symbols: ['BTCUSDT'] }] })
  expect(await said(await begun(), ask)).toContain(sentence)
})

test('code that does not compile, throws in its init or does not return from it is refused, and what runs stays', async () => {
  write({ strategies: [{ strategy: 'mine', symbols: ['BTCUSDT'] }] })
  put('mine')
  const source = await begun()
  const init = /init: \(?[a-z{} ,:A-Z]*\)? =>/
  put('mine', (text) => `${text}\n}`)
  expect(await said(source, { type: 'reload', only: 'mine' })).toMatch(/mine\.ts:\d+:\d+: .* Fix the file, then try again\./)
  put('mine', (text) => text.replace(init, "init: () => { throw new Error('no idea') },\n  other: () =>"))
  expect(await said(source, { type: 'reload', only: 'mine' })).toMatch(
    /^mine: its init throws: no idea\. Fix .*mine\.ts, then try again\.$/,
  )
  put('mine', (text) => text.replace(init, 'init: () => { for (;;) {} },\n  other: () =>'))
  expect(await said(source, { type: 'reload', only: 'mine' })).toMatch(/^mine: it does not return from its init within \d+ s\./)
  put('mine')
  expect(await said(source, { type: 'reload', only: 'mine' })).toMatch(/^mine BTCUSDT/)
})

test('a list of changes that is none is refused with its file', () => {
  write({})
  mkdirSync(join(root, 'data'), { recursive: true })
  writeFileSync(join(root, 'data', 'strategy-changes.json'), '{"id":1}')
  const read = readStrategyChanges(join(root, 'data'))
  expect(read.ok ? '' : read.error.sentence).toMatch(/strategy-changes\.json is damaged: it is no longer a list of strategy changes\.$/)
})

test('without changes the configuration is the same object', () => {
  write({})
  const loaded = loadConfig({ env: {}, files: [file] })
  if (!loaded.ok) throw new Error('not loaded')
  expect(counting(loaded.value.values, [])).toBe(loaded.value.values)
})
