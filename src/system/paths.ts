/**
 * The data directory: where each file of an installation lies, and the tag that its orders carry.
 */
import type { Problem } from '../core/problem.ts'
import { randomInt } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type Result, err, ok } from '../core/result.ts'

export interface DataPaths {
  readonly root: string
  readonly candles: string
  /** The user's strategies as they run. */
  readonly strategies: string
  /** Lines of fitted models. */
  readonly models: string
  readonly run: string
  /** Where the API of the Ballast that runs here answers. */
  readonly apiAddress: string
  readonly adminKey: string
  readonly bybitKey: string
  /** 0600; written by `telegram pair`. The configuration's token comes first. */
  readonly telegramToken: string
  /** 0600; token and server of the bot, written by `discord setup`. The configuration comes first. */
  readonly discord: string
  /** 0600; seals the secrets of one-time codes. */
  readonly codesKey: string
  /** 0600; the keys by which senders of signals sign are made from it. */
  readonly signalsKey: string
  /** The newest row of the audit, noted beside the database: rows that are cut off its end are missed. */
  readonly auditHead: string
  readonly simState: string
  /** Reports, trades and equity of backtests that ran through the queue. */
  readonly backtests: string
  /** What was tried in research, line by line. */
  readonly trials: string
  readonly backups: string
}

export const pathsOf = (root: string): DataPaths => ({
  root,
  candles: join(root, 'candles'),
  strategies: join(root, 'strategies'),
  models: join(root, 'models'),
  run: join(root, 'run'),
  apiAddress: join(root, 'run', 'api.address'),
  adminKey: join(root, 'admin.key'),
  bybitKey: join(root, 'bybit.key'),
  telegramToken: join(root, 'telegram.token'),
  discord: join(root, 'discord.json'),
  codesKey: join(root, 'codes.key'),
  signalsKey: join(root, 'signals.key'),
  auditHead: join(root, 'audit-head.json'),
  simState: join(root, 'simulator.json'),
  backtests: join(root, 'backtests'),
  trials: join(root, 'trials.jsonl'),
  backups: join(root, 'backups'),
})

/** The profile that a directory belongs to; undefined where nothing has been started there. */
export function ownerOf({ root }: DataPaths): string | undefined {
  const file = join(root, 'profile')
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}

export const foreignDirectory = ({ root }: DataPaths, owner: string, profile: string): Problem => ({
  sentence: `The data directory ${root} belongs to profile ${owner}, not ${profile}.`,
  next: `Choose another directory: --data-dir .ballast-${profile}`,
})

/** Makes the directory where it is missing, and refuses one that belongs to another profile. */
export function claimDirectory(paths: DataPaths, profile: string): Result<void, Problem> {
  try {
    mkdirSync(paths.run, { recursive: true })
    if (ownerOf(paths) === undefined) writeFileSync(join(paths.root, 'profile'), `${profile}\n`)
    const owner = ownerOf(paths) ?? profile
    return owner === profile ? ok(undefined) : err(foreignDirectory(paths, owner, profile))
  } catch (cause) {
    return err({
      sentence: `The data directory ${paths.root} cannot be written (${cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)}).`,
      next: 'Give this user write permission, or choose another directory with --data-dir.',
    })
  }
}

const discordFile = z.strictObject({ token: z.string().min(1), guild: z.string().regex(/^\d+$/) })

/** What `discord setup` has left; undefined where it has not run, or the file is not one. */
export function readDiscordFile({ discord }: DataPaths): z.infer<typeof discordFile> | undefined {
  if (!existsSync(discord)) return undefined
  try {
    return discordFile.parse(JSON.parse(readFileSync(discord, 'utf8')))
  } catch {
    // The parser's own message would quote the token. As good as none: the setup writes it again.
    return undefined
  }
}

const TAG_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'

const tagFile = (root: string): string => join(root, 'tag')

/** Whether Ballast has run there: a tag outlives what is lost since. */
export const hasTag = ({ root }: DataPaths): boolean => existsSync(tagFile(root))

/** Six characters that stand in each order from now on (S6). */
export const newTag = (): string => Array.from({ length: 6 }, () => TAG_LETTERS[randomInt(TAG_LETTERS.length)]).join('')

/** The tag of this directory, made where it has none. */
export function readTag(paths: DataPaths): string {
  if (!hasTag(paths)) writeTags(paths, newTag(), [])
  return tagsIn(paths)[0] ?? ''
}

/** Of now first, then those of before restores. */
export const tagsIn = ({ root }: DataPaths): readonly string[] => readFileSync(tagFile(root), 'utf8').split(/\s+/).filter(Boolean)

/** Whole or not at all: what `panic --direct` knows Ballast's orders by. */
export function writeTags({ root }: DataPaths, tag: string, earlier: readonly string[]): void {
  const file = tagFile(root)
  writeFileSync(`${file}.new`, `${[tag, ...earlier.filter((each) => each !== tag)].join('\n')}\n`)
  renameSync(`${file}.new`, file)
}

export const ROLE_NAMES = ['supervisor', 'trader', 'simulator', 'api', 'worker', 'bots'] as const
export type RoleName = (typeof ROLE_NAMES)[number]
/** A process may play several roles; each has its pid file. */
export const SURFACE_ROLES = ['api', 'worker', 'bots'] as const satisfies readonly RoleName[]

const pidFile = (paths: DataPaths, role: RoleName): string => join(paths.run, `${role}.pid`)

/** For operators, and for tools that signal: who runs here is reported by the lock (lock.ts). */
export const writePid = (paths: DataPaths, role: RoleName): void => writeFileSync(pidFile(paths, role), `${process.pid}\n`)

/** Only what this process wrote there. */
export function removePid(paths: DataPaths, role: RoleName): void {
  const file = pidFile(paths, role)
  if (existsSync(file) && Number(readFileSync(file, 'utf8').trim()) === process.pid) rmSync(file, { force: true })
}

/** Each pid file that lies here, the database's too: what was written, whoever has that number now. */
export function pidFiles({ run }: DataPaths): readonly { readonly role: string; readonly pid: number }[] {
  if (!existsSync(run)) return []
  return readdirSync(run)
    .filter((name) => name.endsWith('.pid'))
    .map((name) => ({ role: name.slice(0, -'.pid'.length), pid: Number(readFileSync(join(run, name), 'utf8').trim()) }))
}
