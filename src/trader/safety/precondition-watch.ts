/**
 * Looks at what trading rests on, at the start, hourly and when the private stream shows of a change, and acts on what it finds (S12).
 */
import type { ConditionsReading, SymbolCondition } from '../../venue/port/conditions.ts'
import type { TradedVenue } from '../../venue/port/venue.ts'
import { type VenueError, errorWords } from '../../venue/port/error.ts'
import type { Result } from '../../core/result.ts'
import type { AlertType } from '../../alerts/catalogue.ts'
import type { AlertSeverity } from '../../kernel/state/alert-severity.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Rate } from '../../core/units.ts'
import { type Instrument, wireSymbolOf } from '../../market/instrument.ts'
import type { PositionReport } from '../../trading/report.ts'

import type { BootFailure } from '../boot.ts'
import { type HealthReporter, PARTS } from '../health.ts'
import type { SystemHolds } from './system-holds.ts'
import { type Finding, type FindingCode, findingsOf, isMarginMode, marginModeWord } from './preconditions.ts'
import type { WallClock } from '../../system/wall-clock.ts'

export interface PreconditionPorts {
  readonly kernel: Kernel
  readonly venue: Pick<TradedVenue, 'conditions' | 'setLeverage' | 'setMarginMode'> & { clockSkewMs(): Promise<Result<number, VenueError>> }
  readonly holds: SystemHolds
  readonly notice: (alert: AlertType, severity: AlertSeverity, instrument: Instrument | undefined, summary: string) => void
  readonly health: HealthReporter
  readonly wallClock: WallClock
  readonly isLive: boolean
  readonly isObserving: boolean
}

/** Off live a start does not wait longer: what is found later is acted on later. */
const START_WAIT_MS = 3_000
const EXIT_AUTH = 4
const UNREAD = 'account.unread'
/** What is no fault and ends by itself: its holds are measurements. */
const PASSING: ReadonlySet<string> = new Set([UNREAD, 'account.leverage_pending', 'account.margin_mode_pending'])

export class PreconditionWatch {
  private readonly ports: PreconditionPorts
  private reading: ConditionsReading | undefined
  private skewMs: number | undefined
  private findings: readonly Finding[] = []
  private before: ReadonlySet<string> | undefined
  private checking: Promise<void> | undefined
  /** A position was reported during a check, which may have read it before. */
  private isOutdated = false
  /** Leverage that Ballast has set, by symbol. */
  private readonly leverageSet = new Map<string, number>()
  /** Margin mode that stood as it was wanted, as Bybit names it. */
  private marginModeSet: string | undefined
  private marginModeRefusal: string | undefined

  constructor(ports: PreconditionPorts) {
    this.ports = ports
  }

  /** Answers why trading must not begin. */
  async atStart(): Promise<BootFailure | undefined> {
    const checked = this.check()
    if (this.ports.isLive) await checked
    else await Promise.race([checked, this.ports.wallClock.sleep(START_WAIT_MS)])
    const refusal = this.findings.find((finding) => finding.effect === 'refuse')
    return refusal === undefined ? undefined : { sentence: refusal.sentence, next: refusal.next, exitCode: EXIT_AUTH }
  }

  /** One at a time: who comes meanwhile waits for the same. */
  check(): Promise<void> {
    this.checking ??= this.read().finally(() => {
      this.checking = undefined
      if (!this.isOutdated) return
      this.isOutdated = false
      void this.check()
    })
    return this.checking
  }

  /** The taker rate that Bybit names for this account; undefined while it has not been read. */
  takerRate({ category, symbol }: Instrument): Rate | undefined {
    const part = category === 'spot' ? this.reading?.spotFees : this.reading?.fees
    if (part?.type !== 'read') return undefined
    return part.value.find((fee) => wireSymbolOf(fee.symbol) === wireSymbolOf(symbol))?.takerRate
  }

  private async read(): Promise<void> {
    const skew = await this.ports.venue.clockSkewMs()
    this.skewMs = skew.ok ? skew.value : undefined
    const conditions = await this.ports.venue.conditions()
    this.rememberPending(conditions)
    // Leverage last: Bybit keeps one for each mode.
    this.reading = await this.withLeverage(await this.withMarginMode(conditions))
    await this.act()
  }

  get hasDcp(): boolean {
    return this.reading?.dcp.type === 'read' && this.reading.dcp.value.isOn
  }

  /** What is found stands until the next look: it is looked at again soon, so that an operator who has mended it can resume. */
  get isWrong(): boolean {
    return this.findings.some((finding) => finding.effect !== 'warn' || finding.code === UNREAD)
  }

  /** In words, what stands against trading. */
  problems(): string[] {
    return this.findings
      .filter((finding) => finding.effect !== 'warn' && !PASSING.has(finding.code))
      .map((finding) => `${finding.sentence} ${finding.next}`)
  }

  /** The private stream shows how a position stands: its modes may have been changed in the app. */
  position(report: PositionReport): void {
    if (this.reading?.symbols.type !== 'read') return
    const { symbol } = this.ports.kernel.config.instruments[report.instrument] as Instrument
    const told: SymbolCondition = {
      symbol,
      isHedge: report.isHedge,
      isHeld: report.lots !== 0,
      leverage: Number(report.leverage),
      isReduceOnly: report.isReduceOnly,
      autoAddsMargin: report.autoAddsMargin,
    }
    const known = this.reading.symbols.value
    const row = known.find((each) => each.symbol === symbol)
    if (row !== undefined && modeText(row) === modeText(told)) return
    const value = [...known.filter((each) => each.symbol !== symbol), told]
    this.reading = { ...this.reading, symbols: { type: 'read', value } }
    if (this.checking !== undefined) {
      this.isOutdated = true
      return
    }
    // Off a position it is set by us, and then it is no finding.
    const isModeOpen = this.findings.some(({ code }) => code === 'account.margin_mode' || code === 'account.margin_mode_pending')
    if (!told.isHeld && (isModeOpen || told.leverage !== this.leverageOf(symbol))) void this.check()
    else void this.act()
  }

  /** Over a restart the holds say that what stands is Ballast's own, and another is only waiting for a position to close. */
  private rememberPending({ symbols, marginMode }: ConditionsReading): void {
    const isPending = (code: FindingCode, symbol?: string): boolean =>
      this.ports.kernel.holds.some(({ id }) => id === holdOf({ code, ...(symbol === undefined ? {} : { symbol }) }))
    if (symbols.type === 'read')
      for (const { symbol, leverage } of symbols.value)
        if (!this.leverageSet.has(symbol) && isPending('account.leverage_pending', symbol)) this.leverageSet.set(symbol, leverage)
    if (marginMode.type === 'read' && isPending('account.margin_mode_pending')) this.marginModeSet ??= marginMode.value
  }

  /** Set by us, never while anything is open on the account, which it is for. */
  private async withMarginMode(reading: ConditionsReading): Promise<ConditionsReading> {
    this.marginModeRefusal = undefined
    if (reading.marginMode.type !== 'read' || this.ports.isObserving) return reading
    const { kernel, venue } = this.ports
    const { marginMode } = kernel.limits.account
    if (isMarginMode(reading.marginMode.value, marginMode)) this.marginModeSet = reading.marginMode.value
    const isOpen =
      reading.symbols.type !== 'read' ||
      reading.symbols.value.some(({ isHeld }) => isHeld) ||
      kernel.portfolio.elsewhere.length > 0 ||
      kernel.config.instruments.some(({ index, category }) => category === 'linear' && kernel.portfolio.venueLots(index) !== 0)
    if (isOpen || isMarginMode(reading.marginMode.value, marginMode)) return reading
    const set = await venue.setMarginMode(marginMode)
    if (!set.ok) {
      this.marginModeRefusal = errorWords(set.error)
      return reading
    }
    const again = await venue.conditions()
    if (again.marginMode.type === 'read') this.marginModeSet = again.marginMode.value
    return again
  }

  /** Leverage is set by us, never while in a position. */
  private async withLeverage(reading: ConditionsReading): Promise<ConditionsReading> {
    if (reading.symbols.type !== 'read' || this.ports.isObserving) return reading
    const { kernel, venue } = this.ports
    const value = await Promise.all(
      reading.symbols.value.map(async (row) => {
        const instrument = kernel.config.instruments.find((i) => i.symbol === row.symbol)
        const wanted = this.leverageOf(row.symbol)
        if (row.leverage === wanted) this.leverageSet.set(row.symbol, wanted)
        if (instrument === undefined || row.isHeld || row.leverage === wanted || kernel.portfolio.venueLots(instrument.index) !== 0)
          return row
        const set = await venue.setLeverage(instrument.index, wanted)
        if (!set.ok) return row
        this.leverageSet.set(row.symbol, wanted)
        return { ...row, leverage: wanted }
      }),
    )
    return { ...reading, symbols: { type: 'read', value } }
  }

  private leverageOf(symbol: string): number {
    const instrument = this.ports.kernel.config.instruments.find((i) => i.symbol === symbol)
    const { limits } = this.ports.kernel
    return instrument === undefined ? limits.account.leverage : limits.leverageOf(instrument.index)
  }

  private async act(): Promise<void> {
    const { reading } = this
    if (reading === undefined) return
    const { kernel, wallClock, isLive, isObserving, holds } = this.ports
    const before = this.before
    this.findings = findingsOf(reading, {
      isLive,
      isObserving,
      leverageOf: (symbol) => this.leverageOf(symbol),
      leverageSet: (symbol) => this.leverageSet.get(symbol),
      marginMode: kernel.limits.account.marginMode,
      isMarginModeOwn: reading.marginMode.type === 'read' && reading.marginMode.value === this.marginModeSet,
      marginModeRefusal: this.marginModeRefusal,
      takerRate: kernel.config.costs.takerRate,
      spotTakerRate: kernel.config.costs.spotTakerRate,
      spotSymbols: kernel.config.instruments.filter((i) => i.category === 'spot' && i.status !== 'closed').map((i) => i.symbol),
      wallMs: wallClock.nowMs(),
      skewMs: this.skewMs,
      before,
    })
    this.before = new Set(this.findings.flatMap((finding) => [finding.code, keyOf(finding)]))
    this.report(reading)
    for (const finding of this.findings) {
      const instrument = kernel.config.instruments.find((i) => i.symbol === finding.symbol)
      const text = `${finding.sentence} ${finding.next}`
      if (finding.effect !== 'warn') await holds.put(holdOf(finding), instrument, PASSING.has(finding.code) ? 'stale' : 'error', text)
      if (before?.has(keyOf(finding)) === true) continue
      const held =
        finding.effect === 'warn'
          ? ''
          : ` Entries${instrument === undefined ? '' : ` on ${instrument.symbol}`} are on hold until ${PASSING.has(finding.code) ? 'then' : '/resume'}.`
      this.ports.notice(finding.code, finding.severity, instrument, `${text}${held}`)
    }
    const standing = new Set(this.findings.map(holdOf))
    for (const { id } of [...kernel.holds])
      if ([...PASSING].some((code) => id.startsWith(`precondition-${code}`)) && !standing.has(id)) await holds.lift(id)
  }

  private report({ key, marginMode, dcp }: ConditionsReading): void {
    const parts = [
      ...(marginMode.type === 'read' ? [marginModeWord(marginMode.value)] : []),
      dcp.type === 'read' && dcp.value.isOn ? `cancel on disconnect after ${dcp.value.windowSec} s` : 'no cancel on disconnect (DCP)',
      ...(key.type === 'read'
        ? [
            key.value.expiresAtMs === undefined
              ? 'the key does not expire'
              : `the key expires ${new Date(key.value.expiresAtMs).toISOString().slice(0, 10)}`,
          ]
        : []),
    ]
    const isHeld = this.findings.some((finding) => finding.effect !== 'warn')
    this.ports.health.report(
      PARTS.account,
      isHeld ? 'down' : this.findings.length > 0 ? 'warn' : 'ok',
      [...this.findings.map((finding) => finding.sentence), parts.join('; ')].join(' ').slice(0, 500),
    )
  }
}

const keyOf = (finding: Finding): string => `${finding.code}/${finding.symbol ?? ''}/${finding.stage ?? ''}`
const holdOf = (finding: Pick<Finding, 'code' | 'symbol'>): string =>
  `precondition-${finding.code}${finding.symbol === undefined ? '' : `-${finding.symbol}`}`
const modeText = ({ isHedge, leverage, isReduceOnly, autoAddsMargin, isHeld }: SymbolCondition): string =>
  [isHedge, leverage, isReduceOnly, autoAddsMargin, isHeld].join()
