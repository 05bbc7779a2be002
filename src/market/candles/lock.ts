/**
 * One writer at a time for a series: a file with the writer's process id.
 */
import { openSync, closeSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { type Result, err, ok } from '../../core/result.ts'
import { type DataError, dataError } from '../data-error.ts'

const codeOf = (cause: unknown): unknown => (cause instanceof Error && 'code' in cause ? cause.code : undefined)

/** Runs `work` while holding the lock. @throws what `work` throws, and the file system's error. */
export function withLock<T>(path: string, work: () => Result<T, DataError>): Result<T, DataError> {
  const held = acquire(path)
  if (!held.ok) return held
  try {
    return work()
  } finally {
    rmSync(path, { force: true })
  }
}

function acquire(path: string): Result<undefined, DataError> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const fd = openSync(path, 'wx')
      writeSync(fd, String(process.pid))
      closeSync(fd)
      return ok(undefined)
    } catch (cause) {
      if (codeOf(cause) !== 'EEXIST') throw cause
    }
    const owner = Number(readFileSync(path, 'utf8'))
    if (isAlive(owner)) break
    rmSync(path, { force: true })
  }
  return err(dataError('conflict', `Another process is writing this series (${path}).`, 'Wait until it is done and run the command again.'))
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return codeOf(cause) === 'EPERM'
  }
}
