/**
 * The holds that the trader puts on itself: stale streams, an account in doubt, a symbol with odd data.
 * Never lifts a hold of a person.
 */
import type { Ts } from '../core/units.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Instrument } from '../market/instrument.ts'
import type { LiveDriver } from './live-driver.ts'

const REASON_MAX = 300

export class OwnHolds {
  private readonly kernel: Kernel
  private readonly driver: LiveDriver
  private readonly now: () => Ts

  constructor(kernel: Kernel, driver: LiveDriver, now: () => Ts) {
    this.kernel = kernel
    this.driver = driver
    this.now = now
  }

  has(id: string): boolean {
    return this.kernel.holds.some((h) => h.id === id)
  }

  async add(id: string, effect: 'no-entries' | 'no-orders', cause: 'stale' | 'reconcile' | 'error', reason: string): Promise<void> {
    if (this.has(id)) return
    const since = this.now()
    await this.driver.submit(() => [
      {
        type: 'add-hold',
        ts: since,
        hold: { id, scope: { type: 'account' }, effect, cause, actor: 'trader', reason: reason.slice(0, REASON_MAX), since },
      },
    ])
  }

  async lift(id: string): Promise<void> {
    if (this.has(id)) await this.driver.submit(() => [{ type: 'lift-hold', holdId: id, actor: 'trader', ts: this.now() }])
  }

  /** Data of this symbol cannot be trusted: no entries in it (S13). */
  async quarantine(instrument: Instrument, detail: string): Promise<void> {
    const since = this.now()
    await this.driver.submit(() => [
      {
        type: 'add-hold',
        ts: since,
        hold: {
          id: `odd-${instrument.symbol}`,
          scope: { type: 'symbol', instrument: instrument.index },
          effect: 'no-entries',
          cause: 'error',
          actor: 'trader',
          reason: detail.slice(0, REASON_MAX),
          since,
        },
      },
    ])
  }
}
