/**
 * Listens: HTTP and WebSocket on one port, and ends in order.
 */
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { type Result, err, ok } from '../src/core/result.ts'
import { makeApp, makeStreams } from './app.ts'
import type { ApiContext } from './context.ts'
import { Feed } from './stream/feed.ts'
import { WsGate } from './stream/ws-gate.ts'

export interface ApiServer {
  readonly port: number
  close(): Promise<void>
}
export interface ApiStartProblem {
  readonly sentence: string
  readonly next: string
}

export interface ApiOptions {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  /** What to set where it is taken, as `BALLAST__API__PORT=8082`. */
  readonly otherPort: string
  /** Calls back when the projections have changed; answers how to stop. */
  /** PEM; without it HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
  /** False: that peer is cut off. */
  readonly mayConnect?: ((peer: string | undefined) => boolean) | undefined
  readonly onEvent: (callback: () => void) => Promise<() => Promise<void>>
}

/** Health has no event: status is looked at this often, too. */
const TICK_MS = 1_000
/** Bursts of events lead to one read. */
const CALM_MS = 50

export async function startApi(context: ApiContext, options: ApiOptions): Promise<Result<ApiServer, ApiStartProblem>> {
  const streams = makeStreams(context)
  const app = makeApp(context, streams)
  const feed = new Feed(context.ports, (cause) =>
    context.log(`the event feed could not read: ${cause instanceof Error ? cause.message : String(cause)}`),
  )
  const gate = new WsGate({
    keys: context.keys,
    logins: context.ports.sessions,
    tickets: streams.tickets,
    feed,
    hosts: context.edge.hosts,
    wallNow: context.ports.wallNow,
    log: context.log,
  })
  const answer = getRequestListener(app.fetch, { hostname: options.host })
  const server = options.tls === undefined ? createServer(answer) : createTlsServer(options.tls, answer)
  // Before anything is read: a port for a proxy is not for others, which come without TLS.
  server.on('connection', (socket: Socket) => {
    if (options.mayConnect?.(socket.remoteAddress) === false) socket.destroy()
  })
  server.on('upgrade', (request, socket, head) => gate.upgrade(request, socket, head))
  const listening = await new Promise<Result<number, ApiStartProblem>>((resolve) => {
    server.once('error', (cause: NodeJS.ErrnoException) => resolve(err(startProblem(cause, options))))
    server.listen(options.port, options.host, () => {
      const address = server.address()
      resolve(ok(typeof address === 'object' && address !== null ? address.port : options.port))
    })
  })
  if (!listening.ok) return listening
  let calm: NodeJS.Timeout | undefined
  const stopEvents = await options.onEvent(() => {
    context.held?.forget()
    calm ??= setTimeout(() => {
      calm = undefined
      feed.wake()
      streams.tail.wake()
    }, CALM_MS)
  })
  const tick = setInterval(() => {
    feed.wake()
    feed.tick()
    streams.tail.wake()
  }, TICK_MS)
  return ok({
    port: listening.value,
    close: async () => {
      clearInterval(tick)
      clearTimeout(calm)
      await stopEvents()
      gate.close()
      server.closeIdleConnections()
      await new Promise<void>((resolve) => {
        const force = setTimeout(() => server.closeAllConnections(), 1_000)
        server.close(() => {
          clearTimeout(force)
          resolve()
        })
      })
    },
  })
}

function startProblem(cause: NodeJS.ErrnoException, { host, port, otherPort }: ApiOptions): ApiStartProblem {
  switch (cause.code) {
    case 'EADDRINUSE':
      return {
        sentence: `Port ${port} on ${host} is in use by another program.`,
        next: `Stop it, or choose another port: ${otherPort}`,
      }
    case 'EACCES':
      return { sentence: `This user may not use port ${port}.`, next: 'Choose a port above 1023: BALLAST__API__PORT=8080' }
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return { sentence: `${host} is not an address of this machine.`, next: 'Use 127.0.0.1: BALLAST__API__HOST=127.0.0.1' }
    default:
      return {
        sentence: `The API cannot listen on ${host}:${port} (${cause.code ?? cause.message}).`,
        next: 'Choose another address with BALLAST__API__HOST and BALLAST__API__PORT.',
      }
  }
}
