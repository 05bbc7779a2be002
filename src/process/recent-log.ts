/**
 * The last lines of a log, kept for those who look at it from elsewhere. Tokens are cut out, whoever has written them.
 */
import type { LogLevel, LogLine, LogPort } from '../../api/ports/log-ports.ts'

const KEPT = 2_000
const TEXT_MAX = 1_000
/** Keys of this API, of Telegram bots, signing secrets, and what stands in an address before its host. */
const SECRETS = /tk_[a-z]+_[0-9a-f]{8}_[\w-]+|\b\d{6,12}:[\w-]{30,}|whsec_[\w+/=]+|(?<=:\/\/)[^\s/@]+@/g

export class RecentLog implements LogPort {
  private readonly lines: LogLine[] = []
  private count = 0
  private readonly wallNow: () => number

  constructor(wallNow: () => number) {
    this.wallNow = wallNow
  }

  last(): readonly LogLine[] {
    return this.lines
  }

  note(level: LogLevel, text: string): void {
    this.count += 1
    this.lines.push({ id: this.count, ts: this.wallNow(), level, text: text.replace(SECRETS, '•••').slice(0, TEXT_MAX) })
    if (this.lines.length > KEPT) this.lines.shift()
  }
}
