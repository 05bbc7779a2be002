/**
 * The mirror of a venue's order book for one instrument, built from its snapshot and deltas: sorted levels in typed arrays.
 */
import { scanDecimal } from '../core/decimal.ts'
import { type Lots, type Ticks, lots, ticks } from '../core/units.ts'
import type { Instrument } from './instrument.ts'

/** Why a mirror is void. */
export type BookFlaw = 'no-snapshot' | 'gap' | 'crossed' | 'odd-level' | 'disconnected'

/** known: older than what the mirror shows, so nothing changed. void: the mirror answers nothing until a snapshot. */
export type BookOutcome = 'applied' | 'known' | 'void'

export interface BookUpdate {
  readonly isSnapshot: boolean
  /** Update id: a delta's is the one before it plus one; 1 is the snapshot after a restart of the venue's service. */
  readonly u: number
  /** Orders updates of all depths in time; never falls. */
  readonly seq: number
  /** When the venue made it, ms. */
  readonly ts: number
  /** Rows of decimal price and size as text, checked here; size 0 takes the level away. */
  readonly bids: readonly unknown[]
  readonly asks: readonly unknown[]
}

export interface BookLevel {
  readonly price: Ticks
  readonly lots: Lots
}

const RESTARTED_U = 1

export class BookMirror {
  readonly instrument: Instrument
  /** Levels of a side that the venue keeps up to date. */
  readonly depth: number
  private readonly bids: Ladder
  private readonly asks: Ladder
  private flawOrNone: BookFlaw | undefined = 'no-snapshot'
  private u = 0
  private seq = 0
  private ts = 0

  constructor(instrument: Instrument, depth: number) {
    this.instrument = instrument
    this.depth = depth
    this.bids = new Ladder(1, depth)
    this.asks = new Ladder(-1, depth)
  }

  get isLive(): boolean {
    return this.flawOrNone === undefined
  }

  /** Undefined while live. */
  get flaw(): BookFlaw | undefined {
    return this.flawOrNone
  }

  /** Best prices; undefined while void, and where the side is empty. */
  get bid(): Ticks | undefined {
    return this.isLive && this.bids.count > 0 ? ticks(this.bids.best) : undefined
  }

  get ask(): Ticks | undefined {
    return this.isLive && this.asks.count > 0 ? ticks(this.asks.best) : undefined
  }

  /** Best first, at most `most`; empty while void. */
  levels(side: 'bids' | 'asks', most: number): BookLevel[] {
    return this.isLive ? this[side].list(most) : []
  }

  void(flaw: BookFlaw): void {
    this.flawOrNone = flaw
    this.bids.count = 0
    this.asks.count = 0
  }

  apply(update: BookUpdate): BookOutcome {
    if (this.isOld(update)) return 'known'
    if (update.isSnapshot) {
      this.bids.count = 0
      this.asks.count = 0
    } else {
      if (!this.isLive) return 'void'
      // An id that does not follow, or one that does with an older sequence: something is missing, or the venue has begun again.
      if (update.u !== this.u + 1 || update.seq < this.seq) return this.doubt('gap')
    }
    const { instrument } = this
    if (!this.bids.applyRows(update.bids, instrument) || !this.asks.applyRows(update.asks, instrument)) return this.doubt('odd-level')
    this.bids.trim(this.depth)
    this.asks.trim(this.depth)
    if (this.bids.count > 0 && this.asks.count > 0 && this.bids.best >= this.asks.best) return this.doubt('crossed')
    this.flawOrNone = undefined
    this.u = update.u
    this.seq = update.seq
    this.ts = update.ts
    return 'applied'
  }

  private doubt(flaw: BookFlaw): BookOutcome {
    this.void(flaw)
    return 'void'
  }

  /** Reported before, or overtaken. All three clocks must say so: ids that start from scratch at a restart are old by number only. */
  private isOld({ isSnapshot, u, seq, ts }: BookUpdate): boolean {
    if (!this.isLive || seq > this.seq || ts > this.ts || (isSnapshot && u === RESTARTED_U)) return false
    return isSnapshot ? seq < this.seq || u === this.u : u <= this.u
  }
}

/** One side. Keys rise toward the best price, which is last: most changes happen there, and few levels move for them. */
class Ladder {
  count = 0
  private readonly sign: 1 | -1
  /** Price in ticks times the side's sign. */
  private keys: Float64Array
  private sizes: Float64Array

  constructor(sign: 1 | -1, depth: number) {
    this.sign = sign
    // A delta may bring new levels before it takes old ones away.
    this.keys = new Float64Array(depth * 2)
    this.sizes = new Float64Array(depth * 2)
  }

  get best(): number {
    return this.sign * (this.keys[this.count - 1] as number)
  }

  list(most: number): BookLevel[] {
    const levels: BookLevel[] = []
    for (let k = this.count - 1; k >= 0 && levels.length < most; k--)
      levels.push({ price: ticks(this.sign * (this.keys[k] as number)), lots: lots(this.sizes[k] as number) })
    return levels
  }

  /** Answers false at the first row that is not a positive price and a size, both on the instrument's grid. */
  applyRows(rows: readonly unknown[], { priceScale, tick, quantityScale, lot }: Instrument): boolean {
    // A snapshot names the best first: from its end each level is the next key.
    for (let k = rows.length - 1; k >= 0; k--) {
      const row = rows[k]
      if (!Array.isArray(row)) return false
      const priceText: unknown = row[0]
      const sizeText: unknown = row[1]
      if (typeof priceText !== 'string' || typeof sizeText !== 'string') return false
      const price = scanDecimal(priceText, priceScale)
      const size = scanDecimal(sizeText, quantityScale)
      if (price <= 0 || size < 0 || price % tick !== 0 || size % lot !== 0) return false
      this.set((this.sign * price) / tick, size / lot)
    }
    return true
  }

  /** Forgets the worst levels past the depth: the venue reports no more about them. */
  trim(depth: number): void {
    const spare = this.count - depth
    if (spare <= 0) return
    this.keys.copyWithin(0, spare, this.count)
    this.sizes.copyWithin(0, spare, this.count)
    this.count = depth
  }

  private set(key: number, size: number): void {
    const { keys, sizes, count } = this
    let at = 0
    let end = count
    while (at < end) {
      const middle = (at + end) >>> 1
      if ((keys[middle] as number) < key) at = middle + 1
      else end = middle
    }
    const isThere = at < count && keys[at] === key
    if (size === 0) {
      if (isThere) this.remove(at)
    } else if (isThere) sizes[at] = size
    else this.insert(at, key, size)
  }

  private remove(at: number): void {
    const { keys, sizes } = this
    const last = this.count - 1
    for (let k = at; k < last; k++) {
      keys[k] = keys[k + 1] as number
      sizes[k] = sizes[k + 1] as number
    }
    this.count = last
  }

  private insert(at: number, key: number, size: number): void {
    if (this.count === this.keys.length) this.grow()
    const { keys, sizes } = this
    for (let k = this.count; k > at; k--) {
      keys[k] = keys[k - 1] as number
      sizes[k] = sizes[k - 1] as number
    }
    keys[at] = key
    sizes[at] = size
    this.count += 1
  }

  private grow(): void {
    const keys = new Float64Array(this.keys.length * 2)
    const sizes = new Float64Array(keys.length)
    keys.set(this.keys)
    sizes.set(this.sizes)
    this.keys = keys
    this.sizes = sizes
  }
}
