/**
 * A client of the API: prints the open positions (REST), then each change of a position, each fill and each alert as it comes (WebSocket).
 * Run it with `npx tsx examples/client/watch.ts`; only `ws` is needed beside Node and the client of api/clients.
 */
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { WebSocket } from 'ws'
import { restClient } from '../../api/clients/rest-client.ts'
import type { Position } from '../../api/clients/rest-types.ts'

type Change = { readonly op: 'upsert' | 'replace' | 'append'; readonly value: unknown } | { readonly op: 'remove'; readonly key: string }

export interface Watch {
  /** `http://127.0.0.1:8080` */
  readonly baseUrl: string
  readonly key: string
  readonly print: (line: string) => void
}

const CHANNELS = ['positions', 'fills', 'alerts']

export async function positions({ baseUrl, key }: Watch): Promise<readonly Position[]> {
  return (await restClient({ baseUrl, token: key }).call('GET /positions')).data
}

/** Prints what is held, then what changes. Answers how to stop; `ended` receives the reason why the connection closed. */
export async function watch(options: Watch, ended: (code: number) => void = () => {}): Promise<() => void> {
  const { baseUrl, key, print } = options
  for (const { symbol, quantity, entryPrice, stopLoss } of await positions(options))
    print(`holds ${quantity} ${symbol} from ${entryPrice ?? '?'}, stop ${stopLoss ?? 'none'}`)

  const socket = new WebSocket(`${baseUrl.replace(/^http/, 'ws')}/api/v1/ws`)
  const send = (message: object): void => socket.send(JSON.stringify(message))
  const names = new Map<string, string>()
  socket.on('open', () => {
    // The key goes into the first message, never into the address, which others log.
    send({ op: 'auth', token: key })
    send({ id: 'all', op: 'subscribe', args: CHANNELS.map((ch) => ({ ch })) })
  })
  socket.on('message', (raw) => {
    const frame = JSON.parse(String(raw)) as Record<string, unknown>
    if (frame.id === 'all') {
      for (const { ch, sid } of (frame.subs ?? []) as { ch: string; sid: string }[]) names.set(sid, ch)
      print(`listening to ${[...names.values()].join(', ')}`)
    }
    // A snapshot says what is; deltas are numbered without a gap from then on. This client prints the changes alone.
    // Who says nothing for 45 s is closed: each heartbeat of the server is answered.
    if (frame.t === 'hb') send({ op: 'ping' })
    if (frame.t !== 'delta') return
    const channel = names.get(String(frame.sid))
    print(`${channel}: ${changeText(channel, frame.data as Change)}`)
  })
  socket.on('close', ended)
  socket.on('error', (cause) => print(`the connection failed: ${cause.message}`))
  return () => socket.close()
}

/** Each channel in the words of a person; docs/openapi.json says what else a row has. */
function changeText(channel: string | undefined, change: Change): string {
  if (change.op === 'remove') return `${change.key} is gone`
  const row = change.value as Readonly<Record<string, string | null>>
  if (channel === 'fills') return `${row.side} ${row.quantity} ${row.symbol} @ ${row.price}, fee ${row.fee}`
  if (channel === 'positions') return `${row.side} ${row.quantity} ${row.symbol}, ${row.unrealizedPnl} at ${row.markPrice}`
  return `${row.severity} ${row.summary}`
}

const isProgram = process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href
if (isProgram) {
  const key = process.env.BALLAST_KEY ?? readFileSync('.ballast/admin.key', 'utf8').trim()
  const baseUrl = process.env.BALLAST_URL ?? 'http://127.0.0.1:8080'
  const stop = await watch({ baseUrl, key, print: (line) => process.stdout.write(`${line}\n`) }, (code) =>
    process.stdout.write(`closed (${code})\n`),
  )
  process.once('SIGINT', stop)
}
