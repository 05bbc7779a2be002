/**
 * The manifest of a series: what it is, where its parts are, and the hash that names its contents.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type Result, err, ok } from '../../core/result.ts'
import { type Columns, lowerBound, sliceColumns, timesOf } from './columns.ts'
import { type DataError, dataError, reasonOf } from '../data-error.ts'
import { monthOf, nextMonthTs } from './interval.ts'
import { shaOf, writeAtomically } from './part.ts'

export const MANIFEST_FILE = 'manifest.json'

/** More than a part can hold: a figure that nobody may be made to reserve memory for. */
const ROWS_MAX = 50_000_000

const partSchema = z.object({
  /** Month, or `all` where a series has one part only. */
  name: z.string(),
  // Beside the manifest: a path would lead out of the store.
  file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  rows: z.number().int().positive().max(ROWS_MAX),
  from: z.number().int(),
  to: z.number().int(),
  gaps: z.number().int(),
  missing: z.number().int(),
  sha256: z.string(),
})

const manifestSchema = z.object({
  version: z.literal(1),
  venue: z.string(),
  symbol: z.string(),
  /** `1m`, or `funding`. */
  interval: z.string(),
  kind: z.enum(['last', 'mark', 'funding']),
  intervalMs: z.number().int().positive(),
  tickSize: z.string(),
  lotSize: z.string(),
  /** Least and largest order when it was last downloaded; absent where it came from a file. */
  bounds: z.object({ quantityMin: z.string(), quantityMax: z.string(), quantityMarketMax: z.string(), notionalMin: z.string() }).optional(),
  /** Open time of the first and of the last bar, ms UTC. */
  from: z.number().int(),
  to: z.number().int(),
  bars: z.number().int().positive(),
  /** Holes, and bars absent in them. */
  gaps: z.number().int(),
  missing: z.number().int(),
  hash: z.string(),
  source: z.string(),
  columns: z.array(z.string()),
  parts: z.array(partSchema).min(1),
})

export type Part = z.infer<typeof partSchema>
export type Manifest = z.infer<typeof manifestSchema>
export type SeriesKind = Manifest['kind']

/** Reads a manifest; undefined where the directory has none. */
export function readManifest(directory: string): Result<Manifest | undefined, DataError> {
  const path = join(directory, MANIFEST_FILE)
  const damaged = (what: string): Result<never, DataError> =>
    err(dataError('damaged', `${path} ${what}.`, 'Import the file again after removing this directory, or restore it from a backup.'))
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')) return ok(undefined)
    return damaged(`cannot be read (${reasonOf(cause)})`)
  }
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch (cause) {
    return damaged(`is not JSON (${reasonOf(cause)})`)
  }
  const parsed = manifestSchema.safeParse(raw)
  if (parsed.success) return ok(parsed.data)
  const places = [...new Set(parsed.error.issues.map(({ path: place }) => place.join('.') || 'the whole'))]
  return damaged(`is not a manifest that this program knows (${places.slice(0, 3).join(', ')}${places.length > 3 ? ', …' : ''})`)
}

/** The rename of the manifest is the instant at which a change of the series takes effect. @throws the file system's error. */
export function writeManifest(directory: string, manifest: Manifest): void {
  writeAtomically(join(directory, MANIFEST_FILE), [Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)])
}

export interface Identity {
  readonly intervalMs: number
  readonly tickSize: string
  readonly lotSize: string
}

/** Name of a series' contents: equal bars on an equal grid have an equal hash, however they got into the store. */
export function hashOfParts(identity: Identity, parts: readonly { name: string; rows: number; sha256: string }[]): string {
  const hash = createHash('sha256').update(`series 1\n${identity.intervalMs} ${identity.tickSize} ${identity.lotSize}\n`)
  for (const part of parts) hash.update(`${part.name} ${part.rows} ${part.sha256}\n`)
  return hash.digest('hex')
}

/** Hash of columns in memory, equal to the one that the store would give them. */
export function hashOfColumns(identity: Identity, columns: Columns): string {
  return hashOfParts(
    identity,
    splitByMonth(columns).map((part) => ({ name: part.name, rows: timesOf(part.columns).length, sha256: shaOf(part.columns) })),
  )
}

/** Cuts a table at the UTC months; views, nothing is copied. */
export function splitByMonth(columns: Columns): { name: string; columns: Columns }[] {
  const times = timesOf(columns)
  const parts: { name: string; columns: Columns }[] = []
  let from = 0
  while (from < times.length) {
    const first = times[from] as number
    const to = lowerBound(times, nextMonthTs(first))
    parts.push({ name: monthOf(first), columns: sliceColumns(columns, from, to) })
    from = to
  }
  return parts
}
