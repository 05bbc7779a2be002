/**
 * One connection of the WebSocket: sign in, subscribe, snapshot, then numbered changes.
 * What is slow is not waited for: a conflated value is skipped, and a client that would lose a change is closed, to resume.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { RawData, WebSocket } from 'ws'
import { type ApiKey, type ApiKeys, allows, mayComeFrom } from '../auth.ts'
import { iso } from '../shapes/field-shapes.ts'
import { CHANNELS, CHANNEL_NAMES, type ChannelArgs, type ChannelKey, channelOf } from './channels.ts'
import type { Feed } from './feed.ts'
import type { Delta, Numbered } from './numbered.ts'
import { CLOSE, LIMITS, Operation } from './protocol.ts'
import type { Tickets } from './tickets.ts'

/** A client that does not read is not told goodbye for ever. */
const END_MS = 10_000
/** Missed changes that are written before the client has to read. */
const REPLAY = 500
const DRAIN_MS = 20

export interface SessionOptions {
  readonly keys: ApiKeys
  readonly tickets: Tickets
  readonly feed: Feed
  readonly wallNow: () => number
}

interface Subscription {
  readonly channel: Numbered
  readonly stop: () => void
  /** Changes that come while its snapshot is on the way are in it. */
  isOpen: boolean
  skipped: number
}

export class Session {
  key: ApiKey | undefined
  private readonly ws: WebSocket
  private readonly options: SessionOptions
  private readonly address: string | undefined
  private readonly admit: (key: ApiKey) => boolean
  private readonly subscriptions = new Map<string, Subscription>()
  private readonly heartbeat: NodeJS.Timeout
  private readonly authTimer: NodeJS.Timeout
  private beats = 0
  private heardAt: number
  private opsFrom = 0
  private ops = 0
  private isEnding = false
  /** Operations are handled one after the other, so that an answer comes before what follows from it. */
  private last: Promise<void> = Promise.resolve()

  /** @param admit counts it against the connections of its key; false: one too many */
  constructor(ws: WebSocket, options: SessionOptions, address: string | undefined, admit: (key: ApiKey) => boolean) {
    this.ws = ws
    this.options = options
    this.address = address
    this.admit = admit
    this.heardAt = options.wallNow()
    this.authTimer = setTimeout(() => this.end(CLOSE.auth, 'sign in within 5 s'), LIMITS.authMs)
    this.heartbeat = setInterval(() => this.beat(), LIMITS.heartbeatMs)
    ws.on('message', (data, isBinary) => {
      this.heardAt = options.wallNow()
      this.inTurn(() => this.onFrame(data, isBinary))
    })
    ws.on('close', () => this.stop())
    ws.on('error', () => ws.terminate())
  }

  /** By the token that came with the request. */
  begin(token: string): void {
    this.inTurn(() => this.signIn({ op: 'auth', token }))
  }

  sayBye(): void {
    this.send({ t: 'bye', retryAfterMs: LIMITS.retryAfterMs })
    this.end(CLOSE.restarting, 'server restarting')
  }

  endOfKey(): void {
    this.end(CLOSE.auth, 'the key was revoked or has expired')
  }

  private inTurn(work: () => Promise<void>): void {
    this.last = this.last.then(work).catch(() => this.end(CLOSE.protocol, 'the request failed'))
  }

  private stop(): void {
    clearTimeout(this.authTimer)
    clearInterval(this.heartbeat)
    for (const key of [...this.subscriptions.keys()]) this.leave(key)
  }

  private end(code: number, reason: string): void {
    if (this.isEnding) return
    this.isEnding = true
    this.stop()
    this.ws.close(code, reason)
    setTimeout(() => this.ws.terminate(), END_MS).unref()
  }

  private beat(): void {
    if (this.options.wallNow() - this.heardAt > LIMITS.idleMs) {
      this.end(CLOSE.idle, 'no message for 45 s')
      return
    }
    this.beats += 1
    this.send({ t: 'hb', n: this.beats, ts: this.time() })
  }

  private async onFrame(data: RawData, isBinary: boolean): Promise<void> {
    if (this.isEnding) return
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
    if (this.ops > LIMITS.opsPerSecond) {
      this.end(CLOSE.tooMany, `more than ${LIMITS.opsPerSecond} operations per second`)
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
    const { token } = operation
    const key =
      token === undefined ? undefined : token.startsWith('wst_') ? this.options.tickets.redeem(token) : await this.options.keys.find(token)
    const refuse = (code: number, error: string, reason: string): void => {
      this.ack(operation, { ok: false, error })
      this.end(code, reason)
    }
    if (key === undefined) return refuse(CLOSE.auth, 'unauthorized', 'unknown key')
    if (!mayComeFrom(key, this.address)) return refuse(CLOSE.auth, 'forbidden_network', 'this key may not be used from this address')
    if (!CHANNEL_NAMES.some((name) => allows(key, CHANNELS[name].scope)))
      return refuse(CLOSE.scope, 'forbidden_scope', 'this key may read no channel')
    if (!this.admit(key)) return refuse(CLOSE.tooMany, 'too_many', `more than ${LIMITS.connectionsPerKey} connections with this key`)
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
      case 'unsubscribe':
        for (const asked of args) {
          const channel = channelOf(asked)
          if (typeof channel !== 'string') this.leave(channel.key)
        }
        this.ack(operation, { ok: true })
        return
      case 'snapshot':
        return this.snapshot(operation, args)
      case 'subscribe':
      case 'resume':
        return this.subscribe(operation, args, key)
    }
  }

  private snapshot(operation: Operation, args: readonly ChannelArgs[]): Promise<void> {
    const failed: object[] = []
    const found: Numbered[] = []
    for (const asked of args) {
      const channel = channelOf(asked)
      const subscription = typeof channel === 'string' ? undefined : this.subscriptions.get(channel.key)
      if (subscription !== undefined) found.push(subscription.channel)
      else failed.push({ ch: asked.ch, error: typeof channel === 'string' ? channel : 'not subscribed' })
    }
    this.ack(operation, { ok: failed.length === 0, failed })
    for (const channel of found) this.sendSnapshot(channel)
    return Promise.resolve()
  }

  private async subscribe(operation: Operation, args: readonly ChannelArgs[], key: ApiKey): Promise<void> {
    const subs: { readonly ch: string; readonly sid: string }[] = []
    const failed: { readonly ch: string; readonly error: string }[] = []
    const begun: { readonly subscription: Subscription; readonly asked: ChannelArgs }[] = []
    for (const asked of args) {
      const channel = channelOf(asked)
      const subscription = typeof channel === 'string' ? channel : await this.enter(channel, key)
      if (typeof subscription === 'string') failed.push({ ch: asked.ch, error: subscription })
      else {
        subs.push({ ch: (channel as ChannelKey).key, sid: subscription.channel.sid })
        begun.push({ subscription, asked })
      }
    }
    this.ack(operation, { ok: failed.length === 0, subs, failed })
    for (const { subscription, asked } of begun)
      await (operation.op === 'resume' ? this.resume(subscription, asked) : this.flow(subscription))
  }

  private async enter(asked: ChannelKey, key: ApiKey): Promise<Subscription | string> {
    const { scope } = CHANNELS[asked.name]
    if (!allows(key, scope)) return `needs the scope ${scope}`
    const known = this.subscriptions.get(asked.key)
    if (known !== undefined) {
      known.isOpen = false
      return known
    }
    if (this.subscriptions.size >= LIMITS.subscriptionsMax) return `more than ${LIMITS.subscriptionsMax} subscriptions`
    const { feed } = this.options
    const channel = await feed.open(asked, key)
    if (typeof channel === 'string') return channel
    const subscription: Subscription = {
      channel,
      stop: channel.listen((_channel, delta) => this.onDelta(subscription, delta)),
      isOpen: false,
      skipped: 0,
    }
    // It may have been closed while it was opened.
    if (this.isEnding) subscription.stop()
    else this.subscriptions.set(asked.key, subscription)
    return subscription
  }

  private leave(key: string): void {
    const subscription = this.subscriptions.get(key)
    if (subscription === undefined) return
    this.subscriptions.delete(key)
    subscription.stop()
    this.options.feed.left(subscription.channel)
  }

  /** The snapshot; from then on changes flow. */
  private flow(subscription: Subscription): void {
    subscription.isOpen = true
    this.sendSnapshot(subscription.channel)
  }

  /** What was missed, as fast as the client reads it; then changes flow. */
  private async resume(subscription: Subscription, { epoch, after }: ChannelArgs): Promise<void> {
    const { channel } = subscription
    const isKnown = epoch === channel.epoch
    for (let at = isKnown ? after : undefined; ; ) {
      const missed = at === undefined ? undefined : channel.after(at)
      if (missed === undefined) {
        this.send({ t: 'gap', sid: channel.sid, reason: isKnown ? 'trimmed' : 'epoch' })
        return this.flow(subscription)
      }
      for (const delta of missed.slice(0, REPLAY)) {
        this.write(delta.frame)
        delta.rest()
      }
      at = missed.slice(0, REPLAY).at(-1)?.seq ?? at
      if (missed.length <= REPLAY) {
        subscription.isOpen = true
        return
      }
      while (this.ws.bufferedAmount > LIMITS.conflateFrom) await sleep(DRAIN_MS)
      if (this.isEnding || this.ws.readyState !== this.ws.OPEN) return
    }
  }

  private sendSnapshot(channel: Numbered): void {
    const { epoch } = channel
    this.send({
      t: 'snapshot',
      sid: channel.sid,
      ch: channel.channel.key,
      epoch,
      seq: channel.seq,
      ts: this.time(),
      data: channel.snapshot(),
    })
  }

  private onDelta(subscription: Subscription, delta: Delta): void {
    if (!subscription.isOpen) return
    if (subscription.channel.kind === 'conflated' && this.ws.bufferedAmount > LIMITS.conflateFrom) {
      subscription.skipped += 1
      return
    }
    const { skipped } = subscription
    subscription.skipped = 0
    this.write(skipped === 0 ? delta.frame : delta.frameAfter(skipped))
  }

  private ack(operation: Operation, rest: object): void {
    this.send({ ...idOf(operation), op: 'ack', ...rest })
  }

  private send(frame: object): void {
    this.write(Buffer.from(JSON.stringify(frame)))
  }

  private write(frame: Buffer): void {
    if (this.ws.readyState !== this.ws.OPEN || this.isEnding) return
    if (this.ws.bufferedAmount > LIMITS.bufferMax) {
      this.end(CLOSE.slow, 'slow_consumer')
      return
    }
    this.ws.send(frame, TEXT)
  }

  private time(): string {
    return iso(this.options.wallNow())
  }
}

const TEXT = { binary: false } as const
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
