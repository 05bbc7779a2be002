/**
 * Channels that count their changes: what each holds now, and the changes since, in order and without a gap.
 * A change is encoded once, however many clients get it.
 */
import { iso } from '../shapes/field-shapes.ts'
import type { ChannelKey } from './channels.ts'

export type Change =
  | { readonly op: 'upsert'; readonly key: string; readonly value: object }
  | { readonly op: 'remove'; readonly key: string }
  | { readonly op: 'append'; readonly value: object }
  | { readonly op: 'replace'; readonly value: object }

/** Appended rows are kept for a day of a busy account; keyed ones less, since a snapshot says the same. */
const KEPT = { append: 100_000, keyed: 10_000, conflated: 1 } as const
/** Cut in parts, so that not every change moves the list. */
const CUT = 1.1

export class Delta {
  readonly seq: number
  private readonly head: string
  private readonly tail: string
  private encoded: Buffer | undefined

  constructor(sid: string, epoch: string, seq: number, ts: string, data: Change) {
    this.seq = seq
    const id = 'value' in data && 'id' in data.value ? data.value.id : undefined
    const eid = typeof id === 'string' && id.startsWith('evt_') ? `,"eid":${JSON.stringify(id)}` : ''
    this.head = `{"t":"delta","sid":${JSON.stringify(sid)},"epoch":${JSON.stringify(epoch)},"seq":${seq},"prev":${seq - 1},"ts":"${ts}"${eid}`
    this.tail = `,"data":${JSON.stringify(data)}}`
  }

  get frame(): Buffer {
    this.encoded ??= Buffer.from(this.head + this.tail)
    return this.encoded
  }
  /** To one who was too slow for those between. */
  frameAfter(skipped: number): Buffer {
    return Buffer.from(`${this.head},"skipped":${skipped}${this.tail}`)
  }
  /** As it is kept: without the bytes, which are made again for whoever resumes. */
  rest(): void {
    this.encoded = undefined
  }
}

export type Listener = (channel: Numbered, delta: Delta) => void

export abstract class Numbered {
  readonly channel: ChannelKey
  /** The same for all connections, so that a change is encoded once. */
  readonly sid: string
  abstract readonly kind: 'keyed' | 'append' | 'conflated'
  private readonly listeners = new Set<Listener>()
  private readonly kept: Delta[] = []
  private last = 0
  /** Numbers of another epoch mean nothing: of another process, or of a channel that was forgotten in between. */
  readonly epoch: string
  private readonly now: () => number

  constructor(channel: ChannelKey, sid: string, epoch: string, now: () => number) {
    this.channel = channel
    this.sid = sid
    this.epoch = epoch
    this.now = now
  }

  get seq(): number {
    return this.last
  }
  get isHeard(): boolean {
    return this.listeners.size > 0
  }
  abstract snapshot(): readonly object[] | object | null
  abstract refresh(): Promise<void>

  listen(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Changes after `seq`; undefined where they are not kept any more, or never were. */
  after(seq: number): readonly Delta[] | undefined {
    if (this.kind === 'conflated' || seq > this.last) return undefined
    if (seq === this.last) return []
    const at = seq + 1 - (this.kept[0]?.seq ?? Number.MAX_SAFE_INTEGER)
    return at < 0 ? undefined : this.kept.slice(at)
  }

  protected change(data: Change): void {
    const delta = new Delta(this.sid, this.epoch, this.last + 1, iso(this.now()), data)
    this.last = delta.seq
    this.kept.push(delta)
    const most = KEPT[this.kind]
    if (this.kept.length > most * CUT) this.kept.splice(0, this.kept.length - most)
    for (const listener of this.listeners) listener(this, delta)
    delta.rest()
  }
}

/** One value, replaced when it differs. */
export class Conflated extends Numbered {
  override readonly kind = 'conflated'
  private value: object | null = null
  private text = ''
  private readonly read: () => Promise<object | null>

  constructor(of: ConstructorParameters<typeof Numbered>, read: () => Promise<object | null>) {
    super(...of)
    this.read = read
  }
  override snapshot(): object | null {
    return this.value
  }
  override async refresh(): Promise<void> {
    const value = await this.read()
    const text = JSON.stringify(value)
    if (text === this.text) return
    const isFirst = this.text === ''
    this.value = value
    this.text = text
    if (!isFirst && value !== null) this.change({ op: 'replace', value })
  }
}

/** Rows by key. */
export class Keyed extends Numbered {
  override readonly kind = 'keyed'
  private rows = new Map<string, { readonly value: object; readonly text: string }>()
  private isLoaded = false
  private readonly read: () => Promise<ReadonlyMap<string, object>>
  /** Whether a key that is not read any more is reported as removed; a closed order just leaves the list. */
  private readonly tellsRemoval: boolean

  constructor(of: ConstructorParameters<typeof Numbered>, read: () => Promise<ReadonlyMap<string, object>>, tellsRemoval: boolean) {
    super(...of)
    this.read = read
    this.tellsRemoval = tellsRemoval
  }
  override snapshot(): readonly object[] {
    return [...this.rows.values()].map((row) => row.value)
  }
  override async refresh(): Promise<void> {
    const fresh = new Map([...(await this.read())].map(([key, value]) => [key, { value, text: JSON.stringify(value) }]))
    const before = this.rows
    this.rows = fresh
    if (this.isLoaded) {
      if (this.tellsRemoval) for (const key of before.keys()) if (!fresh.has(key)) this.change({ op: 'remove', key })
      for (const [key, { value, text }] of fresh) if (before.get(key)?.text !== text) this.change({ op: 'upsert', key, value })
    }
    this.isLoaded = true
  }
}

export interface Appended {
  readonly at: number
  readonly value: object
}

const SHOWN = 100
const BURST = 500

/** Rows that only grow. */
export class Append extends Numbered {
  override readonly kind = 'append'
  private readonly shown: object[] = []
  private lastAt = -1
  /** Newest first; `before` pages back. */
  private readonly read: (limit: number, before: number | undefined) => Promise<readonly Appended[]>

  constructor(
    of: ConstructorParameters<typeof Numbered>,
    read: (limit: number, before: number | undefined) => Promise<readonly Appended[]>,
  ) {
    super(...of)
    this.read = read
  }
  override snapshot(): readonly object[] {
    return [...this.shown]
  }
  override async refresh(): Promise<void> {
    const isFirst = this.lastAt < 0
    const fresh = isFirst ? await this.read(SHOWN, undefined) : await this.newRows()
    for (const { at, value } of [...fresh].reverse()) {
      this.lastAt = Math.max(this.lastAt, at)
      this.shown.push(value)
      if (this.shown.length > SHOWN) this.shown.shift()
      if (!isFirst) this.change({ op: 'append', value })
    }
    if (isFirst) this.lastAt = Math.max(0, this.lastAt)
  }
  private async newRows(): Promise<readonly Appended[]> {
    const found: Appended[] = []
    for (;;) {
      const rows = await this.read(BURST, found.at(-1)?.at)
      const fresh = rows.filter((row) => row.at > this.lastAt)
      found.push(...fresh)
      if (fresh.length < BURST) return found
    }
  }
}

/** Rows that come, and end: each is told when it is new, and once more when it is over. */
export class Ending extends Numbered {
  override readonly kind = 'append'
  private shown: ReadonlyMap<string, object> = new Map()
  private isLoaded = false
  private readonly read: () => Promise<ReadonlyMap<string, object>>
  private readonly ended: (key: string) => Promise<object | undefined>

  constructor(
    of: ConstructorParameters<typeof Numbered>,
    read: () => Promise<ReadonlyMap<string, object>>,
    ended: (key: string) => Promise<object | undefined>,
  ) {
    super(...of)
    this.read = read
    this.ended = ended
  }
  override snapshot(): readonly object[] {
    return [...this.shown.values()]
  }
  override async refresh(): Promise<void> {
    const before = this.shown
    this.shown = await this.read()
    if (this.isLoaded) {
      for (const [key, value] of this.shown) if (!before.has(key)) this.change({ op: 'append', value })
      for (const key of before.keys()) {
        const value = this.shown.has(key) ? undefined : await this.ended(key)
        if (value !== undefined) this.change({ op: 'append', value })
      }
    }
    this.isLoaded = true
  }
}
