/**
 * Long polling of Telegram: one question after the other, each batch handled before the next is asked for, for ever.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { TelegramError } from 'telegraf'

export interface PollPorts<Update> {
  readonly ask: (offset: number, timeoutSec: number) => Promise<readonly Update[]>
  readonly handle: (update: Update) => Promise<unknown>
  readonly worked: () => void
  readonly failed: (thrown: unknown) => void
}

const TIMEOUT_SEC = 50
/** A connection that died without a word would be waited for for ever. */
const LATE_MS = 15_000
const AGAIN_MS = 5_000
const STOP_MS = 5_000

export class TelegramPoll<Update extends { readonly update_id: number }> {
  private readonly ports: PollPorts<Update>
  private readonly stopping = new AbortController()
  private offset = 0
  private running: Promise<void> = Promise.resolve()

  constructor(ports: PollPorts<Update>) {
    this.ports = ports
  }

  start(): void {
    this.running = this.run()
  }

  /** What was handled is not delivered again. */
  async stop(): Promise<void> {
    this.stopping.abort()
    await Promise.race([this.running, sleep(STOP_MS, undefined, { ref: false })])
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping
    while (!signal.aborted) {
      try {
        const updates = await this.ask(TIMEOUT_SEC)
        this.ports.worked()
        await Promise.all(updates.map((update) => this.ports.handle(update)))
        this.offset = (updates.at(-1)?.update_id ?? this.offset - 1) + 1
      } catch (thrown) {
        if (signal.aborted) break
        this.ports.failed(thrown)
        const asked = thrown instanceof TelegramError ? thrown.parameters?.retry_after : undefined
        await sleep(asked === undefined ? AGAIN_MS : asked * 1_000, undefined, { signal }).catch(() => undefined)
      }
    }
    if (this.offset === 0) return
    await Promise.race([this.ports.ask(this.offset, 0), sleep(AGAIN_MS)]).catch((thrown: unknown) => this.ports.failed(thrown))
  }

  /** Left alone at a stop: what it would fetch is delivered again to the next poll. */
  private async ask(timeoutSec: number): Promise<readonly Update[]> {
    const end = new AbortController()
    const onStop = (): void => end.abort()
    this.stopping.signal.addEventListener('abort', onStop, { once: true })
    const late = sleep(timeoutSec * 1_000 + LATE_MS, undefined, { signal: end.signal }).then(() => {
      throw new Error('no answer in time')
    })
    try {
      return await Promise.race([this.ports.ask(this.offset, timeoutSec), late])
    } finally {
      this.stopping.signal.removeEventListener('abort', onStop)
      late.catch(() => undefined)
      end.abort()
    }
  }
}
