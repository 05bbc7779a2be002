/**
 * A thread for each trade in Discord: opened by its entry, followed by its exits, closed with it; without one the channel is told.
 */
import { afterAll, describe, expect, test } from 'vitest'
import { type Reply, reply } from '../../../api/commands/reply.ts'
import { type ThreadBot, type TradeAlert, TradeThreads } from '../../../bots/discord/trade-threads.ts'
import type { SendResult } from '../../../bots/outbox.ts'
import { PostgresTradeThreads } from '../../../db/alerting/trade-threads.ts'
import { makeTemporaryDatabase } from '../../support/process/temporary-database.ts'

const made = await makeTemporaryDatabase()
afterAll(() => made?.remove())

const trade = (type: string, tradeNumber = 12): TradeAlert => ({ type, tradeNumber, symbol: 'BTCUSDT', side: 'long' })

class TalkingBot implements ThreadBot {
  readonly said: string[] = []
  mayThread = true
  readonly refuses = new Set<string>()
  private next = 100

  async send(channel: string, outgoing: Reply): Promise<SendResult> {
    if (this.refuses.has(channel)) return { type: 'refused', detail: 'Unknown Channel' }
    this.said.push(`${channel}: ${outgoing.title}`)
    this.next += 1
    return { type: 'sent', messageRef: String(this.next) }
  }
  async change(channel: string, messageRef: string, outgoing: Reply): Promise<SendResult> {
    this.said.push(`${channel}/${messageRef} now: ${outgoing.title}`)
    return { type: 'sent', messageRef }
  }
  async openThread(channel: string, messageRef: string, name: string): Promise<string | undefined> {
    if (!this.mayThread) return undefined
    this.said.push(`thread ${messageRef} at ${channel}: ${name}`)
    return messageRef
  }
  async closeThread(thread: string): Promise<void> {
    this.said.push(`closed ${thread}`)
  }
}

describe.skipIf(made === undefined)('threads of trades', () => {
  const { sql } = (made as NonNullable<typeof made>).database
  const rows = new PostgresTradeThreads(sql)
  const life = async (channel: string, bot: TalkingBot, threads = new TradeThreads(rows, () => bot)) => {
    await threads.send(channel, trade('entry.filled'), reply('OPENED'))
    await threads.send(channel, trade('exit.partial'), reply('REDUCED'))
    await threads.send(channel, trade('exit.filled'), reply('CLOSED'))
    return bot.said
  }

  test('entry, part and close of a trade are one thread, and its first message says how it ended', async () => {
    expect(await life('5', new TalkingBot())).toEqual([
      '5: OPENED',
      'thread 101 at 5: #12 BTCUSDT long',
      '101: REDUCED',
      '101: CLOSED',
      '5/101 now: CLOSED',
      'closed 101',
    ])
  })

  test('a restart in between goes on in the same thread, and another channel has one of its own', async () => {
    const bot = new TalkingBot()
    await new TradeThreads(rows, () => bot).send('6', trade('entry.filled', 13), reply('OPENED'))
    await new TradeThreads(rows, () => bot).send('6', trade('exit.partial', 13), reply('REDUCED'))
    await new TradeThreads(rows, () => bot).send('7', trade('exit.partial', 13), reply('REDUCED'))
    expect(bot.said.slice(2)).toEqual(['101: REDUCED', '7: REDUCED'])
  })

  test('where no thread can be made, or it was deleted, the channel is told', async () => {
    const without = new TalkingBot()
    without.mayThread = false
    expect(await life('8', without)).toEqual(['8: OPENED', '8: REDUCED', '8: CLOSED'])
    const deleted = new TalkingBot()
    deleted.refuses.add('101')
    expect(await life('9', deleted)).toEqual(['9: OPENED', 'thread 101 at 9: #12 BTCUSDT long', '9: REDUCED', '9: CLOSED'])
  })

  test('an alert names its trade; one that is about none has no thread', async () => {
    const [alert] = await sql<{ id: number }[]>`
      insert into alerts (type, severity, symbol, summary, detail, ts) values ('exit.partial', 'P4', 'BTCUSDT', 's', '{"tradeNumber": 12, "side": -1}', 1) returning id`
    const [other] = await sql<{ id: number }[]>`
      insert into alerts (type, severity, symbol, summary, detail, ts) values ('stop.moved', 'P4', 'BTCUSDT', 's', '{"tradeNumber": 12}', 1) returning id`
    expect(await rows.tradeOf(alert?.id ?? 0)).toEqual({ type: 'exit.partial', tradeNumber: 12, symbol: 'BTCUSDT', side: 'short' })
    expect(await rows.tradeOf(other?.id ?? 0)).toBeUndefined()
  })
})
