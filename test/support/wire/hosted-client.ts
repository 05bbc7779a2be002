/**
 * The WebSocket client that the trader uses (bybit-api), on an exchange of a test, and a wait for what it sends.
 */
import { type WSClientConfigurableOptions, WebsocketClient, type WsKey } from 'bybit-api'

const PATHS: Partial<Record<WsKey, string>> = {
  v5LinearPublic: '/v5/public/linear',
  v5SpotPublic: '/v5/public/spot',
  v5Private: '/v5/private',
  v5PrivateTrade: '/v5/trade',
}
const QUIET = { trace() {}, info() {}, error() {} }

export class HostedClient extends WebsocketClient {
  private readonly host: string
  constructor(host: string, options: WSClientConfigurableOptions) {
    super(options, QUIET)
    this.host = host
  }
  protected override async getWsUrl(key: WsKey): Promise<string> {
    return this.host + (PATHS[key] ?? '')
  }
}

/** Answers when `look` finds something, within five seconds. */
export async function until<T>(look: () => T | undefined): Promise<T> {
  for (let k = 0; k < 500; k++) {
    const found = look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('nothing came within five seconds')
}
