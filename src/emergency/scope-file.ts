/**
 * `scope.json` in the data directory: the positions that Ballast owns, for `panic --direct` to read when nothing else answers (S7).
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const scopeSchema = z.object({
  tag: z.string(),
  /** The last fill that the positions hold, market time in ms; what Ballast's orders filled later comes on top. */
  lastFillTs: z.number(),
  positions: z.array(z.object({ symbol: z.string(), side: z.enum(['long', 'short']), size: z.string().regex(/^\d+(\.\d+)?$/) })),
})

export type Scope = z.infer<typeof scopeSchema>

export const scopeFile = (dataDir: string): string => join(dataDir, 'scope.json')

/** Renamed into place, not synced: a torn file after a power loss is read as missing. @throws where even the removal fails. */
export function writeScope(dataDir: string, scope: Scope): void {
  const file = scopeFile(dataDir)
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify(scope)}\n`)
    renameSync(`${file}.new`, file)
  } catch (cause) {
    rmSync(file, { force: true })
    throw cause
  }
}

/** Undefined where it is missing or torn. */
export function readScope(dataDir: string): Scope | undefined {
  try {
    return scopeSchema.safeParse(JSON.parse(readFileSync(scopeFile(dataDir), 'utf8'))).data
  } catch {
    // Missing or torn: the caller asks what to close.
    return undefined
  }
}
