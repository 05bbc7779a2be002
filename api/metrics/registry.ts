/**
 * What Prometheus reads: gauges and counts of one reading of the tables, and the requests that were seen since the start.
 */
import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import { readLoads } from '../../src/journal/strategy-load.ts'
import type { CommandPorts } from '../commands/command.ts'
import type { MetricsReads } from '../ports/metrics-ports.ts'
import { FAMILIES, type FamilyKey } from './families.ts'

const STATES = ['running', 'paused', 'reducing', 'halted'] as const
const PART_VALUES = { ok: 1, warn: 0.5, down: 0 } as const
const BUCKETS_SEC = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** Gauges of the library (prom-client 15.1) with the name of a counter: promtool refuses them, and so would a rule that takes a rate. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

type Gauged = Exclude<FamilyKey, 'requests'>

export class Metrics {
  private readonly registry = new Registry()
  private readonly gauges = new Map<Gauged, Gauge>()
  private readonly requests: Histogram
  private readonly ports: CommandPorts
  private readonly reads: MetricsReads
  private readonly steadyMs: () => number

  constructor(ports: CommandPorts, reads: MetricsReads, steadyMs: () => number) {
    this.ports = ports
    this.reads = reads
    this.steadyMs = steadyMs
    // Event loop, garbage collection and handles of the process that answers.
    collectDefaultMetrics({ register: this.registry })
    for (const name of MISNAMED) this.registry.removeSingleMetric(name)
    const registers = [this.registry]
    for (const [key, { name, help, labels }] of Object.entries(FAMILIES))
      if (key !== 'requests') this.gauges.set(key as Gauged, new Gauge({ name, help, labelNames: [...labels], registers }))
    const { name, help, labels } = FAMILIES.requests
    this.requests = new Histogram({ name, help, labelNames: [...labels], buckets: BUCKETS_SEC, registers })
  }

  get contentType(): string {
    return this.registry.contentType
  }

  /** Times a request from now on; call what it answers with the pattern of the route: a label with ids in it would grow for ever. */
  begin(): (method: string, route: string, status: number) => void {
    const beganMs = this.steadyMs()
    return (method, route, status) => this.requests.observe({ method, route, status: String(status) }, (this.steadyMs() - beganMs) / 1_000)
  }

  async text(): Promise<string> {
    const beganMs = this.steadyMs()
    await this.read()
    this.set('scrape', (this.steadyMs() - beganMs) / 1_000)
    return typed(await this.registry.metrics())
  }

  private async read(): Promise<void> {
    const { reads, system, wallNow } = this.ports
    const [account, holds, positions, strategies, health, counts] = await Promise.all([
      reads.account(),
      reads.holds(),
      reads.positions(),
      reads.strategies(),
      reads.health(),
      this.reads.counts(),
    ])
    // What is not there any more must not be shown as it was.
    for (const gauge of this.gauges.values()) gauge.reset()
    this.set('info', 1, { version: system.version, profile: system.profile })
    this.countsOf(counts)
    if (account !== undefined) {
      for (const state of STATES) this.set('state', account.state === state ? 1 : 0, { state })
      this.set('equity', Number(account.equity))
      this.set('wallet', Number(account.wallet))
      this.set('dayPnl', Number(account.dayPnl))
      if (account.dayLossLeft !== null) this.set('dayLossLeft', Number(account.dayLossLeft))
      this.set('drawdown', account.drawdown)
      this.set('openRisk', Number(account.openRisk))
      this.set('gross', Number(account.grossNotional))
      this.set('margin', Number(account.marginUsed))
      if (account.barsClosedAt !== null) this.set('barsClosedAge', Math.max(0, account.updatedTs - account.barsClosedAt) / 1_000)
    }
    for (const effect of ['no-entries', 'no-orders'] as const)
      this.set('holds', holds.filter((hold) => hold.effect === effect).length, { effect })
    for (const { symbol, strategy, quantity, markPrice, unrealizedPnl, stopPrice } of positions) {
      const labels = { symbol, strategy: strategy ?? '' }
      this.set('positionValue', Number(quantity) * Number(markPrice), labels)
      this.set('positionPnl', Number(unrealizedPnl), labels)
      this.set('positionProtected', stopPrice === null ? 0 : 1, labels)
    }
    for (const { strategy, symbol, mode } of strategies) this.set('strategies', mode === 'running' ? 1 : 0, { strategy, symbol, mode })
    for (const { strategy, p50Ms, p99Ms, mostMs } of readLoads(health))
      for (const [quantile, ms] of [
        ['0.5', p50Ms],
        ['0.99', p99Ms],
        ['1', mostMs],
      ] as const)
        this.set('decisionTime', ms / 1_000, { strategy, quantile })
    for (const { part, status, updatedAt } of health) {
      this.set('part', PART_VALUES[status], { part })
      this.set('partAge', Math.max(0, wallNow() - updatedAt) / 1_000, { part })
    }
    for (const { role, residentBytes, cpuSeconds } of this.reads.processes()) {
      this.set('memory', residentBytes, { role })
      this.set('processorTime', cpuSeconds, { role })
    }
  }

  private countsOf(counts: Awaited<ReturnType<MetricsReads['counts']>>): void {
    for (const { of, count } of counts.orders) this.set('orders', count, { status: of })
    for (const { of, count } of counts.fills) this.set('fills', count, { liquidity: of })
    for (const { of, count } of counts.denials) this.set('denials', count, { rule: of })
    for (const { of, count } of counts.openAlerts) this.set('alertsOpen', count, { severity: of })
    for (const { of, count } of counts.backtests) this.set('backtests', count, { status: of })
    this.set('fees', counts.feesUsdt)
    this.set('outboxPending', counts.outbox.pending)
    this.set('outboxAge', (counts.outbox.oldestAgeMs ?? 0) / 1_000)
    this.set('outboxRefused', counts.outbox.refused)
    this.set('commands', counts.commandsPending)
    this.set('journalSeq', counts.journal.lastSeq)
    this.set('journalTail', counts.journal.sinceSnapshot)
  }

  private set(key: Gauged, value: number, labels: Readonly<Record<string, string>> = {}): void {
    this.gauges.get(key)?.set({ ...labels }, value)
  }
}

const COUNTERS = new Set<string>(Object.values(FAMILIES).flatMap(({ name, type }) => (type === 'counter' ? [name] : [])))

/** The tables count; the library's counters can only add. What is one says so. */
const typed = (text: string): string =>
  text.replaceAll(/^# TYPE (\S+) gauge$/gm, (line, name: string) => (COUNTERS.has(name) ? `# TYPE ${name} counter` : line))
