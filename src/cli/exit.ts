/**
 * Exit codes of the command line, and the error that carries one to it.
 */
export const EXIT = {
  ok: 0,
  error: 1,
  usage: 2,
  config: 3,
  auth: 4,
  unreachable: 5,
  refused: 6,
  notConfirmed: 7,
  notFound: 8,
  conflict: 9,
  checksFailed: 10,
  timeout: 124,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export class CliError extends Error {
  override readonly name = 'CliError'
  readonly code: ExitCode
  /** What the reader can do about it; empty where the sentence says it all. */
  readonly next: string

  constructor(code: ExitCode, sentence: string, next = '', options?: ErrorOptions) {
    super(sentence, options)
    this.code = code
    this.next = next
  }
}
