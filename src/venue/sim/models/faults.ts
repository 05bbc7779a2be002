/**
 * What goes wrong between an exchange and its client, decided by rules and a seed: lost replies, delays, errors, doubled and late frames.
 */
import { Random } from '../../../core/random.ts'

export const FAULT_STREAMS = ['public', 'private', 'trade'] as const
export type FaultStream = (typeof FAULT_STREAMS)[number]

/** What a rule is about. What is left out matches everything. */
export interface FaultMatch {
  /** Path of a request, exact, or a beginning that ends in `*`. */
  readonly path?: string | undefined
  /** Operation on the trade stream, as `order.create`. */
  readonly op?: string | undefined
  readonly stream?: FaultStream | undefined
  /** Topic of a frame; `kline` means every topic that begins with `kline.` too. */
  readonly topic?: string | undefined
  /** Of `disconnect` and `silence`: only connections that have subscribed to a topic of this symbol. */
  readonly symbol?: string | undefined
}

/** When a rule that matches fires; all that is given must hold. */
export interface FaultWhen {
  /** Only this match, counted from 1. */
  readonly nth?: number | undefined
  readonly every?: number | undefined
  readonly probability?: number | undefined
  /** Wall-clock ms since the plan was set. */
  readonly fromMs?: number | undefined
  readonly untilMs?: number | undefined
  /** Market time, ms. */
  readonly fromTs?: number | undefined
  readonly untilTs?: number | undefined
  /** Fires at most this often. */
  readonly times?: number | undefined
}

/** hang: the client waits until its own limit. reset: the connection breaks. */
export type LossWay = 'hang' | 'reset'

export type FaultEffect =
  /** The exchange never saw the request. */
  | { readonly type: 'drop-reply-before'; readonly way: LossWay }
  /** The exchange did what was asked, and nobody hears of it. */
  | { readonly type: 'drop-reply-after'; readonly way: LossWay }
  | { readonly type: 'delay-request'; readonly ms: number }
  | { readonly type: 'delay-reply'; readonly ms: number }
  | { readonly type: 'error'; readonly retCode: number; readonly retMsg: string }
  | { readonly type: 'http'; readonly status: number }
  | { readonly type: 'rate-limit'; readonly waitMs: number }
  /** HTTP 200 that says nothing; `isDone` shows whether the exchange did what was asked. */
  | { readonly type: 'html-200'; readonly isDone: boolean }
  | { readonly type: 'no-ret-code'; readonly isDone: boolean }
  | { readonly type: 'maintenance' }
  | { readonly type: 'duplicate' }
  | { readonly type: 'reorder' }
  | { readonly type: 'delay-frame'; readonly ms: number }
  /** The frame never leaves; those after it do. */
  | { readonly type: 'drop-frame' }
  /** A frame of an order book leaves with a bid above every ask; other frames leave as they are. */
  | { readonly type: 'cross-book' }
  | { readonly type: 'disconnect' }
  /** Frames and pongs stop; what was held back comes when it ends, if the connection still stands. */
  | { readonly type: 'silence' }

export interface FaultRule {
  readonly match: FaultMatch
  readonly when: FaultWhen
  readonly effect: FaultEffect
}

export interface FaultPlanSpec {
  readonly seed: number
  readonly rules: readonly FaultRule[]
}

export interface FaultInstant {
  readonly wallMs: number
  /** Market time. */
  readonly ts: number
}

export interface FaultRequest {
  readonly path?: string
  readonly op?: string
  readonly symbol: string | undefined
}

export type BentReply =
  | { readonly type: 'true' }
  | { readonly type: 'lost'; readonly way: LossWay }
  | { readonly type: 'error'; readonly retCode: number; readonly retMsg: string }
  | { readonly type: 'http'; readonly status: number }
  | { readonly type: 'rate-limit'; readonly waitMs: number }
  | { readonly type: 'html-200' }
  | { readonly type: 'no-ret-code' }

export interface RequestVerdict {
  readonly requestDelayMs: number
  /** Whether the exchange gets to see it. */
  readonly isDone: boolean
  readonly reply: BentReply
  readonly replyDelayMs: number
}

export type Carries = (symbol: string) => boolean
const ANY_SYMBOL: Carries = () => true

export interface FrameVerdict {
  readonly isDropped: boolean
  readonly isCrossed: boolean
  readonly copies: number
  /** Comes after the next frame of its connection. */
  readonly isReordered: boolean
  readonly delayMs: number
}

const CLEAR: RequestVerdict = { requestDelayMs: 0, isDone: true, reply: { type: 'true' }, replyDelayMs: 0 }
export const UNTOUCHED: FrameVerdict = { isDropped: false, isCrossed: false, copies: 1, isReordered: false, delayMs: 0 }
/** What an exchange in maintenance answers. */
const MAINTENANCE = { type: 'error', retCode: 10016, retMsg: 'Server error: the exchange is in maintenance.' } as const

export class FaultPlan {
  private readonly rules: readonly FaultRule[]
  private readonly random: Random
  private readonly startMs: number
  private readonly matched: number[]
  private readonly fired: number[]

  constructor(spec: FaultPlanSpec, startMs: number) {
    this.rules = spec.rules
    this.random = new Random(spec.seed)
    this.startMs = startMs
    this.matched = spec.rules.map(() => 0)
    this.fired = spec.rules.map(() => 0)
  }

  /** How often each rule matched and fired. */
  counts(): { readonly rule: number; readonly effect: FaultEffect['type']; readonly matched: number; readonly fired: number }[] {
    return this.rules.map((rule, k) => ({
      rule: k,
      effect: rule.effect.type,
      matched: this.matched[k] as number,
      fired: this.fired[k] as number,
    }))
  }

  onRequest(request: FaultRequest, at: FaultInstant): RequestVerdict {
    let verdict = CLEAR
    for (let k = 0; k < this.rules.length; k++) {
      const { match, effect } = this.rules[k] as FaultRule
      if (!isRequestEffect(effect) || !matchesRequest(match, request)) continue
      if (this.fires(k, at)) verdict = withEffect(verdict, effect)
    }
    return verdict
  }

  onFrame(stream: FaultStream, topic: string, text: string, at: FaultInstant): FrameVerdict {
    let verdict = UNTOUCHED
    for (let k = 0; k < this.rules.length; k++) {
      const { match, effect } = this.rules[k] as FaultRule
      if (!isFrameEffect(effect) || !matchesFrame(match, stream, topic, text) || !this.fires(k, at)) continue
      verdict = {
        isDropped: verdict.isDropped || effect.type === 'drop-frame',
        isCrossed: verdict.isCrossed || effect.type === 'cross-book',
        copies: verdict.copies + (effect.type === 'duplicate' ? 1 : 0),
        isReordered: verdict.isReordered || effect.type === 'reorder',
        delayMs: verdict.delayMs + (effect.type === 'delay-frame' ? effect.ms : 0),
      }
    }
    return verdict
  }

  /** Asked from time to time, by connection: whether it breaks now. `carries` shows whether it has subscribed to a symbol. */
  breaks(stream: FaultStream, at: FaultInstant, carries: Carries = ANY_SYMBOL): boolean {
    return this.anyOf(stream, at, carries, 'disconnect') || this.anyOf(stream, at, carries, 'maintenance')
  }

  isSilent(stream: FaultStream, at: FaultInstant, carries: Carries = ANY_SYMBOL): boolean {
    return this.anyOf(stream, at, carries, 'silence')
  }

  private anyOf(stream: FaultStream, at: FaultInstant, carries: Carries, type: FaultEffect['type']): boolean {
    let isAny = false
    for (let k = 0; k < this.rules.length; k++) {
      const { match, effect } = this.rules[k] as FaultRule
      if (effect.type !== type || (match.stream !== undefined && match.stream !== stream)) continue
      if (match.symbol !== undefined && !carries(match.symbol)) continue
      if (this.fires(k, at)) isAny = true
    }
    return isAny
  }

  private fires(k: number, at: FaultInstant): boolean {
    const { when } = this.rules[k] as FaultRule
    const sinceMs = at.wallMs - this.startMs
    if (when.fromMs !== undefined && sinceMs < when.fromMs) return false
    if (when.untilMs !== undefined && sinceMs >= when.untilMs) return false
    if (when.fromTs !== undefined && at.ts < when.fromTs) return false
    if (when.untilTs !== undefined && at.ts >= when.untilTs) return false
    const nth = (this.matched[k] as number) + 1
    this.matched[k] = nth
    if (when.nth !== undefined && when.nth !== nth) return false
    if (when.every !== undefined && nth % when.every !== 0) return false
    if (when.times !== undefined && (this.fired[k] as number) >= when.times) return false
    // Drawn whenever it could decide, so that one rule's luck does not depend on another's.
    if (when.probability !== undefined && this.random.next() >= when.probability) return false
    this.fired[k] = (this.fired[k] as number) + 1
    return true
  }
}

type FrameEffect = Extract<FaultEffect, { readonly type: 'duplicate' | 'reorder' | 'delay-frame' | 'drop-frame' | 'cross-book' }>
type ConnectionEffect = Extract<FaultEffect, { readonly type: 'disconnect' | 'silence' }>
type RequestEffect = Exclude<FaultEffect, FrameEffect | ConnectionEffect>

const FRAME_EFFECTS: readonly FaultEffect['type'][] = ['duplicate', 'reorder', 'delay-frame', 'drop-frame', 'cross-book']
const isFrameEffect = (effect: FaultEffect): effect is FrameEffect => FRAME_EFFECTS.includes(effect.type)
const isRequestEffect = (effect: FaultEffect): effect is RequestEffect =>
  !isFrameEffect(effect) && effect.type !== 'disconnect' && effect.type !== 'silence'

function matchesRequest(match: FaultMatch, request: FaultRequest): boolean {
  if (match.topic !== undefined) return false
  if (match.stream !== undefined && !(match.stream === 'trade' && request.op !== undefined)) return false
  if (match.path !== undefined && !(request.path !== undefined && isText(match.path, request.path))) return false
  if (match.op !== undefined && match.op !== request.op) return false
  return match.symbol === undefined || match.symbol === request.symbol
}

function matchesFrame(match: FaultMatch, stream: FaultStream, topic: string, text: string): boolean {
  if (match.path !== undefined || match.op !== undefined) return false
  if (match.stream !== undefined && match.stream !== stream) return false
  if (match.topic !== undefined && topic !== match.topic && !topic.startsWith(`${match.topic}.`)) return false
  return match.symbol === undefined || topic.endsWith(`.${match.symbol}`) || text.includes(`"symbol":"${match.symbol}"`)
}

const isText = (pattern: string, text: string): boolean =>
  pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : pattern === text

/** The first effect that bends the reply stands; delays add up. */
function withEffect(verdict: RequestVerdict, effect: RequestEffect): RequestVerdict {
  if (effect.type === 'delay-request') return { ...verdict, requestDelayMs: verdict.requestDelayMs + effect.ms }
  if (effect.type === 'delay-reply') return { ...verdict, replyDelayMs: verdict.replyDelayMs + effect.ms }
  if (verdict.reply.type !== 'true') return verdict
  switch (effect.type) {
    case 'drop-reply-before':
      return { ...verdict, isDone: false, reply: { type: 'lost', way: effect.way } }
    case 'drop-reply-after':
      return { ...verdict, reply: { type: 'lost', way: effect.way } }
    case 'error':
    case 'http':
    case 'rate-limit':
      return { ...verdict, isDone: false, reply: effect }
    case 'html-200':
    case 'no-ret-code':
      return { ...verdict, isDone: effect.isDone, reply: { type: effect.type } }
    case 'maintenance':
      return { ...verdict, isDone: false, reply: MAINTENANCE }
  }
}
