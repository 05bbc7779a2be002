/**
 * Reads from what this process holds: a row is read once after each journaled event, however many ask for it.
 * Exact to the last event that was heard of; where nothing is heard, no older than a second.
 */
import type { ApiKey, ApiKeys } from './auth.ts'
import type { Reads } from './ports/ports.ts'

const HELD_MS = 1_000
/** Health is reported without an event. */
const HEALTH_MS = 250
const ENTRIES_MAX = 200

interface Held {
  readonly version: number
  readonly until: number
  readonly value: Promise<unknown>
}

export class HeldRows {
  private version = 0
  private readonly held = new Map<string, Held>()
  private readonly steadyNow: () => number

  constructor(steadyNow: () => number) {
    this.steadyNow = steadyNow
  }

  /** Something was journaled, or done by a request: all is read again. */
  forget(): void {
    this.version += 1
  }

  once<T>(key: string, heldMs: number, read: () => Promise<T>): Promise<T> {
    const found = this.held.get(key)
    const now = this.steadyNow()
    // The same key is the same kind of value.
    if (found !== undefined && found.version === this.version && found.until > now) return found.value as Promise<T>
    const value = read()
    if (this.held.size >= ENTRIES_MAX) this.held.clear()
    this.held.set(key, { version: this.version, until: now + heldMs, value })
    value.catch(() => this.held.delete(key))
    return value
  }
}

/** What is asked for again and again is held; the rest is read as it is asked. */
export function heldReads(reads: Reads, rows: HeldRows): Reads {
  const held: Partial<Reads> = {
    account: () => rows.once('account', HELD_MS, () => reads.account()),
    positions: (includeFlat = false) => rows.once(`positions ${includeFlat}`, HELD_MS, () => reads.positions(includeFlat)),
    orders: (query) => rows.once(`orders ${JSON.stringify(query)}`, HELD_MS, () => reads.orders(query)),
    strategies: () => rows.once('strategies', HELD_MS, () => reads.strategies()),
    holds: () => rows.once('holds', HELD_MS, () => reads.holds()),
    riskSettings: () => rows.once('riskSettings', HELD_MS, () => reads.riskSettings()),
    health: () => rows.once('health', HEALTH_MS, () => reads.health()),
  }
  return Object.assign(Object.create(reads) as Reads, held)
}

const NOTED_MS = 30_000
const KEYS_MAX = 1_000

/** A key that is used again within a second is not looked up again: one that was revoked works that much longer at most. */
export function heldKeys(keys: ApiKeys, rows: HeldRows, steadyNow: () => number): ApiKeys {
  const noted = new Map<string, number>()
  return {
    find: (token): Promise<ApiKey | undefined> => rows.once(`key ${token}`, HELD_MS, () => keys.find(token)),
    noteUse: async (id) => {
      const now = steadyNow()
      if (now - (noted.get(id) ?? -Infinity) < NOTED_MS) return
      if (noted.size >= KEYS_MAX) noted.clear()
      noted.set(id, now)
      await keys.noteUse(id)
    },
    over: (ids) => keys.over(ids),
  }
}
