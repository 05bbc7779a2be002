/**
 * The exchange on a port: HTTP and WebSocket on loopback, one process, one account.
 */
import { randomBytes } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import type { Category } from '../../../market/instrument.ts'
import type { Credentials } from './auth.ts'
import type { Exchange } from './exchange.ts'
import { FaultSwitch, bent } from './fault-switch.ts'
import { FrameGate } from './streams/frame-gate.ts'
import { RateLimits } from './rate-limit.ts'
import { faultRequestOf, handle } from './router.ts'
import { Session, type SessionKind } from './session.ts'
import { isStep } from './routes/sim-routes.ts'
import { PortError } from './start-error.ts'
import type { StateFile } from './account/state-file.ts'
import type { WireReply, WireRequest } from './streams/wire.ts'

export interface ServerOptions {
  readonly exchange: Exchange
  readonly credentials: Credentials
  readonly hasRateLimits: boolean
  readonly port: number
  readonly stateFile: StateFile | undefined
}

export interface RunningServer {
  readonly port: number
  /** Saves the state and frees the port. */
  close(): Promise<void>
}

interface Stream {
  readonly kind: SessionKind
  readonly category: Category
}
const PATHS: Readonly<Record<string, Stream>> = {
  '/v5/public/linear': { kind: 'public', category: 'linear' },
  '/v5/public/spot': { kind: 'public', category: 'spot' },
  '/v5/private': { kind: 'private', category: 'linear' },
  '/v5/trade': { kind: 'trade', category: 'linear' },
}
const TICK_MS = 50
const IDLE_MS = 10 * 60_000
const IDLE_CHECK_MS = 5_000
const BODY_MAX = 1_000_000
/** A reader that is this far behind is cut off, as an exchange does. */
const BACKLOG_MAX = 16_000_000
/** Longer than any client's pause between two requests, so that its kept-alive sockets are not reset. */
const KEEP_ALIVE_MS = 75_000

interface Connection {
  readonly socket: WebSocket
  readonly session: Session
  readonly gate: FrameGate
  readonly idleMs: number
  seenWallMs: number
}

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { exchange, credentials, stateFile } = options
  const limits = new RateLimits(options.hasRateLimits)
  const faults = new FaultSwitch(() => exchange.source.now)
  const connections = new Set<Connection>()
  const sockets = new WebSocketServer({ noServer: true, maxPayload: BODY_MAX })

  const flush = (): void => {
    for (const frame of exchange.outbox.takeFrames()) for (const { session } of connections) session.deliver(frame)
    stateFile?.tick(Date.now())
  }
  const answerHttp = (response: ServerResponse, reply: WireReply): void => {
    response.writeHead(reply.status, reply.headers)
    response.end(reply.body)
  }

  const http = createServer((request, response) => {
    readBody(request).then(
      async (body) => {
        if (body === undefined) return answerHttp(response, { status: 413, headers: {}, body: '' })
        const wire = wireRequest(request, body)
        const router = { exchange, credentials, limits, faults }
        if (wire.path.startsWith('/_sim/')) {
          const now = Date.now()
          exchange.advance(now)
          const reply = handle(router, wire, now)
          flush()
          if (isStep(wire)) await Promise.all([...connections].map(({ socket }) => drained(socket)))
          return answerHttp(response, reply)
        }
        const verdict = faults.onRequest(faultRequestOf(wire), Date.now())
        if (verdict.requestDelayMs > 0) await pause(verdict.requestDelayMs)
        const now = Date.now()
        exchange.advance(now)
        const reply = bent(verdict, verdict.isDone ? handle(router, wire, now) : undefined, now)
        stateFile?.tick(Date.now())
        if (verdict.replyDelayMs > 0) {
          flush()
          await pause(verdict.replyDelayMs)
        }
        if (reply !== undefined) answerHttp(response, reply)
        else if (verdict.reply.type === 'lost' && verdict.reply.way === 'reset') response.destroy()
        flush()
      },
      () => response.destroy(),
    )
  })
  http.keepAliveTimeout = KEEP_ALIVE_MS

  http.on('upgrade', (request: IncomingMessage, duplex: Duplex, head: Buffer) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const stream = PATHS[url.pathname]
    if (stream === undefined) {
      duplex.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n')
      return
    }
    // A public stream that cannot say anything is not opened: whoever reads it must know.
    if (stream.kind === 'public' && exchange.feedProblem() !== undefined) {
      duplex.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, duplex, head, (socket) => connect(socket, stream, idleOf(url, stream.kind)))
  })

  const connect = (socket: WebSocket, { kind, category }: Stream, idleMs: number): void => {
    const send = (text: string): void => {
      connection.seenWallMs = Date.now()
      if (socket.bufferedAmount > BACKLOG_MAX) socket.terminate()
      else socket.send(text)
    }
    const later = (ms: number, run: (wallNowMs: number) => void): void => {
      setTimeout(() => {
        const now = Date.now()
        exchange.advance(now)
        run(now)
        flush()
      }, ms).unref()
    }
    const gate = new FrameGate({
      stream: kind,
      faults,
      nowMs: Date.now,
      later,
      send,
      disconnect: () => socket.terminate(),
      carries: (symbol) => session.carries(symbol),
    })
    const session = new Session({
      kind,
      category,
      id: randomBytes(10).toString('hex'),
      exchange,
      credentials,
      limits,
      faults,
      later,
      send: (text, topic) => gate.pass(text, topic),
    })
    const connection: Connection = { socket, session, gate, idleMs, seenWallMs: Date.now() }
    connections.add(connection)
    socket.on('message', (data: RawData) => {
      const now = Date.now()
      connection.seenWallMs = now
      exchange.advance(now)
      session.onText(data.toString(), now)
      flush()
    })
    socket.on('close', () => {
      connections.delete(connection)
      session.close()
    })
    socket.on('error', () => socket.terminate())
  }

  await listen(http, options.port)
  const timer = setInterval(() => {
    exchange.advance(Date.now())
    flush()
    const isFed = exchange.feedProblem() === undefined
    for (const { gate, session, socket } of connections) {
      gate.tick()
      if (!isFed && session.kind === 'public') socket.close(1001, 'no market data')
    }
  }, TICK_MS)
  const idleTimer = setInterval(() => {
    const now = Date.now()
    for (const { socket, seenWallMs, idleMs } of connections) if (now - seenWallMs > idleMs) socket.close(1000, 'idle')
  }, IDLE_CHECK_MS)

  const address = http.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  return {
    port,
    close: async () => {
      clearInterval(timer)
      clearInterval(idleTimer)
      stateFile?.save(Date.now())
      for (const { socket } of connections) socket.terminate()
      sockets.close()
      await new Promise<void>((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      })
    },
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function listen(http: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (cause: Error & { code?: string }) => {
      const what = cause.code === 'EADDRINUSE' ? 'is in use' : `cannot be opened (${cause.code ?? cause.message})`
      reject(new PortError(`Port ${port} ${what}.`, 'Choose another one with --port, or stop the program that has it.', { cause }))
    })
    http.listen(port, '127.0.0.1', () => resolve())
  })
}

/** The text of a request; undefined when it is too long. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request) {
    const bytes = part as Buffer
    length += bytes.length
    if (length > BODY_MAX) return undefined
    parts.push(bytes)
  }
  return Buffer.concat(parts).toString('utf8')
}

function wireRequest(request: IncomingMessage, body: string): WireRequest {
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  const headers: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(request.headers)) headers[name] = Array.isArray(value) ? value[0] : value
  return {
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers,
    body,
  }
}

/** `?max_active_time=30s` to `600s` or `10m` on the private and trade streams. */
function idleOf(url: URL, kind: SessionKind): number {
  const match = /^(\d{1,3})([sm])$/.exec(url.searchParams.get('max_active_time') ?? '')
  if (match === null || kind === 'public') return IDLE_MS
  const seconds = Number(match[1]) * (match[2] === 'm' ? 60 : 1)
  return Math.max(30, Math.min(600, seconds)) * 1_000
}

/** Waits until what was sent so far has been handed to the operating system. */
function drained(socket: WebSocket): Promise<void> {
  if (socket.readyState !== socket.OPEN || socket.bufferedAmount === 0) return Promise.resolve()
  return new Promise((resolve) => socket.ping(undefined, false, () => resolve()))
}
