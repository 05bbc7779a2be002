/**
 * The port of everything that comes in by a webhook: a listener on loopback of its own, so that a tunnel to it never exposes the API.
 * Listens while a path is taken, and knows nothing else.
 */
import { type RequestListener, type Server, createServer } from 'node:http'

/** Of a sender that stops in the middle. */
const REQUEST_MS = 10_000
const HEADERS_MS = 5_000

export class HooksPort {
  private readonly port: number
  private readonly paths = new Map<string, RequestListener>()
  private server: Server | undefined
  private turn: Promise<void> = Promise.resolve()

  constructor(port: number) {
    this.port = port
  }

  /**
   * Gives what comes to a path, or below it, to a handler. Answers how to give the path back: with the last one the port is closed.
   * @throws where the port cannot be listened on
   */
  async openPath(path: string, handler: RequestListener): Promise<() => Promise<void>> {
    await this.inTurn(async () => {
      if (this.server === undefined) this.server = await this.listen()
      this.paths.set(path, handler)
    })
    return () =>
      this.inTurn(async () => {
        this.paths.delete(path)
        const { server } = this
        if (this.paths.size > 0 || server === undefined) return
        this.server = undefined
        await new Promise<void>((resolve) => {
          server.close(() => resolve())
          server.closeAllConnections()
        })
      })
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.turn.then(work)
    this.turn = done.catch(() => undefined)
    return done
  }

  private async listen(): Promise<Server> {
    const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS }, (request, response) => {
      const path = (request.url ?? '').split('?', 1)[0] ?? ''
      for (const [taken, handler] of this.paths) if (path === taken || path.startsWith(`${taken}/`)) return handler(request, response)
      response.writeHead(404).end()
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.port, '127.0.0.1', resolve)
    })
    return server
  }
}
