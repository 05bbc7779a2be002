/**
 * Writes the key file of the exchange: readable by its owner only, and whole or not at all.
 */
import type { Problem } from '../core/problem.ts'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { type Result, err, ok } from '../core/result.ts'
import type { ExchangeKey } from './exchange-access.ts'
import type { DataPaths } from '../system/paths.ts'

export function writeKeyFile({ bybitKey: file }: DataPaths, { key, secret }: ExchangeKey): Result<void, Problem> {
  const fresh = `${file}.new-${process.pid}`
  try {
    // Not one that is there: it could be somebody's link, or be readable by others.
    const handle = openSync(fresh, 'wx', 0o600)
    try {
      writeSync(handle, `${JSON.stringify({ key, secret })}\n`)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(fresh, file)
    return ok(undefined)
  } catch (cause) {
    rmSync(fresh, { force: true })
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'the file cannot be written'
    return err({ sentence: `Key not saved: ${file} (${why}).`, next: 'Check the directory’s permissions and the free disk space.' })
  }
}
