/**
 * S18, S13: what the supervisor does with a trader that hangs and with one that crashes again and again.
 * Never a whole Ballast: the program it starts is a script that behaves badly on purpose.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { loadConfig } from '../../src/app/config.ts'
import { openRecoveryMark } from '../../src/app/crashing-input.ts'
import { openDecisionMark } from '../../src/app/decision-mark.ts'
import { claimDirectory, pathsOf } from '../../src/app/paths.ts'
import { Supervisor } from '../../src/app/supervisor.ts'
import { Terminal } from '../../src/app/terminal.ts'
import { BUILT_IN } from '../../src/strategy-files/load.ts'

const directories: string[] = []
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})

/** Runs the supervisor over a script until `isEnough` of its traders' starts; answers the flags of each start. */
async function superviseUntil(
  script: string,
  isEnough: (starts: readonly string[]) => boolean,
  isSafe = false,
): Promise<readonly string[]> {
  const root = mkdtempSync(join(tmpdir(), 'ballast-supervisor-'))
  directories.push(root)
  const starts = join(root, 'starts')
  writeFileSync(starts, '')
  const entry = join(root, 'entry.mjs')
  writeFileSync(
    entry,
    `import { appendFileSync } from 'node:fs'
const flags = process.argv.slice(2)
process.on('SIGTERM', () => process.exit(0))
process.send({ type: 'ready', detail: '' })
setInterval(() => process.send({ type: 'heartbeat' }), 200)
if (flags.includes('trader')) {
  appendFileSync(${JSON.stringify(starts)}, flags.join(' ') + '\\n')
  setTimeout(() => { ${script} }, 300)
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
  const sink = { write: () => true }
  const before = process.listeners('SIGTERM')
  const supervisor = new Supervisor({
    context: { config, paths, liveStatement: undefined, strategies: BUILT_IN, log: () => {} },
    entry,
    flags: [],
    isSafe,
    terminal: new Terminal(sink, sink, false),
  })
  const done = supervisor.run()
  const lines = (): string[] =>
    readFileSync(starts, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
  while (!isEnough(lines())) await new Promise((resolve) => setTimeout(resolve, 100))
  const own = process.listeners('SIGTERM').find((listener) => !before.includes(listener))
  own?.('SIGTERM')
  expect(await done).toBe(0)
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    for (const listener of process.listeners(signal)) if (!before.includes(listener)) process.removeListener(signal, listener)
  return lines()
}

test('S18 a trader that hangs is killed after two seconds, and the next one is told so', async () => {
  const started = Date.now()
  const starts = await superviseUntil('if (!flags.includes("--hung")) for (;;) {}', (lines) => lines.length >= 2)
  expect(starts).toEqual(['--role trader', '--role trader --hung'])
  expect(Date.now() - started).toBeGreaterThan(2_000)
}, 20_000)

test('S13 the third crash within ten minutes starts it in safe mode, and a crash is no hang', async () => {
  const starts = await superviseUntil('if (!flags.includes("--safe")) process.kill(process.pid, "SIGKILL")', (lines) => lines.length >= 4)
  expect(starts).toEqual(['--role trader', '--role trader', '--role trader', '--role trader --safe'])
}, 20_000)

test('it starts in safe mode where a person asks for it', async () => {
  expect(await superviseUntil('', (lines) => lines.length >= 1, true)).toEqual(['--role trader --safe'])
}, 20_000)

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

test('S13 a strategy in which two processes in a row ended is told apart from one that was interrupted once', () => {
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
