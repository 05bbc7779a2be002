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
  private readonly linearHead: string
  private sequence = 0
  private executions = 0

  constructor(prefix: string) {
    this.prefix = prefix
    this.spotHead = nineDigits(prefix)
    this.linearHead = uuidHead(prefix)
  }

  /** As Bybit does: spot orders are named by 19 digits, those of contracts by a UUID. */
  nextOrder(category: Category): string {
    this.sequence += 1
    return category === 'spot'
      ? `${this.spotHead}${String(this.sequence).padStart(10, '0')}`
      : `${this.linearHead}${String(this.sequence).padStart(12, '0')}`
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

/** All of a UUID but its last group, which counts. */
function uuidHead(prefix: string): string {
  const hex = [0, 1, 2].map((k) => hashOf(`${prefix}${k}`).toString(16).padStart(8, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-`
}

/** Nine digits of a prefix, the first of them not zero. */
const nineDigits = (prefix: string): number => 100_000_000 + (hashOf(prefix) % 900_000_000)

/** FNV-1a. */
function hashOf(prefix: string): number {
  let hash = 0x811c9dc5
  for (let k = 0; k < prefix.length; k++) hash = Math.imul(hash ^ prefix.charCodeAt(k), 0x01000193)
  return hash >>> 0
}
