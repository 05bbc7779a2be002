/**
 * What is found in the text of a strategy, and what is none though it looks like it.
 */
import { expect, test } from 'vitest'
import { codeOf } from './code-text.ts'
import { lintSource } from './lint-source.ts'
import { TEMPLATES } from './template.ts'
import { filesBelow, textOf } from '../../test/support/repository.ts'

const found = (source: string): string[] => lintSource(source).map(({ rule, line }) => `${rule} ${line}`)

test.each([
  ['const at = 1\nconst t = Date.now()', ['clock 2']],
  ['f(new  Date(0))', ['clock 1']],
  ['Math.random() + performance.now()', ['clock 1', 'random 1']],
  ['const a = () => fetch("x")\nprocess.env.KEY', ['network 1', 'process 2']],
  ['import { readFileSync } from \'node:fs\'\nimport fs from "fs"', ['process 1', 'process 2']],
  ['setTimeout(f, 1)', ['timer 1']],
  ['x = {\n  async onBar(c) {\n    await c\n  },\n}', ['async 2', 'async 3']],
  ['x = { onBar: async () => {} }', ['async 1']],
  ['let last = 0\nvar more', ['state-outside 1', 'state-outside 2']],
  ['export let last = 0', ['state-outside 1']],
  ['const seen = new Map()\nf(() => { seen.set(1, 2) })', ['state-outside 1']],
  ['const rows: number[] = []\nf(() => { rows[rows.length] = 2 })', ['state-outside 1']],
  ['const box = { n: 0 }\nf(() => { box.n += 1 })', ['state-outside 1']],
  ['bars.close( -1 )\nm.higher("1h").high(-back)', ['look-ahead 1', 'look-ahead 2']],
  ['signal({ side: 1,\n  stop: close * 0.98,\n reason })', ['fractional-price 2']],
  ['m.enter({ name, limit: close / 2, stop: ticksFromFloat(close * 0.9, "floor") })', ['fractional-price 1']],
  ["change('a', { trigger: close * (1 + state.step) })", ['fractional-price 1']],
])('%j', (source, expected) => {
  expect(found(source)).toEqual(expected)
})

test.each([
  '// Date.now() and let x = 1\n/* fetch("x")\n await */',
  `const a = "Math.random()" + 'process.env' + \`setTimeout \${b} Date.now()\``,
  'const pattern = /let x = [/"]/\nconst half = a / b / c',
  'const TABLE = [1, 2]\nconst f = (n: number) => { let sum = 0; for (const each of TABLE) sum += each; return sum === TABLE[0] ? n : sum }',
  'state.process.x\nthe.fetch(1)\nconst now = context.now',
  'bars.close(0) - 1\nMath.max(-1, 2)',
  'init: (p) => ({ stop: p.stopPercent / 100 })\nsignal({ side: 1, stop, reason: { rule: "x", values: { stop: close * 2 } } })',
  'signal({ side: 1, strength: 1 / n, stop: Math.round(close * 0.9) })',
])('nothing in %j', (source) => {
  expect(found(source)).toEqual([])
})

test('code in a template string is code, and lines stay where they are', () => {
  const source = `const a = \`x\n\${Date.now()} y\`\nconst b = 1`
  expect(found(source)).toEqual(['clock 2'])
  expect(codeOf(source).length).toBe(source.length)
  expect(codeOf(source).split('\n').length).toBe(3)
})

test('a finding says what to do', () => {
  expect(lintSource('signal({ stop: close * 0.98 })')[0]?.next).toBe("Round it: stop: ticksFromFloat(close * 0.98, 'floor').")
})

test('what we write ourselves has none: templates and examples', () => {
  const examples = filesBelow('examples/strategies', '.ts').map(textOf)
  expect(examples.length).toBeGreaterThan(0)
  for (const source of [...examples, ...[...TEMPLATES.values()].map((template) => template.source('mine'))])
    expect(found(source)).toEqual([])
})
