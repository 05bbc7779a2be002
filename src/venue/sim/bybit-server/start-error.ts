/**
 * Why the simulator cannot start: one sentence for an operator, and the next step.
 */
export class StartError extends Error {
  override readonly name: string = 'StartError'
  readonly next: string

  constructor(sentence: string, next: string, options?: ErrorOptions) {
    super(sentence, options)
    this.next = next
  }
}

/** Its port cannot be listened on: whoever starts it knows by which setting another one is chosen. */
export class PortError extends StartError {
  override readonly name = 'PortError'
}
