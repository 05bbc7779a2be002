/**
 * What may be said over the WebSocket, and its limits: one place from which the session and the AsyncAPI document are made.
 */
import { z } from 'zod'
import { ChannelArgs } from './channels.ts'

export const WS_PATH = '/api/v1/ws'
/** Name before the token in Sec-WebSocket-Protocol. */
export const BEARER = 'bearer'

/** Why a connection was closed, for programs. */
export const CLOSE = { auth: 4001, scope: 4003, slow: 4008, idle: 4009, tooMany: 4010, restarting: 4011, protocol: 4012 } as const
export const CLOSE_MEANS: Readonly<Record<keyof typeof CLOSE, string>> = {
  auth: 'Not signed in within 5 s, or by no key that works; a key that was revoked',
  scope: 'This key may read no channel',
  slow: 'More than 4 MB wait for this client: connect again and resume',
  idle: 'Nothing came from the client for 45 s: send ping',
  tooMany: 'More connections or operations than one key may have',
  restarting: 'Ballast restarts: connect again after retryAfterMs',
  protocol: 'What came is no operation',
}

export const LIMITS = {
  authMs: 5_000,
  heartbeatMs: 15_000,
  idleMs: 45_000,
  bufferMax: 4 * 1024 * 1024,
  /** From here on a conflated value waits until the client has read what is on the way. */
  conflateFrom: 512 * 1024,
  frameMax: 64 * 1024,
  connectionsPerKey: 20,
  subscriptionsMax: 200,
  opsPerSecond: 50,
  retryAfterMs: 2_000,
} as const

export const OPERATIONS = ['auth', 'subscribe', 'unsubscribe', 'resume', 'ping', 'snapshot'] as const
export const Operation = z.object({
  id: z
    .union([z.string().max(60), z.number()])
    .optional()
    .describe('echoed in the answer'),
  op: z.enum(OPERATIONS),
  token: z.string().max(200).optional().describe('of auth: an API key, or a ticket of POST /ws-tickets'),
  args: z.array(ChannelArgs).max(LIMITS.subscriptionsMax).optional(),
})
export type Operation = z.infer<typeof Operation>
