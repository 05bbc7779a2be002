/**
 * Delivers what waits for each chat: at least once, in order within a chat, urgent before the rest, as fast as the platform allows.
 */
import type { Reply } from '../api/commands/reply.ts'

export interface Delivery {
  readonly id: number
  readonly channel: string
  readonly severity: string
  readonly payload: Reply
  readonly attempts: number
  readonly createdAtMs: number
}

/** What a platform answers to a message. */
export type SendResult =
  | { readonly type: 'sent'; readonly messageRef: string }
  | { readonly type: 'retry-after'; readonly ms: number }
  /** The chat is gone or has blocked the bot: more attempts change nothing. */
  | { readonly type: 'refused'; readonly detail: string }
  | { readonly type: 'failed'; readonly detail: string }

export interface DeliveryRows {
  /** Channels with something pending that is due. */
  dueChannels(): Promise<readonly string[]>
  /** Pending rows of a channel in the order of their ids. */
  pending(channel: string, limit: number): Promise<readonly Delivery[]>
  sent(id: number, messageRef: string): Promise<void>
  /** Tries again at that time, with everything of the channel. */
  postpone(channel: string, id: number, delayMs: number, detail: string): Promise<void>
  fail(id: number, detail: string): Promise<void>
  /** Reported in one card instead. */
  drop(ids: readonly number[], detail: string): Promise<void>
}

export interface OutboxPorts {
  readonly rows: DeliveryRows
  /** Undefined: this process does not serve that platform. */
  readonly send: (channel: string, reply: Reply) => Promise<SendResult> | undefined
  readonly missedCard: (count: number, critical: number) => Reply
  readonly nowMs: () => number
  readonly log: (text: string) => void
}

const BATCH = 50
const ATTEMPTS_MAX = 12
/** More than this many waiting, older than this, are reported in one card; P1 and P2 are still reported one by one. */
const BACKLOG_MIN = 8
const BACKLOG_AGE_MS = 120_000

const isUrgent = (severity: string): boolean => severity === 'P1' || severity === 'P2'

export class Outbox {
  private readonly ports: OutboxPorts
  private readonly busy = new Set<string>()
  private isAskedAgain = false
  private running: Promise<void> | undefined

  constructor(ports: OutboxPorts) {
    this.ports = ports
  }

  /** Delivers what is due. Called by a job for each alert, and by a sweep for what a lost job left. */
  flush(): Promise<void> {
    if (this.running !== undefined) {
      this.isAskedAgain = true
      return this.running
    }
    this.running = this.flushAll().finally(() => {
      this.running = undefined
    })
    return this.running
  }

  private async flushAll(): Promise<void> {
    do {
      this.isAskedAgain = false
      const channels = await this.ports.rows.dueChannels()
      await Promise.all(channels.map((channel) => this.channel(channel)))
    } while (this.isAskedAgain)
  }

  private async channel(channel: string): Promise<void> {
    if (this.busy.has(channel)) return
    this.busy.add(channel)
    try {
      for (;;) {
        const pending = await this.ports.rows.pending(channel, BATCH)
        if (pending.length === 0) return
        const waiting = await this.coalesce(channel, pending)
        if (waiting === undefined) return
        // Urgent first; within a kind the order of their ids.
        const ordered = [...waiting].sort((a, b) => Number(isUrgent(b.severity)) - Number(isUrgent(a.severity)) || a.id - b.id)
        for (const delivery of ordered) if (!(await this.deliver(delivery))) return
        if (pending.length < BATCH) return
      }
    } finally {
      this.busy.delete(channel)
    }
  }

  /** After an outage: one card for what was missed, the urgent ones in full. Undefined: the platform asks us to wait. */
  private async coalesce(channel: string, pending: readonly Delivery[]): Promise<readonly Delivery[] | undefined> {
    const now = this.ports.nowMs()
    const old = pending.filter((d) => !isUrgent(d.severity) && now - d.createdAtMs > BACKLOG_AGE_MS)
    if (old.length < BACKLOG_MIN) return pending
    const critical = pending.filter((d) => isUrgent(d.severity)).length
    const sending = this.ports.send(channel, this.ports.missedCard(old.length + critical, critical))
    const result = sending === undefined ? undefined : await sending
    if (result?.type === 'retry-after' || result?.type === 'failed') {
      const first = pending[0] as Delivery
      await this.ports.rows.postpone(channel, first.id, result.type === 'retry-after' ? result.ms : backoff(first.attempts), result.type)
      return undefined
    }
    if (result === undefined) return undefined
    await this.ports.rows.drop(
      old.map((d) => d.id),
      'summarized in one message after an outage',
    )
    return pending.filter((d) => !old.includes(d))
  }

  /** Answers false when the channel has to wait. */
  private async deliver(delivery: Delivery): Promise<boolean> {
    const { rows } = this.ports
    const sending = this.ports.send(delivery.channel, delivery.payload)
    if (sending === undefined) return false
    const result = await sending
    switch (result.type) {
      case 'sent':
        await rows.sent(delivery.id, result.messageRef)
        return true
      case 'retry-after':
        await rows.postpone(delivery.channel, delivery.id, result.ms, 'rate limited')
        return false
      case 'refused':
        this.ports.log(`${delivery.channel}: ${result.detail}`)
        await rows.fail(delivery.id, result.detail)
        return true
      case 'failed':
        if (delivery.attempts + 1 >= ATTEMPTS_MAX) {
          this.ports.log(`${delivery.channel}: gave up after ${ATTEMPTS_MAX} attempts: ${result.detail}`)
          await rows.fail(delivery.id, result.detail)
          return true
        }
        await rows.postpone(delivery.channel, delivery.id, backoff(delivery.attempts), result.detail)
        return false
    }
  }
}

const backoff = (attempts: number): number => Math.min(60_000, 1_000 * 2 ** attempts)
