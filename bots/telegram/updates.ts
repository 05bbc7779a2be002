/**
 * How updates arrive: by polling, or by a webhook with its secret. Both give them to the bot, and answer how to end it.
 */
import type { Telegraf } from 'telegraf'
import type { BotPorts, TakePath } from '../ports.ts'
import { textOf } from './error.ts'
import { TelegramPoll } from './poll.ts'
import { listenForUpdates } from './webhook.ts'

type Update = Parameters<Telegraf['handleUpdate']>[0]
const ALLOWED_UPDATES = ['message', 'callback_query'] as const

export interface TelegramWebhook {
  readonly url: string
  readonly secret: string
  readonly take: TakePath
}

/** @param name of the bot, for `/health` */
export function pollUpdates(bot: Telegraf, name: string, ports: Pick<BotPorts, 'log' | 'health'>): () => Promise<void> {
  let isFresh = true
  let isWell = true
  const poll = new TelegramPoll<Update>({
    ask: async (offset, timeoutSec) => {
      // A webhook that was set once would keep every update to itself.
      if (isFresh) await bot.telegram.deleteWebhook()
      isFresh = false
      return bot.telegram.callApi('getUpdates', { offset, timeout: timeoutSec, allowed_updates: ALLOWED_UPDATES })
    },
    handle: (update) => bot.handleUpdate(update),
    worked: () => {
      if (isWell) return
      isWell = true
      ports.log('warn', 'telegram: polled again')
      ports.health('ok', `@${name}`)
    },
    failed: (thrown) => {
      if (isWell) ports.log('warn', `telegram: polling fails (${textOf(thrown)}); trying again`)
      isWell = false
      ports.health('down', textOf(thrown))
    },
  })
  poll.start()
  return () => poll.stop()
}

export async function awaitUpdates(bot: Telegraf, { url, secret, take }: TelegramWebhook): Promise<() => Promise<void>> {
  const stop = await listenForUpdates(bot, { secret, take })
  await bot.telegram.setWebhook(url, { secret_token: secret, allowed_updates: [...ALLOWED_UPDATES] })
  return stop
}
