/**
 * Why reading, importing or loading data did not work, in one sentence and with the next step.
 */
export interface DataError {
  /** bad-input: the file or the request; not-found: no such series; conflict: disagrees with what is stored; damaged: the store itself. */
  readonly kind: 'bad-input' | 'not-found' | 'conflict' | 'damaged'
  readonly sentence: string
  /** What the reader can do about it. */
  readonly next: string
}

export const dataError = (kind: DataError['kind'], sentence: string, next: string): DataError => ({ kind, sentence, next })

/** Text of a caught failure of the file system, without its stack. */
export const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
