/**
 * The house rules of docs/architecture.md, kept by the whole repository; and a snippet per rule that must be found.
 */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the snippets are code with templates in it.
import { describe, expect, test } from 'vitest'
import {
  cycleFindings,
  headFindings,
  importFindings,
  nameFindings,
  portFindings,
  purityFindings,
  textFindings,
} from './support/architecture.ts'
import { type SourceFile, importsOf, readSources, strip } from './support/source.ts'

const files = readSources(new URL('..', import.meta.url).pathname)
const file = (path: string, text: string): SourceFile => ({ path, text })

describe('the repository', () => {
  test('the repository is read', () => {
    expect(files.length).toBeGreaterThan(150)
    expect(files.flatMap(importsOf).length).toBeGreaterThan(500)
  })
  test.each([
    ['imports what its layers may import', importFindings],
    ['has no import cycle', cycleFindings],
    ['keeps clock, promises, randomness and I/O out of the pure zone', purityFindings],
    ['keeps ports free of code', portFindings],
    ['says at the head of each file what it is', headFindings],
    ['reads the environment in one place, leaves nothing undone and casts nothing away', textFindings],
    ['names files by their noun', nameFindings],
  ])('the repository: %s', (_, rule) => {
    expect(rule(files).map(({ path, what }) => `${path}: ${what}`)).toEqual([])
  })
})

describe('each rule finds', () => {
  test.each([
    ['core importing market', 'src/core/a.ts', "import { x } from '../market/bars.ts'"],
    ['risk importing the kernel, types too', 'src/risk/a.ts', "import type { Kernel } from '../kernel/kernel.ts'"],
    ['the adapter importing the kernel', 'src/venue/bybit/a.ts', "import { Kernel } from '../../kernel/kernel.ts'"],
    ['the simulator importing risk', 'src/venue/sim/a.ts', "import { checkEntry } from '../../risk/check.ts'"],
    ['charts importing the market', 'src/charts/a.ts', "import { x } from '../market/bars.ts'"],
    ['a strategy importing risk', 'src/strategy/a.ts', "import {\n  type A,\n  b,\n} from '../risk/check.ts'"],
    ['anything importing app', 'api/a.ts', "import { compose } from '../src/process/compose.ts'"],
    ['bots importing the database', 'bots/a.ts', "import { sql } from '../db/client.ts'"],
    ['an adapter importing what runs of its user', 'db/a.ts', "import { type A, run } from '../api/ports/ports.ts'"],
    ['a dynamic import', 'src/market/a.ts', "const x = await import('../kernel/kernel.ts')"],
    ['a re-export', 'src/core/a.ts', "export { x } from '../market/bars.ts'"],
    ['production code importing a test', 'src/kernel/a.ts', "import { x } from '../../test/support/source.ts'"],
    ['the dashboard importing what runs of the API', 'web/a.tsx', "import { makeApp } from '../api/app.ts'"],
    ['a file in no layer', 'src/stuff/a.ts', ''],
  ])('each rule finds: %s', (_, path, text) => {
    expect(importFindings([file(path, text)])).toHaveLength(1)
  })

  test('the import rules let an adapter import the types of a port, and a test import anything', () => {
    expect(importFindings([file('db/a.ts', "import { type A, type B } from '../api/ports/ports.ts'")])).toEqual([])
    expect(importFindings([file('src/core/a.test.ts', "import { Kernel } from '../kernel/kernel.ts'")])).toEqual([])
    expect(importFindings([file('src/core/a.ts', "// import { x } from '../market/bars.ts'\nconst a = 1")])).toEqual([])
  })

  test('a cycle, type imports included, at any length', () => {
    const ring = [
      file('src/core/a.ts', "import type { B } from './b.ts'"),
      file('src/core/b.ts', "import { c } from './c.ts'"),
      file('src/core/c.ts', "import { type A } from './a.ts'"),
    ]
    expect(cycleFindings(ring)).toHaveLength(1)
    expect(cycleFindings(ring.slice(0, 2))).toEqual([])
    expect(cycleFindings([file('src/core/a.ts', "import { a } from './a.ts'")])).toHaveLength(1)
  })

  test.each([
    'async () => 1',
    'await x',
    'new Promise(f)',
    'Date.now()',
    'performance.now()',
    'Math.random()',
    'setTimeout(f)',
    'process.exit()',
    'console.log(1)',
    'fetch(url)',
    'JSON.parse(text)',
    "import { readFileSync } from 'node:fs'",
    '`${Date.now()}`',
    '`a${`b${Date.now()}`}c`',
  ])('in the pure zone: %s', (code) => {
    for (const path of ['src/core/a.ts', 'src/charts/a.ts', 'src/kernel/a.ts', 'src/venue/sim/a.ts', 'src/backtest/backtest.ts'])
      expect(purityFindings([file(path, code)])).toHaveLength(1)
    expect(purityFindings([file('src/trader/a.ts', code), file('src/venue/sim/bybit-server/a.ts', code)])).toEqual([])
  })

  test('the ban list ignores comments, strings, regular expressions and longer words', () => {
    const text =
      "// Date\n/* await */ const a = 'process' + `JSON ${b} Date`\nconst c = /console/.test(a)\nconst dateOf = structuredClone(asyncThing)"
    expect(purityFindings([file('src/core/a.ts', `${text}\nimport { x } from './performance.ts'`)])).toEqual([])
  })

  test('each rule finds: a port that runs', () => {
    expect(portFindings([file('src/kernel/trader-command.ts', 'export interface A { b(): Promise<void> }')])).toEqual([])
    expect(portFindings([file('src/kernel/trader-command.ts', 'export const a = 1')])).toHaveLength(1)
  })

  test.each([
    ['no head', 'export const a = 1\n'],
    ['a head without a sentence', '/**\n * something\n */\n'],
    ['a comment that is not at the head', 'const a = 1\n/**\n * What it is.\n * Never more.\n */\n'],
  ])('each rule finds: a bad head: %s', (_, text) => {
    expect(headFindings([file('src/core/a.ts', text)])).toHaveLength(1)
  })
  test('a head that says in a sentence what the file is passes', () => {
    expect(headFindings([file('src/cli.ts', '#!/usr/bin/env node\n/**\n * What it is.\n * Never more than that.\n */\nrun()\n')])).toEqual(
      [],
    )
  })

  test.each([
    ['src/kernel/a.ts', 'const a = process.env'],
    ['src/kernel/a.ts', "const a = process.env['HOME']"],
    ['src/kernel/a.ts', '// TODO: later'],
    ['test/a.test.ts', '/* FIXME */'],
    ['src/kernel/a.ts', '// @ts-expect-error'],
    ['src/kernel/a.ts', 'const a = b as any'],
    ['src/kernel/a.ts', 'const a = b as unknown as C'],
    ['src/kernel/a.ts', 'const a = 5 as Ticks'],
    ['src/venue/bybit/map.ts', 'const a = (b + 1) as Cash'],
    ['src/kernel/a.ts', 'export class OrderManager {}'],
    ['src/kernel/a.ts', 'export function priceHelper() {}'],
    ['src/kernel/a.ts', 'interface RiskService {}'],
  ])('each rule finds: in %s: %s', (path, text) => {
    expect(textFindings([file(path, text)])).toHaveLength(1)
  })
  test('the word rules ignore strings and places where the word is allowed', () => {
    expect(textFindings([file('src/kernel/a.ts', "const a = 'TODO as any process.env'")])).toEqual([])
    expect(
      textFindings([file('src/config/config.ts', 'const a = process.env'), file('src/core/units.ts', 'const a = 5 as Ticks')]),
    ).toEqual([])
  })

  test.each(['src/core/orderBook.ts', 'src/core/index.ts', 'src/core/string-utils.ts', 'src/trader/order-manager.ts'])(
    'the file name %s',
    (path) => {
      expect(nameFindings([file(path, '')])).toHaveLength(1)
    },
  )
})

test('stripping keeps the code and its lines', () => {
  const { code, comments } = strip("const a = 1 / 2 // half\nconst b = `x${c + { d: 'e' }.d}y` /* f\ng */ + 'it\\'s'\n")
  expect(code.split('\n')).toHaveLength(4)
  expect(code).toContain('1 / 2')
  expect(strip("<p class='x'>a</p>\nconst b = <br />\nconst c = 1 as any").code).toContain('as any')
  expect(code).toContain('c + { d:')
  expect(code).not.toMatch(/half|[xy]|\bf\b|\bg\b|it/)
  expect(comments).toContain('half')
})
