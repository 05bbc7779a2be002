/**
 * The channels of the WebSocket: what each holds now, and the numbered changes since.
 */
import { randomBytes } from 'node:crypto'
import { signOf } from './amount.ts'
import type { CommandPorts, Scope } from './commands/command.ts'
import { denialOf } from './commands/words/denials.ts'
import { statusOf } from './routes/common.ts'
import { toAlert, toBalance, toEquity } from './shapes/account-shapes.ts'
import { iso } from './shapes/field-shapes.ts'
import type { DecisionRow } from '../src/journal/row.ts'
import { MANUAL_OWNER } from '../src/trading/manual-owner.ts'
import { toDecision, toFill, toOrder, toPosition, toTrade } from './shapes/trade-shapes.ts'

export const CHANNELS = {
  status: 'account:read',
  positions: 'trade:read',
  orders: 'trade:read',
  fills: 'trade:read',
  trades: 'trade:read',
  equity: 'account:read',
  balances: 'account:read',
  alerts: 'trade:read',
  signals: 'strategy:read',
  decisions: 'strategy:read',
} as const satisfies Record<string, Scope>
export type ChannelName = keyof typeof CHANNELS
export const isChannel = (name: string): name is ChannelName => Object.hasOwn(CHANNELS, name)

export type Change =
  | { readonly op: 'upsert'; readonly key: string; readonly value: object }
  | { readonly op: 'remove'; readonly key: string }
  | { readonly op: 'append'; readonly value: object }
  | { readonly op: 'replace'; readonly value: object }

export interface Delta {
  readonly seq: number
  readonly prev: number
  readonly ts: string
  readonly data: Change
}

export interface Channel {
  readonly name: ChannelName
  readonly seq: number
  snapshot(): readonly object[] | object | null
  /** Changes after `seq`, or undefined when they are not kept any more. */
  after(seq: number): readonly Delta[] | undefined
}

const KEPT = 10_000
const APPENDED_SHOWN = 100
const ORDERS_SHOWN = 100
const BURST = 500

type Listener = (channel: ChannelName, delta: Delta) => void

abstract class Numbered implements Channel {
  readonly name: ChannelName
  private readonly kept: Delta[] = []
  private last = 0
  private readonly tell: Listener
  private readonly now: () => number

  constructor(name: ChannelName, tell: Listener, now: () => number) {
    this.name = name
    this.tell = tell
    this.now = now
  }

  get seq(): number {
    return this.last
  }
  abstract snapshot(): readonly object[] | object | null
  abstract refresh(): Promise<void>

  after(seq: number): readonly Delta[] | undefined {
    if (seq > this.last) return undefined
    if (seq === this.last) return []
    const at = this.kept.findIndex((delta) => delta.seq === seq + 1)
    return at < 0 ? undefined : this.kept.slice(at)
  }

  protected change(data: Change): void {
    const delta: Delta = { seq: this.last + 1, prev: this.last, ts: iso(this.now()), data }
    this.last = delta.seq
    this.kept.push(delta)
    if (this.kept.length > KEPT) this.kept.shift()
    this.tell(this.name, delta)
  }
}

/** One value, replaced when it differs. */
class Conflated extends Numbered {
  private value: object | null = null
  private text = ''
  private readonly read: () => Promise<object | null>

  constructor(name: ChannelName, tell: Listener, now: () => number, read: () => Promise<object | null>) {
    super(name, tell, now)
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
class Keyed extends Numbered {
  private rows = new Map<string, { readonly value: object; readonly text: string }>()
  private isLoaded = false
  private readonly read: () => Promise<ReadonlyMap<string, object>>
  /** Whether a key that is not read any more is reported as removed; a closed order just leaves the list. */
  private readonly tellsRemoval: boolean

  constructor(
    name: ChannelName,
    tell: Listener,
    now: () => number,
    read: () => Promise<ReadonlyMap<string, object>>,
    tellsRemoval: boolean,
  ) {
    super(name, tell, now)
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

interface Appended {
  readonly at: number
  readonly value: object
}

/** Rows that only grow. */
class Append extends Numbered {
  private readonly shown: object[] = []
  private lastAt = -1
  /** Newest first; `before` pages back. */
  private readonly read: (limit: number, before: number | undefined) => Promise<readonly Appended[]>

  constructor(
    name: ChannelName,
    tell: Listener,
    now: () => number,
    read: (limit: number, before: number | undefined) => Promise<readonly Appended[]>,
  ) {
    super(name, tell, now)
    this.read = read
  }
  override snapshot(): readonly object[] {
    return [...this.shown]
  }
  override async refresh(): Promise<void> {
    const isFirst = this.lastAt < 0
    const fresh = isFirst ? await this.read(APPENDED_SHOWN, undefined) : await this.newRows()
    for (const { at, value } of [...fresh].reverse()) {
      this.lastAt = Math.max(this.lastAt, at)
      this.shown.push(value)
      if (this.shown.length > APPENDED_SHOWN) this.shown.shift()
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

/** Beside the row as it was journaled: the sentence of a denial. */
const appendedDecision = (row: DecisionRow): Appended => ({
  at: row.seq,
  value: { ...toDecision(row), why: row.kind === 'denial' ? denialOf(row).text : null },
})

/** All channels of a process. Reads once for all clients, however many there are. */
export class Feed {
  /** New with each process: numbers of another epoch mean nothing. */
  readonly epoch = randomBytes(6).toString('base64url')
  private readonly channels: ReadonlyMap<ChannelName, Numbered>
  private readonly listeners = new Set<Listener>()
  private readonly loaded = new Set<ChannelName>()
  private isWoken = false
  /** Reads run one after the other: two at once would tell a change twice. */
  private last: Promise<void> = Promise.resolve()
  private readonly onFailure: (cause: unknown) => void

  constructor(ports: CommandPorts, onFailure: (cause: unknown) => void) {
    this.onFailure = onFailure
    const { reads, wallNow } = ports
    const tell: Listener = (channel, delta) => {
      for (const listener of this.listeners) listener(channel, delta)
    }
    const channels: Numbered[] = [
      new Conflated('status', tell, wallNow, () => statusOf(ports)),
      new Conflated('equity', tell, wallNow, async () => {
        const [row] = await reads.equity({ limit: 1 })
        return row === undefined ? null : toEquity(row)
      }),
      new Conflated('balances', tell, wallNow, async () => {
        const row = await reads.account()
        return row === undefined ? null : toBalance(row)
      }),
      new Keyed(
        'positions',
        tell,
        wallNow,
        async () =>
          new Map(
            (await reads.positions(true))
              .filter((row) => signOf(row.quantity) !== 0 || signOf(row.externalQuantity) !== 0)
              .map(toPosition)
              .map((row) => [row.id, row]),
          ),
        true,
      ),
      new Keyed(
        'orders',
        tell,
        wallNow,
        async () => {
          const [open, last] = await Promise.all([reads.orders({ limit: BURST, isOpen: true }), reads.orders({ limit: ORDERS_SHOWN })])
          return new Map([...last, ...open].map(toOrder).map((row) => [row.id, row]))
        },
        false,
      ),
      new Keyed(
        'trades',
        tell,
        wallNow,
        async () => {
          const rows = await reads.trades({ limit: APPENDED_SHOWN })
          const notes = await ports.portfolio.notes.find(rows.map(({ number }) => number))
          return new Map(rows.map((row) => toTrade(row, notes.get(row.number))).map((row) => [row.id, row]))
        },
        false,
      ),
      new Append('fills', tell, wallNow, async (limit, before) =>
        (await reads.fills({ limit, before })).map((row) => ({ at: row.seq, value: toFill(row) })),
      ),
      // What strategies wanted to enter, and what became of it; of what they did beside, and operators, `decisions` has all.
      new Append('signals', tell, wallNow, async (limit, before) =>
        (await reads.decisions({ limit, before, class: 'entry', exceptStrategy: MANUAL_OWNER })).map(appendedDecision),
      ),
      new Append('decisions', tell, wallNow, async (limit, before) => (await reads.decisions({ limit, before })).map(appendedDecision)),
      new Append('alerts', tell, wallNow, async (limit, before) =>
        (await reads.alerts({ limit, before })).map((row) => ({ at: row.id, value: toAlert(row) })),
      ),
    ]
    this.channels = new Map(channels.map((channel) => [channel.name, channel]))
  }

  /** The channel, with what it holds now. */
  async open(name: ChannelName): Promise<Channel> {
    const channel = this.channels.get(name) as Numbered
    if (!this.loaded.has(name))
      await this.inTurn(async () => {
        if (this.loaded.has(name)) return
        await channel.refresh()
        this.loaded.add(name)
      })
    return channel
  }

  listen(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** The projections may have changed. Calls that come while one waits lead to no other. */
  wake(): void {
    if (this.isWoken) return
    this.isWoken = true
    this.inTurn(async () => {
      this.isWoken = false
      for (const name of this.loaded) await (this.channels.get(name) as Numbered).refresh()
    }).catch(this.onFailure)
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.last.then(work)
    this.last = turn.catch(() => undefined)
    return turn
  }
}
