/**
 * What a strategy's function answered: nothing that counts, and no promise of it.
 */
import { SignalError } from './signal-gate.ts'

/** Looks at what onBar answered. @throws SignalError for one that answers later */
export function checkAnswer(answer: unknown): void {
  if (isThenable(answer)) throw forget(answer)
}

const isThenable = (value: unknown): value is { then(done: () => void, failed: () => void): unknown } =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'

/** What an answer that comes later fails with is nobody's: it would end the process. */
function forget(answer: { then(done: () => void, failed: () => void): unknown }): SignalError {
  const nothing = (): void => {}
  answer.then(nothing, nothing)
  return new SignalError('onBar answers later (it is async): it has to decide before it returns')
}
