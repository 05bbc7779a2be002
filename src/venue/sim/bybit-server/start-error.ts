/**
 * Why the simulator cannot start: one sentence for a person, and the next step.
 * Never used once it runs.
 */
export class StartError extends Error {
  override readonly name = 'StartError'
  readonly next: string

  constructor(sentence: string, next: string, options?: ErrorOptions) {
    super(sentence, options)
    this.next = next
  }
}
