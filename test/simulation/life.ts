/**
 * One incarnation of the trader: its ports lead to the world through here, and none of them ever answers again after its death.
 */
import type { WallClock } from '../../src/system/wall-clock.ts'
import type { Journal } from '../../src/journal/journal.ts'
import type { StreamHandlers, Transport } from '../../src/venue/bybit/http/transport.ts'
import type { VirtualTime } from './virtual-time.ts'

/** Dies at the nth call of a port: before the world has seen it, or after, with the answer still to come. */
export interface Fate {
  readonly call: number
  readonly isAfter: boolean
}

export class Life {
  isDead = false
  readonly bornMs: number
  private readonly time: VirtualTime
  private fate: Fate | undefined
  private readonly onDeath: () => void
  private calls = 0
  /** Until the machine wakes: nothing in the process continues. */
  private wakes: Promise<void> | undefined
  /** What the steady clock of a suspended machine has not counted. */
  private sleptMs = 0

  constructor(time: VirtualTime, fate: Fate | undefined, onDeath: () => void) {
    this.time = time
    this.fate = fate
    this.onDeath = onDeath
    this.bornMs = time.nowMs
  }

  /** From now on it lives until somebody else ends it. */
  spare(): void {
    this.fate = undefined
  }

  die(): void {
    if (this.isDead) return
    this.isDead = true
    this.onDeath()
  }

  /** The machine is suspended: the wall clock continues, the process and its steady clock stand still. */
  suspend(ms: number): void {
    if (this.isDead || this.wakes !== undefined) return
    this.sleptMs += ms
    this.wakes = this.time.sleep(ms).then(() => {
      this.wakes = undefined
    })
  }

  /** Now, or when the machine wakes, in the order in which it came. */
  private awake(run: () => void): void {
    if (this.wakes === undefined) run()
    else void this.wakes.then(run)
  }

  /** A call that leaves the process. */
  port<T>(call: () => Promise<T>): Promise<T> {
    this.calls += 1
    const isFatal = this.calls === this.fate?.call
    if (isFatal && this.fate?.isAfter === false) this.die()
    if (this.isDead) return never()
    return call().then((value) => {
      if (isFatal) this.die()
      if (this.isDead) return never<T>()
      return this.wakes === undefined ? value : this.wakes.then(() => (this.isDead ? never<T>() : value))
    })
  }

  /** Something that the world calls in the process. */
  entry<A extends readonly unknown[]>(run: (...args: A) => void): (...args: A) => void {
    return (...args) =>
      this.awake(() => {
        if (!this.isDead) run(...args)
      })
  }

  wallClock(): WallClock {
    const { time } = this
    return {
      nowMs: () => time.nowMs + time.wallAheadMs,
      steadyMs: () => time.nowMs - this.bornMs - this.sleptMs,
      sleep: (ms) =>
        time.sleep(ms).then(() => {
          if (this.isDead) return never<void>()
          return this.wakes?.then(() => (this.isDead ? never<void>() : undefined))
        }),
      every: (ms, run) => {
        let isStopped = false
        const tick = (): void =>
          this.awake(() => {
            if (isStopped || this.isDead) return
            run()
            time.after(ms, tick)
          })
        time.after(ms, tick)
        return () => {
          isStopped = true
        }
      },
    }
  }

  transport(inner: Transport): Transport {
    return {
      call: (method, path, params) => this.port(() => inner.call(method, path, params)),
      open: (topics, handlers) => inner.open(topics, this.handlers(handlers)),
      renew: (topics) => inner.renew(topics),
      openMore: (topics) => inner.openMore(topics),
      close: () => this.port(() => inner.close()),
    }
  }

  private handlers(handlers: StreamHandlers): StreamHandlers {
    return {
      frame: this.entry((stream, frame) => handlers.frame(stream, frame)),
      state: this.entry((stream, state, detail, part) => handlers.state(stream, state, detail, part)),
    }
  }

  /** A journal some milliseconds away. */
  journal(inner: Journal, latencyMs: () => number): Journal {
    const away = <T>(call: () => Promise<T>): Promise<T> =>
      this.port(async () => {
        await this.time.sleep(latencyMs())
        const answer = await call()
        await this.time.sleep(latencyMs())
        return answer
      })
    return {
      appendInputs: (inputs) => away(() => inner.appendInputs(inputs)),
      appendFacts: (facts, changes) => away(() => inner.appendFacts(facts, changes)),
      saveSnapshot: (seq, state) => away(() => inner.saveSnapshot(seq, state)),
      register: (wanted) => away(() => inner.register(wanted)),
      load: (before) => away(() => inner.load(before)),
      setAside: (seq) => away(() => inner.setAside(seq)),
    }
  }
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined)
