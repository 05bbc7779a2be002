/**
 * Every series of a store, by its directory: those whose manifest can be read, and those whose cannot.
 */
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { DataError } from '../data-error.ts'
import { type Manifest, readManifest } from './manifest.ts'

/** A series whose manifest cannot be read: the others do not depend on it. */
export interface DamagedSeries {
  readonly venue: string
  readonly symbol: string
  /** As its directory is called. */
  readonly interval: string
  readonly error: DataError
}

export function allSeries(root: string): {
  readonly found: readonly { readonly directory: string; readonly manifest: Manifest }[]
  readonly damaged: readonly DamagedSeries[]
} {
  const found: { directory: string; manifest: Manifest }[] = []
  const damaged: DamagedSeries[] = []
  for (const venue of directoriesIn(root))
    for (const symbol of directoriesIn(venue))
      for (const directory of directoriesIn(symbol)) {
        const manifest = readManifest(directory)
        if (!manifest.ok)
          damaged.push({ venue: basename(venue), symbol: basename(symbol), interval: basename(directory), error: manifest.error })
        else if (manifest.value !== undefined) found.push({ directory, manifest: manifest.value })
      }
  return { found, damaged }
}

function directoriesIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(path, entry.name))
      .sort()
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return []
    throw cause
  }
}
