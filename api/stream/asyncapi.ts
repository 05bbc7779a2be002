/**
 * The AsyncAPI 3.0 document of the WebSocket, made from the table of channels and the shapes that REST answers with.
 */
import { z } from 'zod'
import { CHANNELS, CHANNEL_NAMES, type ChannelName } from './channels.ts'
import { BEARER, CLOSE, CLOSE_MEANS, LIMITS, OPERATIONS, Operation, WS_PATH } from './protocol.ts'

const text = { type: 'string' } as const
const whole = { type: 'integer', minimum: 0 } as const
const sid = { ...text, description: 'As the ack of the subscription names it' }
const seq = { ...whole, description: 'Counts the changes of the channel, without a gap where it is lossless' }
const schemaOf = (schema: z.ZodType): object => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'output' })
  return rest
}
const object = (properties: Readonly<Record<string, object>>, required: readonly string[] = Object.keys(properties)): object => ({
  type: 'object',
  required,
  properties,
})
const pascal = (name: string): string => `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`

/** What a subscription names beside the channel. */
const TAKES: Readonly<Partial<Record<ChannelName, string>>> = {
  ticker: '`symbol`',
  candles: '`symbol` and `interval` (1m without it)',
  book: '`symbol` and `depth` (25 without it)',
  jobs: '`job`, the id of a backtest',
  events: '`types`, where only some are wanted',
}
const SEND = {
  keyed: 'upsert and remove by key; no change is left out',
  append: 'append; no row is left out',
  conflated: 'replace by the whole value; for a slow client some are left out, and `skipped` says how many',
} as const

function frames(name: ChannelName): Readonly<Record<string, object>> {
  const { kind, content } = CHANNELS[name]
  const value = schemaOf(content)
  const change =
    kind === 'keyed'
      ? {
          oneOf: [object({ op: { const: 'upsert' }, key: text, value }), object({ op: { const: 'remove' }, key: text })],
        }
      : object({ op: { const: kind === 'append' ? 'append' : 'replace' }, value })
  const snapshot = kind === 'conflated' ? { anyOf: [value, { type: 'null' }] } : { type: 'array', items: value }
  return {
    [`${name}Snapshot`]: {
      title: `${pascal(name)}: what there is`,
      payload: object({ t: { const: 'snapshot' }, sid, ch: text, epoch: text, seq, ts: text, data: snapshot }),
    },
    [`${name}Delta`]: {
      title: `${pascal(name)}: a change`,
      payload: object(
        {
          t: { const: 'delta' },
          sid,
          epoch: text,
          seq,
          prev: whole,
          ts: text,
          eid: { ...text, description: 'Id of the event that it is' },
          skipped: { ...whole, description: 'Values left out before this one' },
          data: change,
        },
        ['t', 'sid', 'epoch', 'seq', 'prev', 'ts', 'data'],
      ),
    },
  }
}

const CONTROL = {
  operation: { title: 'What a client says', payload: schemaOf(Operation) },
  ack: {
    title: 'The answer to an operation',
    payload: object(
      {
        id: { type: ['string', 'number'] },
        op: { const: 'ack' },
        ok: { type: 'boolean' },
        error: text,
        subs: { type: 'array', items: object({ ch: text, sid }) },
        failed: { type: 'array', items: object({ ch: text, error: text }) },
      },
      ['op', 'ok'],
    ),
  },
  pong: {
    title: 'The answer to ping',
    payload: object({ id: { type: ['string', 'number'] }, op: { const: 'pong' }, ts: text }, ['op', 'ts']),
  },
  gap: {
    title: 'Not all that was missed is kept: a snapshot follows',
    payload: object({ t: { const: 'gap' }, sid, reason: { enum: ['epoch', 'trimmed'] } }),
  },
  hb: { title: `Every ${LIMITS.heartbeatMs / 1_000} s`, payload: object({ t: { const: 'hb' }, n: whole, ts: text }) },
  bye: { title: 'Before a restart', payload: object({ t: { const: 'bye' }, retryAfterMs: whole }) },
} as const

const described = (name: ChannelName): string => {
  const { what, scope, kind } = CHANNELS[name]
  const takes = TAKES[name]
  return `${what}. Scope ${scope}. ${pascal(SEND[kind])}.${takes === undefined ? '' : ` Takes ${takes}.`}`
}

export function asyncApi(version: string): object {
  const messages = { ...CONTROL, ...Object.assign({}, ...CHANNEL_NAMES.map(frames)) } as Readonly<Record<string, object>>
  const closes = Object.entries(CLOSE).map(([name, code]) => `${code} ${CLOSE_MEANS[name as keyof typeof CLOSE]}.`)
  const ref = (name: string) => ({ $ref: `#/components/messages/${name}` })
  const own = (name: ChannelName) => ({ [`${name}Snapshot`]: ref(`${name}Snapshot`), [`${name}Delta`]: ref(`${name}Delta`) })
  const control = Object.fromEntries(Object.keys(CONTROL).map((name) => [name, ref(name)]))
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Ballast',
      version,
      description: [
        `Sign in within ${LIMITS.authMs / 1_000} s: \`{"op":"auth","token":"tk_…"}\` as the first frame, or Sec-WebSocket-Protocol: ${BEARER}, <token>. The token never stands in the address. Browsers take a ticket of POST /api/v1/ws-tickets.`,
        'Each channel begins with a snapshot and goes on with numbered changes. After a loss: `{"op":"resume","args":[{"ch":"fills","epoch":"…","after":1201}]}` gives what was missed, or a gap and a snapshot.',
        `Send something every ${LIMITS.idleMs / 1_000} s. Limits: ${LIMITS.connectionsPerKey} connections of a key, ${LIMITS.subscriptionsMax} subscriptions, ${LIMITS.opsPerSecond} operations a second, ${LIMITS.bufferMax / 1024 / 1024} MB on the way.`,
        `Close codes: ${closes.join(' ')}`,
      ].join('\n\n'),
    },
    defaultContentType: 'application/json',
    servers: { ballast: { host: '127.0.0.1:8080', pathname: WS_PATH, protocol: 'ws' } },
    channels: {
      connection: { address: WS_PATH, messages: control, description: `Operations: ${OPERATIONS.join(', ')}` },
      ...Object.fromEntries(CHANNEL_NAMES.map((name) => [name, { address: WS_PATH, messages: own(name), description: described(name) }])),
    },
    operations: {
      say: {
        action: 'receive',
        channel: { $ref: '#/channels/connection' },
        messages: [{ $ref: '#/channels/connection/messages/operation' }],
      },
      answer: {
        action: 'send',
        channel: { $ref: '#/channels/connection' },
        messages: Object.keys(CONTROL)
          .filter((name) => name !== 'operation')
          .map((name) => ({ $ref: `#/channels/connection/messages/${name}` })),
      },
      ...Object.fromEntries(
        CHANNEL_NAMES.map((name) => [
          name,
          {
            action: 'send',
            channel: { $ref: `#/channels/${name}` },
            messages: Object.keys(own(name)).map((message) => ({ $ref: `#/channels/${name}/messages/${message}` })),
          },
        ]),
      ),
    },
    components: {
      messages,
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'tk_<profile>_<id>_<secret>' } },
    },
  }
}
