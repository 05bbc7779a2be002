/**
 * Checks a stored series against its manifest and against what bars must be.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Columns, allocateColumns, timesOf } from './columns.ts'
import { countGaps } from './gaps.ts'
import { isOnGrid } from './interval.ts'
import { type Manifest, type Part, hashOfParts } from './manifest.ts'
import { readPart, shaOf } from './part.ts'

export interface VerifiedSeries {
  readonly venue: string
  readonly symbol: string
  readonly interval: string
  readonly kind: Manifest['kind']
  readonly from: number
  readonly to: number
  readonly bars: number
  readonly gaps: number
  readonly missing: number
  readonly hash: string
  /** One sentence each; empty when the series is sound. */
  readonly problems: readonly string[]
}

export function verifySeries(directory: string, manifest: Manifest): VerifiedSeries {
  const problems: string[] = []
  let bars = 0
  let gaps = 0
  let missing = 0
  let last: number | undefined
  for (const part of manifest.parts) {
    const columns = allocateColumns(manifest.columns.length, part.rows)
    const read = readPart(join(directory, part.file), columns)
    if (!read.ok) {
      problems.push(read.error.sentence)
      last = undefined
      continue
    }
    problems.push(...checkPart(manifest, part, columns, last))
    const times = timesOf(columns)
    const inside = countGaps(times, manifest.intervalMs)
    const before = last === undefined ? { gaps: 0, missing: 0 } : countGaps(Float64Array.of(last, part.from), manifest.intervalMs)
    bars += part.rows
    gaps += inside.gaps + before.gaps
    missing += inside.missing + before.missing
    last = times[times.length - 1]
  }
  if (problems.length === 0) problems.push(...checkTotals(manifest, bars, gaps, missing))
  const named = new Set(manifest.parts.map((part) => part.file))
  for (const file of readdirSync(directory))
    if (file.endsWith('.f64') && !named.has(file)) problems.push(`${file} belongs to no part of the manifest.`)
  const { venue, symbol, interval, kind, from, to, hash } = manifest
  return { venue, symbol, interval, kind, from, to, bars: manifest.bars, gaps: manifest.gaps, missing: manifest.missing, hash, problems }
}

function checkPart(manifest: Manifest, part: Part, columns: Columns, before: number | undefined): string[] {
  const problems: string[] = []
  if (shaOf(columns) !== part.sha256) problems.push(`${part.file} does not have the hash that its manifest names.`)
  const times = timesOf(columns)
  let previous = before ?? Number.NEGATIVE_INFINITY
  for (const instant of times) {
    if (instant <= previous) {
      problems.push(`${part.file} is not ascending at ${instant}.`)
      break
    }
    previous = instant
  }
  if (manifest.kind === 'funding') return problems
  const offGrid = times.find((instant) => !isOnGrid(instant, manifest.intervalMs))
  if (offGrid !== undefined) problems.push(`${part.file} has a bar at ${offGrid}, which is not on the ${manifest.interval} grid.`)
  const bad = findImpossibleBar(columns)
  if (bad !== undefined)
    problems.push(`${part.file} has an impossible bar at ${bad}: its low, open, close and high are out of order, or off the tick.`)
  return problems
}

function findImpossibleBar(columns: Columns): number | undefined {
  const [times, open, high, low, close, volume] = columns as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  for (let at = 0; at < times.length; at += 1) {
    const o = open[at] as number
    const h = high[at] as number
    const l = low[at] as number
    const c = close[at] as number
    const whole = Number.isSafeInteger(o) && Number.isSafeInteger(h) && Number.isSafeInteger(l) && Number.isSafeInteger(c)
    if (!whole || l <= 0 || l > o || l > c || h < o || h < c || !((volume[at] as number) >= 0)) return times[at]
  }
  return undefined
}

function checkTotals(manifest: Manifest, bars: number, gaps: number, missing: number): string[] {
  const problems: string[] = []
  if (bars !== manifest.bars) problems.push(`The parts hold ${bars} bars, the manifest says ${manifest.bars}.`)
  if (gaps !== manifest.gaps || missing !== manifest.missing)
    problems.push(`The parts have ${gaps} gaps with ${missing} missing bars, the manifest says ${manifest.gaps} with ${manifest.missing}.`)
  if (hashOfParts(manifest, manifest.parts) !== manifest.hash) problems.push('The hash of the manifest is not that of its parts.')
  return problems
}
