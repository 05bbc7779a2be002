/**
 * Why the database cannot be used: one sentence and the next step, for whoever starts Ballast.
 * Never holds a URL or a password.
 */
export interface DatabaseError {
  /** unavailable: it does not answer. newer: written by a later Ballast. install: the packaged server cannot run here. */
  readonly type: 'unavailable' | 'newer' | 'install'
  readonly sentence: string
  readonly next: string
}

export const unavailable = (sentence: string, next: string): DatabaseError => ({ type: 'unavailable', sentence, next })

/** One line of what a caught value says; the client's errors name host and port, never the password. */
export const messageOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause)
  // Drizzle wraps the server's words in the text of the query.
  if (cause.cause instanceof Error) return messageOf(cause.cause)
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : 'unknown error'
  return cause.message.split('\n')[0] || code
}

const LOST = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
])

/** Why the database is no use for now, as the end of a sentence; undefined where the cause is another. */
export function troubleOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  // Class 57P: it shuts down or starts; 53: it has no memory, room or connections; 58: its files cannot be read or written.
  if (code === '53100') return 'cannot write: its disk is full'
  if (LOST.has(code) || /^(57P0|53[0-9]00|58)/.test(code)) return 'does not answer'
  return troubleOf(cause.cause)
}
