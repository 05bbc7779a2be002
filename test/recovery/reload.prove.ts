/**
 * Kills the trader while it takes over other code and other parameters: it comes back with the list of before or the new one, whole, and nothing
 * is lost at the exchange.
 */
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { trendSource as strategySource } from '../../src/strategy-files/templates/trend.ts'
import { runCli } from '../support/process/cli-run.ts'
import { Installation, until } from '../support/process/installation.ts'
import { isFull } from '../support/process/prove-size.ts'

const KILLS = isFull ? 30 : 4
let ballast: Installation | undefined
let folder = ''
afterAll(async () => {
  await ballast?.remove()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

interface Held {
  readonly symbol: string
  readonly quantity: string
}
interface Row {
  readonly id: string
  readonly version: number
  readonly mode: string
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test(
  `S18 ${KILLS} kills during a reload: the strategies are those of before or the new ones, and positions are the exchange's, with stops`,
  async () => {
    folder = join(import.meta.dirname, `../../.ballast-tests-reload-${process.pid}`)
    mkdirSync(folder, { recursive: true })
    const code = (version: number): void =>
      writeFileSync(join(folder, 'mine.ts'), strategySource('mine').replace('version: 1', `version: ${version}`))
    code(1)
    ballast = await Installation.make({
      speed: 120,
      config: {
        interval: '1m',
        strategiesDir: folder,
        strategies: [
          { strategy: 'ema-cross', symbols: ['BTCUSDT'], params: { fast: 2, slow: 4, stopAtr: 16 } },
          { strategy: 'mine', symbols: ['ETHUSDT'] },
        ],
        risk: { tradeLoss: '0.3%', lossStreak: 'off' },
      },
    })
    await ballast.start()
    const here = ballast
    const random = new Random(5)
    const rows = async (): Promise<readonly Row[]> => (await here.get<{ data: readonly Row[] }>('/strategies')).data
    const versionOf = async (): Promise<number> => Number((await rows()).find(({ id }) => id === 'mine')?.version ?? 0)
    const run = (words: string) => runCli(folder, `--data-dir ${here.dataDir} ${words} --yes`)
    const pinnedMs = (): number => statSync(join(here.dataDir, 'run', 'pinned.json')).mtimeMs
    const seen: number[] = []
    for (let kill = 1; kill <= KILLS; kill++) {
      // The third crash in ten minutes leads to safe mode, in which nothing is reloaded.
      if (kill % 2 === 1 && kill > 1) {
        expect(await here.stop()).toBe(0)
        await here.start()
      }
      const before = await versionOf()
      code(before + 1)
      const keptMs = pinnedMs()
      const words = kill % 2 === 0 ? 'strategy mine reload' : 'reload'
      let asked = run(words)
      let isAnswered = false
      const again = (): void => {
        isAnswered = false
        void asked.then(() => {
          isAnswered = true
        })
      }
      again()
      // Every other one at the moment in which the new list is what the next trader begins with, and up to 30 ms after it.
      if (kill % 2 === 0) {
        while (pinnedMs() === keptMs) {
          await new Promise((resolve) => setTimeout(resolve, 1))
          if (!isAnswered || pinnedMs() !== keptMs) continue
          asked = run(words)
          again()
        }
        await new Promise((resolve) => setTimeout(resolve, random.below(30)))
      } else await new Promise((resolve) => setTimeout(resolve, 300 + random.below(1_500)))
      const killed = here.pidOf('trader')
      process.kill(killed, 'SIGKILL')
      await asked
      await until(async () => here.pidOf('trader') !== killed && isAlive(here.pidOf('trader')), `a trader after kill ${kill}`, 60_000)
      await until(async () => (await here.get<{ state: string }>('/status')).state === 'running', `running after kill ${kill}`, 60_000)
      const after = await versionOf()
      expect([before, before + 1], `kill ${kill}`).toContain(after)
      seen.push(after - before)
      const agrees = async (): Promise<boolean> => {
        const [books, exchange] = [await here.get<{ data: readonly Held[] }>('/positions'), await here.simState()]
        const ours = books.data
          .filter(({ quantity }) => Number(quantity) !== 0)
          .map(({ symbol, quantity }) => `${symbol} ${Math.abs(Number(quantity))}`)
        const theirs = exchange.positions.filter(({ size }) => Number(size) !== 0)
        return (
          JSON.stringify(ours.sort()) === JSON.stringify(theirs.map(({ symbol, size }) => `${symbol} ${Number(size)}`).sort()) &&
          theirs.every(({ stopLoss }) => Number(stopLoss) > 0)
        )
      }
      await until(agrees, `the books after kill ${kill}`, 60_000)
    }
    // The code of the last file runs in the end.
    await until(async () => (await run('reload')).code === 0, 'a reload', 60_000)
    code(99)
    await until(async () => (await run('reload')).code === 0, 'the last reload', 60_000)
    expect(await versionOf()).toBe(99)
    const reconciled = await run('reconcile')
    expect([reconciled.code, reconciled.stdout]).toEqual([0, expect.not.stringContaining('differ')])
    expect(seen).toContain(1)
    process.stderr.write(`reload: ${seen.filter((each) => each === 1).length} of ${KILLS} kills came after the new list was kept\n`)
  },
  120_000 + KILLS * 60_000,
)
