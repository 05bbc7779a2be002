/**
 * The holds that the trader puts on itself: stale streams, an account in doubt, a symbol with odd data.
 */
import type { Ts } from '../../core/units.ts'
import type { KernelInput } from '../../kernel/input.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Instrument } from '../../market/instrument.ts'
import type { LiveDriver } from '../live-driver.ts'

const REASON_MAX = 300
const STALE = 'stale'
/** What a strategy would do while it stands is denied by this name. */
export const OBSERVE_HOLD = 'observe'
const staleId = (symbol: string): string => `${STALE}-${symbol}`

export class SystemHolds {
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

  /** Of one symbol, or of the account where none is named. */
  async put(id: string, instrument: Instrument | undefined, cause: 'stale' | 'error', reason: string): Promise<void> {
    if (this.has(id)) return
    const since = this.now()
    const scope = instrument === undefined ? { type: 'account' as const } : { type: 'symbol' as const, instrument: instrument.index }
    await this.driver.submit(() => [
      {
        type: 'add-hold',
        ts: since,
        hold: { id, scope, effect: 'no-entries', cause, actor: 'trader', reason: reason.slice(0, REASON_MAX), since },
      },
    ])
  }

  async lift(id: string): Promise<void> {
    if (this.has(id)) await this.driver.submit(() => [{ type: 'lift-hold', holdId: id, actor: 'trader', ts: this.now() }])
  }

  /** The connection that carries these symbols is down: no entries in them. */
  async addStale(instruments: readonly Instrument[], reason: string): Promise<void> {
    const since = this.now()
    const inputs = instruments
      .filter((instrument) => !this.has(staleId(instrument.symbol)))
      .map(
        (instrument): KernelInput => ({
          type: 'add-hold',
          ts: since,
          hold: {
            id: staleId(instrument.symbol),
            scope: { type: 'symbol', instrument: instrument.index },
            effect: 'no-entries',
            cause: 'stale',
            actor: 'trader',
            reason: reason.slice(0, REASON_MAX),
            since,
          },
        }),
      )
    if (inputs.length > 0) await this.driver.submit(() => inputs)
  }

  /** Ids of the stale holds that stand, each with its symbol; undefined is the account's. */
  stale(): { readonly id: string; readonly symbol: string | undefined }[] {
    return this.kernel.holds
      .filter((hold) => hold.id === STALE || hold.id.startsWith(`${STALE}-`))
      .map(({ id }) => ({ id, symbol: id === STALE ? undefined : id.slice(STALE.length + 1) }))
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
