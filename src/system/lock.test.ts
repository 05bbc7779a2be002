/**
 * One process of a role in a data directory, known by a lock that dies with it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { holderOf, takeLock } from './lock.ts'
import { type DataPaths, pathsOf } from './paths.ts'

const roots: string[] = []
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

function directory(depth = 0): DataPaths {
  const root = mkdtempSync(join(tmpdir(), 'ballast-lock-'))
  roots.push(root)
  const paths = pathsOf(join(root, ...Array.from({ length: depth }, () => 'a-folder-deep-down')))
  mkdirSync(paths.run, { recursive: true })
  return paths
}

/** A process of another program that listens where a supervisor would, and says its pid as one does. */
async function otherProcess(paths: DataPaths): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [
      '-e',
      `require('net').createServer((s) => s.on('error', () => {}).end(process.pid + ' word\\n')).listen(${JSON.stringify(join(paths.run, 'supervisor.lock'))}, () => console.log('on'))`,
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  children.push(child)
  await new Promise((resolve) => child.stdout?.once('data', resolve))
  return child
}

test('a second start is refused with the pid of the first, and may start when that one has let go', async () => {
  const paths = directory()
  const first = await takeLock(paths, 'supervisor')
  expect(await takeLock(paths, 'supervisor')).toEqual({ ok: false, error: { type: 'held', pid: process.pid } })
  expect(await takeLock(paths, 'trader')).toMatchObject({ ok: true })
  if (first.ok) await first.value.release()
  expect(existsSync(join(paths.run, 'supervisor.pid'))).toBe(false)
  expect(await holderOf(paths, 'supervisor')).toBeUndefined()
  expect(await takeLock(paths, 'supervisor')).toMatchObject({ ok: true })
})

test('a pid file that names a living stranger is in nobody’s way', async () => {
  const paths = directory()
  const stranger = spawn('sleep', ['60'], { stdio: 'ignore' })
  children.push(stranger)
  writeFileSync(join(paths.run, 'supervisor.pid'), `${stranger.pid}\n`)
  expect(await holderOf(paths, 'supervisor')).toBeUndefined()
  expect(await takeLock(paths, 'supervisor')).toMatchObject({ ok: true })
  expect(readFileSync(join(paths.run, 'supervisor.pid'), 'utf8')).toBe(`${process.pid}\n`)
})

test('what a killed process left behind is taken over; of many starts at once one wins', async () => {
  const paths = directory()
  const killed = await otherProcess(paths)
  expect(await holderOf(paths, 'supervisor')).toEqual({ pid: killed.pid })
  const gone = new Promise((resolve) => killed.once('exit', resolve))
  killed.kill('SIGKILL')
  await gone
  expect(existsSync(join(paths.run, 'supervisor.lock'))).toBe(true)
  expect(await holderOf(paths, 'supervisor')).toBeUndefined()
  const starts = await Promise.all(Array.from({ length: 8 }, () => takeLock(paths, 'supervisor')))
  expect(starts.filter((start) => start.ok)).toHaveLength(1)
})

test('a frozen process keeps its lock, and gives no pid that somebody could kill by mistake', async () => {
  const paths = directory()
  const frozen = await otherProcess(paths)
  frozen.kill('SIGSTOP')
  expect(await takeLock(paths, 'supervisor')).toEqual({ ok: false, error: { type: 'held', pid: undefined } })
  frozen.kill('SIGCONT')
  expect(await takeLock(paths, 'supervisor')).toEqual({ ok: false, error: { type: 'held', pid: frozen.pid } })
}, 20_000)

test('it waits for one that is ending', async () => {
  const paths = directory()
  const ending = await otherProcess(paths)
  setTimeout(() => ending.kill('SIGKILL'), 300)
  expect(await takeLock(paths, 'supervisor', 10_000)).toMatchObject({ ok: true })
}, 20_000)

test('a folder deeper than an address of a socket may be long', async () => {
  const paths = directory(8)
  const first = await takeLock(paths, 'supervisor')
  expect(first).toMatchObject({ ok: true })
  expect(await takeLock(paths, 'supervisor')).toEqual({ ok: false, error: { type: 'held', pid: process.pid } })
  if (first.ok) await first.value.release()
  expect(existsSync(join(paths.run, 'supervisor.lock'))).toBe(false)
})

test('where no socket can be, the refusal names why', async () => {
  const paths = directory()
  rmSync(paths.run, { recursive: true })
  writeFileSync(paths.run, 'a file')
  const refused = await takeLock(paths, 'supervisor')
  expect(refused).toMatchObject({ ok: false, error: { type: 'unusable' } })
})

test('whoever listens without a word is alive all the same', async () => {
  const paths = directory()
  const mute = createServer((socket) => socket.end())
  await new Promise<void>((resolve) => mute.listen(join(paths.run, 'supervisor.lock'), resolve))
  expect(await takeLock(paths, 'supervisor')).toEqual({ ok: false, error: { type: 'held', pid: undefined } })
  await new Promise((resolve) => mute.close(resolve))
})
