/**
 * The webhook of Telegram: a path of the port of webhooks with Telegraf's own callback behind it, which takes updates with their secret.
 * Never reads a body without the secret, nor one that is larger than an update. An update is answered once it is handled:
 * of a bot that ends before that, Telegram sends it again.
 */
import type { Telegraf } from 'telegraf'
import type { TakePath } from '../ports.ts'

const PATH = '/telegram'
const BODY_MAX = 262_144

export interface WebhookPlace {
  readonly secret: string
  readonly take: TakePath
}

export function listenForUpdates(bot: Telegraf, { secret, take }: WebhookPlace): Promise<() => Promise<void>> {
  const callback = bot.webhookCallback(PATH, { secretToken: secret })
  return take(PATH, (request, response) => {
    const answer = (status: number): void => void response.writeHead(status).end()
    // Telegraf reads whatever comes; Telegram always says how long it is.
    if (!(Number(request.headers['content-length']) <= BODY_MAX)) return answer(413)
    // Telegraf makes text of each chunk by itself: a letter of several bytes may lie across two.
    request.setEncoding('utf8')
    void callback(request, response, () => answer(request.method === 'POST' && request.url === PATH ? 401 : 404))
  })
}
