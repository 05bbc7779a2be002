/**
 * The WebSocket at /api/v1/ws: sign in, subscribe, snapshot, then numbered changes.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { type ApiKey, type ApiKeys, allows, mayComeFrom } from './auth.ts'
import { CHANNELS, type ChannelName, type Delta, type Feed, isChannel } from './feed.ts'
import { iso } from './shapes/field-shapes.ts'

export const WS_PATH = '/api/v1/ws'

/** Why a connection was closed, for programs. */
const CLOSE = { auth: 4001, slow: 4008, idle: 4009, tooMany: 4010, restarting: 4011, protocol: 4012 } as const
const AUTH_MS = 5_000
const HEARTBEAT_MS = 15_000
const IDLE_MS = 45_000
const BUFFER_MAX = 4 * 1024 * 1024
const FRAME_MAX = 64 * 1024
const CONNECTIONS_PER_KEY = 20
const SUBSCRIPTIONS_MAX = 200
const OPS_PER_SECOND = 50
const RETRY_AFTER_MS = 2_000
/** A key that was revoked has its sessions no longer than this. */
const KEYS_EVERY_MS = 2_000

const Operation = z.object({
  id: z.union([z.string().max(60), z.number()]).optional(),
  op: z.enum(['auth', 'subscribe', 'unsubscribe', 'resume', 'ping', 'snapshot']),
  token: z.string().max(200).optional(),
  args: z
    .array(
      z.object({
        ch: z.string().max(60),
        sid: z.string().max(20).optional(),
        epoch: z.string().max(40).optional(),
        after: z.number().int().min(0).optional(),
      }),
    )
    .max(SUBSCRIPTIONS_MAX)
    .optional(),
})
type Operation = z.infer<typeof Operation>

export interface WsOptions {
  readonly keys: ApiKeys
  readonly feed: Feed
  readonly hosts: readonly string[]
  readonly wallNow: () => number
  readonly log: (text: string) => void
}

export class WsGate {
  private readonly server = new WebSocketServer({ noServer: true, maxPayload: FRAME_MAX, perMessageDeflate: false })
  private readonly sessions = new Set<Session>()
  private readonly perKey = new Map<string, number>()
  private readonly options: WsOptions

  private readonly keysTimer: NodeJS.Timeout
  private isLooking = false

  constructor(options: WsOptions) {
    this.options = options
    this.keysTimer = setInterval(() => void this.lookAtKeys(), KEYS_EVERY_MS)
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const path = (request.url ?? '').split('?')[0]
    const host = hostOf(`http://${request.headers.host ?? ''}`)
    const { origin } = request.headers
    if (path !== WS_PATH || !this.allows(host) || (origin !== undefined && !this.allows(hostOf(origin)))) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      return
    }
    this.server.handleUpgrade(request, socket, head, (ws) => {
      const session = new Session(ws, this.options, request.socket.remoteAddress, (key) => this.admit(key))
      this.sessions.add(session)
      ws.on('close', () => {
        this.sessions.delete(session)
        const { key } = session
        if (key !== undefined) this.perKey.set(key.id, (this.perKey.get(key.id) ?? 1) - 1)
      })
    })
  }

  /** Says good-bye to all. */
  close(): void {
    clearInterval(this.keysTimer)
    for (const session of this.sessions) session.sayBye()
    this.server.close()
  }

  /** A key is asked for at the sign-in, and may be revoked while the session is open. */
  private async lookAtKeys(): Promise<void> {
    const ids = [...new Set([...this.sessions].flatMap(({ key }) => (key === undefined ? [] : [key.id])))]
    if (ids.length === 0 || this.isLooking) return
    this.isLooking = true
    try {
      const over = await this.options.keys.over(ids)
      for (const session of this.sessions) if (session.key !== undefined && over.includes(session.key.id)) session.endOfKey()
    } catch (cause) {
      this.options.log(`could not check the keys of open WebSocket sessions: ${cause instanceof Error ? cause.message : String(cause)}`)
    } finally {
      this.isLooking = false
    }
  }

  private allows(host: string | undefined): boolean {
    return host !== undefined && this.options.hosts.includes(host)
  }

  private admit(key: ApiKey): boolean {
    const open = this.perKey.get(key.id) ?? 0
    if (open >= CONNECTIONS_PER_KEY) return false
    this.perKey.set(key.id, open + 1)
    return true
  }
}

function hostOf(url: string): string | undefined {
  try {
    return new URL(url).hostname.replace(/^\[|\]$/g, '')
  } catch {
    // Not a URL: no host that is allowed.
    return undefined
  }
}

class Session {
  key: ApiKey | undefined
  private readonly ws: WebSocket
  private readonly options: WsOptions
  private readonly address: string | undefined
  private readonly admit: (key: ApiKey) => boolean
  private readonly subscriptions = new Map<ChannelName, string>()
  private readonly stopListening: () => void
  private readonly heartbeat: NodeJS.Timeout
  private readonly authTimer: NodeJS.Timeout
  private nextSid = 1
  private beats = 0
  private heardAt: number
  private opsFrom = 0
  private ops = 0
  /** Operations are handled one after the other, so that an answer comes before what follows from it. */
  private last: Promise<void> = Promise.resolve()
  /** Changes of a channel that come while its snapshot is on the way. */
  private readonly opening = new Set<ChannelName>()

  constructor(ws: WebSocket, options: WsOptions, address: string | undefined, admit: (key: ApiKey) => boolean) {
    this.ws = ws
    this.options = options
    this.address = address
    this.admit = admit
    this.heardAt = options.wallNow()
    this.stopListening = options.feed.listen((channel, delta) => this.onDelta(channel, delta))
    this.authTimer = setTimeout(() => this.end(CLOSE.auth, 'sign in within 5 s'), AUTH_MS)
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS)
    ws.on('message', (data, isBinary) => {
      this.heardAt = options.wallNow()
      this.last = this.last.then(() => this.onFrame(data, isBinary)).catch(() => this.end(CLOSE.protocol, 'the request failed'))
    })
    ws.on('close', () => this.stop())
    ws.on('error', () => ws.terminate())
  }

  sayBye(): void {
    this.send({ t: 'bye', retryAfterMs: RETRY_AFTER_MS })
    this.end(CLOSE.restarting, 'server restarting')
  }

  endOfKey(): void {
    this.stop()
    this.end(CLOSE.auth, 'the key was revoked or has expired')
  }

  private stop(): void {
    clearTimeout(this.authTimer)
    clearInterval(this.heartbeat)
    this.stopListening()
  }

  private end(code: number, reason: string): void {
    this.ws.close(code, reason)
  }

  private beat(): void {
    if (this.options.wallNow() - this.heardAt > IDLE_MS) {
      this.end(CLOSE.idle, 'no message for 45 s')
      return
    }
    this.beats += 1
    this.send({ t: 'hb', n: this.beats, ts: this.time() })
  }

  private async onFrame(data: RawData, isBinary: boolean): Promise<void> {
    const operation = isBinary ? undefined : parse(data)
    if (operation === undefined) {
      this.end(CLOSE.protocol, 'not an operation')
      return
    }
    const second = Math.floor(this.options.wallNow() / 1000)
    if (second !== this.opsFrom) {
      this.opsFrom = second
      this.ops = 0
    }
    this.ops += 1
    if (this.ops > OPS_PER_SECOND) {
      this.end(CLOSE.tooMany, `more than ${OPS_PER_SECOND} operations per second`)
      return
    }
    if (operation.op === 'auth') return this.signIn(operation)
    if (this.key === undefined) {
      this.end(CLOSE.auth, 'sign in first')
      return
    }
    await this.perform(operation, this.key)
  }

  private async signIn(operation: Operation): Promise<void> {
    if (this.key !== undefined) {
      this.ack(operation, { ok: true })
      return
    }
    const key = operation.token === undefined ? undefined : await this.options.keys.find(operation.token)
    if (key === undefined) {
      this.ack(operation, { ok: false, error: 'unauthorized' })
      this.end(CLOSE.auth, 'unknown key')
      return
    }
    if (!mayComeFrom(key, this.address)) {
      this.ack(operation, { ok: false, error: 'forbidden_network' })
      this.end(CLOSE.auth, 'this key may not be used from this address')
      return
    }
    if (!this.admit(key)) {
      this.end(CLOSE.tooMany, `more than ${CONNECTIONS_PER_KEY} connections with this key`)
      return
    }
    this.key = key
    clearTimeout(this.authTimer)
    this.ack(operation, { ok: true })
  }

  private async perform(operation: Operation, key: ApiKey): Promise<void> {
    const args = operation.args ?? []
    switch (operation.op) {
      case 'auth':
        return
      case 'ping':
        this.send({ ...idOf(operation), op: 'pong', ts: this.time() })
        return
      case 'unsubscribe': {
        for (const { ch } of args) if (isChannel(ch)) this.subscriptions.delete(ch)
        this.ack(operation, { ok: true })
        return
      }
      case 'subscribe':
      case 'resume':
      case 'snapshot':
        await this.subscribe(operation, key)
    }
  }

  private async subscribe(operation: Operation, key: ApiKey): Promise<void> {
    const subs: { readonly ch: string; readonly sid: string }[] = []
    const failed: { readonly ch: string; readonly error: string }[] = []
    const granted: { readonly name: ChannelName; readonly epoch: string | undefined; readonly after: number | undefined }[] = []
    for (const { ch, epoch, after } of operation.args ?? []) {
      if (!isChannel(ch)) failed.push({ ch, error: `no such channel; channels: ${Object.keys(CHANNELS).join(', ')}` })
      else if (!allows(key, CHANNELS[ch])) failed.push({ ch, error: `needs the scope ${CHANNELS[ch]}` })
      else {
        const sid = this.subscriptions.get(ch) ?? `s${this.nextSid++}`
        this.opening.add(ch)
        this.subscriptions.set(ch, sid)
        subs.push({ ch, sid })
        granted.push({ name: ch, epoch, after })
      }
    }
    this.ack(operation, { ok: failed.length === 0, subs, failed })
    for (const { name, epoch, after } of granted) await this.begin(name, operation.op === 'resume' ? { epoch, after } : undefined)
  }

  /** The snapshot, or what was missed since `from`; from then on changes flow. */
  private async begin(
    name: ChannelName,
    from: { readonly epoch: string | undefined; readonly after: number | undefined } | undefined,
  ): Promise<void> {
    const { feed } = this.options
    const channel = await feed.open(name)
    const sid = this.subscriptions.get(name)
    this.opening.delete(name)
    if (sid === undefined) return
    if (from !== undefined) {
      const missed = from.epoch === feed.epoch && from.after !== undefined ? channel.after(from.after) : undefined
      if (missed !== undefined) {
        for (const delta of missed) this.sendDelta(sid, delta)
        return
      }
      this.send({ t: 'gap', sid, reason: from.epoch === feed.epoch ? 'trimmed' : 'epoch' })
    }
    this.send({ t: 'snapshot', sid, ch: name, epoch: feed.epoch, seq: channel.seq, ts: this.time(), data: channel.snapshot() })
  }

  private onDelta(channel: ChannelName, delta: Delta): void {
    const sid = this.subscriptions.get(channel)
    if (sid !== undefined && !this.opening.has(channel)) this.sendDelta(sid, delta)
  }

  private sendDelta(sid: string, delta: Delta): void {
    this.send({ t: 'delta', sid, epoch: this.options.feed.epoch, ...delta })
  }

  private ack(operation: Operation, rest: object): void {
    this.send({ ...idOf(operation), op: 'ack', ...rest })
  }

  private send(frame: object): void {
    if (this.ws.readyState !== this.ws.OPEN) return
    if (this.ws.bufferedAmount > BUFFER_MAX) {
      this.end(CLOSE.slow, 'slow_consumer')
      return
    }
    this.ws.send(JSON.stringify(frame))
  }

  private time(): string {
    return iso(this.options.wallNow())
  }
}

const idOf = ({ id }: Operation): { readonly id?: string | number } => (id === undefined ? {} : { id })

function parse(data: RawData): Operation | undefined {
  try {
    const result = Operation.safeParse(
      JSON.parse(Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data as ArrayBuffer).toString('utf8')),
    )
    return result.success ? result.data : undefined
  } catch {
    // Not JSON: the session is closed for it.
    return undefined
  }
}
