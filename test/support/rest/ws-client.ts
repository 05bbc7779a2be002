/**
 * A client of the WebSocket for tests: keeps every frame, and waits for one.
 */
import { WebSocket } from 'ws'

export type Frame = Readonly<Record<string, unknown>>

const WAIT_MS = 8_000

export class WsClient {
  readonly ws: WebSocket
  readonly frames: Frame[] = []
  readonly opened: Promise<void>
  readonly closed: Promise<number>
  private readonly waiting = new Set<() => void>()

  constructor(port: number, protocols: readonly string[] = []) {
    this.ws = new WebSocket(`ws://127.0.0.1:${port}/api/v1/ws`, [...protocols])
    this.ws.on('message', (data) => {
      this.frames.push(JSON.parse(String(data)) as Frame)
      for (const wake of [...this.waiting]) wake()
    })
    this.closed = new Promise((resolve) => this.ws.on('close', (code) => resolve(code)))
    this.opened = new Promise((resolve, reject) => {
      this.ws.on('open', () => resolve())
      this.ws.on('error', reject)
    })
  }

  say(frame: object): void {
    this.ws.send(JSON.stringify(frame))
  }

  async signedIn(token: string): Promise<this> {
    await this.opened
    this.say({ id: 'auth', op: 'auth', token })
    await this.until((frame) => frame.id === 'auth')
    return this
  }

  of(sid: string, t: 'snapshot' | 'delta' | 'gap'): Frame[] {
    return this.frames.filter((frame) => frame.t === t && frame.sid === sid)
  }

  until(accepts: (frame: Frame) => boolean): Promise<Frame> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.frames.find(accepts)
        if (found === undefined) return
        clearTimeout(timer)
        this.waiting.delete(look)
        resolve(found)
      }
      const timer = setTimeout(() => {
        this.waiting.delete(look)
        reject(new Error(`no such frame among ${JSON.stringify(this.frames).slice(0, 800)}`))
      }, WAIT_MS)
      this.waiting.add(look)
      look()
    })
  }

  /** Subscribes or resumes, and answers the ack's sids by full name. */
  async subscribe(args: readonly object[], op: 'subscribe' | 'resume' = 'subscribe'): Promise<ReadonlyMap<string, string>> {
    const id = `sub${this.frames.length}-${Math.random()}`
    this.say({ id, op, args })
    const ack = await this.until((frame) => frame.id === id)
    return new Map((ack.subs as { readonly ch: string; readonly sid: string }[]).map(({ ch, sid }) => [ch, sid]))
  }
}
