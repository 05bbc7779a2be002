/**
 * Drives the kernel on live data: journal the inputs, let the kernel decide, journal what it decided, and only then send.
 */
import { assert } from '../core/assert.ts'
import type { Journal, JournalError } from '../journal/journal.ts'
import type { Projector } from '../journal/project.ts'
import type { RowChange } from '../journal/row.ts'
import type { KernelFact } from '../kernel/fact.ts'
import type { KernelInput } from '../kernel/input.ts'
import { commandOfFact } from '../kernel/fact-command.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Result } from '../core/result.ts'
import type { OrderSender } from './orders/order-sender.ts'
import type { WallClock } from '../system/wall-clock.ts'

export interface DriverPorts {
  readonly kernel: Kernel
  readonly projector: Projector
  readonly journal: Journal
  readonly wallClock: WallClock
  readonly sender: OrderSender
  /** The database does not answer, or does again. */
  readonly databaseState: (isUp: boolean, detail: string) => void
  /** Another trader owns the account: this process must end. */
  readonly leaseLost: (detail: string) => void
  /** Facts of a batch that is in the journal. */
  readonly observe: (input: KernelInput, facts: readonly KernelFact[]) => void
}

/** Makes inputs when its turn has come, with the kernel as it is then. */
type InputSource = () => readonly KernelInput[]

interface Item {
  readonly source: InputSource
  readonly done: ((lastSeq: number) => void) | undefined
}

/** Items of one transaction: large enough for a burst, small enough to keep latency. */
const BATCH_MAX = 64
/** Rows, and wall-clock time, from one snapshot to the next: the database takes a tenth of a second for one of a busy account. */
const SNAPSHOT_EVERY = 2_000
const SNAPSHOT_PAUSE_MS = 10_000
const RETRY_MS = 500

export class LiveDriver {
  private readonly ports: DriverPorts
  private readonly queue: Item[] = []
  private isPumping = false
  private isStopped = false
  private sinceSnapshot = 0
  private snapshotMs = Number.NEGATIVE_INFINITY
  private saving: Promise<void> | undefined
  /** The kernel has decided what was not journaled: its state stands for no row, and the next trader decides again. */
  private isAhead = false
  private lastSeq = 0
  private wasDown = false
  private idleWaiters: (() => void)[] = []

  constructor(ports: DriverPorts) {
    this.ports = ports
  }

  /** Gives inputs to the kernel in turn; `source` is asked when the turn comes. Resolves with the journal's last sequence number. */
  submit(source: InputSource): Promise<number> {
    return new Promise((resolve) => {
      this.queue.push({ source, done: resolve })
      void this.pump()
    })
  }

  post(source: InputSource): void {
    this.queue.push({ source, done: undefined })
    void this.pump()
  }

  get depth(): number {
    return this.queue.length
  }

  get isBusy(): boolean {
    return this.isPumping
  }

  whenIdle(): Promise<void> {
    // Stopped, it leaves what waits where it is: nobody will ever take it.
    if (!this.isPumping && (this.queue.length === 0 || this.isStopped)) return Promise.resolve()
    return new Promise((resolve) => {
      this.idleWaiters.push(resolve)
    })
  }

  /**
   * What a start does with the journal itself, while nothing else is written: what is posted meanwhile waits until it is over, and so keeps its
   * place behind inputs that stand in the journal already.
   */
  async alone(work: () => Promise<void>): Promise<void> {
    assert(!this.isPumping, 'the journal is being written')
    this.isPumping = true
    try {
      await work()
    } finally {
      this.isPumping = false
      void this.pump()
    }
  }

  /** Writes the rows that exist before anything happened. */
  async begin(lastSeq: number): Promise<void> {
    this.lastSeq = lastSeq
    await this.retry(() => this.ports.journal.appendFacts([], this.ports.projector.initial()))
  }

  /** Decides inputs that stand in the journal already, but whose answer a crash cut off. */
  async finish(undecided: readonly { readonly seq: number; readonly input: KernelInput }[]): Promise<void> {
    if (undecided.length > 0)
      await this.decide(
        undecided.map(({ input }) => input),
        undecided.map(({ seq }) => seq),
      )
  }

  /** Books an input that cannot be decided. A later one must be decided after it, so that no recovery comes back to it. */
  setAside({ seq, input }: { readonly seq: number; readonly input: KernelInput }): void {
    this.ports.kernel.foldInput(input)
    this.lastSeq = Math.max(this.lastSeq, seq)
  }

  /** No further batch begins; the one under way ends. */
  async stop(): Promise<void> {
    this.isStopped = true
    await this.whenIdle()
  }

  /** At an orderly stop: nothing else is under way. */
  async snapshot(): Promise<void> {
    await this.saving
    if (this.isAhead) return
    this.sinceSnapshot = 0
    await this.retry(() => this.ports.journal.saveSnapshot(this.lastSeq, this.ports.kernel.snapshot()))
  }

  private async pump(): Promise<void> {
    if (this.isPumping) return
    this.isPumping = true
    while (this.queue.length > 0 && !this.isStopped) await this.batch()
    this.isPumping = false
    for (const resolve of this.idleWaiters.splice(0)) resolve()
  }

  private async batch(): Promise<void> {
    const items = this.queue.splice(0, BATCH_MAX)
    const inputs = items.flatMap((item) => item.source())
    if (inputs.length > 0) {
      const first = await this.retry(() => this.ports.journal.appendInputs(inputs))
      if (first === undefined) return
      this.lastSeq = first + inputs.length - 1
      await this.decide(
        inputs,
        inputs.map((_, k) => first + k),
      )
    }
    for (const item of items) item.done?.(this.lastSeq)
    if (this.sinceSnapshot >= SNAPSHOT_EVERY) this.saveSnapshot()
  }

  /** Written beside the batches that follow: no exit waits for it. */
  private saveSnapshot(): void {
    const { kernel, journal, wallClock } = this.ports
    if (this.isAhead || this.saving !== undefined || wallClock.steadyMs() - this.snapshotMs < SNAPSHOT_PAUSE_MS) return
    this.snapshotMs = wallClock.steadyMs()
    const rows = this.sinceSnapshot
    this.sinceSnapshot = 0
    this.saving = journal
      .saveSnapshot(this.lastSeq, kernel.snapshot())
      .then((saved) => {
        // What is wrong with the database the next append says; the rows are still to be covered.
        if (!saved.ok) this.sinceSnapshot += rows
      })
      .finally(() => {
        this.saving = undefined
      })
  }

  private async decide(inputs: readonly KernelInput[], seqs: readonly number[]): Promise<void> {
    const { kernel, projector, sender, observe } = this.ports
    const { factBuffer } = kernel
    const facts: { causeSeq: number; fact: KernelFact }[] = []
    const changes = new Map<string, RowChange>()
    const taken: { input: KernelInput; facts: KernelFact[] }[] = []
    const firstFactSeq = this.lastSeq + 1
    inputs.forEach((input, k) => {
      factBuffer.reset()
      kernel.apply(input)
      const own: KernelFact[] = []
      for (let n = 0; n < factBuffer.count; n++) own.push(factBuffer.at(n))
      const seq = seqs[k] as number
      for (const change of projector.project(input, seq, own, firstFactSeq + facts.length)) {
        const key = keyOf(change)
        // The last word on a row counts, and a row is written once a transaction; of what is booked once the first does, reported twice or not.
        if (isBookedOnce(change) && changes.has(key)) continue
        changes.delete(key)
        changes.set(key, change)
      }
      for (const fact of own) facts.push({ causeSeq: seq, fact })
      taken.push({ input, facts: own })
    })
    const last = await this.retry(() => this.ports.journal.appendFacts(facts, [...changes.values()]))
    if (last === undefined) {
      this.isAhead = true
      return
    }
    if (facts.length > 0) {
      assert(last === firstFactSeq + facts.length - 1, `journal skipped: expected ${firstFactSeq + facts.length - 1}, got ${last}`)
      this.lastSeq = last
    }
    this.sinceSnapshot += inputs.length + facts.length
    for (const { input, facts: own } of taken) {
      for (const fact of own) {
        const command = commandOfFact(fact)
        if (command !== undefined) sender.send(command)
      }
      observe(input, own)
    }
  }

  /** Database down: no input applied, nothing sent, and it is tried again until it answers (S14). */
  private async retry<T>(write: () => Promise<Result<T, JournalError>>): Promise<T | undefined> {
    for (;;) {
      const result = await write()
      if (result.ok) {
        if (this.wasDown) {
          this.wasDown = false
          this.ports.databaseState(true, 'the database answers again')
        }
        return result.value
      }
      if (result.error.type === 'lease-lost') {
        this.isStopped = true
        this.ports.leaseLost(result.error.detail)
        return undefined
      }
      if (!this.wasDown) {
        this.wasDown = true
        this.ports.databaseState(false, result.error.detail)
      }
      if (this.isStopped) return undefined
      await this.ports.wallClock.sleep(RETRY_MS)
    }
  }
}

const isBookedOnce = (change: RowChange): boolean => 'table' in change && (change.table === 'fills' || change.table === 'flows')

function keyOf(change: RowChange): string {
  if ('only' in change) return 'strategies'
  if ('remove' in change) return `holds/${change.remove}`
  switch (change.table) {
    case 'orders':
      return `orders/${change.row.orderId}`
    case 'decisions':
      return `decisions/${change.row.seq}`
    case 'riskSettings':
      return `riskSettings/${change.row.target}/${change.row.key}`
    case 'fills':
      return `fills/${change.row.symbol}/${change.row.tradeId}`
    case 'positions':
      return `positions/${change.row.symbol}`
    case 'trades':
      return `trades/${change.row.number}`
    case 'equity':
      return `equity/${change.row.ts}`
    case 'algorithms':
      return `algorithms/${change.row.id}`
    case 'strategies':
      return `strategies/${change.row.strategy}/${change.row.symbol}`
    case 'holds':
      return `holds/${change.row.holdId}`
    case 'flows':
      return `flows/${change.row.flowId}`
    case 'ledger':
      return `ledger/${change.row.seq}`
    case 'account':
      return 'account'
    case 'alerts':
      return `alerts/${change.row.seq}/${change.row.type}`
  }
}
