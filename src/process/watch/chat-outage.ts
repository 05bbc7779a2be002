/**
 * Whether a chat platform sends and delivers: one alert per outage, and one at its end.
 */
import type { Platform } from '../../../bots/access.ts'
import type { AlertPair, InstallationAlert } from '../../../db/alerts.ts'
import type { PartStatus } from '../../trader/health.ts'

export interface ChatOutagePorts {
  readonly alert: (alert: InstallationAlert, pair: AlertPair) => Promise<unknown>
  readonly wallMs: () => number
  readonly steadyMs: () => number
}

const AWAY_MS = 10_000
const NAMES: Readonly<Record<Platform, string>> = { telegram: 'Telegram', discord: 'Discord' }
const PAIRS: Readonly<Record<Platform, AlertPair>> = {
  telegram: ['telegram.down', 'telegram.back'],
  discord: ['discord.down', 'discord.back'],
}

export class ChatOutage {
  private readonly platform: Platform
  private readonly ports: ChatOutagePorts
  private away: { readonly wallMs: number; readonly steadyMs: number } | undefined
  private detail = ''
  private reported: 'down' | 'back' | undefined
  private hasHeard = false

  constructor(platform: Platform, ports: ChatOutagePorts) {
    this.platform = platform
    this.ports = ports
  }

  onStatus(status: PartStatus, detail: string): void {
    this.hasHeard = true
    if (status === 'ok') {
      this.away = undefined
      return
    }
    this.away ??= { wallMs: this.ports.wallMs(), steadyMs: this.ports.steadyMs() }
    this.detail = detail
  }

  /** Once a second or so. What could not be reported is reported at the next look. */
  async look(): Promise<void> {
    const { away, platform, detail, ports } = this
    const [down, back] = PAIRS[platform]
    const name = NAMES[platform]
    if (away === undefined) {
      if (this.reported === 'back' || !this.hasHeard) return
      // What the process before this one reported is over as well.
      await ports.alert({ type: back, atMs: ports.wallMs(), summary: `Commands from ${name} work again.` }, PAIRS[platform])
      this.reported = 'back'
      return
    }
    if (this.reported === 'down' || ports.steadyMs() - away.steadyMs < AWAY_MS) return
    const summary = `Commands from ${name} are not received: ${detail}. Retrying; the terminal and the API still work.`
    await ports.alert({ type: down, atMs: away.wallMs, summary }, PAIRS[platform])
    this.reported = 'down'
  }
}
