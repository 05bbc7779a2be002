/**
 * A thread for each trade: the message of the entry begins it, what follows is told in it, and the entry's message says at last how it ended.
 * Where no thread can be made, all is told in the channel as before.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Reply } from '../../api/commands/reply.ts'
import type { SendResult } from '../outbox.ts'

/** What an alert says of its trade. */
export interface TradeAlert {
  readonly type: string
  readonly tradeNumber: number
  /** `BTCUSDT` */
  readonly symbol: string
  readonly side: 'long' | 'short'
}

export interface ThreadRows {
  find(channel: string, tradeNumber: number): Promise<string | undefined>
  put(channel: string, tradeNumber: number, thread: string): Promise<void>
}

export interface ThreadBot {
  send(channel: string, outgoing: Reply): Promise<SendResult>
  change(channel: string, messageRef: string, outgoing: Reply): Promise<SendResult>
  /** Undefined: none can be made there. */
  openThread(channel: string, messageRef: string, name: string): Promise<string | undefined>
  closeThread(thread: string): Promise<void>
}

const BEGINS = 'entry.filled'
const ENDS = 'exit.filled'
const FOLLOWS: ReadonlySet<string> = new Set(['exit.partial', ENDS])

const LIMIT_MS = 5_000

/** A thread is an extra: a Discord that leaves it open must not hold up what other chats are owed. */
const within = <T>(answer: Promise<T>): Promise<T | undefined> => Promise.race([answer, sleep(LIMIT_MS, undefined, { ref: false })])

export class TradeThreads {
  private readonly rows: ThreadRows
  private readonly bot: () => ThreadBot | undefined

  constructor(rows: ThreadRows, bot: () => ThreadBot | undefined) {
    this.rows = rows
    this.bot = bot
  }

  /** @param channel a channel of a server; undefined: no bot serves it now */
  async send(channel: string, alert: TradeAlert, outgoing: Reply): Promise<SendResult | undefined> {
    const bot = this.bot()
    if (bot === undefined) return undefined
    const thread = FOLLOWS.has(alert.type) ? await this.rows.find(channel, alert.tradeNumber) : undefined
    if (thread === undefined) {
      const sent = await bot.send(channel, outgoing)
      if (alert.type === BEGINS && sent.type === 'sent') await this.begin(bot, channel, sent.messageRef, alert)
      return sent
    }
    const sent = (await within(bot.send(thread, outgoing))) ?? { type: 'failed', detail: 'the thread does not answer' }
    // Somebody has deleted it, or locked us out: the channel is told.
    if (sent.type === 'refused') return bot.send(channel, outgoing)
    if (sent.type === 'sent' && alert.type === ENDS) {
      // A thread has the id of the message that it began with.
      await within(bot.change(channel, thread, outgoing))
      await within(bot.closeThread(thread))
    }
    return sent
  }

  private async begin(bot: ThreadBot, channel: string, messageRef: string, { tradeNumber, symbol, side }: TradeAlert): Promise<void> {
    const thread = await within(bot.openThread(channel, messageRef, `#${tradeNumber} ${symbol} ${side}`))
    if (thread !== undefined) await this.rows.put(channel, tradeNumber, thread)
  }
}
