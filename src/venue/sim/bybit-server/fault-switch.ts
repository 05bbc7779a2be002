/**
 * The place where a fault plan is set, asked and cleared while the exchange runs.
 */
import { z } from 'zod'
import {
  type Carries,
  FAULT_STREAMS,
  FaultPlan,
  type FaultPlanSpec,
  type FaultRequest,
  type FaultStream,
  type FrameVerdict,
  type RequestVerdict,
  UNTOUCHED,
} from '../models/faults.ts'
import { type Answer, type WireReply, refuse } from './streams/wire.ts'

const count = z.number().int().min(1)
const duration = z.number().int().min(0).max(3_600_000)
const way = z.enum(['hang', 'reset']).default('reset')
const isDone = z.boolean().default(true)

const effect = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('drop-reply-before'), way }),
  z.strictObject({ type: z.literal('drop-reply-after'), way }),
  z.strictObject({ type: z.literal('delay-request'), ms: duration }),
  z.strictObject({ type: z.literal('delay-reply'), ms: duration }),
  z.strictObject({ type: z.literal('error'), retCode: z.number().int(), retMsg: z.string().max(200).default('injected fault') }),
  z.strictObject({ type: z.literal('http'), status: z.number().int().min(400).max(599) }),
  z.strictObject({ type: z.literal('rate-limit'), waitMs: duration.default(1_000) }),
  z.strictObject({ type: z.literal('html-200'), isDone }),
  z.strictObject({ type: z.literal('no-ret-code'), isDone }),
  z.strictObject({ type: z.literal('maintenance') }),
  z.strictObject({ type: z.literal('duplicate') }),
  z.strictObject({ type: z.literal('reorder') }),
  z.strictObject({ type: z.literal('delay-frame'), ms: duration }),
  z.strictObject({ type: z.literal('drop-frame') }),
  z.strictObject({ type: z.literal('cross-book') }),
  z.strictObject({ type: z.literal('disconnect') }),
  z.strictObject({ type: z.literal('silence') }),
])

const planSchema = z.strictObject({
  seed: z.number().int().min(0).default(1),
  rules: z
    .array(
      z.strictObject({
        match: z
          .strictObject({
            path: z.string().optional(),
            op: z.string().optional(),
            stream: z.enum(FAULT_STREAMS).optional(),
            topic: z.string().optional(),
            symbol: z.string().optional(),
          })
          .default({}),
        when: z
          .strictObject({
            nth: count.optional(),
            every: count.optional(),
            probability: z.number().min(0).max(1).optional(),
            fromMs: z.number().min(0).optional(),
            untilMs: z.number().min(0).optional(),
            fromTs: z.number().optional(),
            untilTs: z.number().optional(),
            times: count.optional(),
          })
          .default({}),
        effect,
      }),
    )
    .max(100),
})

const CLEAR: RequestVerdict = { requestDelayMs: 0, isDone: true, reply: { type: 'true' }, replyDelayMs: 0 }

const RATE_LIMITED = refuse(10006, 'Too many visits. Exceeded the API Rate Limit.')

export class FaultSwitch {
  private readonly marketTs: () => number
  private plan: FaultPlan | undefined

  constructor(marketTs: () => number) {
    this.marketTs = marketTs
  }

  set(spec: FaultPlanSpec, wallNowMs: number): void {
    this.plan = new FaultPlan(spec, wallNowMs)
  }

  clear(): void {
    this.plan = undefined
  }

  /** Sets a plan from JSON text; answers in words why it cannot. */
  read(body: string, wallNowMs: number): string | undefined {
    let value: unknown
    try {
      value = JSON.parse(body)
    } catch {
      return 'The body is not JSON.'
    }
    const parsed = planSchema.safeParse(value)
    if (!parsed.success) return `The plan cannot be used: ${z.prettifyError(parsed.error).replace(/\n\s*/g, ' ')}.`
    this.set(parsed.data, wallNowMs)
    return undefined
  }

  counts(): ReturnType<FaultPlan['counts']> {
    return this.plan?.counts() ?? []
  }

  onRequest(request: FaultRequest, wallMs: number): RequestVerdict {
    return this.plan?.onRequest(request, { wallMs, ts: this.marketTs() }) ?? CLEAR
  }

  onFrame(stream: FaultStream, topic: string, text: string, wallMs: number): FrameVerdict {
    return this.plan?.onFrame(stream, topic, text, { wallMs, ts: this.marketTs() }) ?? UNTOUCHED
  }

  breaks(stream: FaultStream, wallMs: number, carries?: Carries): boolean {
    return this.plan?.breaks(stream, { wallMs, ts: this.marketTs() }, carries) ?? false
  }

  isSilent(stream: FaultStream, wallMs: number, carries?: Carries): boolean {
    return this.plan?.isSilent(stream, { wallMs, ts: this.marketTs() }, carries) ?? false
  }
}

/** The reply as the client gets it; undefined when it gets none. `reply` is what the exchange answered, if it was asked. */
export function bent(verdict: RequestVerdict, reply: WireReply | undefined, wallNowMs: number): WireReply | undefined {
  const bend = verdict.reply
  switch (bend.type) {
    case 'true':
      return reply
    case 'lost':
      return undefined
    case 'http':
      return { status: bend.status, headers: { 'content-type': 'text/plain' }, body: '' }
    case 'html-200':
      return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Bad gateway</body></html>' }
    case 'no-ret-code':
      return { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }
    case 'error':
      return envelope(refuse(bend.retCode, bend.retMsg), wallNowMs, {})
    case 'rate-limit':
      return envelope(RATE_LIMITED, wallNowMs, {
        'X-Bapi-Limit': '10',
        'X-Bapi-Limit-Status': '0',
        'X-Bapi-Limit-Reset-Timestamp': String(wallNowMs + bend.waitMs),
      })
  }
}

/** What the plan answers in the exchange's place; undefined when it answers nothing that a socket could carry. */
export function forgedAnswer({ reply }: RequestVerdict): Answer | undefined {
  if (reply.type === 'error') return refuse(reply.retCode, reply.retMsg)
  return reply.type === 'rate-limit' ? RATE_LIMITED : undefined
}

const envelope = (answer: Answer, wallNowMs: number, headers: Readonly<Record<string, string>>): WireReply => ({
  status: 200,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify({ ...answer, retExtInfo: {}, time: wallNowMs }),
})
