/**
 * Files of the data directory that go into a backup: what no exchange and no download gives back.
 */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface KeptFile {
  /** Below the data directory, with slashes. */
  readonly path: string
  readonly from: string
  readonly isSecret: boolean
}

const PLAIN = ['strategy-changes.json', 'trials.jsonl']
const SECRET = ['admin.key', 'bybit.key', 'telegram.token', 'discord.json', 'codes.key', 'signals.key']

/** Candles are downloaded again, reports of backtests are made again, and the simulator's state is the exchange's own: they stay out. */
export function keptFiles(root: string, withKeys: boolean): readonly KeptFile[] {
  const single = [
    ...PLAIN.map((path) => ({ path, isSecret: false })),
    ...(withKeys ? SECRET.map((path) => ({ path, isSecret: true })) : []),
  ]
  return [
    ...single.filter(({ path }) => existsSync(join(root, path))).map(({ path, isSecret }) => ({ path, isSecret, from: join(root, path) })),
    ...filesBelow(root, 'strategies').map((path) => ({ path, isSecret: false, from: join(root, path) })),
  ]
}

function filesBelow(root: string, folder: string): string[] {
  const at = join(root, folder)
  if (!existsSync(at)) return []
  return readdirSync(at).flatMap((name) => {
    if (!/^[\w.-]+$/.test(name)) return []
    const path = `${folder}/${name}`
    return statSync(join(root, path)).isDirectory() ? filesBelow(root, path) : [path]
  })
}

/** Of a step whose failure changes nothing: the connection that it cleans is gone by then. */
export const nothingOf = (): undefined => undefined
