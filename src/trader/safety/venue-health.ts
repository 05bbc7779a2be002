/**
 * What the exchange's answers say about the exchange and about us: a ban of this address, maintenance, a key that is not accepted, a rate too high.
 */
import { COUNTRY_CODE, COUNTRY_NEXT, FORBIDDEN_WAIT_MS, TRADE_REFUSED, type VenueError, errorWords } from '../../venue/port/error.ts'
import type { AlertType } from '../../alerts/catalogue.ts'
import type { AlertSeverity } from '../../kernel/state/alert-severity.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Instrument } from '../../market/instrument.ts'
import type { Result } from '../../core/result.ts'
import type { AmendOrder, SetProtection } from '../../trading/event.ts'

import { type HealthReporter, PARTS } from '../health.ts'
import type { WallClock } from '../../system/wall-clock.ts'

export interface VenueHealthPorts {
  readonly kernel: Kernel
  readonly wallClock: WallClock
  readonly health: HealthReporter
  readonly notice: (alert: AlertType, severity: AlertSeverity, instrument: Instrument | undefined, summary: string) => void
  /** Whether exits go over the trade WebSocket while HTTP refuses this address. */
  readonly hasSecondWay: boolean
  /** The exchange's own word about maintenance: its title, or undefined. */
  readonly maintenance: () => Promise<Result<string | undefined, VenueError>>
  /** Our time is refused. */
  readonly clockRefused: () => void
  /** Rights or modes may have changed. */
  readonly checkAccount: () => void
  /** A symbol may be traded otherwise than before. */
  readonly checkListing: () => void
}

/** Failures in a row for this long are more than a lost packet. */
const DOWN_AFTER_MS = 10_000
const REPEAT_MS = 600_000
const RESTARTING = new Set(['10016', '10019'])
/** A symbol whose prices or quantities are refused may be traded in other steps than before; looked at no more often than this. */
const STEPS_EVERY_MS = 60_000
const LISTING_CODES = new Set(['30228', '110066', '110074', '110042', '170031', '170151'])

export class VenueHealth {
  private readonly ports: VenueHealthPorts
  private downSince: number | undefined
  /** Since when nothing but a refusal for the rate came. */
  private slowSince: number | undefined
  private isTold = false
  private isAsking = false
  private stepsAskedAt = Number.NEGATIVE_INFINITY
  private readonly toldAt = new Map<string, number>()

  constructor(ports: VenueHealthPorts) {
    this.ports = ports
  }

  onResult(error: VenueError | undefined): void {
    if (error?.code === TRADE_REFUSED) {
      this.tradeRefused(error.detail)
      return
    }
    const isTooFast = error?.type === 'retry-after' && error.code === '10006'
    if (error === undefined || !(isSilent(error) || isTooFast)) this.answered()
    if (error === undefined) return
    if (error.code === COUNTRY_CODE) this.abroad()
    else if (error.code === 'http-403') this.banned()
    else if (isTooFast) this.tooFast(error.detail)
    else if (error.type === 'clock') this.ports.clockRefused()
    else if (error.type === 'auth') this.refused(error)
    else if (isSilent(error)) this.silent(error)
    else if (LISTING_CODES.has(error.code)) this.ports.checkListing()
    else if (error.code === '10001' && /price|qty|stopLoss|takeProfit|tick/i.test(error.detail)) this.stepsRefused()
    else if (/position (idx|mode)/i.test(error.detail)) this.ports.checkAccount()
  }

  /** What an operator must know of a change that was refused; that nothing was left to change needs no word. */
  changeRefused(command: AmendOrder | SetProtection, { type, code, detail }: VenueError): void {
    if (type === 'gone' || /not modified|zero position/i.test(detail)) return
    const instrument = this.ports.kernel.config.instruments[command.instrument] as Instrument
    const { symbol } = instrument
    if (command.type === 'set-protection')
      this.once(`stop of ${symbol}`, () =>
        this.ports.notice(
          'stop.failed_to_place',
          'P1',
          instrument,
          `${symbol}: Bybit refused to set the stop or target (${code} ${detail}). The previous one stays. Set another price with /sl ${symbol} or /tp ${symbol}.`,
        ),
      )
    else
      this.once(`change of ${symbol}`, () =>
        this.ports.notice(
          'order.rejected',
          'P2',
          instrument,
          `${symbol}: Bybit refused to change order #${command.orderId} (${code} ${detail}). The order is unchanged.`,
        ),
      )
  }

  private stepsRefused(): void {
    const now = this.ports.wallClock.steadyMs()
    if (now - this.stepsAskedAt < STEPS_EVERY_MS) return
    this.stepsAskedAt = now
    this.ports.checkListing()
  }

  private banned(): void {
    this.once('ip_ban', () =>
      this.ports.notice(
        'ip_ban',
        'P1',
        undefined,
        `Bybit refuses this address (HTTP 403) for ${FORBIDDEN_WAIT_MS / 60_000} minutes. ${
          this.ports.hasSecondWay
            ? 'Exits, cancels and order changes use the trade WebSocket; entries are dropped, the account cannot be read, and stops stay at the exchange but cannot be moved. The outcome of an unanswered exit is unknown until then.'
            : "No order can be sent, not even exits: there is no trade WebSocket here (demo has none). Stops stay at the exchange and cannot be moved. To close now, use Bybit's app."
        }`,
      ),
    )
  }

  private abroad(): void {
    this.once('exchange.country_refused', () =>
      this.ports.notice(
        'exchange.country_refused',
        'P1',
        undefined,
        `Bybit refuses requests from this address's country. ${COUNTRY_NEXT} ${
          this.ports.hasSecondWay ? 'Exits are tried over the trade WebSocket; stops' : 'No order can be sent, not even exits; stops'
        } stay at the exchange. To close now, use Bybit's app.`,
      ),
    )
  }

  private tradeRefused(detail: string): void {
    this.once('ip_ban, trade WebSocket', () =>
      this.ports.notice(
        'ip_ban',
        'P1',
        undefined,
        `The trade WebSocket rejects exits too (${detail}). Retrying every few seconds; stops stay at the exchange. To close now, use Bybit's app.`,
      ),
    )
  }

  private tooFast(detail: string): void {
    this.once('rate_limit.near', () =>
      this.ports.notice(
        'rate_limit.near',
        'P3',
        undefined,
        `Bybit's rate limit was reached (${detail}). Exits go first; entries that wait for 5 s are dropped.`,
      ),
    )
    const { wallClock } = this.ports
    this.slowSince ??= wallClock.steadyMs()
    const forMs = wallClock.steadyMs() - this.slowSince
    if (this.isTold || forMs < DOWN_AFTER_MS) return
    this.isTold = true
    const exit = this.waitingExit()
    const isHeld = this.isHeld()
    const what = `Bybit has refused every request for ${Math.round(forMs / 1_000)} s (10006 ${detail})`
    const then =
      exit !== undefined
        ? `, and the exit ${exit} is waiting. Retrying; stops stay at the exchange. To close now, use Bybit's app.`
        : `. Ballast cannot read or send anything meanwhile${isHeld ? '; positions are open, their stops stay at the exchange' : ''}. Another program with this address or key may be the cause.`
    this.ports.notice('exchange.down', exit !== undefined || isHeld ? 'P1' : 'P2', undefined, `${what}${then}`)
    this.ports.health.report(PARTS.exchange, 'down', what)
  }

  private isHeld(): boolean {
    const { kernel } = this.ports
    return kernel.config.instruments.some(({ index }) => kernel.portfolio.positionLots(index) !== 0)
  }

  /** An exit that has not been taken yet. */
  private waitingExit(): string | undefined {
    const { kernel } = this.ports
    for (const { index, symbol } of kernel.config.instruments) {
      const order = kernel.orders.open(index).find((o) => o.origin === 'ours' && o.class !== 'entry' && o.status === 'submitted')
      if (order !== undefined) return `#${order.orderId} of ${symbol}`
    }
    return undefined
  }

  private refused({ code, detail }: VenueError): void {
    this.once('key.invalid', () =>
      this.ports.notice(
        'key.invalid',
        'P1',
        undefined,
        `Bybit rejected the API key (${code} ${detail}). Entries are on hold; stops stay at the exchange, and Ballast cannot close anything. Check the key, then /resume.`,
      ),
    )
    this.ports.checkAccount()
  }

  private silent(error: VenueError): void {
    const { wallClock } = this.ports
    this.downSince ??= wallClock.steadyMs()
    const isRestarting = RESTARTING.has(error.code)
    if (this.isTold || this.isAsking || (!isRestarting && wallClock.steadyMs() - this.downSince < DOWN_AFTER_MS)) return
    this.isAsking = true
    void this.tell(error, isRestarting)
  }

  private async tell(error: VenueError, isRestarting: boolean): Promise<void> {
    const status = await this.ports.maintenance()
    this.isAsking = false
    const title = status.ok ? status.value : undefined
    // It may have come back while it was asked.
    if (this.downSince === undefined && title === undefined && !isRestarting) return
    this.isTold = true
    const isHeld = this.isHeld()
    const isMaintenance = title !== undefined || isRestarting
    const what = isMaintenance ? `Bybit is in maintenance${title === undefined ? '' : ` (${title})`}` : 'Bybit does not answer'
    const summary = `${what}: ${errorWords(error)}. ${isHeld ? 'Positions are open; their stops stay at the exchange.' : 'No position is open.'} Orders with an unknown outcome are looked up when it is back.`
    this.ports.notice(isMaintenance ? 'exchange.maintenance' : 'exchange.down', isHeld ? 'P1' : 'P2', undefined, summary)
    this.ports.health.report(PARTS.exchange, 'down', what)
  }

  private answered(): void {
    this.downSince = undefined
    this.slowSince = undefined
    if (!this.isTold || this.isAsking) return
    this.isTold = false
    this.ports.notice('exchange.back', 'P4', undefined, 'Bybit answers again.')
    this.ports.health.report(PARTS.exchange, 'ok', 'answers')
  }

  private once(name: string, tell: () => void): void {
    const now = this.ports.wallClock.steadyMs()
    if (now - (this.toldAt.get(name) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) return
    this.toldAt.set(name, now)
    tell()
  }
}

/** Answers that say nothing about the request, but that there is nobody to answer it. */
const isSilent = (error: VenueError): boolean =>
  RESTARTING.has(error.code) || error.code === 'no-reply' || error.code === 'not-sent' || /^http-5/.test(error.code)
