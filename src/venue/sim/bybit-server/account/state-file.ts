/**
 * The simulator's memory on disk: the account in one file, the market's clock in a small one beside it.
 */
import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Account, AccountState } from './account.ts'
import type { ClosedPnlRow, ExecutionRow, TransactionRow } from './account-log.ts'
import { conditionsSchema } from './conditions.ts'
import type { Exchange } from '../exchange.ts'
import type { GeneratedState } from '../market/generated-source.ts'
import type { OrderRow } from './order-row.ts'
import type { PublicState } from '../market/public-source.ts'
import type { ReplayState } from '../market/replay-source.ts'
import { StartError } from '../start-error.ts'

const VERSION = 1
/** Rows of each list that survive a restart; order link ids all do. */
const ROWS_SAVED = 2_000
/** Saving may take a fifth of the time, not more. */
const REST_FACTOR = 4
const CLOCK_MS = 1_000

type SourceState = GeneratedState | ReplayState | PublicState

export interface SavedState {
  readonly version: number
  readonly idPrefix: string
  readonly createdWallMs: number
  readonly changes: number
  readonly source: SourceState
  readonly account: AccountState
  /** Absent in states that were saved before they were kept. */
  readonly conditions?: unknown
  readonly closed: readonly OrderRow[]
  readonly executions: readonly ExecutionRow[]
  readonly transactions: readonly TransactionRow[]
  readonly closedPnl: readonly ClosedPnlRow[]
}

interface SavedClock {
  readonly idPrefix: string
  readonly changes: number
  readonly source: SourceState
}

/** Reads what was saved; undefined when there is no file. @throws StartError when the account cannot be used. */
export function readState(path: string, tell: (text: string) => void = () => {}): SavedState | undefined {
  const state = readJson<SavedState | null>(path, isWhole)
  if (state === undefined) return undefined
  if (state === null || state.version !== VERSION || typeof state.idPrefix !== 'string' || state.account === undefined)
    throw new StartError(`${path} is not a simulator state that this version reads.`, 'Move it away to start a new account.')
  const clock = readClock(path, tell)
  const isSame = clock !== undefined && clock.idPrefix === state.idPrefix && clock.changes === state.changes
  return isSame ? { ...state, source: clock.source } : state
}

/** The last field of the file: of all that stands before it. Absent in files that were saved before it was kept. */
const CHECKSUM = /,"checksum":"([0-9a-f]{64})"\}$/
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

function isWhole(text: string): boolean {
  const found = CHECKSUM.exec(text)
  return found === null || sha256(text.slice(0, found.index)) === found[1]
}

function readJson<T>(path: string, isSound: (text: string) => boolean = () => true): T | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw new StartError(`${path} cannot be read.`, 'Check its permissions.', { cause })
  }
  if (!isSound(text))
    throw new StartError(
      `${path} is damaged: it is not what was saved.`,
      'Restore it from a backup, or move it away to start a new account.',
    )
  try {
    return JSON.parse(text) as T
  } catch (cause) {
    throw new StartError(`${path} is damaged.`, 'Move it away to start a new account.', { cause })
  }
}

/** Optional: without it the market continues from where the account changed last. */
function readClock(path: string, tell: (text: string) => void): SavedClock | undefined {
  try {
    const clock = readJson<SavedClock | null>(clockPath(path))
    if (clock === undefined) return undefined
    if (clock !== null && typeof clock.source?.now === 'number') return clock
  } catch (cause) {
    if (!(cause instanceof StartError)) throw cause
  }
  tell(`${clockPath(path)} is damaged and left out: the market goes on from the last change of the account.`)
  return undefined
}

const clockPath = (path: string): string => `${path}.clock`

/** The account with what its owner or Bybit has changed of it; what of that cannot be read is as the simulator ships. */
export function restoreAccount(account: Account, saved: SavedState): void {
  const changed = conditionsSchema.safeParse(saved.conditions ?? {})
  account.restore(saved.account)
  if (changed.success) account.change(changed.data)
  account.changes = saved.changes
  for (const row of saved.closed) account.closed.push(row)
  for (const row of saved.executions) account.executions.push(row)
  for (const row of saved.transactions) account.transactions.push(row)
  for (const row of saved.closedPnl) account.closedPnl.push(row)
}

export class StateFile {
  private readonly path: string
  private readonly exchange: Exchange
  private savedChanges = -1
  private savedWallMs = 0
  private nextWallMs = 0

  /** Saves at once, so that a place that cannot be written is known before the first order. @throws StartError */
  constructor(path: string, exchange: Exchange, wallNowMs: number) {
    this.path = path
    this.exchange = exchange
    try {
      mkdirSync(dirname(path), { recursive: true })
      this.save(wallNowMs)
    } catch (cause) {
      throw new StartError(`${path} cannot be written.`, 'Check the directory and its permissions, or choose another --state file.', {
        cause,
      })
    }
  }

  /** Saves what needs to be saved by now: a changed account as soon as the last save has rested, the clock once a second. */
  tick(wallNowMs: number): void {
    if (this.exchange.account.changes !== this.savedChanges) {
      if (wallNowMs >= this.nextWallMs) this.save(wallNowMs)
      return
    }
    if (wallNowMs - this.savedWallMs < CLOCK_MS) return
    this.savedWallMs = wallNowMs
    const { idPrefix, account, source } = this.exchange
    writeAtomically(clockPath(this.path), JSON.stringify({ idPrefix, changes: account.changes, source: source.state() }))
  }

  save(wallNowMs: number): void {
    const begun = performance.now()
    const { account, conditions, idPrefix, createdWallMs, source } = this.exchange
    const { changes } = account
    const head = { version: VERSION, idPrefix, createdWallMs, changes, source: source.state(), account: account.state(), conditions }
    const lists = (['closed', 'executions', 'transactions', 'closedPnl'] as const).map(
      (name) => `"${name}":${account[name].json(ROWS_SAVED)}`,
    )
    const text = `${JSON.stringify(head).slice(0, -1)},${lists.join(',')}`
    writeAtomically(this.path, `${text},"checksum":"${sha256(text)}"}`)
    this.savedChanges = account.changes
    this.savedWallMs = wallNowMs
    this.nextWallMs = wallNowMs + (performance.now() - begun) * REST_FACTOR
  }
}

function writeAtomically(path: string, text: string): void {
  const aside = `${path}.tmp`
  const file = openSync(aside, 'w', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(aside, path)
}
