/**
 * One write over Bybit's trade WebSocket, on a connection that is opened for it and closed after it: the second way of exits (S2).
 */
import { createHmac, randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import type { RawLimits, RawReply, RequestParams, TradeOp } from '../http/transport.ts'

export interface TradeSocketOptions {
  readonly url: string
  readonly credentials: { readonly key: string; readonly secret: string }
  /** For all of it, wall-clock ms; connecting and signing in may take half. */
  readonly limitMs: number
  readonly recvWindowMs: number
}

/** A server that does not answer the closing handshake is left by then. */
const CLOSING_MS = 1_000

/**
 * Answers `not-sent` for all that goes wrong before the order's frame is written, a refused sign-in too: it is certain that nothing was
 * taken. From then on only the reply to this very request ends the doubt.
 */
export function writeOnce(options: TradeSocketOptions, op: TradeOp, body: RequestParams): Promise<RawReply> {
  const { credentials, limitMs, recvWindowMs } = options
  const socket = opened(options)
  if (socket === undefined) return Promise.resolve({ type: 'not-sent', detail: 'the address of the trade WebSocket cannot be used' })
  return new Promise((resolve) => {
    const reqId = randomUUID()
    let isWritten = false
    let isOver = false
    const end = (reply: RawReply): void => {
      if (isOver) return
      isOver = true
      clearTimeout(opening)
      clearTimeout(whole)
      socket.close()
      setTimeout(() => socket.terminate(), CLOSING_MS).unref()
      resolve(reply)
    }
    const fail = (detail: string): void => end(isWritten ? { type: 'unknown', detail } : { type: 'not-sent', detail })
    // What signs in late has no time left for its reply: better certain that nothing was sent than an order of unknown outcome.
    const opening = setTimeout(() => {
      if (!isWritten) fail(`not signed in within ${limitMs / 2} ms`)
    }, limitMs / 2)
    const whole = setTimeout(() => fail(`no reply within ${limitMs} ms`), limitMs)

    const write = (): void => {
      if (socket.readyState !== WebSocket.OPEN) {
        fail('the connection was closed')
        return
      }
      const header = { 'X-BAPI-TIMESTAMP': String(Date.now()), 'X-BAPI-RECV-WINDOW': String(recvWindowMs) }
      // Before the call: bytes of it may have left even if it fails.
      isWritten = true
      socket.send(JSON.stringify({ reqId, header, op, args: [body] }), (failed) => {
        if (failed) fail('the connection broke')
      })
    }
    const hear = (frame: Frame): void => {
      if (isOver) return
      if (frame.op === 'auth' && !isWritten) {
        // Its text may quote what was signed: the code alone is reported.
        if (frame.retCode === 0) write()
        else fail(`the sign-in was refused (${typeof frame.retCode === 'number' ? frame.retCode : 'no code'})`)
      } else if (isWritten && frame.reqId === reqId) end(replyOf(frame))
    }

    socket.on('open', () => {
      const expires = Date.now() + recvWindowMs
      const sign = createHmac('sha256', credentials.secret).update(`GET/realtime${expires}`).digest('hex')
      if (!isOver) socket.send(JSON.stringify({ op: 'auth', args: [credentials.key, expires, sign] }), () => {})
    })
    socket.on('message', (data) => {
      const frame = frameOf(String(data))
      if (frame !== undefined) hear(frame)
    })
    socket.on('unexpected-response', (request, response) => {
      request.destroy()
      fail(`HTTP ${response.statusCode}`)
    })
    socket.on('error', (error: Error & { readonly code?: unknown }) =>
      fail(typeof error.code === 'string' ? error.code : 'the connection failed'),
    )
    socket.on('close', () => fail('the connection was closed'))
  })
}

function opened({ url, limitMs }: TradeSocketOptions): WebSocket | undefined {
  try {
    return new WebSocket(url, { handshakeTimeout: limitMs, perMessageDeflate: false, followRedirects: false })
  } catch {
    return undefined
  }
}

interface Frame {
  readonly op?: unknown
  readonly reqId?: unknown
  readonly retCode?: unknown
  readonly retMsg?: unknown
  readonly data?: unknown
  readonly retExtInfo?: unknown
  readonly header?: unknown
}

function frameOf(text: string): Frame | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function replyOf({ retCode, retMsg, data, retExtInfo, header }: Frame): RawReply {
  if (typeof retCode !== 'number') return { type: 'unknown', detail: 'reply has no retCode' }
  return {
    type: 'reply',
    body: {
      retCode,
      retMsg: typeof retMsg === 'string' ? retMsg : '',
      result: data,
      ...(retExtInfo === undefined ? {} : { retExtInfo }),
    },
    limits: limitsOf(header),
  }
}

function limitsOf(header: unknown): RawLimits | undefined {
  if (typeof header !== 'object' || header === null) return undefined
  const of = (name: string): number => Number((header as Readonly<Record<string, unknown>>)[name] ?? Number.NaN)
  const limits = { remaining: of('X-Bapi-Limit-Status'), max: of('X-Bapi-Limit'), resetAtMs: of('X-Bapi-Limit-Reset-Timestamp') }
  return Object.values(limits).every(Number.isFinite) ? limits : undefined
}
