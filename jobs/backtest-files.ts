/**
 * What a backtest through the queue leaves beside its row: the report as a page, its trades and its equity, below the data directory.
 * On the machine whose worker ran it.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BacktestRunRows } from '../api/ports/ports.ts'

export interface BacktestFiles extends BacktestRunRows {
  readonly html: string
}

/** The oldest go first. */
const KEPT_MAX = 200
const ID = /^bt_[0-9a-f]{10}$/
const PAGE = 'report.html'
const ROWS = 'rows.json'

/** All of them or none: a process that ends meanwhile leaves a directory that nobody reads. */
export function writeBacktestFiles(root: string, id: string, { html, trades, equity }: BacktestFiles): void {
  const made = join(root, `${id}.new`)
  rmSync(made, { recursive: true, force: true })
  mkdirSync(made, { recursive: true })
  writeFileSync(join(made, PAGE), html)
  writeFileSync(join(made, ROWS), JSON.stringify({ trades, equity }))
  const place = join(root, id)
  rmSync(place, { recursive: true, force: true })
  renameSync(made, place)
  const ages = readdirSync(root)
    .map((name) => ({ name, atMs: statSync(join(root, name)).mtimeMs }))
    .sort((a, b) => b.atMs - a.atMs)
  for (const { name } of ages.slice(KEPT_MAX)) rmSync(join(root, name), { recursive: true, force: true })
}

/** Undefined where they are not here: of another machine, or of long ago. */
export function readBacktestPage(root: string, id: string): string | undefined {
  return read(root, id, PAGE)
}

export function readBacktestRows(root: string, id: string): BacktestRunRows | undefined {
  const text = read(root, id, ROWS)
  // Written above, whole, by this installation.
  return text === undefined ? undefined : (JSON.parse(text) as BacktestRunRows)
}

function read(root: string, id: string, name: string): string | undefined {
  if (!ID.test(id)) return undefined
  const file = join(root, id, name)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
