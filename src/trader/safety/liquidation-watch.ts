/**
 * Watches how near a position stands to its liquidation, and to being deleveraged by the exchange (S19).
 */
import type { InstrumentIndex } from '../../core/units.ts'
import type { AlertType } from '../../alerts/catalogue.ts'
import type { AlertSeverity } from '../../kernel/state/alert-severity.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { type Instrument, shownPrice } from '../../market/instrument.ts'
import type { AccountReading, PositionReport } from '../../trading/report.ts'

/** Part of the way from entry to liquidation that is used up; reported again only after it was below the second. */
const NEAR = 0.6
const FAR = 0.5
const MAINTENANCE_MAX = 0.8
const ADL_RANK_HIGH = 4

export interface Standing {
  /** Signed. */
  readonly lots: number
  readonly entry: number
  readonly mark: number
  readonly liquidation: number | undefined
  readonly stop: number | undefined
}

/** Part of the way to the liquidation price that the mark has gone, 0 at the entry, 1 at liquidation; the worse of it and nothing. */
export function wayUsed({ lots, entry, mark, liquidation }: Standing): number {
  if (lots === 0 || liquidation === undefined || mark <= 0) return 0
  const side = lots > 0 ? 1 : -1
  const way = (entry - liquidation) * side
  // A liquidation price on the far side of the entry: the position stands on profit that it has made.
  if (way <= 0) return (mark - liquidation) * side <= 0 ? 1 : 0
  return Math.max(0, ((entry - mark) * side) / way)
}

/** Whether the stop would not be reached before liquidation. */
export const isStopBeyond = ({ lots, stop, liquidation }: Standing): boolean =>
  lots !== 0 && stop !== undefined && liquidation !== undefined && (stop - liquidation) * (lots > 0 ? 1 : -1) <= 0

export interface LiquidationWatchPorts {
  readonly kernel: Kernel
  readonly notice: (alert: AlertType, severity: AlertSeverity, instrument: Instrument | undefined, summary: string) => void
}

export class LiquidationWatch {
  private readonly ports: LiquidationWatchPorts
  private readonly rows = new Map<InstrumentIndex, PositionReport>()
  private readonly near = new Set<InstrumentIndex>()
  private readonly beyond = new Set<InstrumentIndex>()
  private readonly ranked = new Set<InstrumentIndex>()
  private isAccountNear = false

  constructor(ports: LiquidationWatchPorts) {
    this.ports = ports
  }

  position(report: PositionReport): void {
    this.rows.set(report.instrument, report)
    this.rank(report)
  }

  /** A reading has all that is held: what it does not name is flat. */
  account(reading: Pick<AccountReading, 'positions' | 'maintenanceRatio'>): void {
    this.rows.clear()
    for (const row of reading.positions) this.position(row)
    const ratio = reading.maintenanceRatio
    if (ratio === undefined) return
    if (ratio > MAINTENANCE_MAX && !this.isAccountNear)
      this.ports.notice(
        'liquidation.near',
        'P1',
        undefined,
        `Maintenance margin is ${percent(ratio)} of the account's margin; at 100 % Bybit liquidates. Reduce a position or add margin.`,
      )
    this.isAccountNear = ratio > MAINTENANCE_MAX
  }

  check(): void {
    for (const row of this.rows.values()) this.look(row)
  }

  private look(row: PositionReport): void {
    const { portfolio, config } = this.ports.kernel
    const i = row.instrument
    const instrument = config.instruments[i] as Instrument
    const standing: Standing = {
      lots: row.lots,
      entry: row.entry ?? row.mark,
      mark: portfolio.mark(i) > 0 ? portfolio.mark(i) : row.mark,
      liquidation: row.liquidation,
      stop: row.stop,
    }
    const used = wayUsed(standing)
    const price = row.liquidation === undefined ? '' : shownPrice(instrument, row.liquidation)
    const { symbol } = instrument
    this.latch(this.near, i, used >= NEAR, used < FAR, () =>
      this.ports.notice(
        'liquidation.near',
        'P1',
        instrument,
        `${symbol}: ${percent(used)} of the distance to liquidation (est. ${price}) is used. Reduce it: /close ${symbol} 50%.`,
      ),
    )
    this.latch(this.beyond, i, isStopBeyond(standing), !isStopBeyond(standing), () =>
      this.ports.notice(
        'liquidation.near',
        'P1',
        instrument,
        `${symbol}: liquidation at est. ${price} comes before the stop. Tighten the stop (/sl ${symbol}) or reduce the position.`,
      ),
    )
  }

  private rank(row: PositionReport): void {
    const i = row.instrument
    const instrument = this.ports.kernel.config.instruments[i] as Instrument
    const isHigh = row.lots !== 0 && row.adlRank >= ADL_RANK_HIGH
    this.latch(this.ranked, i, isHigh, !isHigh, () =>
      this.ports.notice(
        'adl.rank_high',
        'P3',
        instrument,
        `${instrument.symbol}: first in line (${row.adlRank} of 5) to be closed by Bybit's auto-deleveraging if the other side is liquidated.`,
      ),
    )
  }

  private latch(set: Set<InstrumentIndex>, i: InstrumentIndex, isOn: boolean, isOff: boolean, tell: () => void): void {
    if (isOn && !set.has(i)) {
      set.add(i)
      tell()
    } else if (isOff) set.delete(i)
  }
}

const percent = (part: number): string => `${Math.round(part * 100)} %`
