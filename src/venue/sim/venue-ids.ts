/**
 * The names that the venue gives to orders and executions, counted over restarts.
 * Never gives a name twice, and never draws one at random: a replay names as the run before it.
 */
import type { Category } from '../../market/instrument.ts'
import type { SimState } from './sim-order.ts'

type Counts = Pick<SimState, 'sequence' | 'executions'>

export class VenueIds {
  private readonly prefix: string
  private readonly spotHead: number
  private sequence = 0
  private executions = 0

  constructor(prefix: string) {
    this.prefix = prefix
    this.spotHead = nineDigits(prefix)
  }

  /** Spot orders are named by 19 digits, as Bybit does. */
  nextOrder(category: Category): string {
    this.sequence += 1
    return category === 'spot' ? `${this.spotHead}${String(this.sequence).padStart(10, '0')}` : `${this.prefix}${this.sequence}`
  }

  nextExecution(): string {
    this.executions += 1
    return `${this.prefix}x${this.executions}`
  }

  state(): Counts {
    return { sequence: this.sequence, executions: this.executions }
  }

  restore(state: Counts): void {
    this.sequence = state.sequence
    this.executions = state.executions
  }
}

/** Nine digits of a prefix (FNV-1a), the first of them not zero. */
function nineDigits(prefix: string): number {
  let hash = 0x811c9dc5
  for (let k = 0; k < prefix.length; k++) hash = Math.imul(hash ^ prefix.charCodeAt(k), 0x01000193)
  return 100_000_000 + ((hash >>> 0) % 900_000_000)
}
