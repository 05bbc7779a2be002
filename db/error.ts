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
