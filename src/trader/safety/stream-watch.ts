/**
 * Whether the streams carry data: down too long is stale, and stale means exits only, for the account or for the symbols of one connection.
 * Never takes silence of a quiet market for a dead stream: a stream is dead when it is disconnected or its pong is missing (S19).
 */
import { STREAMS, type StreamName, type StreamPart, type StreamState } from '../../venue/port/streams.ts'

import { type HealthReporter, PARTS } from '../health.ts'
import type { WallClock } from '../../system/wall-clock.ts'

const STALE_AFTER_MS = 3_000

export interface StreamWatchPorts {
  readonly wallClock: WallClock
  /** No fresh data for these symbols; for the whole account where none are named. */
  readonly stale: (detail: string, symbols: readonly string[] | undefined) => void
  /** Something is back: what was stale may be measured again. */
  readonly fresh: () => void
  readonly health: HealthReporter
}

interface Line {
  readonly name: StreamName
  readonly part: StreamPart | undefined
  readonly state: StreamState
  readonly detail: string
  readonly downSince: number | undefined
}

export class StreamWatch {
  private readonly ports: StreamWatchPorts
  private readonly lines = new Map<string, Line>()
  private isStale = false
  private readonly staleSymbols = new Set<string>()

  constructor(ports: StreamWatchPorts) {
    this.ports = ports
  }

  set(name: StreamName, state: StreamState, detail: string, part?: StreamPart): void {
    const key = `${name}-${part?.index ?? 0}`
    const downSince = state === 'up' ? undefined : (this.lines.get(key)?.downSince ?? this.ports.wallClock.steadyMs())
    this.lines.set(key, { name, part, state, detail, downSince })
    this.report(name)
    this.check()
  }

  private report(name: StreamName): void {
    const lines = this.of(name)
    const down = lines.filter((line) => line.state !== 'up')
    const part = name === 'public' ? PARTS.publicStream : PARTS.privateStream
    const count = countOf(lines)
    const up = lines.length - down.length
    const detail =
      count === 1 ? (lines[0]?.detail ?? '') : `${up} of ${count} connections up${down[0] === undefined ? '' : `: ${down[0].detail}`}`
    this.ports.health.report(part, up === count ? 'ok' : up > 0 ? 'warn' : 'down', detail)
  }

  private of(name: StreamName): Line[] {
    return [...this.lines.values()].filter((line) => line.name === name)
  }

  /** In words, what is not fresh now. */
  problems(): string[] {
    return STREAMS.flatMap((name) => {
      const lines = this.of(name)
      const count = countOf(lines)
      const up = lines.filter((line) => line.state === 'up').length
      if (up === count) return []
      return count === 1 || up === 0
        ? [`the ${name} stream is down`]
        : [`${count - up} of ${count} connections of the ${name} stream are down`]
    })
  }

  /** Whether data of the whole account, or of one symbol, comes in. */
  carries(symbol: string | undefined): boolean {
    return STREAMS.every((name) => {
      const lines = this.of(name)
      if (symbol === undefined) return lines.some((line) => line.state === 'up')
      return lines.length === countOf(lines) && lines.every((line) => line.state === 'up' || !concerns(line, symbol))
    })
  }

  check(): void {
    const now = this.ports.wallClock.steadyMs()
    const dead = [...this.lines.values()].filter((line) => line.downSince !== undefined && now - line.downSince >= STALE_AFTER_MS)
    const streams = STREAMS.filter((name) => {
      const lost = dead.filter((line) => line.name === name)
      return lost.length === countOf(this.of(name)) || lost.some((line) => line.part === undefined)
    })
    if (streams.length > 0) {
      if (!this.isStale) this.ports.stale(`${streams.join(' and ')} stream down`, undefined)
      this.isStale = true
    } else {
      const symbols = dead.flatMap((line) => line.part?.symbols ?? []).filter((symbol) => !this.staleSymbols.has(symbol))
      for (const symbol of symbols) this.staleSymbols.add(symbol)
      if (symbols.length > 0) this.ports.stale('the connection of the public stream that carries it is down', symbols)
    }
    this.checkFresh()
  }

  private checkFresh(): void {
    let isBack = false
    if (this.isStale && this.carries(undefined)) {
      this.isStale = false
      isBack = true
    }
    for (const symbol of this.staleSymbols)
      if (this.carries(symbol)) {
        this.staleSymbols.delete(symbol)
        isBack = true
      }
    if (isBack) this.ports.fresh()
  }
}

/** Connections that the stream is made of: each knows those that were opened with it or before it. */
const countOf = (lines: readonly Line[]): number => Math.max(1, ...lines.map(({ part }) => part?.count ?? 1))

const concerns = ({ part }: Line, symbol: string): boolean => part === undefined || part.symbols.includes(symbol)
