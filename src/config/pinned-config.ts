/**
 * Configuration and compiled strategies as they count while Ballast runs: parts that are started again read these, so that none runs with other ones.
 * Never copies to where others can read: a file may hold tokens.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { CONFIG_FILE } from './config.ts'

interface PinnedFile {
  readonly path: string
  readonly copy: string
  /** Of its text; '' where there was none. */
  readonly hash: string
}

/** One file names all copies: where it is replaced, all of them are. */
interface PinnedIndex {
  readonly config: readonly PinnedFile[]
  /** File with the list of compiled strategies. */
  readonly strategies: string
}

/** A configuration file as it was read. */
export interface ConfigText {
  readonly path: string
  readonly text: string
}

const indexIn = (run: string): string => join(run, 'pinned.json')
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const textOf = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '')

/** @param files of `--config`; undefined: the default one, which may be absent */
export const configTexts = (files: readonly string[] | undefined): readonly ConfigText[] =>
  (files ?? [CONFIG_FILE]).map((file) => ({ path: resolve(file), text: textOf(resolve(file)) }))

/**
 * What processes begin with from now on, whole or not at all. What is not given stays.
 * @param strategies the list of compiled strategies as text
 */
export function pin(
  run: string,
  given: { readonly config?: readonly ConfigText[] | undefined; readonly strategies?: string | undefined },
): void {
  const before = readPinned(run)
  const config = given.config?.map(({ path, text }, at): PinnedFile => {
    const hash = text === '' ? '' : hashOf(text)
    return { path, copy: written(run, `config-${at}`, text === '' ? '{}' : text), hash }
  })
  const next: PinnedIndex = {
    config: config ?? before?.config ?? [],
    strategies: given.strategies === undefined ? (before?.strategies ?? '') : written(run, 'strategies', given.strategies),
  }
  writeFileSync(`${indexIn(run)}.new`, JSON.stringify(next), { mode: 0o600 })
  renameSync(`${indexIn(run)}.new`, indexIn(run))
  removeOthers(run, [before, next])
}

function written(run: string, name: string, text: string): string {
  const copy = join(run, `${name}-${hashOf(text).slice(0, 12)}.json`)
  writeFileSync(copy, text, { mode: 0o600 })
  return copy
}

/** A process that begins at this moment may still be reading the copies of before. Those of earlier versions have no hash in their names. */
function removeOthers(run: string, kept: readonly (PinnedIndex | undefined)[]): void {
  const named = kept.flatMap((index) => (index === undefined ? [] : [index.strategies, ...index.config.map(({ copy }) => copy)]))
  for (const file of readdirSync(run))
    if (/^((config-\d+|strategies)(-[0-9a-f]{12})?|config-files)\.json$/.test(file) && !named.includes(join(run, file)))
      rmSync(join(run, file), { force: true })
}

function readPinned(run: string): PinnedIndex | undefined {
  const index = indexIn(run)
  return existsSync(index) ? (JSON.parse(readFileSync(index, 'utf8')) as PinnedIndex) : undefined
}

/** The copies, in their order. */
export const pinnedConfig = (run: string): readonly string[] => (readPinned(run)?.config ?? []).map(({ copy }) => copy)

/** The file that a copy is of; any other name is its own. */
export const pinnedFileOf = (run: string, file: string): string => readPinned(run)?.config.find(({ copy }) => copy === file)?.path ?? file

/** The list of compiled strategies. */
export const pinnedStrategies = (run: string): string | undefined => readPinned(run)?.strategies

/** The files as they are now. */
export const currentTexts = (run: string): readonly ConfigText[] => configTexts((readPinned(run)?.config ?? []).map(({ path }) => path))

/** Files whose text is another one now than what runs; one that cannot be read counts as changed. */
export function changedConfig(run: string): readonly string[] {
  return (readPinned(run)?.config ?? []).flatMap(({ path, hash }) => {
    try {
      const text = textOf(path)
      return (text === '' ? '' : hashOf(text)) === hash ? [] : [path]
    } catch {
      // The caller is trading: the problem is reported and stops nothing.
      return [path]
    }
  })
}
