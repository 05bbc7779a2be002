/**
 * The text files of the repository, for tests about what they say to each other.
 */
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')

/** Paths below a folder of the repository, with slashes, that end so. */
export function filesBelow(folder: string, ...endings: readonly string[]): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true })
    .map((entry) => posix.join(folder, String(entry).replaceAll('\\', '/')))
    .filter((path) => endings.some((ending) => path.endsWith(ending)) && statSync(join(ROOT, path)).isFile())
    .sort()
}

export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
