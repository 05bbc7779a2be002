/**
 * A Discord on loopback: gateway (HELLO, IDENTIFY, READY, interactions) and the REST calls that answer them.
 */
import { type IncomingMessage, type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

export interface DiscordCommand {
  readonly name: string
  readonly description: string
  readonly options: readonly { readonly name: string; readonly required: boolean; readonly autocomplete: boolean }[]
}
export interface DiscordAnswer {
  readonly interactionId: string
  readonly token: string
  first: Readonly<Record<string, unknown>>
  firstAfterMs: number
  /** What the answer shows now, after edits. */
  message: Readonly<Record<string, unknown>> | undefined
  edits: number
}

const IDS = { application: '900', user: '901', guild: '902', channel: '903' } as const

export class FakeDiscord {
  commands: readonly DiscordCommand[] = []
  readonly answers: DiscordAnswer[] = []
  /** Text channels of the server; more are made over REST. */
  readonly channels: {
    readonly id: string
    readonly name: string
    readonly overwrites: readonly { readonly id: string; readonly allow: string; readonly deny: string }[]
  }[] = [{ id: IDS.channel, name: 'alerts', overwrites: [] }]
  /** The only token that REST knows; undefined: any. */
  token: string | undefined
  /** What a bot that identifies itself is closed with; undefined: it is taken. */
  closesWith: number | undefined
  /** What the next first answers to interactions are refused with. */
  readonly firstFaults: number[] = []
  connections = 0
  /** Whether the bot may make channels. */
  mayManage = true
  readonly channelMessages: { readonly channel: string; readonly body: Readonly<Record<string, unknown>> }[] = []
  readonly channelEdits: { readonly channel: string; readonly message: string; readonly body: Readonly<Record<string, unknown>> }[] = []
  /** A thread has the id of the message that it began with. */
  readonly threads: { readonly id: string; readonly channel: string; readonly name: string; isArchived: boolean }[] = []
  private readonly created = new Map<string, number>()
  private server: Server | undefined
  private gateway: WebSocketServer | undefined
  private socket: WebSocket | undefined
  private port = 0
  private sequence = 0
  private nextId = 1_000

  static readonly guild = IDS.guild
  static readonly channel = IDS.channel

  async start(): Promise<string> {
    this.server = createServer((request, response) => {
      void this.handle(request).then(({ status, body }) => {
        if (body === undefined) response.writeHead(status).end()
        else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      })
    })
    this.gateway = new WebSocketServer({ server: this.server })
    this.gateway.on('connection', (socket) => this.connect(socket))
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve))
    this.port = (this.server.address() as AddressInfo).port
    return this.url
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/api`
  }

  async stop(): Promise<void> {
    for (const client of this.gateway?.clients ?? []) client.terminate()
    this.gateway?.close()
    this.server?.closeAllConnections()
    const { server } = this
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  private connect(socket: WebSocket): void {
    this.socket = socket
    this.connections += 1
    socket.send(JSON.stringify({ op: 10, d: { heartbeat_interval: 41_250 } }))
    socket.on('message', (data) => {
      const frame = JSON.parse(data.toString()) as { op: number }
      if (frame.op === 1) socket.send(JSON.stringify({ op: 11 }))
      if (frame.op === 6) this.dispatch('RESUMED', {})
      if (frame.op === 2 && this.closesWith !== undefined) {
        socket.close(this.closesWith)
        return
      }
      if (frame.op === 2) {
        this.dispatch('READY', {
          v: 10,
          user: { id: IDS.user, username: 'ballast', discriminator: '0', bot: true, avatar: null },
          guilds: [{ id: IDS.guild, unavailable: true }],
          session_id: 's1',
          resume_gateway_url: `ws://127.0.0.1:${this.port}`,
          application: { id: IDS.application, flags: 0 },
        })
        this.dispatch('GUILD_CREATE', {
          id: IDS.guild,
          name: 'Test',
          owner_id: '1',
          channels: this.channels.map(({ id, name }) => ({ id, type: 0, name, position: 0, permission_overwrites: [] })),
          members: [],
          roles: [
            { id: IDS.guild, name: '@everyone', permissions: '8', position: 0, color: 0, hoist: false, managed: false, mentionable: false },
          ],
          emojis: [],
          stickers: [],
          threads: [],
          presences: [],
          voice_states: [],
          stage_instances: [],
          guild_scheduled_events: [],
          features: [],
          member_count: 1,
          premium_tier: 0,
          verification_level: 0,
          nsfw_level: 0,
          default_message_notifications: 0,
          explicit_content_filter: 0,
          mfa_level: 0,
          system_channel_flags: 0,
          preferred_locale: 'en-US',
          joined_at: new Date(0).toISOString(),
        })
      }
    })
  }

  /** The gateway ends the connection. */
  close(code: number): void {
    this.socket?.close(code)
  }

  private dispatch(type: string, data: unknown): void {
    this.sequence += 1
    this.socket?.send(JSON.stringify({ op: 0, s: this.sequence, t: type, d: data }))
  }

  private interaction(type: number, userId: string, data: unknown, message?: unknown): string {
    // A snowflake carries its time: what is sent now must look as if it was sent now.
    const id = String((BigInt(Date.now() - 1_420_070_400_000) << 22n) + BigInt(this.nextId++ % 4_000))
    this.created.set(id, Date.now())
    this.dispatch('INTERACTION_CREATE', {
      id,
      application_id: IDS.application,
      type,
      token: `token-${id}`,
      version: 1,
      guild_id: IDS.guild,
      channel_id: IDS.channel,
      channel: { id: IDS.channel, type: 0, guild_id: IDS.guild },
      member: {
        user: { id: userId, username: `user${userId}`, discriminator: '0', avatar: null },
        roles: [],
        joined_at: new Date(0).toISOString(),
        deaf: false,
        mute: false,
        flags: 0,
        permissions: '0',
      },
      app_permissions: '0',
      locale: 'en-US',
      entitlements: [],
      authorizing_integration_owners: {},
      context: 0,
      attachment_size_limit: 10_000_000,
      data,
      ...(message === undefined ? {} : { message }),
    })
    return id
  }

  slash(userId: string, name: string, options: Readonly<Record<string, string>> = {}): string {
    return this.interaction(2, userId, {
      id: '1',
      name,
      type: 1,
      options: Object.entries(options).map(([option, value]) => ({ name: option, type: 3, value })),
    })
  }

  autocomplete(userId: string, name: string, option: string, typed: string): string {
    return this.interaction(4, userId, { id: '1', name, type: 1, options: [{ name: option, type: 3, value: typed, focused: true }] })
  }

  tap(userId: string, answer: DiscordAnswer, label: string): string {
    const button = buttonsOf(answer.message).find((b) => b.label.startsWith(label))
    if (button === undefined)
      throw new Error(
        `no button '${label}' among: ${buttonsOf(answer.message)
          .map((b) => b.label)
          .join(', ')}`,
      )
    return this.interaction(3, userId, { custom_id: button.custom_id, component_type: 2 }, this.messageOf(answer))
  }

  /** A user fills in the modal that answered a tap, and sends it. */
  submit(userId: string, modal: DiscordAnswer, text: string): string {
    const { custom_id: customId, components } = modal.first.data as {
      readonly custom_id: string
      readonly components: readonly { readonly components: readonly { readonly custom_id: string }[] }[]
    }
    return this.interaction(5, userId, {
      custom_id: customId,
      components: components.map((row, k) => ({
        type: 1,
        id: k + 1,
        components: row.components.map((input) => ({ type: 4, id: k + 100, custom_id: input.custom_id, value: text })),
      })),
    })
  }

  answerTo(interactionId: string): DiscordAnswer | undefined {
    return this.answers.find((a) => a.interactionId === interactionId)
  }

  private messageOf(answer: DiscordAnswer): unknown {
    return {
      id: `9${answer.interactionId.slice(-10)}`,
      channel_id: IDS.channel,
      author: { id: IDS.user, username: 'ballast', discriminator: '0', avatar: null, bot: true },
      content: '',
      timestamp: new Date().toISOString(),
      edited_timestamp: null,
      tts: false,
      mention_everyone: false,
      mentions: [],
      mention_roles: [],
      attachments: [],
      pinned: false,
      type: 20,
      embeds: (answer.message?.embeds as unknown[]) ?? [],
      components: (answer.message?.components as unknown[]) ?? [],
    }
  }

  private async handle(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const path =
      decodeURIComponent(request.url ?? '')
        .replace(/^\/api(\/v\d+)?/, '')
        .split('?')[0] ?? ''
    const body = await readBody(request)
    if (
      this.token !== undefined &&
      (path === '/users/@me' || path === '/gateway/bot') &&
      request.headers.authorization !== `Bot ${this.token}`
    )
      return { status: 401, body: { code: 0, message: '401: Unauthorized' } }
    if (path === '/users/@me') return { status: 200, body: { id: IDS.user, username: 'ballast', bot: true } }
    const guild = /^\/guilds\/(\d+)(\/channels)?$/.exec(path)
    if (guild !== null) return this.guild(guild[1] as string, guild[2] !== undefined, request.method ?? 'GET', body)
    if (path === '/gateway/bot')
      return {
        status: 200,
        body: {
          url: `ws://127.0.0.1:${this.port}`,
          shards: 1,
          session_start_limit: { total: 1000, remaining: 999, reset_after: 1, max_concurrency: 1 },
        },
      }
    if (request.method === 'PUT' && /\/commands$/.test(path)) {
      this.commands = Object.values(body) as DiscordCommand[]
      return { status: 200, body: [] }
    }
    const first = /^\/interactions\/(\d+)\/([^/]+)\/callback$/.exec(path)
    if (first !== null) return this.first(first[1] as string, first[2] as string, body)
    const edit = /^\/webhooks\/\d+\/([^/]+)\/messages\/@original$/.exec(path)
    if (edit !== null) return this.edit(edit[1] as string, request.method ?? 'GET', body)
    if (/^\/webhooks\/\d+\/[^/]+$/.test(path)) return { status: 200, body: this.plainMessage() }
    const channel = /^\/channels\/(\d+)\/messages$/.exec(path)
    if (channel !== null) {
      this.channelMessages.push({ channel: channel[1] as string, body })
      return { status: 200, body: this.plainMessage() }
    }
    const begun = /^\/channels\/(\d+)\/messages\/(\d+)\/threads$/.exec(path)
    if (begun !== null) return this.beginThread(begun[1] as string, begun[2] as string, body)
    const asked = /^\/channels\/(\d+)$/.exec(path)?.[1]
    const thread = this.threads.find(({ id }) => id === asked)
    if (thread !== undefined) {
      if (request.method === 'PATCH') thread.isArchived = body.archived === true
      return { status: 200, body: this.threadBody(thread) }
    }
    const edited = /^\/channels\/(\d+)\/messages\/(\d+)$/.exec(path)
    if (edited !== null && request.method === 'PATCH') {
      this.channelEdits.push({ channel: edited[1] as string, message: edited[2] as string, body })
      return { status: 200, body: this.plainMessage() }
    }
    if (asked !== undefined)
      return {
        status: 200,
        body: { id: asked, type: 0, name: this.channels.find((c) => c.id === asked)?.name ?? 'alerts', guild_id: IDS.guild },
      }
    if (path === '/users/@me/channels') return { status: 200, body: { id: IDS.channel, type: 1, recipients: [] } }
    if (/^\/users\/\d+$/.test(path))
      return { status: 200, body: { id: path.split('/')[2], username: 'someone', discriminator: '0', avatar: null } }
    return { status: 404, body: { code: 0, message: `404: ${request.method} ${path}` } }
  }

  private guild(
    id: string,
    isChannels: boolean,
    method: string,
    body: Readonly<Record<string, unknown>>,
  ): { status: number; body: unknown } {
    if (id !== IDS.guild) return { status: 404, body: { code: 10004, message: 'Unknown Guild' } }
    if (!isChannels) return { status: 200, body: { id, name: 'Test' } }
    if (method === 'GET') return { status: 200, body: this.channels.map(({ id: channel, name }) => ({ id: channel, name, type: 0 })) }
    if (!this.mayManage) return { status: 403, body: { code: 50013, message: 'Missing Permissions' } }
    const { name, permission_overwrites: overwrites } = body as {
      readonly name: string
      readonly permission_overwrites: readonly { readonly id: string; readonly allow: string; readonly deny: string }[]
    }
    const made = { id: String(this.nextId++), name, overwrites }
    this.channels.push(made)
    this.dispatch('CHANNEL_CREATE', { id: made.id, type: 0, name, guild_id: IDS.guild, position: 1, permission_overwrites: [] })
    return { status: 201, body: { id: made.id, name, type: 0 } }
  }

  private beginThread(channel: string, message: string, body: Readonly<Record<string, unknown>>): { status: number; body: unknown } {
    if (this.threads.some(({ id }) => id === message))
      return { status: 400, body: { code: 160004, message: 'A thread has already been created for this message' } }
    const thread = { id: message, channel, name: String(body.name), isArchived: false }
    this.threads.push(thread)
    return { status: 201, body: this.threadBody(thread) }
  }

  private threadBody({ id, channel, name, isArchived }: FakeDiscord['threads'][number]): unknown {
    return {
      id,
      type: 11,
      name,
      guild_id: IDS.guild,
      parent_id: channel,
      owner_id: IDS.user,
      thread_metadata: {
        archived: isArchived,
        auto_archive_duration: 10_080,
        archive_timestamp: new Date().toISOString(),
        locked: false,
        create_timestamp: new Date().toISOString(),
      },
      message_count: 0,
      member_count: 1,
    }
  }

  private plainMessage(): unknown {
    return this.messageOf({
      interactionId: String(this.nextId++).padStart(12, '0'),
      token: '',
      first: {},
      firstAfterMs: 0,
      message: {},
      edits: 0,
    })
  }

  private first(id: string, token: string, body: Readonly<Record<string, unknown>>): { status: number; body: unknown } {
    const fault = this.firstFaults.shift()
    if (fault !== undefined) return { status: 404, body: { code: fault, message: 'Unknown interaction' } }
    if (this.answers.some((a) => a.interactionId === id))
      return { status: 400, body: { code: 40060, message: 'Interaction has already been acknowledged.' } }
    this.answers.push({
      interactionId: id,
      token,
      first: body,
      firstAfterMs: Date.now() - (this.created.get(id) ?? 0),
      message: (body.data as Record<string, unknown> | undefined) ?? undefined,
      edits: 0,
    })
    return { status: 204, body: undefined }
  }

  private edit(token: string, method: string, body: Readonly<Record<string, unknown>>): { status: number; body: unknown } {
    const answer = this.answers.find((a) => a.token === token)
    if (answer === undefined) return { status: 404, body: { code: 10015, message: 'Unknown Webhook' } }
    if (method === 'PATCH') {
      answer.message = { ...answer.message, ...body }
      answer.edits += 1
    }
    return { status: 200, body: this.messageOf(answer) }
  }
}

export function buttonsOf(
  message: Readonly<Record<string, unknown>> | undefined,
): { readonly label: string; readonly custom_id: string }[] {
  const rows =
    (message?.components as
      | readonly { readonly components: readonly { readonly label: string; readonly custom_id: string }[] }[]
      | undefined) ?? []
  return rows.flatMap((row) => [...row.components])
}

/** Text of the embeds: title, description, fields. */
export function textOf(message: Readonly<Record<string, unknown>> | undefined): string {
  const embeds =
    (message?.embeds as
      | readonly { title?: string; description?: string; fields?: readonly { name: string; value: string }[] }[]
      | undefined) ?? []
  return embeds
    .map((e) => [e.title ?? '', e.description ?? '', ...(e.fields ?? []).map((f) => `${f.name}: ${f.value}`)].join('\n'))
    .join('\n')
}

async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const raw = Buffer.concat(chunks)
  const type = request.headers['content-type'] ?? ''
  if (raw.length === 0) return {}
  if (type.startsWith('application/json')) return JSON.parse(raw.toString()) as Record<string, unknown>
  const payload = /name="payload_json"\r\n[^{]*\r\n\r\n?([\s\S]*?)\r\n--/.exec(raw.toString('latin1'))?.[1]
  return {
    ...(payload === undefined ? {} : (JSON.parse(Buffer.from(payload, 'latin1').toString('utf8')) as Record<string, unknown>)),
    fileBytes: raw.length,
  }
}
