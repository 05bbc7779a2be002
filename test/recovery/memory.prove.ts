/**
 * S18: a strategy that keeps all it ever took is stopped alone, with the figure, before it ends the trader; one that takes all at once ends it
 * once, and is known by name to the next.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { Installation, until } from '../support/process/installation.ts'

const LIMIT_MB = 48
const made: { readonly ballast: Installation; readonly folder: string }[] = []
afterEach(async () => {
  for (const { ballast, folder } of made.splice(0)) {
    await ballast.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)

/** Goes long with a far stop, and in its position takes memory as `taking` says; `keeps` outlives its state. */
const hoarder = (taking: string): string => `import { defineStrategy, z } from 'ballast/strategy'
const keeps: unknown[] = []
export default defineStrategy({
  name: 'hoarder',
  version: 1,
  summary: 'keeps what it takes',
  params: z.strictObject({}),
  protection: 'position-stop',
  givesStop: true,
  history: () => 2,
  warmup: () => 2,
  init: () => ({ bars: 0 }),
  onBar({ bars, position, signal }, state) {
    state.bars += 1
    if (position !== 0) ${taking}
    signal({ side: 1, strength: 1, stop: Math.floor(bars.close(0) * 0.9) as never, reason: { rule: 'first', values: { bars: state.bars } } })
  },
})
`

/** Beside the hoarder of BTCUSDT one that is well. */
async function start(taking: string): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-memory-'))
  mkdirSync(join(folder, 'strategies'))
  writeFileSync(join(folder, 'strategies', 'hoarder.ts'), hoarder(taking))
  const ballast = await Installation.make({
    config: {
      strategiesDir: join(folder, 'strategies'),
      strategyMemoryMb: LIMIT_MB,
      strategies: [
        { strategy: 'hoarder', symbols: ['BTCUSDT'] },
        { strategy: 'ema-cross', symbols: ['ETHUSDT'], params: { fast: 2, slow: 4, stopAtr: 12 } },
      ],
    },
  })
  made.push({ ballast, folder })
  await ballast.start()
  return ballast
}

interface Row {
  readonly type: string
  readonly severity: string
  readonly summary: string
}
const failures = async (ballast: Installation): Promise<readonly Row[]> =>
  (await ballast.get<{ data: readonly Row[] }>('/alerts?limit=100')).data.filter(({ type }) => type === 'strategy.error')
const modes = async (ballast: Installation): Promise<readonly (readonly [string, string])[]> =>
  (await ballast.get<{ data: readonly { name: string; mode: string }[] }>('/strategies')).data.map(({ name, mode }) => [name, mode])
const lastBar = async (ballast: Installation): Promise<string> => (await ballast.get<{ barsClosedAt: string }>('/status')).barsClosedAt

test('S18 a strategy that keeps some megabytes of each bar is stopped at its limit, and the trader lives', async () => {
  const ballast = await start('keeps.push(Array.from({ length: 500_000 }, (_, k) => k + state.bars + 0.5))')
  const trader = ballast.pidOf('trader')
  await until(async () => (await failures(ballast)).length > 0, 'the alert', 90_000)
  const [alert] = await failures(ballast)
  expect(alert).toMatchObject({
    severity: 'P2',
    summary: expect.stringMatching(/hoarder.*keeps \d+ MB of memory, more than the 48 MB that a strategy may \(strategyMemoryMb\)/),
  })
  // It was found near its limit, and not far beyond.
  const kept = Number(/keeps (\d+) MB/.exec(alert?.summary ?? '')?.[1])
  expect([kept >= LIMIT_MB, kept < 2 * LIMIT_MB]).toEqual([true, true])
  expect(await modes(ballast)).toEqual([
    ['ema-cross', 'running'],
    ['hoarder', 'errored'],
  ])
  const then = await lastBar(ballast)
  await until(async () => (await lastBar(ballast)) > then, 'a further bar', 20_000)
  expect(ballast.pidOf('trader')).toBe(trader)
  const { positions } = await ballast.simState()
  expect(
    positions.filter(({ symbol, size }) => symbol === 'BTCUSDT' && Number(size) > 0).map(({ stopLoss }) => Number(stopLoss) > 0),
  ).toEqual([true])
  expect(await ballast.stop()).toBe(0)
}, 180_000)

test('S18 one that takes more in a bar than the trader may have ends it once, and never decides again', async () => {
  const ballast = await start('for (;;) keeps.push(Array.from({ length: 2_000_000 }, (_, k) => ({ k, bars: state.bars })))')
  await until(async () => (await failures(ballast)).length > 0, 'the alert', 90_000)
  const [alert] = await failures(ballast)
  // Whichever comes first: memory that runs out, or two seconds of looking for more of it.
  expect(alert?.summary).toMatch(/hoarder.*(aborted while it decided, as Node.js does when memory runs out|did not return for two seconds)/)
  expect(await modes(ballast)).toEqual([
    ['ema-cross', 'running'],
    ['hoarder', 'errored'],
  ])
  const then = await lastBar(ballast)
  await until(async () => (await lastBar(ballast)) > then, 'a further bar', 60_000)
  expect(ballast.output.match(/restarting it in/g)).toHaveLength(1)
  expect(await ballast.stop()).toBe(0)
}, 180_000)
