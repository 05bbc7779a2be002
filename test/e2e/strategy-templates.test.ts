/**
 * `ballast strategy new`: what each template writes runs as it is, passes its own test and the checks, and trades real candles.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadStrategies } from '../../src/strategy-files/load.ts'
import { TEMPLATES } from '../../src/strategy-files/template.ts'
import type { StrategyDefinition } from '../../src/strategy/strategy.ts'
import { backtestFixture } from '../support/fixture-backtest.ts'
import { type CliRun, runCli } from '../support/process/cli-run.ts'

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'templates-'))
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))
const ballast = (words: string): Promise<CliRun> => runCli(cwd, words)

describe.each([...TEMPLATES])('template %s', (template, { symbols }) => {
  const name = `my-${template}`

  test('what it writes keeps what every strategy must keep, and passes its own test', async () => {
    const written = await ballast(`strategy new ${name} --template ${template} --json`)
    expect([written.code, JSON.parse(written.stdout)]).toEqual([
      0,
      { name, template, file: join('strategies', `${name}.ts`), test: join('strategies', `${name}.test.ts`) },
    ])
    const run = await ballast(`strategy test ${name} --json`)
    expect(JSON.parse(run.stdout), run.stderr).toMatchObject({ name, isGood: true, test: { passed: true } })
    expect(run.code).toBe(0)
  }, 120_000)

  test('it trades in a backtest on real candles', async () => {
    const loaded = await loadStrategies(join(cwd, 'strategies'), join(cwd, 'compiled'), [name], name)
    if (!loaded.ok) throw new Error(loaded.error.sentence)
    const definition = loaded.value.catalog.get(name) as StrategyDefinition
    const { result } = await backtestFixture(definition, {}, ['ETHUSDT', 'BTCUSDT'].slice(0, symbols))
    expect(result.trades.length).toBeGreaterThan(0)
  }, 60_000)
})

test('a template that is none names the nearest, and all there are; nothing is written', async () => {
  const run = await ballast('strategy new other --template gird')
  expect(run.code).toBe(2)
  expect(run.stderr).toContain("There is no template 'gird'. Did you mean grid?")
  for (const name of TEMPLATES.keys()) expect(run.stderr).toContain(name)
  expect((await ballast('strategy new other --json')).code).toBe(0)
}, 60_000)
