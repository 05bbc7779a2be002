/**
 * `ballast strategy lint` as a user runs it: each finding with its line and what to do, and an exit code for scripts.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { trendSource } from '../../src/strategy-files/templates/trend.ts'
import { type CliRun, runCli } from '../support/process/cli-run.ts'

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'lint-'))
  mkdirSync(join(cwd, 'strategies'))
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))
const ballast = (words: string): Promise<CliRun> => runCli(cwd, words)
const put = (name: string, change: (text: string) => string = (text) => text): void =>
  writeFileSync(join(cwd, 'strategies', `${name}.ts`), change(trendSource(name)))
const found = async (name: string): Promise<unknown[]> => {
  const run = await ballast(`strategy lint ${name} --json`)
  const { findings, isGood } = JSON.parse(run.stdout) as { findings: { rule: string; file: string; line: number }[]; isGood: boolean }
  expect([run.code, isGood]).toEqual(findings.length === 0 ? [0, true] : [1, false])
  return findings.map(({ rule, file, line }) => [rule, file, line])
}

test.each([
  ['good', (text: string) => text, []],
  [
    'counts',
    (text: string) => `let seen = 0\n${text.replace('const close', 'if ((seen++ & 1023) > 900) return\n    const close')}`,
    [
      ['state-outside', 1],
      ['unstable', 19],
    ],
  ],
  ['keeps', (text: string) => text.replace('init: (p) => ({', 'init: (p) => ({ seen: new Map(),'), [['state', 17]]],
  [
    'ahead',
    (text: string) => text.replace('bars.close(0)', 'bars.close(-1)'),
    [
      ['look-ahead', 19],
      ['error', 19],
    ],
  ],
  [
    'parts',
    (text: string) => text.replace("ticksFromFloat(close * (1 - state.stop), 'floor')", 'close * 0.98765'),
    [
      ['fractional-price', 24],
      ['error', 24],
    ],
  ],
  [
    'later',
    (text: string) => text.replace('onBar(', 'async onBar('),
    [
      ['async', 18],
      ['error', 18],
    ],
  ],
])(
  '%s',
  async (name, change, expected) => {
    put(name, change)
    const seen = await found(name)
    const file = join('strategies', `${name}.ts`)
    expect(seen).toEqual(expect.arrayContaining(expected.map(([rule, line]) => [rule, file, line])))
    if (expected.length === 0) expect(seen).toEqual([])
  },
  60_000,
)

test('in words: place, sentence, what to do; strategy test finds it too', async () => {
  put('clock', (text) => text.replace('const close', 'const at = Date.now() % 2\n    if (at > 5) return\n    const close'))
  const run = await ballast('strategy lint clock')
  expect(run.code).toBe(1)
  expect(run.stdout).toContain(`${join('strategies', 'clock.ts')}:19  clock`)
  expect(run.stdout).toContain('Date.now reads the clock: a backtest and a restart decide otherwise.')
  expect(run.stdout).toContain('Use now of the context, the close of the bar.')
  expect(run.stderr).toContain('clock has one finding.')
  const tried = await ballast('strategy test clock --json')
  expect([tried.code, JSON.parse(tried.stdout)]).toMatchObject([10, { isGood: false, findings: [{ rule: 'clock', line: 19 }] }])
  expect(await found('ema-cross')).toEqual([])
}, 120_000)
