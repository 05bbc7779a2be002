/**
 * The configuration files as they were when Ballast was started: parts that are started again read these, so that none runs with another one.
 * Never copies to where others can read: a file may hold tokens.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { CONFIG_FILE } from './config.ts'

interface PinnedFile {
  readonly path: string
  readonly copy: string
  /** Of its text; '' where there was none. */
  readonly hash: string
}

const indexIn = (run: string): string => join(run, 'config-files.json')
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const textOf = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '')

/** @param files of `--config`; undefined: the default one, which may be absent */
export function pinConfig(run: string, files: readonly string[] | undefined): void {
  const pinned = (files ?? [CONFIG_FILE]).map((file, at): PinnedFile => {
    const [path, copy] = [resolve(file), join(run, `config-${at}.json`)]
    const text = textOf(path)
    writeFileSync(copy, text === '' ? '{}' : text, { mode: 0o600 })
    return { path, copy, hash: text === '' ? '' : hashOf(text) }
  })
  writeFileSync(indexIn(run), JSON.stringify(pinned), { mode: 0o600 })
}

function readPinned(run: string): readonly PinnedFile[] {
  const index = indexIn(run)
  return existsSync(index) ? (JSON.parse(readFileSync(index, 'utf8')) as PinnedFile[]) : []
}

/** The copies, in their order. */
export const pinnedConfig = (run: string): readonly string[] => readPinned(run).map(({ copy }) => copy)

/** Files whose text is another one now than what runs; one that cannot be read counts as changed. */
export function changedConfig(run: string): readonly string[] {
  return readPinned(run).flatMap(({ path, hash }) => {
    try {
      const text = textOf(path)
      return (text === '' ? '' : hashOf(text)) === hash ? [] : [path]
    } catch {
      // The caller is trading: the problem is reported and stops nothing.
      return [path]
    }
  })
}
