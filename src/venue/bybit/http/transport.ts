/**
 * The transport to Bybit as a port: raw calls and raw frames, and what is certain about a call that did not answer.
 * Never interprets a retCode, never retries, and never lets a secret into what it answers.
 */
import type { StreamName, StreamPart, StreamState } from '../../port/streams.ts'
/** What is known after a call. `unknown`: it may or may not have reached the exchange (S6). */
export type RawReply =
  | { readonly type: 'reply'; readonly body: RawBody; readonly limits: RawLimits | undefined }
  /** `refusal`: what a body that is no JSON says, where that is known. */
  | { readonly type: 'http'; readonly status: number; readonly detail: string; readonly refusal?: 'country' }
  | { readonly type: 'not-sent'; readonly detail: string }
  | { readonly type: 'unknown'; readonly detail: string }

export interface RawBody {
  readonly retCode: number
  readonly retMsg: string
  readonly result: unknown
  readonly retExtInfo?: unknown
  readonly time?: number
}

export interface RawLimits {
  readonly remaining: number
  readonly max: number
  readonly resetAtMs: number
}

export interface StreamHandlers {
  /** A data frame: it has a topic. */
  frame(stream: StreamName, frame: unknown): void
  /** `part` is undefined where one connection carries the stream for all symbols. */
  state(stream: StreamName, state: StreamState, detail: string, part?: StreamPart): void
}

export type RequestParams = Readonly<Record<string, string | number | boolean | undefined>>

/** Writes that the trade WebSocket takes, with the body that they have over HTTP. */
export type TradeOp = 'order.create' | 'order.amend' | 'order.cancel'

export interface Transport {
  call(method: 'GET' | 'POST', path: string, params: RequestParams): Promise<RawReply>
  /** One write past HTTP, at once or not at all. Undefined where the exchange has no trade WebSocket. */
  readonly trade?: ((op: TradeOp, body: RequestParams) => Promise<RawReply>) | undefined
  /** Opens the streams and keeps them open. Public topics may be given once; those of spot end with its symbols, and so do their frames'. */
  open(topics: { readonly public: readonly string[]; readonly private: readonly string[] }, handlers: StreamHandlers): void
  /** Opens further public topics after `open`, on connections of their own: those that are up stay as they are. */
  openMore(topics: readonly string[]): void
  /** Subscribes again to public topics that were opened, so that their snapshots come again. */
  renew(topics: readonly string[]): void
  close(): Promise<void>
}
