/**
 * What programs follow: the event log as server-sent events, with replay, and tickets for the WebSocket of a browser.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { stream } from 'hono/streaming'
import { type ApiEnv, needs } from '../auth.ts'
import type { ApiContext } from '../context.ts'
import { fromId } from '../ids.ts'
import { problem } from '../problem.ts'
import { EventAfter, EventTypes, route } from '../query.ts'
import { toEvent } from '../shapes/account-shapes.ts'
import { instant, iso } from '../shapes/field-shapes.ts'
import type { EventTail } from '../stream/event-tail.ts'
import { type Tickets, TICKET_MS } from '../stream/tickets.ts'
import { content, security } from './command-answer.ts'
import { onInvalid } from './common.ts'

const HEARTBEAT_MS = 15_000
const STREAMS_PER_KEY = 20

export interface Streams {
  readonly tail: EventTail
  readonly tickets: Tickets
}

export function streamRoutes({ log }: ApiContext, { tail, tickets }: Streams) {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  const open = new Map<string, number>()
  const count = (keyId: string, by: 1 | -1): number => {
    const now = (open.get(keyId) ?? 0) + by
    open.set(keyId, now)
    return now
  }

  app.openapi(
    route({
      method: 'get',
      path: '/events/stream',
      summary: 'The event log as server-sent events: what came after Last-Event-ID or since_id, then what comes',
      description: `Each frame has \`id\`, \`event\` and \`data\`; a comment every ${HEARTBEAT_MS / 1_000} s. At most ${STREAMS_PER_KEY} streams of a key.`,
      tags: ['trade'],
      security,
      middleware: needs('trade:read'),
      request: {
        headers: z.object({
          'last-event-id': z.string().max(40).optional().openapi({ description: 'id of the last event that was seen; as since_id' }),
        }),
        query: z.object({ since_id: EventAfter.optional(), types: EventTypes.optional() }),
      },
      responses: { 200: { description: 'Events', content: { 'text/event-stream': { schema: z.string() } } } },
    }),
    async (c) => {
      const { since_id: since, types } = c.req.valid('query')
      const lastId = c.req.header('last-event-id')
      const seen = lastId === undefined ? undefined : fromId('evt', lastId)
      if (lastId !== undefined && seen === undefined)
        throw problem('validation_failed', 'Last-Event-ID: use the id of an event such as evt_0000000002A')
      const keyId = c.get('key').id
      // What a browser saw last counts more than where its page once began.
      const begin = seen ?? since ?? (await tail.newest())
      if (count(keyId, 1) > STREAMS_PER_KEY) {
        count(keyId, -1)
        throw problem('rate_limited', `More than ${STREAMS_PER_KEY} streams with this key. Close one.`)
      }
      c.header('Content-Type', 'text/event-stream')
      c.header('Cache-Control', 'no-store')
      c.header('X-Accel-Buffering', 'no')
      return stream(
        c,
        async (out) => {
          const gone = new AbortController()
          out.onAbort(() => gone.abort())
          let at = begin
          let beatAt = performance.now()
          await out.write('retry: 2000\n\n')
          try {
            while (!gone.signal.aborted) {
              const rows = await tail.after(at, types)
              for (const row of rows) {
                const event = toEvent(row)
                await out.write(`id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
                at = row.seq
              }
              if (rows.length > 0) continue
              await tail.wait(Math.max(0, HEARTBEAT_MS - (performance.now() - beatAt)), gone.signal)
              if (performance.now() - beatAt < HEARTBEAT_MS) continue
              beatAt = performance.now()
              await out.write(': hb\n\n')
            }
          } finally {
            count(keyId, -1)
          }
        },
        async (cause) => log(`a stream of events ended: ${cause.message}`),
      )
    },
  )
  app.openapi(
    route({
      method: 'post',
      path: '/ws-tickets',
      summary: `A ticket for the WebSocket of a browser: good once, for ${TICKET_MS / 1_000} s, in the name of this key`,
      tags: ['system'],
      security,
      responses: { 201: { description: 'Made', ...content(z.object({ ticket: z.string(), expiresAt: instant() })) } },
    }),
    (c) => {
      const { ticket, expiresAt } = tickets.make(c.get('key'))
      return c.json({ ticket, expiresAt: iso(expiresAt) }, 201)
    },
  )
  return app
}
