/**
 * Says once where the account holds coins of a traded spot pair that Ballast did not buy, and what might happen to them.
 */
import { type InstrumentIndex, lots } from '../../core/units.ts'
import type { AlertType } from '../../alerts/catalogue.ts'
import type { AlertSeverity } from '../../kernel/state/alert-severity.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { type Instrument, formatQuantity, isTooSmall } from '../../market/instrument.ts'
import type { AccountReading } from '../../trading/report.ts'

export interface UnownedCoinsPorts {
  readonly kernel: Kernel
  readonly notice: (alert: AlertType, severity: AlertSeverity, instrument: Instrument | undefined, summary: string) => void
}

export class UnownedCoins {
  private readonly ports: UnownedCoinsPorts
  /** Lots beyond ours at the reading before. */
  private readonly before = new Map<InstrumentIndex, number>()
  private readonly reported = new Set<InstrumentIndex>()

  constructor(ports: UnownedCoinsPorts) {
    this.ports = ports
  }

  /** A reading that the records agree with. */
  reconciled({ holdings }: AccountReading): void {
    const { portfolio, config } = this.ports.kernel
    for (const { instrument: i, lots: held } of holdings) {
      const beyond = held - portfolio.positionLots(i)
      const both = lots(Math.max(0, Math.min(beyond, this.before.get(i) ?? 0)))
      this.before.set(i, beyond)
      const instrument = config.instruments[i]
      if (instrument === undefined || both === 0 || this.reported.has(i)) continue
      const mark = portfolio.mark(i)
      if (mark > 0 && !isTooSmall(instrument, mark, both)) this.tell(instrument, formatQuantity(instrument, both))
    }
  }

  private tell(instrument: Instrument, quantity: string): void {
    this.reported.add(instrument.index)
    const { symbol, baseCoin } = instrument
    this.ports.notice(
      'spot.others_coins',
      'P3',
      instrument,
      `${symbol}: ${quantity} ${baseCoin} in the account were not bought by Ballast and are left untouched. If a stop and a target are both reached while Ballast is not running, the second may sell some of them. Move coins that must not be sold to the funding account.`,
    )
  }
}
