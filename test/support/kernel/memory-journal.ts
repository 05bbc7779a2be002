/**
 * The journal in memory, whole: the same contract as the one in PostgreSQL, for tests that need no database.
 */
import { type Result, err, ok } from '../../../src/core/result.ts'
import type { Journal, JournalError, JournalLoad, JournalRow, Registered } from '../../../src/journal/journal.ts'
import type { RowChange } from '../../../src/journal/row.ts'
import type { KernelFact } from '../../../src/kernel/fact.ts'
import type { KernelInput } from '../../../src/kernel/input.ts'
import { KERNEL_CODE_VERSION, type KernelSnapshot } from '../../../src/kernel/snapshot.ts'

const SNAPSHOTS_KEPT = 3
type Table = RowChange['table']

const KEYS: Readonly<Record<Table, readonly string[]>> = {
  orders: ['orderId'],
  decisions: ['seq'],
  fills: ['tradeId', 'symbol'],
  positions: ['symbol'],
  trades: ['number'],
  equity: ['ts'],
  algorithms: ['id'],
  strategies: ['strategy', 'symbol'],
  holds: ['holdId'],
  riskSettings: ['target', 'key'],
  flows: ['flowId'],
  ledger: ['seq'],
  account: [],
  alerts: ['seq'],
}
const KEPT: ReadonlySet<Table> = new Set<Table>(['decisions', 'fills', 'flows', 'ledger', 'alerts'])

const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

/** What outlives a trader. */
export class MemoryStore {
  readonly instruments: Registered[] = []
  epoch = 0
  readonly rows: JournalRow[] = []
  readonly snapshots = new Map<number, KernelSnapshot>()
  /** While true, nothing answers (S14). */
  isDown = false
  private readonly tables = new Map<Table, Map<string, Readonly<Record<string, unknown>>>>()

  /** A trader takes the lease: journals of earlier ones can write no more. */
  open(): MemoryJournal {
    this.epoch += 1
    return new MemoryJournal(this, this.epoch)
  }

  table(name: Table): readonly Readonly<Record<string, unknown>>[] {
    return [...(this.tables.get(name)?.values() ?? [])]
  }

  write(change: RowChange): void {
    let table = this.tables.get(change.table)
    if (table === undefined) {
      table = new Map()
      this.tables.set(change.table, table)
    }
    if ('only' in change) {
      for (const [key, row] of table) if (!change.only.includes(`${String(row['strategy'])} ${String(row['symbol'])}`)) table.delete(key)
      return
    }
    if ('remove' in change) {
      table.delete(change.remove)
      return
    }
    const row: Readonly<Record<string, unknown>> = { ...copyOf(change.row) }
    const key = KEYS[change.table].map((name) => String(row[name])).join('\u0001')
    if (!KEPT.has(change.table) || !table.has(key)) table.set(key, row)
  }
}

export class MemoryJournal implements Journal {
  private readonly store: MemoryStore
  private readonly epoch: number

  constructor(store: MemoryStore, epoch: number) {
    this.store = store
    this.epoch = epoch
  }

  get lastSeq(): number {
    return this.store.rows.length
  }

  async appendInputs(inputs: readonly KernelInput[]): Promise<Result<number, JournalError>> {
    const refused = this.refusal()
    if (refused !== undefined) return err(refused)
    const first = this.store.rows.length + 1
    for (const input of inputs) this.store.rows.push({ kind: 'input', seq: this.store.rows.length + 1, input: copyOf(input) })
    return ok(first)
  }

  async appendFacts(
    facts: readonly { readonly causeSeq: number; readonly fact: KernelFact }[],
    changes: readonly RowChange[],
  ): Promise<Result<number, JournalError>> {
    const refused = this.refusal()
    if (refused !== undefined) return err(refused)
    for (const { causeSeq, fact } of facts)
      this.store.rows.push({ kind: 'fact', seq: this.store.rows.length + 1, causeSeq, fact: copyOf(fact) })
    for (const change of changes) this.store.write(change)
    return ok(this.store.rows.length)
  }

  async saveSnapshot(seq: number, state: KernelSnapshot): Promise<Result<void, JournalError>> {
    const refused = this.refusal()
    if (refused !== undefined) return err(refused)
    const { snapshots } = this.store
    snapshots.set(seq, copyOf(state))
    for (const old of [...snapshots.keys()].sort((a, b) => b - a).slice(SNAPSHOTS_KEPT)) snapshots.delete(old)
    return ok(undefined)
  }

  async register(wanted: readonly Registered[]): Promise<Result<readonly Registered[], JournalError>> {
    const refused = this.refusal()
    if (refused !== undefined) return err(refused)
    const { instruments } = this.store
    for (const each of wanted) if (!instruments.some((known) => known.symbol === each.symbol)) instruments.push(copyOf(each))
    return ok(copyOf(instruments))
  }

  async load(before = Number.POSITIVE_INFINITY): Promise<Result<JournalLoad, JournalError>> {
    if (this.store.isDown) return err({ type: 'unavailable', detail: 'the store is down' })
    const newest = [...this.store.snapshots]
      .filter(([seq, state]) => state.codeVersion === KERNEL_CODE_VERSION && seq < before)
      .sort(([a], [b]) => b - a)[0]
    const after = newest?.[0] ?? 0
    return ok({
      snapshot: newest === undefined ? undefined : { seq: newest[0], state: copyOf(newest[1]) },
      tail: copyOf(this.store.rows.filter((row) => row.seq > after)),
      damaged: [],
    })
  }

  async setAside(seq: number): Promise<Result<void, JournalError>> {
    this.store.snapshots.delete(seq)
    return ok(undefined)
  }

  private refusal(): JournalError | undefined {
    if (this.store.isDown) return { type: 'unavailable', detail: 'the store is down' }
    if (this.epoch !== this.store.epoch) return { type: 'lease-lost', detail: `epoch ${this.epoch} has passed` }
    return undefined
  }
}
