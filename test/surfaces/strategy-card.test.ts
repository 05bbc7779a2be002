/**
 * What users read of a strategy: its state, what explains it, its parameters and where they come from; the same words over REST.
 */
import { expect, test } from 'vitest'
import { toStrategies } from '../../api/shapes/account-shapes.ts'
import type { HoldRow, StrategyRow } from '../../src/journal/row.ts'
import { by, makeWorld } from '../support/command-world.ts'
import { strategyRowOf } from '../support/strategy-row.ts'
import { CommandRunner } from '../../api/commands/run/run.ts'
import { STRATEGY_LOAD, type StrategyLoad, loadDetail, readLoads } from '../../src/journal/strategy-load.ts'

const hold: HoldRow = {
  holdId: 'h',
  scope: 'strategy:ema-cross',
  effect: 'no-entries',
  cause: 'operator',
  actor: 'telegram:1',
  reason: 'news',
  since: 0,
  until: null,
}
const rowOf = (over: Partial<StrategyRow>): StrategyRow => strategyRowOf('ema-cross', 'BTCUSDT', over)
const shown = async (line: string, rows: StrategyRow[], holds: HoldRow[] = []) => {
  const { reply } = await Object.assign(makeWorld(), { strategies: rows, holds }).runner.runLine(line, by('viewer'))
  return {
    title: reply.title,
    tone: reply.tone,
    table: reply.table?.rows,
    fields: Object.fromEntries(reply.fields.map((f) => [f.name, f.value])),
  }
}

test.each([
  [rowOf({}), [], '▶', 'ema-cross  running', 'ok', undefined],
  [rowOf({ lastDecisionTs: null }), [], '○', 'ema-cross  created', 'ok', ['Note', 'has not decided yet']],
  [rowOf({ barsMissing: 7 }), [], '◔', 'ema-cross  warming', 'warn', ['Waits for', '7 more bars']],
  [rowOf({}), [hold], '‖', 'ema-cross  paused', 'warn', ['Paused', 'entries of this strategy on hold by telegram:1: news']],
  [rowOf({ mode: 'closing-only', modeCause: 'by cli:1' }), [], '◐', 'ema-cross  closing-only', 'warn', ['Set', 'by cli:1']],
  [rowOf({ mode: 'off', modeCause: 'by cli:1' }), [], '■', 'ema-cross  off', 'warn', ['Set', 'by cli:1']],
  [rowOf({ mode: 'errored', modeCause: 'it threw' }), [], '✗', 'ema-cross  errored', 'bad', ['Stopped because', 'it threw']],
] as const)('%#: state in list and card', async (row, holds, mark, title, tone, cause) => {
  const card = await shown('/strategy ema-cross', [row], [...holds])
  expect([card.title, card.tone]).toEqual([title, tone])
  if (cause !== undefined) expect(card.fields[cause[0]]).toBe(cause[1])
  const list = await shown('/strategies', [row], [...holds])
  expect(list.table?.[0]?.[0]).toBe(mark)
  expect(list.fields['ema-cross']).toMatch(new RegExp(`^${title.slice(11)}( \\(.+\\))?, last signal none yet$`))
})

test('parameters with where they come from', async () => {
  const configured = await shown('/strategy ema-cross', [rowOf({ params: { fast: 12, slow: 26, short: true } })])
  expect(configured.fields).toMatchObject({ Parameters: 'fast=12 slow=26 short=true', From: 'the configuration' })
  const changed = await shown('/strategy ema-cross', [rowOf({ changedBy: 'telegram:7', changedAt: Date.UTC(2025, 0, 2, 3, 4) })])
  expect(changed.fields).toMatchObject({
    Parameters: 'none',
    From: 'changed by telegram:7 2025-01-02 03:04 UTC; back to the configuration: /strategy ema-cross reset',
  })
})

test('REST has the same state, the most bars that are missing, and the latest instants of all symbols', () => {
  const rows = [
    rowOf({ barsMissing: 2, lastDecisionTs: null, params: { fast: 9 }, changedBy: 'cli:1', changedAt: 0 }),
    strategyRowOf('ema-cross', 'ETHUSDT', { barsMissing: 5, lastSignalTs: 120_000 }),
  ]
  expect(toStrategies(rows, [])).toEqual([
    {
      id: 'ema-cross',
      name: 'ema-cross',
      definition: 'ema-cross',
      version: 1,
      mode: 'running',
      modeCause: '',
      state: 'warming',
      stateCause: '5 more bars',
      barsMissing: 5,
      symbols: ['BTCUSDT', 'ETHUSDT'],
      params: { fast: 9 },
      changedBy: 'cli:1',
      changedAt: '1970-01-01T00:00:00.000Z',
      lastDecisionAt: '1970-01-01T00:01:00.000Z',
      lastSignalAt: '1970-01-01T00:02:00.000Z',
      load: null,
      universe: null,
    },
  ])
})

test('what its decisions cost is shown with it, over REST, and of the slowest in the health', async () => {
  const loads: StrategyLoad[] = [
    { strategy: 'ema-cross', decisions: 512, p50Ms: 0.02, p99Ms: 0.4, mostMs: 3.1, keptMb: 1.2 },
    { strategy: 'grid', decisions: 1, p50Ms: 5, p99Ms: 5, mostMs: 5, keptMb: null },
  ]
  const world = makeWorld()
  const health = [{ part: STRATEGY_LOAD, status: 'ok' as const, detail: loadDetail(loads), updatedAt: world.ports.wallNow() }]
  const runner = new CommandRunner({ ...world.ports, reads: { ...world.ports.reads, health: async () => health } })
  const card = await runner.runLine('/strategy ema-cross', by('viewer'))
  expect(card.reply.fields.find(({ name }) => name === 'Decision time')?.value).toBe(
    'p50 0.02 ms, p99 0.4 ms, most 3.1 ms of 512 decisions; keeps about 1.2 MB',
  )
  const table = (await runner.runLine('/health', by('viewer'))).reply.table?.rows ?? []
  expect(table.find(([, part]) => part === 'strategies')?.[2]).toBe('slowest grid: p50 5 ms, p99 5 ms, most 5 ms of 1 decision')
  expect(toStrategies([rowOf({})], [], readLoads(health))[0]?.load).toEqual({
    decisions: 512,
    p50Ms: 0.02,
    p99Ms: 0.4,
    mostMs: 3.1,
    keptMb: 1.2,
  })
})

test.each(['[{"strategy":1}]', 'ok', '[]'])('figures that are none lead to none: %s', (detail) => {
  expect(readLoads([{ part: STRATEGY_LOAD, detail }])).toEqual([])
})
