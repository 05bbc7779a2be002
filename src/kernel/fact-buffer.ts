/**
 * The facts of the input that was just applied, on their way to whoever gave it.
 */
import type { KernelFact } from './fact.ts'

/** Facts of the input that was just applied: counted, so that the array is reused and its length never shrinks. */
export class FactBuffer {
  private readonly facts: KernelFact[] = []
  count = 0

  push(fact: KernelFact): void {
    this.facts[this.count] = fact
    this.count += 1
  }
  at(k: number): KernelFact {
    return this.facts[k] as KernelFact
  }
  reset(): void {
    this.count = 0
  }
}
