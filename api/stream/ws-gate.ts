/**
 * The door of the WebSocket at /api/v1/ws: which pages and hosts may connect, how many a key may have, and who has to leave.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { ApiKey, ApiKeys } from '../auth.ts'
import type { Sessions } from '../ports/access-ports.ts'
import type { Feed } from './feed.ts'
import { BEARER, LIMITS, WS_PATH } from './protocol.ts'
import type { Tickets } from './tickets.ts'
import { Session } from './ws-session.ts'

/** A key that was revoked has its sessions no longer than this. */
const KEYS_EVERY_MS = 2_000

export interface WsOptions {
  readonly keys: ApiKeys
  readonly logins: Pick<Sessions, 'list'>
  readonly tickets: Tickets
  readonly feed: Feed
  readonly hosts: readonly string[]
  readonly wallNow: () => number
  readonly log: (text: string) => void
}

export class WsGate {
  private readonly server = new WebSocketServer({
    noServer: true,
    maxPayload: LIMITS.frameMax,
    perMessageDeflate: false,
    handleProtocols: (protocols) => protocols.has(BEARER) && BEARER,
  })
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
    const [name, token] = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((text) => text.trim())
    this.server.handleUpgrade(request, socket, head, (ws) => {
      const session = new Session(ws, this.options, request.socket.remoteAddress, (key) => this.admit(key))
      this.sessions.add(session)
      if (name === BEARER && token !== undefined) session.begin(token)
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
    const held = [...this.sessions].flatMap(({ key }) => key ?? [])
    if (held.length === 0 || this.isLooking) return
    this.isLooking = true
    try {
      const over = await this.overOf(held)
      for (const session of this.sessions) if (session.key !== undefined && over.has(session.key)) session.endOfKey()
    } catch (cause) {
      this.options.log(`could not check the keys of open WebSocket sessions: ${cause instanceof Error ? cause.message : String(cause)}`)
    } finally {
      this.isLooking = false
    }
  }

  /** Keys that were revoked, and logins that have ended or whose person has another role now. */
  private async overOf(held: readonly ApiKey[]): Promise<ReadonlySet<ApiKey>> {
    const { keys, logins } = this.options
    const programs = held.filter(({ session }) => session === undefined)
    const people = held.filter(({ session }) => session !== undefined)
    const revoked = programs.length === 0 ? [] : await keys.over([...new Set(programs.map(({ id }) => id))])
    const lasting = people.length === 0 ? [] : await logins.list(undefined)
    const isLasting = ({ session, role }: ApiKey): boolean => lasting.some((login) => login.id === session?.id && login.role === role)
    return new Set([...programs.filter(({ id }) => revoked.includes(id)), ...people.filter((key) => !isLasting(key))])
  }

  private allows(host: string | undefined): boolean {
    return host !== undefined && this.options.hosts.includes(host)
  }

  private admit(key: ApiKey): boolean {
    const open = this.perKey.get(key.id) ?? 0
    if (open >= LIMITS.connectionsPerKey) return false
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
