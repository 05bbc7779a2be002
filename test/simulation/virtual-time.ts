/**
 * Virtual wall-clock time: an event queue that decides what happens next, so that ten minutes take some milliseconds and a seed repeats them exactly.
 */
interface Event {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

export class VirtualTime {
  nowMs: number
  /** The wall clock is set: durations do not notice. */
  wallAheadMs = 0
  private readonly heap: Event[] = []
  private made = 0
  /** Events that have run: how far a seed came. */
  count = 0

  constructor(startMs: number) {
    this.nowMs = startMs
  }

  after(ms: number, run: () => void): void {
    this.made += 1
    this.push({ at: this.nowMs + Math.max(0, ms), order: this.made, run })
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve))
  }

  /** Runs events up to an instant; `afterEach` looks at the world when all that an event led to is done. */
  async runUntil(untilMs: number, afterEach: () => void): Promise<void> {
    await settle()
    for (let next = this.heap[0]; next !== undefined && next.at <= untilMs; next = this.heap[0]) {
      this.pop()
      this.nowMs = next.at
      this.count += 1
      next.run()
      await settle()
      afterEach()
    }
    this.nowMs = untilMs
  }

  private push(event: Event): void {
    const { heap } = this
    let at = heap.length
    heap.push(event)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(event, heap[parent] as Event)) break
      heap[at] = heap[parent] as Event
      at = parent
    }
    heap[at] = event
  }

  private pop(): void {
    const { heap } = this
    const last = heap.pop() as Event
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child += 1
      if (!isBefore(heap[child] as Event, last)) break
      heap[at] = heap[child] as Event
      at = child
    }
    heap[at] = last
  }
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

/** All promises that can continue have gone on: nothing on this path waits for anything but promises and the queue. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
