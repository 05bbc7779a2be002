/**
 * Delivers what waits for each chat: at least once, in order within a chat, urgent before the rest, as fast as the platform allows.
 * P1 and P2 are never given up: they wait for the platform as long as it takes, and a chat that refuses them has them kept and told elsewhere.
 */
import type { Reply } from '../api/commands/reply.ts'

export interface Delivery {
  readonly id: number
  readonly channel: string
  readonly severity: string
  readonly payload: Reply
  readonly attempts: number
  readonly createdAtMs: number
  /** Null of a digest or a reminder. */
  readonly alertId: number | null
}

/** What a platform answers to a message. */
export type SendResult =
  | { readonly type: 'sent'; readonly messageRef: string }
  | { readonly type: 'retry-after'; readonly ms: number }
  /** The chat is gone or has blocked the bot: more attempts change nothing for now. */
  | { readonly type: 'refused'; readonly detail: string }
  /** The chat has another address from now on. */
  | { readonly type: 'moved'; readonly to: string }
  | { readonly type: 'failed'; readonly detail: string }

/** What waits in a chat and is not urgent. */
export interface Backlog {
  readonly ids: readonly number[]
  /** How many of them are older than what was asked. */
  readonly old: number
}

export interface DeliveryRows {
  /** Channels with something pending that is due. */
  dueChannels(): Promise<readonly string[]>
  /** Pending rows of a channel: urgent ones first, each in the order of their ids. */
  pending(channel: string, limit: number): Promise<readonly Delivery[]>
  /** @param beforeMs what was written before it is old */
  backlog(channel: string, beforeMs: number): Promise<Backlog>
  sent(id: number, messageRef: string): Promise<void>
  /** Tries again at that time, with everything of the channel. */
  postpone(channel: string, id: number, delayMs: number, detail: string): Promise<void>
  /** Set aside for so long, and pending then; the rest of the channel goes on. */
  setAside(id: number, delayMs: number, detail: string): Promise<void>
  fail(id: number, detail: string): Promise<void>
  /** Reported in one card instead. */
  drop(ids: readonly number[], detail: string): Promise<void>
  /** All that waits for the one goes to the other. */
  move(channel: string, to: string): Promise<void>
}

export interface OutboxPorts {
  readonly rows: DeliveryRows
  /** Undefined: this process does not serve that platform. */
  readonly send: (channel: string, reply: Reply, severity: string, alertId: number | null) => Promise<SendResult | undefined> | undefined
  /** @param urgent how many urgent messages of the same time were told one by one */
  readonly missedCard: (count: number, urgent: number) => Reply
  /** A chat does not take messages. Urgent ones are kept, and are told in another way meanwhile. */
  readonly refused: (delivery: Delivery, detail: string) => Promise<void>
  /** A chat that refused takes messages again. */
  readonly accepted: (channel: string) => Promise<void>
  /** A chat has another address now, which is kept. */
  readonly moved: () => Promise<void>
  readonly nowMs: () => number
  readonly log: (text: string) => void
}

const BATCH = 50
const ATTEMPTS_MAX = 12
const REFUSED_AGAIN_MS = 300_000
/** More than this many waiting, older than this, are reported in one card; P1 and P2 are still reported one by one. */
const BACKLOG_MIN = 8
const BACKLOG_AGE_MS = 120_000

const isUrgent = (severity: string): boolean => severity === 'P1' || severity === 'P2'

export class Outbox {
  private readonly ports: OutboxPorts
  private readonly busy = new Set<string>()
  private readonly refusing: Set<string>
  private isAskedAgain = false
  private running: Promise<void> | undefined

  /** @param refusing chats that refused before this start */
  constructor(ports: OutboxPorts, refusing: Iterable<string> = []) {
    this.ports = ports
    this.refusing = new Set(refusing)
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
      let urgent = 0
      let isCoalesced = false
      for (;;) {
        const page = await this.ports.rows.pending(channel, BATCH)
        for (const delivery of page) {
          if (isUrgent(delivery.severity)) urgent += 1
          else if (!isCoalesced) {
            isCoalesced = true
            const coalesced = await this.coalesce(delivery, urgent)
            if (coalesced === 'wait') return
            if (coalesced === 'told') break
          }
          if (!(await this.deliver(delivery))) return
        }
        if (page.length === 0) return
      }
    } finally {
      this.busy.delete(channel)
    }
  }

  /** After an outage: one card for all that was missed and is not urgent. */
  private async coalesce(first: Delivery, urgent: number): Promise<'none' | 'told' | 'wait'> {
    const { rows, nowMs, send, missedCard } = this.ports
    const { channel } = first
    const { ids, old } = await rows.backlog(channel, nowMs() - BACKLOG_AGE_MS)
    if (old < BACKLOG_MIN) return 'none'
    const result = await send(channel, missedCard(ids.length, urgent), 'P4', null)
    if (result === undefined) return 'wait'
    if (result.type === 'retry-after' || result.type === 'failed') {
      await rows.postpone(channel, first.id, result.type === 'retry-after' ? result.ms : backoff(first.attempts), result.type)
      return 'wait'
    }
    if (result.type === 'moved') {
      await this.moved(channel, result.to)
      return 'wait'
    }
    await rows.drop(ids, 'summarized in one message after an outage')
    return 'told'
  }

  /** Answers false when the channel has to wait. */
  private async deliver(delivery: Delivery): Promise<boolean> {
    const { rows } = this.ports
    const { channel, id, attempts, severity } = delivery
    const result = await this.ports.send(channel, delivery.payload, severity, delivery.alertId)
    if (result === undefined) return false
    switch (result.type) {
      case 'sent':
        await rows.sent(id, result.messageRef)
        if (this.refusing.delete(channel)) await this.ports.accepted(channel)
        return true
      case 'retry-after':
        await rows.postpone(channel, id, result.ms, 'rate limited')
        return false
      case 'moved':
        return this.moved(channel, result.to)
      case 'refused':
        this.ports.log(`${channel}: ${result.detail}`)
        if (isUrgent(severity)) await rows.setAside(id, REFUSED_AGAIN_MS, result.detail)
        else await rows.fail(id, result.detail)
        this.refusing.add(channel)
        await this.ports.refused(delivery, result.detail)
        return true
      case 'failed':
        if (attempts + 1 >= ATTEMPTS_MAX && !isUrgent(severity)) {
          this.ports.log(`${channel}: gave up after ${ATTEMPTS_MAX} attempts: ${result.detail}`)
          await rows.fail(id, result.detail)
          return true
        }
        await rows.postpone(channel, id, backoff(attempts), result.detail)
        return false
    }
  }

  /** What waits is delivered under the new address, at the next look. */
  private async moved(channel: string, to: string): Promise<false> {
    this.ports.log(`${channel} is ${to} now`)
    await this.ports.rows.move(channel, to)
    await this.ports.moved()
    this.isAskedAgain = true
    return false
  }
}

const backoff = (attempts: number): number => Math.min(60_000, 1_000 * 2 ** attempts)
