/**
 * The end of the event log, read once for all who follow it; what is older is read from the database for whoever asks.
 */
import type { EventType } from '../../src/journal/event-types.ts'
import type { EventRow, Reads } from '../ports/ports.ts'

const KEPT = 5_000
const PAGE = 500

export class EventTail {
  private readonly reads: Pick<Reads, 'events'>
  private readonly rows: EventRow[] = []
  /** All events after it are in the rows; undefined: nobody has followed yet. */
  private from: number | undefined
  private last = 0
  private readonly waiting = new Set<() => void>()
  private turn: Promise<void> = Promise.resolve()
  private isWoken = false

  constructor(reads: Pick<Reads, 'events'>) {
    this.reads = reads
  }

  /** The number of the newest event; 0 where there is none. */
  async newest(): Promise<number> {
    await this.refresh()
    return this.last
  }

  /** Ascending, at most a page; an empty one says that there is no more now. */
  async after(seq: number, types: readonly EventType[] | undefined): Promise<readonly EventRow[]> {
    await this.begin()
    if (seq < (this.from ?? Number.MAX_SAFE_INTEGER)) return this.reads.events({ limit: PAGE, after: seq, types })
    const isAsked = (row: EventRow): boolean => types === undefined || (types as readonly string[]).includes(row.type)
    const found: EventRow[] = []
    for (let at = this.rows.length - 1; at >= 0 && (this.rows[at] as EventRow).seq > seq; at -= 1)
      if (isAsked(this.rows[at] as EventRow)) found.push(this.rows[at] as EventRow)
    return found.reverse().slice(0, PAGE)
  }

  /** Something may have been journaled. */
  wake(): void {
    if (this.isWoken || this.from === undefined) return
    this.isWoken = true
    void this.refresh().finally(() => {
      for (const go of [...this.waiting]) go()
    })
  }

  /** Until something may have come, or the time is over. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        clearTimeout(timer)
        this.waiting.delete(go)
        signal.removeEventListener('abort', go)
        resolve()
      }
      const timer = setTimeout(go, ms)
      this.waiting.add(go)
      signal.addEventListener('abort', go)
    })
  }

  private async begin(): Promise<void> {
    if (this.from === undefined) await this.refresh()
  }

  private refresh(): Promise<void> {
    const work = async (): Promise<void> => {
      this.isWoken = false
      if (this.from === undefined) {
        const [row] = await this.reads.events({ limit: 1 })
        this.last = row?.seq ?? 0
        this.from = this.last
        return
      }
      for (;;) {
        const fresh = await this.reads.events({ limit: PAGE, after: this.last })
        this.rows.push(...fresh)
        this.last = fresh.at(-1)?.seq ?? this.last
        if (fresh.length < PAGE) break
      }
      const cut = this.rows.splice(0, Math.max(0, this.rows.length - KEPT)).at(-1)
      if (cut !== undefined) this.from = cut.seq
    }
    const turn = this.turn.then(work)
    this.turn = turn.catch(() => undefined)
    return turn
  }
}
