/**
 * Sees from beside the trader that it, the database or the queue is down, and raises one alert per outage and one at its end.
 */
import { clockText } from '../../../api/commands/silence.ts'
import type { AlertPair, InstallationAlert } from '../../../db/alerts.ts'
import type { PartStatus } from '../../trader/health.ts'

export interface OutagePorts {
  /** Wall-clock ms since the trader reported last, by the database's clock; undefined: it never has. @throws while the database is away */
  readonly traderAgeMs: () => Promise<number | undefined>
  readonly queueIsUp: () => Promise<boolean>
  readonly alert: (alert: InstallationAlert, pair: AlertPair) => Promise<unknown>
  readonly report: (part: string, status: PartStatus, detail: string) => Promise<void>
  /** Where the queue stands, for operators. */
  readonly queueName: string
  readonly exchange: string
  readonly wallMs: () => number
  readonly steadyMs: () => number
  readonly log: (text: string) => void
}

const SILENT_MS = 10_000
/** A trader that is being started has this long until its first report. */
const BOOT_MS = 30_000
/** Shorter than this is no outage of the database or the queue. */
const AWAY_MS = 5_000
const HUNG_MS = 3_000

const TRADER: AlertPair = ['trader.down', 'trader.back']
const DATABASE: AlertPair = ['database.down', 'database.back']
const QUEUE: AlertPair = ['queue.down', 'queue.back']

export class OutageWatch {
  private readonly ports: OutagePorts
  private readonly sinceMs: number
  private hasReported = false
  private silentLooks = 0
  private isTraderDown = true
  private databaseAway: { readonly wallMs: number; readonly steadyMs: number } | undefined
  private queueAway: { readonly wallMs: number; readonly steadyMs: number } | undefined
  private isQueueTold = false
  private lookingMs: number | undefined

  constructor(ports: OutagePorts) {
    this.ports = ports
    this.sinceMs = ports.steadyMs()
  }

  /** One at a time, however long the database takes. */
  async look(): Promise<void> {
    const { steadyMs } = this.ports
    if (this.lookingMs !== undefined) {
      // A database that is frozen refuses nothing: it leaves the question open.
      if (steadyMs() - this.lookingMs > HUNG_MS) this.databaseFails('no answer')
      return
    }
    this.lookingMs = steadyMs()
    try {
      const ageMs = await this.ports.traderAgeMs()
      await this.databaseAnswers()
      await this.trader(ageMs)
      await this.queue()
    } catch (thrown) {
      this.databaseFails(thrown instanceof Error ? thrown.message : String(thrown))
    } finally {
      this.lookingMs = undefined
    }
  }

  private databaseFails(detail: string): void {
    const { wallMs, steadyMs, log } = this.ports
    if (this.databaseAway === undefined) log(`the database does not answer (${detail})`)
    this.databaseAway ??= { wallMs: wallMs(), steadyMs: steadyMs() }
  }

  /** What nobody could write while it was away is written now. */
  private async databaseAnswers(): Promise<void> {
    const away = this.databaseAway
    if (away === undefined) return
    const { wallMs, steadyMs, alert: tell } = this.ports
    if (steadyMs() - away.steadyMs >= AWAY_MS) {
      const since = clockText(away.wallMs)
      const summary = `The database did not answer from ${since} UTC on. No orders were sent in that time; stops stayed at ${this.ports.exchange}.`
      await tell({ type: 'database.down', atMs: away.wallMs, summary }, DATABASE)
      await tell(
        { type: 'database.back', atMs: wallMs(), summary: `The database answers again, after ${seconds(steadyMs() - away.steadyMs)}.` },
        DATABASE,
      )
    }
    this.databaseAway = undefined
    // A trader that waits for the same database has its time to report again.
    this.silentLooks = 0
  }

  private async trader(ageMs: number | undefined): Promise<void> {
    const { wallMs, steadyMs, alert: tell, exchange } = this.ports
    if (ageMs !== undefined && ageMs <= SILENT_MS) {
      this.hasReported = true
      this.silentLooks = 0
      if (this.isTraderDown) await tell({ type: 'trader.back', atMs: wallMs(), summary: 'The trader is running again.' }, TRADER)
      this.isTraderDown = false
      return
    }
    if (!this.hasReported && steadyMs() - this.sinceMs < BOOT_MS) return
    // A clock that was set, or a machine that slept, makes one look wrong.
    this.silentLooks += 1
    if (this.silentLooks < 2 || (this.isTraderDown && this.hasReported)) return
    const atMs = wallMs() - (ageMs ?? 0)
    const since = ageMs === undefined ? 'has not started' : `has not been running since ${clockText(atMs)} UTC`
    await tell(
      { type: 'trader.down', atMs, summary: `The trader ${since}; stops stay at ${exchange}. To flatten: \`ballast panic --direct\`.` },
      TRADER,
    )
    this.isTraderDown = true
    this.hasReported = true
  }

  private async queue(): Promise<void> {
    const { wallMs, steadyMs, queueIsUp, queueName, report, alert: tell } = this.ports
    const isUp = await queueIsUp()
    await report('queue', isUp ? 'ok' : 'down', isUp ? queueName : `${queueName} does not answer; trading does not need it`)
    if (!isUp) {
      this.queueAway ??= { wallMs: wallMs(), steadyMs: steadyMs() }
      if (this.isQueueTold || steadyMs() - this.queueAway.steadyMs < AWAY_MS) return
      this.isQueueTold = true
      const summary = `The queue (${queueName}) has not answered since ${clockText(this.queueAway.wallMs)} UTC: no backtests, risk measures or reports. Trading continues.`
      await tell({ type: 'queue.down', atMs: this.queueAway.wallMs, summary }, QUEUE)
      return
    }
    this.queueAway = undefined
    this.isQueueTold = false
    await tell({ type: 'queue.back', atMs: wallMs(), summary: `The queue (${queueName}) answers again.` }, QUEUE)
  }
}

const seconds = (ms: number): string => `${Math.round(ms / 1_000)} s`
