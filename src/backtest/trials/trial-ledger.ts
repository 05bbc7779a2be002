/**
 * The trial ledger: a file of lines that only grows, one a command, with what it tried. The best of many is judged by how many there were,
 * also of those that were tried and forgotten. A line is one write at the end of the file: processes that write at once do not mix
 * theirs, and one that is killed leaves at most one line that is torn, which is skipped.
 */
import { createHash } from 'node:crypto'
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { type Result, err, ok } from '../../core/result.ts'

const entrySchema = z.object({
  /** ms UTC. */
  at: z.number(),
  /** `sweep`, `gate` … */
  command: z.string(),
  strategy: z.string(),
  /** Hash of the candles. */
  data: z.string(),
  /** `bybit/ETHUSDT/5m`, for people. */
  series: z.string(),
  /** One a run: a digest of what was tried. Runs of the same parameters have the same. */
  trials: z.array(z.string()),
  /** Of a gate. */
  verdict: z.enum(['pass', 'refuse']).optional(),
})
export type TrialEntry = z.infer<typeof entrySchema>

/** Runs of one line: a longer search is several lines, each written at once. */
const LINE_TRIALS = 2_000
const DIGEST_LETTERS = 12
const LINE_FEED = 10

/** Of parameters and what else was part of the search, whatever the order of their names. */
export function trialDigest(params: Readonly<Record<string, unknown>>, settings: Readonly<Record<string, unknown>>): string {
  const sorted = (value: Readonly<Record<string, unknown>>): unknown =>
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([sorted(params), sorted(settings)]))
    .digest('hex')
    .slice(0, DIGEST_LETTERS)
}

/** The error is the system's word, such as `ENOSPC`. */
export function appendTrials(file: string, entry: TrialEntry): Result<void, string> {
  try {
    mkdirSync(dirname(file), { recursive: true })
    const handle = openSync(file, 'a+')
    try {
      for (let from = 0; from === 0 || from < entry.trials.length; from += LINE_TRIALS) {
        const line = Buffer.from(
          `${endsTorn(handle) ? '\n' : ''}${JSON.stringify({ ...entry, trials: entry.trials.slice(from, from + LINE_TRIALS) })}\n`,
        )
        if (writeSync(handle, line) < line.length) return err('ENOSPC')
      }
    } finally {
      closeSync(handle)
    }
    return ok(undefined)
  } catch (cause) {
    return err(codeOf(cause))
  }
}

const codeOf = (cause: unknown): string => (cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause))

/** What another process left when it was killed while it wrote. */
function endsTorn(handle: number): boolean {
  const { size } = fstatSync(handle)
  const last = Buffer.alloc(1)
  return size > 0 && readSync(handle, last, 0, 1, size - 1) === 1 && last[0] !== LINE_FEED
}

export interface TrialsRead {
  readonly entries: readonly TrialEntry[]
  /** Lines that cannot be read. */
  readonly torn: number
  /** Why the file could not be read, as the system's word; absent where it was, or where there is none. */
  readonly problem?: string
}

/** None where there is no file, or where it cannot be read: what it would say keeps nobody from trading. */
export function readTrials(file: string): TrialsRead {
  if (!existsSync(file)) return { entries: [], torn: 0 }
  const entries: TrialEntry[] = []
  let torn = 0
  // By lines: as one text it could be longer than a string may be.
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (cause) {
    return { entries, torn, problem: codeOf(cause) }
  }
  for (let from = 0; from < bytes.length; ) {
    const next = bytes.indexOf(LINE_FEED, from)
    const to = next === -1 ? bytes.length : next
    const entry = to === from ? undefined : entryOf(bytes.toString('utf8', from, to))
    if (entry !== undefined) entries.push(entry)
    else if (to > from) torn += 1
    from = to + 1
  }
  return { entries, torn }
}

function entryOf(line: string): TrialEntry | undefined {
  try {
    return entrySchema.safeParse(JSON.parse(line)).data
  } catch {
    // Not even JSON: torn.
    return undefined
  }
}
