/**
 * S13: what every surface says of a trader that does not run: down, with the time, old figures called old, and the way past it.
 */
import { expect, test } from 'vitest'
import { toStatus } from '../../api/shapes/account-shapes.ts'
import { whatIsMissing } from '../../api/app.ts'
import type { ApiContext } from '../../api/context.ts'
import { heardHealth } from '../../api/commands/silence.ts'
import { type World, by, makeWorld } from '../support/command-world.ts'

const NOW = Date.UTC(2026, 0, 1, 17, 13, 0)
const DIRECT = 'ballast panic --direct'

/** All parts said that they were well when they spoke last. */
function silentFor(ms: number): World {
  const world = makeWorld()
  world.now = NOW
  world.health = [
    { part: 'trader', status: 'ok', detail: '0 queued', updatedAt: NOW - ms },
    { part: 'reconcile', status: 'ok', detail: '', updatedAt: NOW - ms },
  ]
  return world
}
const cardOf = async (world: World, line: string) => (await world.runner.runLine(line, by('admin'))).reply

test('chat and terminal: /status is DOWN, since when, with figures that are called old and the next step', async () => {
  const card = await cardOf(silentFor(11_000), 'status')
  expect([card.title.includes('DOWN'), card.tone]).toEqual([true, 'bad'])
  expect(card.text).toContain('The trader has not been running since 17:12:49 UTC')
  expect(card.text).toContain(DIRECT)
  for (const name of ['Equity', 'Day', 'Open risk', 'Exposure', 'As of'])
    expect([name, card.fields.find((each) => each.name === name)?.value]).toEqual([name, expect.stringMatching(/, 11 s old$/)])
  expect(card.fields.find(({ name }) => name === 'Before')?.value).toBe('RUNNING')
  expect(card.fields.find(({ name }) => name === 'Strategies')?.value).toContain('none running')
  expect(card.fields.find(({ name }) => name === 'Health')?.value).toContain('trader down')
})

test('a trader that has just reported is what it says, and nothing is called old', async () => {
  const card = await cardOf(silentFor(9_000), 'status')
  expect(card.title).toContain('RUNNING')
  expect(JSON.stringify(card)).not.toContain(' old')
  expect(JSON.stringify(card)).not.toContain(DIRECT)
})

test.each(['positions', 'orders', 'trades', 'balance', 'flows', 'pnl', 'risk', 'strategies', 'algos', 'why BTC', 'trade 1'])(
  'chat and terminal: /%s says that its figures are old',
  async (line) => {
    const card = await cardOf(silentFor(11_000), line)
    expect([line, card.tone, card.text?.split('\n')[0]]).toEqual([
      line,
      'bad',
      expect.stringMatching(/^Outdated: The trader has not been running since 17:12:49 UTC\..*panic --direct/),
    ])
    expect(JSON.stringify(await cardOf(silentFor(9_000), line))).not.toContain('does not run')
  },
)

test('chat and terminal: /health has it first, and down', async () => {
  const card = await cardOf(silentFor(11_000), 'health')
  expect(card.table?.rows[0]?.slice(0, 3)).toEqual(['✗', 'trader', 'not running since 17:12:49 UTC'])
  expect([card.tone, card.text?.includes(DIRECT)]).toEqual(['bad', true])
})

test('REST: /status, /health and /readyz', async () => {
  const { ports } = silentFor(11_000)
  const [account, health] = [await ports.reads.account(), await ports.reads.health()]
  const source = { account, holds: [], strategies: await ports.reads.strategies(), health, profile: 'sim', version: '0', wallNowMs: NOW }
  expect(toStatus(source)).toMatchObject({
    state: 'down',
    isOld: true,
    ageSec: 11,
    reportedAt: '2026-01-01T17:12:49.000Z',
    notice: expect.stringContaining(DIRECT),
    strategies: { up: 0, total: 1 },
  })
  expect(toStatus({ ...source, wallNowMs: NOW - 5_000 })).toMatchObject({
    state: 'running',
    isOld: false,
    notice: null,
    strategies: { up: 1 },
  })
  expect(heardHealth(health, NOW)[0]).toMatchObject({ part: 'trader', status: 'down' })
  expect(await whatIsMissing({ ports } as ApiContext)).toContain(
    `the trader has not been running since 17:12:49 UTC: ${DIRECT} flattens without it`,
  )
})

test('pause and panic that are queued then say so, and name the way past the trader', async () => {
  const world = silentFor(11_000)
  world.outcome = undefined
  const paused = await world.runner.runLine('pause', by('admin'))
  expect([paused.status, paused.reply.text]).toEqual(['queued', expect.stringContaining(DIRECT)])
  expect(paused.reply.text).toContain('has not been running since 17:12:49 UTC')
  const card = await cardOf(world, 'panic')
  const now = card.fields.find(({ name }) => name === 'Now')?.value
  expect(now).toContain(DIRECT)
  expect(now).not.toContain('paused already')
})
