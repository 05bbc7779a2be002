/**
 * Monitors everything outside the order path: permissions and modes of the account, exchange status, listings, unowned coins, liquidation.
 */
import type { TradedVenue } from '../../venue/port/venue.ts'
import type { VenueError } from '../../venue/port/error.ts'
import { HOUR_MS, MINUTE_MS, type Rate, type Ts } from '../../core/units.ts'
import type { AlertType } from '../../alerts/catalogue.ts'
import type { AlertSeverity } from '../../kernel/state/alert-severity.ts'
import type { KernelInput } from '../../kernel/input.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Instrument } from '../../market/instrument.ts'
import type { AmendOrder, SetProtection } from '../../trading/event.ts'
import type { AccountReading, ElsewherePosition, PositionReport } from '../../trading/report.ts'

import type { BootFailure } from '../boot.ts'
import { CLOCK_LOOK_MS, ClockWatch } from './clock-watch.ts'
import type { HealthReporter } from '../health.ts'
import { LiquidationWatch } from './liquidation-watch.ts'
import { ListingWatch } from './listing-watch.ts'
import { UnownedCoins } from '../account/unowned-coins.ts'
import type { SystemHolds } from './system-holds.ts'
import { PreconditionWatch } from './precondition-watch.ts'
import { VenueHealth } from './venue-health.ts'
import type { WallClock } from '../../system/wall-clock.ts'

export interface EnvironmentPorts {
  readonly kernel: Kernel
  readonly venue: TradedVenue
  readonly holds: SystemHolds
  readonly health: HealthReporter
  readonly wallClock: WallClock
  readonly now: () => Ts
  readonly post: (input: () => KernelInput) => void
  /** The machine slept, or its clock was set (S6). */
  readonly clockJumped: () => void
  /** The trader must be started again, in order. */
  readonly startAgain: (why: string) => void
  readonly isLive: boolean
  readonly isObserving: boolean
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
}

/** What is wrong is looked at again this often, so that an operator who has mended it can resume. */
const AGAIN_MS = 30_000

export class EnvironmentMonitor {
  private readonly ports: EnvironmentPorts
  private readonly conditions: PreconditionWatch
  private readonly liquidation: LiquidationWatch
  private readonly clock: ClockWatch
  private readonly venueHealth: VenueHealth
  private readonly coins: UnownedCoins
  private readonly listing: ListingWatch

  constructor(ports: EnvironmentPorts) {
    const { kernel, venue, holds, health, wallClock, isLive, isObserving } = ports
    this.ports = ports
    const notice = (alert: AlertType, severity: AlertSeverity, instrument: Instrument | undefined, summary: string): void =>
      ports.post(() => ({ type: 'notice', alert, severity, about: instrument?.index, summary, ts: ports.now() }))
    this.conditions = new PreconditionWatch({ kernel, venue, holds, notice, health, wallClock, isLive, isObserving })
    this.liquidation = new LiquidationWatch({ kernel, notice })
    this.listing = new ListingWatch({ ...ports, notice })
    this.coins = new UnownedCoins({ kernel, notice })
    this.clock = new ClockWatch({
      wallClock,
      skewMs: () => venue.clockSkewMs(),
      hasPosition: () => kernel.config.instruments.some(({ index }) => kernel.portfolio.positionLots(index) !== 0),
      notice: (alert, severity, summary) => notice(alert, severity, undefined, summary),
      jumped: ports.clockJumped,
    })
    this.venueHealth = new VenueHealth({
      kernel,
      wallClock,
      health,
      notice,
      hasSecondWay: venue.hasSecondWay,
      maintenance: () => venue.maintenance(),
      clockRefused: () => this.clock.refused(),
      checkAccount: () => void this.conditions.check(),
      checkListing: () => void this.listing.check(),
    })
  }

  /** Once the state is recovered: alerts before that have no place in the journal. */
  async atStart(): Promise<BootFailure | undefined> {
    this.ports.venue.listen((error) => this.venueHealth.onResult(error))
    const refusal = await this.conditions.atStart()
    if (refusal === undefined) void this.listing.check()
    return refusal
  }

  get cancelsOnDisconnect(): boolean {
    return this.conditions.hasDcp
  }

  takerRate(instrument: Instrument): Rate | undefined {
    return this.conditions.takerRate(instrument)
  }

  /** A setting that is kept at the exchange has changed. */
  checkConditions(): Promise<void> {
    return this.conditions.check()
  }

  /** What stands against trading; what was found is looked at again, since an operator may have mended it. */
  async problems(): Promise<string[]> {
    if (this.conditions.isWrong) await this.conditions.check()
    return this.conditions.problems()
  }

  position(report: PositionReport): void {
    this.conditions.position(report)
    this.liquidation.position(report)
  }

  account(reading: AccountReading): void {
    this.liquidation.account(reading)
    this.seeElsewhere(reading.elsewhere ?? [])
  }

  reconciled(reading: AccountReading): void {
    this.coins.reconciled(reading)
  }

  /** Reported again when a position there has come, gone or changed, or its worth has moved by a twentieth. */
  private seeElsewhere(positions: readonly ElsewherePosition[]): void {
    const known = this.ports.kernel.portfolio.elsewhere
    const isSame = (a: ElsewherePosition, b: ElsewherePosition): boolean =>
      a.symbol === b.symbol &&
      a.quantity === b.quantity &&
      isNear(a.notional, b.notional) &&
      isNear(a.margin, b.margin) &&
      isNear(a.maintenance, b.maintenance)
    if (positions.length === known.length && positions.every((p) => known.some((k) => isSame(p, k)))) return
    const gone = known.filter((k) => positions.every((p) => p.symbol !== k.symbol)).map((k) => k.symbol)
    const { post, now } = this.ports
    post(() => ({ type: 'elsewhere-seen', positions, gone, ts: now() }))
    for (const { symbol, quantity } of positions)
      if (known.every((k) => k.symbol !== symbol))
        post(() => ({
          type: 'notice',
          alert: 'external.position',
          severity: 'P3',
          about: undefined,
          summary: `${symbol} ${quantity} on Bybit is in a symbol that Ballast does not trade. It counts toward risk limits and is left untouched. To adopt it, add ${symbol} to manual.symbols and send /reload.`,
          ts: now(),
        }))
  }

  changeRefused(command: AmendOrder | SetProtection, error: VenueError): void {
    this.venueHealth.changeRefused(command, error)
  }

  second(): void {
    this.liquidation.check()
  }

  /** Answers what ends the timers. */
  start(): (() => void)[] {
    const { wallClock } = this.ports
    return [
      wallClock.every(CLOCK_LOOK_MS, () => this.clock.look()),
      wallClock.every(HOUR_MS, () => {
        void this.conditions.check()
      }),
      wallClock.every(MINUTE_MS, () => void this.listing.check()),
      wallClock.every(AGAIN_MS, () => {
        if (this.conditions.isWrong) void this.conditions.check()
      }),
    ]
  }
}

/** Within a twentieth; both absent is the same. */
const isNear = (a: number | undefined, b: number | undefined): boolean =>
  a === undefined || b === undefined ? a === b : Math.abs(a - b) <= b / 20
