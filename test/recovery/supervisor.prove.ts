/**
 * S18, S13: what the supervisor does with a trader that hangs and with one that crashes again and again.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { ok } from '../../src/core/result.ts'
import { loadConfig } from '../../src/config/config.ts'
import { openRecoveryMark } from '../../src/trader/recovery-mark.ts'
import { openDecisionMark } from '../../src/trader/strategies/decision-mark.ts'
import { claimDirectory, pathsOf } from '../../src/system/paths.ts'
import { PartWatch } from '../../src/process/watch/part-watch.ts'
import { RecentLog } from '../../src/process/recent-log.ts'
import { Supervisor } from '../../src/process/watch/supervisor.ts'
import { Terminal } from '../../src/process/terminal.ts'
import { BUILT_IN } from '../../src/strategy-files/load.ts'
import { until } from '../support/process/installation.ts'

const directories: string[] = []
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})

interface Run {
  readonly starts: () => readonly string[]
  readonly said: () => string
  readonly signal: () => void
  readonly done: Promise<number>
}

interface Behavior {
  /** What a trader does after it was started; `flags` and `n`, which start it is, are in scope. */
  readonly trader?: string
  /** What it does before it says that it is ready. */
  readonly before?: string
  readonly surfaces?: string
  readonly onStop?: string
  readonly isSafe?: boolean
  /** What lies in the directory before. */
  readonly prepare?: (root: string) => void
}

/** Runs the supervisor over a script with given behavior. */
function supervise(behavior: Behavior): Run {
  const root = mkdtempSync(join(tmpdir(), 'ballast-supervisor-'))
  directories.push(root)
  const starts = join(root, 'starts')
  writeFileSync(starts, '')
  const entry = join(root, 'entry.mjs')
  writeFileSync(
    entry,
    `import { appendFileSync, readFileSync } from 'node:fs'
const flags = process.argv.slice(2)
const isTrader = flags.includes('trader')
process.on('SIGTERM', () => { ${behavior.onStop ?? 'process.exit(0)'} })
process.on('disconnect', () => process.exit(0))
const ready = () => { process.send({ type: 'ready', detail: '' }); setInterval(() => process.send({ type: 'heartbeat' }), 200) }
const fail = (sentence) => { process.send({ type: 'failed', sentence, next: 'Look at it.', exitCode: 5 }, () => process.exit(5)) }
if (isTrader) {
  appendFileSync(${JSON.stringify(starts)}, flags.join(' ') + '\\n')
  const n = readFileSync(${JSON.stringify(starts)}, 'utf8').trim().split('\\n').length
  ${behavior.before ?? ''}
  ready()
  setTimeout(() => { ${behavior.trader ?? ''} }, 300)
} else {
  ${behavior.surfaces ?? ''}
  ready()
}
`,
  )
  const loaded = loadConfig({
    cwd: root,
    env: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', BALLAST__BYBIT__URL: 'http://127.0.0.1:1' },
    flags: { dataDir: root },
    files: undefined,
  })
  if (!loaded.ok) throw new Error(loaded.error[0]?.sentence)
  const config = loaded.value.values
  const paths = pathsOf(root)
  claimDirectory(paths, 'sim')
  behavior.prepare?.(root)
  let output = ''
  const sink = { write: (text: string) => (output += text) }
  const before = { SIGTERM: process.listeners('SIGTERM'), SIGINT: process.listeners('SIGINT') }
  const supervisor = new Supervisor({
    context: {
      config,
      configured: config,
      origins: new Map(),
      recentLog: new RecentLog(Date.now),
      reread: () => ok(config),
      paths,
      liveStatement: undefined,
      strategies: BUILT_IN,
      log: () => {},
    },
    entry,
    flags: [],
    isSafe: behavior.isSafe ?? false,
    terminal: new Terminal(sink, sink, false),
  })
  const signal = (): void => {
    for (const listener of process.listeners('SIGTERM')) if (!before.SIGTERM.includes(listener)) listener('SIGTERM')
  }
  const done = supervisor.run().finally(() => {
    for (const name of ['SIGTERM', 'SIGINT'] as const)
      for (const listener of process.listeners(name)) if (!before[name].includes(listener)) process.removeListener(name, listener)
  })
  return {
    starts: () =>
      readFileSync(starts, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    said: () => output,
    signal,
    done,
  }
}

/** Until `isEnough` of its traders' starts; answers the flags of each. */
async function superviseUntil(behavior: Behavior, isEnough: (starts: readonly string[]) => boolean): Promise<readonly string[]> {
  const run = supervise(behavior)
  await until(() => isEnough(run.starts()), 'starts of the trader')
  run.signal()
  expect(await run.done).toBe(0)
  return run.starts()
}

test('S18 a trader that hangs is killed after two seconds, and the next one learns why', async () => {
  const started = performance.now()
  const starts = await superviseUntil({ trader: 'if (!flags.includes("--hung")) for (;;) {}' }, (lines) => lines.length >= 2)
  expect(starts).toEqual(['--role trader', '--role trader --hung'])
  expect(performance.now() - started).toBeGreaterThan(2_000)
}, 20_000)

test('S18 a trader has a limit of memory; one that was aborted, as at that limit, is followed by one that learns why', async () => {
  const run = supervise({
    before: "process.send({ type: 'line', text: 'with ' + process.execArgv.filter((flag) => flag.startsWith('--max')).join(' ') })",
    trader: 'if (!flags.includes("--aborted")) process.abort()',
  })
  await until(() => run.starts().length >= 2, 'the second start')
  run.signal()
  expect(await run.done).toBe(0)
  expect(run.starts()).toEqual(['--role trader', '--role trader --aborted'])
  // 512 MB, and twice the 256 that a strategy may keep.
  expect(run.said()).toContain('with --max-old-space-size=1024')
}, 20_000)

test('S13 the third crash within ten minutes starts it in safe mode, and a crash is no hang', async () => {
  const starts = await superviseUntil(
    { trader: 'if (!flags.includes("--safe")) process.kill(process.pid, "SIGKILL")' },
    (lines) => lines.length >= 4,
  )
  expect(starts).toEqual(['--role trader', '--role trader', '--role trader', '--role trader --safe'])
}, 20_000)

test('a database elsewhere is answered for by itself: one that is away is not called ready', async () => {
  const run = supervise({})
  await until(() => run.starts().length >= 1, 'the trader')
  run.signal()
  expect(await run.done).toBe(0)
  expect(run.said()).toContain('– database      DATABASE_URL does not answer yet')
  expect(run.said()).not.toContain('✓ database')
}, 20_000)

test('it starts in safe mode where a person asks for it', async () => {
  expect(await superviseUntil({ isSafe: true }, (lines) => lines.length >= 1)).toEqual(['--role trader --safe'])
}, 20_000)

test('S13 a restart that is refused is tried again with growing waits, each with its sentence, and is no crash', async () => {
  const run = supervise({
    before: 'if (n > 1 && n < 5) { fail("The exchange does not answer."); await new Promise(() => {}) }',
    trader: 'if (n === 1) process.kill(process.pid, "SIGKILL")',
  })
  await until(() => run.said().includes('trader is running again'), 'the trader back')
  expect(run.starts()).toEqual(Array.from({ length: 5 }, () => '--role trader'))
  const waits = [...run.said().matchAll(/trader does not start: The exchange does not answer\. Look at it\.; restarting it in ([\d.]+) s/g)]
  expect(waits.map((match) => Number(match[1]))).toEqual([0.5, 1, 2])
  run.signal()
  expect(await run.done).toBe(0)
}, 30_000)

test('S13 a part that ends before it was ready is started again, at the first start too', async () => {
  const run = supervise({ before: 'if (n < 3) process.exit(7)' })
  await until(() => run.starts().length === 3 && run.said().includes('Try:'), 'the first start')
  expect(run.said()).toContain('trader ended before it was ready (code 7); restarting it in 0.25 s')
  run.signal()
  expect(await run.done).toBe(0)
}, 30_000)

test('what refuses the first start ends it, with its one sentence and its code', async () => {
  const run = supervise({ before: 'fail("The key is wrong."); await new Promise(() => {})' })
  expect(await run.done).toBe(5)
  expect(run.starts()).toHaveLength(1)
  expect(run.said()).toContain('✗ The key is wrong.\n  Look at it.')
}, 20_000)

test('S13 while another part is not ready yet, a trader that hangs is killed and a stop ends all', async () => {
  const run = supervise({
    surfaces: 'await new Promise((resolve) => setTimeout(resolve, 600_000))',
    trader: 'if (!flags.includes("--hung")) for (;;) {}',
  })
  await until(() => run.starts().length >= 2, 'a second trader')
  expect(run.said()).not.toContain('Try:')
  run.signal()
  expect(await run.done).toBe(0)
}, 30_000)

test('a stop while the trader hangs in its start ends within a bounded time', async () => {
  const run = supervise({ before: 'for (;;) {}' })
  await until(() => run.starts().length >= 1, 'a trader')
  const asked = performance.now()
  run.signal()
  expect(await run.done).toBe(0)
  expect(performance.now() - asked).toBeLessThan(20_000)
  expect(run.said()).toContain('did not stop within 8 s: killing it')
}, 40_000)

test('a pid file that names a living stranger does not stop a start', async () => {
  const run = supervise({
    prepare: (root) => writeFileSync(join(root, 'run', 'supervisor.pid'), `${process.ppid}\n`),
  })
  await until(() => run.said().includes('Try:'), 'the start')
  run.signal()
  expect(await run.done).toBe(0)
}, 20_000)

test('S13 a supervisor that stood still itself blames nobody', () => {
  const watch = new PartWatch(0)
  const trader = { isReady: true, isRunning: true, heardMs: 0 }
  let now = 0
  const look = (ms: number): number | undefined => {
    now += ms
    return watch.look(trader, now)
  }
  expect(look(500)).toBeUndefined()
  // Ten seconds in which neither of them ran: what the trader said meanwhile was not read.
  expect(look(10_000)).toBeUndefined()
  for (let k = 0; k < 3; k++) expect(look(500)).toBeUndefined()
  // It had two seconds to answer again and did not.
  expect(look(500)).toBe(2_000)
  expect(look(500)).toBeUndefined()
  trader.isRunning = false
  for (let k = 0; k < 20; k++) expect(look(500)).toBeUndefined()
})

test('S18 the strategy that was deciding when the process was killed has a name, one that had decided has not', () => {
  const root = mkdtempSync(join(tmpdir(), 'ballast-mark-'))
  directories.push(root)
  const first = openDecisionMark(root, () => {})
  expect(first.left).toBeUndefined()
  first.note('donchian-breakout')
  first.note('ema')
  const second = openDecisionMark(root, () => {})
  expect(second.left).toBe('ema')
  second.note('ema')
  second.note(undefined)
  expect(openDecisionMark(root, () => {}).left).toBeUndefined()
})

test('S13 a strategy in which two processes in a row ended is distinguished from one that was interrupted once', () => {
  const root = mkdtempSync(join(tmpdir(), 'ballast-mark-'))
  directories.push(root)
  const endedIn = (strategy: string | undefined): boolean => {
    const mark = openDecisionMark(root, () => {})
    mark.note(strategy)
    return mark.hasRepeated
  }
  // Each answers for what the ones before it left.
  expect([endedIn('a'), endedIn('a'), endedIn('b'), endedIn('a'), endedIn(undefined), endedIn('a'), endedIn('a')]).toEqual([
    false,
    false,
    true,
    false,
    false,
    false,
    false,
  ])
  expect(openDecisionMark(root, () => {}).hasRepeated).toBe(true)
})

test('S13 an input is set aside after the second try that ended the process, and not before', () => {
  const root = mkdtempSync(join(tmpdir(), 'ballast-mark-'))
  directories.push(root)
  const tried = (seq: number): boolean => {
    const mark = openRecoveryMark(root)
    if (mark.isSetAside(seq)) return true
    mark.begin(seq)
    return false
  }
  expect([tried(7), tried(7), tried(7)]).toEqual([false, false, true])
  expect([tried(8), tried(9), tried(9)], 'another one begins anew').toEqual([false, false, false])
  openRecoveryMark(root).end()
  expect(tried(9)).toBe(false)
})
