/**
 * The trial ledger: processes that write at once lose nothing, one that is killed tears one line at most, and trials are counted once.
 */
import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { countTrials, lastGate, triedWith } from './trial-count.ts'
import { type TrialEntry, appendTrials, readTrials, trialDigest } from './trial-ledger.ts'

let directory: string
let file: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trials-'))
  file = join(directory, 'data', 'trials.jsonl')
})
afterEach(() => rmSync(directory, { recursive: true }))

const entry = (trials: readonly string[], more: Partial<TrialEntry> = {}): TrialEntry => ({
  at: 1_000,
  command: 'sweep',
  strategy: 'sma-cross',
  data: 'abc',
  series: 'bybit/BTCUSDT/5m',
  trials: [...trials],
  ...more,
})

test('what was written is read again, in a directory that was not there', () => {
  expect(readTrials(file)).toEqual({ entries: [], torn: 0 })
  appendTrials(file, entry(['a', 'b']))
  appendTrials(file, entry(['c'], { command: 'gate', verdict: 'refuse' }))
  expect(readTrials(file)).toEqual({ entries: [entry(['a', 'b']), entry(['c'], { command: 'gate', verdict: 'refuse' })], torn: 0 })
})

test('a long search is several lines that add up to it', () => {
  const trials = Array.from({ length: 5_000 }, (_, k) => String(k))
  appendTrials(file, entry(trials))
  const { entries } = readTrials(file)
  expect(entries.length).toBeGreaterThan(1)
  expect(entries.flatMap((each) => each.trials)).toEqual(trials)
})

test('a torn line is told and costs no other', () => {
  appendTrials(file, entry(['a']))
  appendFileSync(file, '{"at":2000,"command":"swe')
  appendTrials(file, entry(['b']))
  appendFileSync(file, '{"at":"yesterday"}\n')
  expect(readTrials(file)).toEqual({ entries: [entry(['a']), entry(['b'])], torn: 2 })
})

test('a place that cannot be written is an answer, not an exception', () => {
  writeFileSync(join(directory, 'data'), 'a file where the directory should be')
  expect(appendTrials(file, entry(['a'])).ok).toBe(false)
  expect(readTrials(directory)).toEqual({ entries: [], torn: 0, problem: 'EISDIR' })
})

test('of processes that write at once, and are killed while they do, every line but the last of each is whole', async () => {
  const program = join(directory, 'writer.mjs')
  await build({
    stdin: {
      contents: `import { appendTrials } from ${JSON.stringify(fileURLToPath(new URL('./trial-ledger.ts', import.meta.url)))}
const [, , file, name] = process.argv
process.stdout.write('on')
const pause = new Int32Array(new SharedArrayBuffer(4))
for (let k = 0; ; k += 1) {
  Atomics.wait(pause, 0, 0, 1)
  appendTrials(file, { at: k, command: 'sweep', strategy: name, data: 'abc', series: 's', trials: Array.from({ length: 300 }, (_, n) => name + '-' + k + '-' + n) })
}`,
      resolveDir: directory,
    },
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    nodePaths: [fileURLToPath(new URL('../../../node_modules', import.meta.url))],
  })
  const names = ['a', 'b', 'c']
  const children = names.map((name) => spawn(process.execPath, [program, file, name], { stdio: ['ignore', 'pipe', 'inherit'] }))
  await Promise.all(children.map((child) => new Promise((resolve) => child.stdout.once('data', resolve))))
  // Until each of them has written a good deal, however slow the machine is.
  for (;;) {
    const written = readTrials(file).entries
    if (names.every((name) => written.filter(({ strategy }) => strategy === name).length > 20)) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await Promise.all(
    children.map((child) => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      return ended
    }),
  )
  const { entries, torn } = readTrials(file)
  expect(torn).toBeLessThanOrEqual(names.length)
  for (const name of names) {
    const own = entries.filter(({ strategy }) => strategy === name)
    expect(own.map(({ at }) => at)).toEqual(own.map((_, k) => k))
    for (const { trials } of own) expect(trials).toHaveLength(300)
  }
})

test('the same parameters in another order are the same trial, another stop is another', () => {
  expect(trialDigest({ fast: 5, slow: 20 }, { stop: '2' })).toBe(trialDigest({ slow: 20, fast: 5 }, { stop: '2', size: undefined }))
  expect(trialDigest({ fast: 5, slow: 20 }, { stop: '2' })).not.toBe(trialDigest({ fast: 5, slow: 20 }, { stop: '3' }))
  expect(trialDigest({ fast: 5, slow: 20 }, {})).not.toBe(trialDigest({ fast: 5, slow: 21 }, {}))
})

test('runs are all counted, trials once, by strategy and candles', () => {
  const entries = [
    entry(['a', 'b'], { at: 1 }),
    entry(['b', 'c'], { at: 5, command: 'gate', verdict: 'refuse' }),
    entry(['a'], { at: 3, data: 'def' }),
    entry(['a'], { at: 2, strategy: 'mine' }),
  ]
  expect(countTrials(entries)).toEqual([
    { strategy: 'sma-cross', data: 'abc', series: 'bybit/BTCUSDT/5m', runs: 4, trials: 3, first: 1, last: 5, gate: 'refuse' },
    { strategy: 'sma-cross', data: 'def', series: 'bybit/BTCUSDT/5m', runs: 1, trials: 1, first: 3, last: 3, gate: null },
    { strategy: 'mine', data: 'abc', series: 'bybit/BTCUSDT/5m', runs: 1, trials: 1, first: 2, last: 2, gate: null },
  ])
  expect(triedWith(entries, 'sma-cross', 'abc', ['c', 'd'])).toBe(4)
  expect(triedWith(entries, 'other', 'abc', ['c', 'd'])).toBe(2)
  expect([lastGate(entries, 'sma-cross'), lastGate(entries, 'mine')]).toEqual(['refuse', undefined])
})
