/**
 * Which updates of a platform were handled: a webhook that is delivered twice, or a poll that is repeated after a restart, is done once.
 */
import type { Command } from '../api/commands/command.ts'
import { TAKES_RISK_OFF } from '../api/commands/groups/risk-off.ts'

/** Kept beside the process, for a day. */
export interface SeenRows {
  /** False where somebody has begun it before. */
  begin(id: string): Promise<boolean>
  end(id: string): Promise<void>
}

/** look: changes nothing. change: done twice it may do more. safe: done twice it does the same, and left out it may cost money. */
export type UpdateKind = 'look' | 'change' | 'safe'

export function kindOf(command: Command | undefined): UpdateKind {
  if (command?.action === undefined) return 'look'
  return TAKES_RISK_OFF.has(command.name) ? 'safe' : 'change'
}

const KEPT_MAX = 5_000

export class SeenUpdates {
  private readonly rows: SeenRows
  private readonly log: (text: string) => void
  private readonly here = new Set<string>()

  constructor(rows: SeenRows, log: (text: string) => void) {
    this.rows = rows
    this.log = log
  }

  /** Within this process. */
  isNew(id: string): boolean {
    if (this.here.has(id)) return false
    this.here.add(id)
    for (const oldest of this.here) {
      if (this.here.size <= KEPT_MAX) break
      this.here.delete(oldest)
    }
    return true
  }

  /** Runs it unless a process before this one has; undefined: it has. */
  async once<T>(id: string, kind: UpdateKind, run: () => Promise<T>): Promise<T | undefined> {
    if (kind === 'look') return run()
    const isNew = await this.rows.begin(id)
    if (!isNew && kind === 'change') {
      this.log(`${id} was delivered again after a restart; it was already started and is not repeated`)
      return undefined
    }
    const value = await run()
    await this.rows.end(id)
    return value
  }
}
