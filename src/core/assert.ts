/**
 * Broken invariants: an assertion that fails ends the trader, and the supervisor restarts it into recovery.
 */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

/** @throws InvariantError when the condition does not hold. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message)
}

/** Closes a union: a new member fails the type check here. @throws InvariantError at run time. */
export function assertNever(value: never): never {
  throw new InvariantError(`unexpected value ${String(value)}`)
}
