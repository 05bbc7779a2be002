/**
 * The WebSocket of this page: signs in by a ticket, holds what was asked for, and after every end connects again and goes on where it was.
 */
import { useEffect, useMemo } from 'preact/hooks'
import { send, session } from './api.ts'
import { Cell, useCell } from './cell.ts'
import { type ChannelState, type Delta, EMPTY, type Snapshot, applyFrame } from './channel.ts'

export interface ChannelArgs {
  readonly ch: string
  readonly symbol?: string
  readonly interval?: string
  readonly job?: string
}
interface Wanted {
  readonly args: ChannelArgs
  readonly state: Cell<ChannelState>
  users: number
}
export interface Connection {
  readonly state: 'connecting' | 'live' | 'away'
  /** Wall-clock ms of the last word from Ballast; undefined: none yet. */
  readonly heardAt: number | undefined
  /** Goes up with each time that it is there again. */
  readonly count: number
}

interface Ack {
  readonly op: 'ack'
  readonly ok: boolean
  readonly error?: string
  readonly subs?: readonly { readonly ch: string; readonly sid: string }[]
  readonly failed?: readonly { readonly ch: string; readonly error: string }[]
}
type Frame = Snapshot | Delta | Ack | { readonly t: 'gap' | 'hb' | 'bye' } | { readonly op: 'pong' }

const PING_MS = 15_000
/** Two heartbeats: whoever says nothing for so long is not there. */
const SILENT_MS = 35_000
const RETRY_MS = [250, 500, 1_000, 2_000, 3_000] as const
/** A page that is left and come back to finds its channels still there. */
const LINGER_MS = 5_000

export const keyOf = ({ ch, symbol, interval, job }: ChannelArgs): string =>
  [ch, symbol, interval, job].filter((part) => part !== undefined).join(':')

export class LiveStream {
  readonly connection = new Cell<Connection>({ state: 'connecting', heardAt: undefined, count: 0 })
  private readonly wanted = new Map<string, Wanted>()
  private readonly keys = new Map<string, string>()
  private socket: WebSocket | undefined
  private isSignedIn = false
  private tries = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private watch: ReturnType<typeof setInterval> | undefined

  start(): void {
    this.watch ??= setInterval(() => this.look(), PING_MS)
    addEventListener('online', () => this.retry(0))
    void this.connect()
  }

  channel(args: ChannelArgs): Cell<ChannelState> {
    const key = keyOf(args)
    const known = this.wanted.get(key)
    if (known !== undefined) return known.state
    const state = new Cell(EMPTY)
    this.wanted.set(key, { args, state, users: 0 })
    return state
  }

  /** Answers what gives it up. */
  use(args: ChannelArgs): () => void {
    this.channel(args)
    const key = keyOf(args)
    const wanted = this.wanted.get(key) as Wanted
    wanted.users += 1
    if (wanted.users === 1 && this.isSignedIn && !wanted.state.get().isLoaded) this.tell('subscribe', [args])
    return () => {
      wanted.users -= 1
      setTimeout(() => {
        if (wanted.users > 0 || this.wanted.get(key) !== wanted) return
        this.wanted.delete(key)
        if (this.isSignedIn) this.tell('unsubscribe', [args])
      }, LINGER_MS)
    }
  }

  private async connect(): Promise<void> {
    clearTimeout(this.timer)
    if (this.socket !== undefined || typeof session.get() !== 'object') return
    const ticket = await send<{ readonly ticket: string }>('POST', '/ws-tickets')
    if (!ticket.ok) return this.retry()
    if (this.socket !== undefined) return
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/ws`)
    this.socket = socket
    socket.onopen = () => socket.send(JSON.stringify({ id: 'auth', op: 'auth', token: ticket.value.ticket }))
    socket.onmessage = ({ data }) => {
      if (this.socket === socket) this.hear(JSON.parse(String(data)) as Frame)
    }
    socket.onclose = () => this.ended(socket)
  }

  private ended(socket: WebSocket): void {
    if (this.socket !== socket) return
    this.socket = undefined
    this.isSignedIn = false
    this.connection.set({ ...this.connection.get(), state: 'away' })
    this.retry()
  }

  private retry(afterMs = RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)] as number): void {
    clearTimeout(this.timer)
    this.tries += 1
    if (this.connection.get().state !== 'live') this.connection.set({ ...this.connection.get(), state: 'away' })
    this.timer = setTimeout(() => void this.connect(), afterMs)
  }

  private look(): void {
    const { heardAt } = this.connection.get()
    const { socket } = this
    if (socket === undefined) return
    if (this.isSignedIn) socket.send(JSON.stringify({ op: 'ping' }))
    if (heardAt !== undefined && Date.now() - heardAt > SILENT_MS) {
      socket.close()
      this.ended(socket)
    }
  }

  private hear(frame: Frame): void {
    this.connection.set({ ...this.connection.get(), heardAt: Date.now() })
    if ('op' in frame) {
      if (frame.op === 'ack') this.acknowledged(frame)
      return
    }
    if (frame.t !== 'snapshot' && frame.t !== 'delta') return
    if (frame.t === 'snapshot') this.keys.set(frame.sid, this.keyNamed(frame.ch))
    const wanted = this.wanted.get(this.keys.get(frame.sid) ?? '')
    if (wanted === undefined) return
    const next = applyFrame(wanted.state.get(), frame)
    if (next === 'lost') this.tell('snapshot', [wanted.args])
    else wanted.state.set(next)
  }

  /** A channel's full name may say more than was asked for: its first part is what was. */
  private keyNamed(ch: string): string {
    return this.wanted.has(ch) ? ch : (ch.split(':')[0] ?? ch)
  }

  private acknowledged({ ok, error, subs = [], failed = [] }: Ack): void {
    if (error !== undefined) return
    for (const { ch, sid } of subs) this.keys.set(sid, this.keyNamed(ch))
    for (const { ch, error: refusal } of failed)
      for (const wanted of this.wanted.values())
        if (wanted.args.ch === ch && !wanted.state.get().isLoaded) wanted.state.set({ ...EMPTY, isLoaded: true, refusal })
    if (ok && !this.isSignedIn) this.signedIn()
  }

  private signedIn(): void {
    this.isSignedIn = true
    this.tries = 0
    this.keys.clear()
    const { count } = this.connection.get()
    this.connection.set({ state: 'live', heardAt: Date.now(), count: count + 1 })
    const all = [...this.wanted.values()]
    const known = all.filter(({ state }) => state.get().epoch !== undefined)
    const others = all.filter(({ state }) => state.get().epoch === undefined)
    if (others.length > 0)
      this.tell(
        'subscribe',
        others.map(({ args }) => args),
      )
    if (known.length > 0)
      this.tell(
        'resume',
        known.map(({ args, state }) => ({ ...args, epoch: state.get().epoch, after: state.get().seq })),
      )
  }

  private tell(op: string, args: readonly object[]): void {
    this.socket?.send(JSON.stringify({ id: op, op, args }))
  }
}

export const stream = new LiveStream()

function useChannel(args: ChannelArgs): ChannelState {
  const key = keyOf(args)
  const cell = useMemo(() => stream.channel(args), [key])
  useEffect(() => stream.use(args), [key])
  return useCell(cell)
}

export interface Rows<Row> {
  readonly isLoaded: boolean
  readonly rows: readonly Row[]
  readonly refusal: string | undefined
}
export function useRows<Row extends object>(ch: string): Rows<Row> {
  const { isLoaded, rows, refusal } = useChannel({ ch })
  return { isLoaded, rows: rows as readonly Row[], refusal }
}
/** Undefined until it is there, null where there is none yet. */
export function useValue<Value extends object>(args: ChannelArgs): Value | null | undefined {
  const { isLoaded, value } = useChannel(args)
  return isLoaded ? (value as Value | null) : undefined
}
