/**
 * The streams of a venue and how they stand, as whoever watches them sees it.
 */

export const STREAMS = ['public', 'private'] as const
export type StreamName = (typeof STREAMS)[number]

/** down: no frames can come. up: subscribed (and, private, authenticated): what was missed must be read by REST. */
export type StreamState = 'up' | 'down'

/** One of several connections that carry a stream together. */
export interface StreamPart {
  readonly index: number
  readonly count: number
  /** Symbols whose topics come through it, and through no other. */
  readonly symbols: readonly string[]
}
