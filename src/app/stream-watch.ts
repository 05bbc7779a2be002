/**
 * Whether the streams carry data: down too long is stale, and stale means exits only.
 * Never takes silence of a quiet market for a dead stream: a stream is dead when it is disconnected or its pong is missing (S19).
 */
import type { StreamName, StreamState } from '../venue/bybit/transport.ts'
import { STREAMS } from '../venue/bybit/transport.ts'
import { type HealthReporter, PARTS } from './health.ts'
import type { Wall } from './wall.ts'

const STALE_AFTER_MS = 3_000

export interface StreamWatchPorts {
  readonly wall: Wall
  readonly stale: (detail: string) => void
  readonly fresh: () => void
  readonly health: HealthReporter
}

export class StreamWatch {
  private readonly ports: StreamWatchPorts
  private readonly state = new Map<StreamName, StreamState>()
  private readonly downSince = new Map<StreamName, number>()
  private isStale = false

  constructor(ports: StreamWatchPorts) {
    this.ports = ports
  }

  set(name: StreamName, state: StreamState, detail: string): void {
    this.state.set(name, state)
    if (state === 'up') this.downSince.delete(name)
    else if (!this.downSince.has(name)) this.downSince.set(name, this.ports.wall.steadyMs())
    this.ports.health.report(name === 'public' ? PARTS.publicStream : PARTS.privateStream, state === 'up' ? 'ok' : 'down', detail)
    this.check()
  }

  /** In words, what is not fresh now. */
  problems(): string[] {
    return STREAMS.filter((name) => this.state.get(name) !== 'up').map((name) => `the ${name} stream is down`)
  }

  check(): void {
    const now = this.ports.wall.steadyMs()
    const dead = [...this.downSince].filter(([, since]) => now - since >= STALE_AFTER_MS).map(([name]) => name)
    if (dead.length > 0 && !this.isStale) {
      this.isStale = true
      this.ports.stale(`${dead.join(' and ')} stream down`)
    } else if (dead.length === 0 && this.isStale && this.problems().length === 0) {
      this.isStale = false
      this.ports.fresh()
    }
  }
}
