/**
 * The names that the venue gives to orders and executions, counted over restarts.
 * Never gives a name twice, and never draws one at random: a replay names as the run before it.
 */
import type { Category } from '../../market/instrument.ts'
import type { SimState } from './sim-order.ts'

type Counts = Pick<SimState, 'sequence' | 'executions'>

/** Digits of the last group of a UUID. */
const UUID_TAIL = 12

export class VenueIds {
  private readonly prefix: string
  private readonly spotHead: number
  /** By how many digits follow it. */
  private readonly linearHeads: readonly string[]
  private sequence = 0
  private executions = 0

  constructor(prefix: string) {
    this.prefix = prefix
    this.spotHead = nineDigits(prefix)
    const head = uuidHead(prefix)
    this.linearHeads = Array.from({ length: UUID_TAIL + 1 }, (_, digits) => head + '0'.repeat(UUID_TAIL - digits))
  }

  /** As Bybit does: spot orders are named by 19 digits, those of contracts by a UUID. */
  nextOrder(category: Category): string {
    this.sequence += 1
    const count = String(this.sequence)
    return category === 'spot' ? `${this.spotHead}${count.padStart(10, '0')}` : `${this.linearHeads[count.length]}${count}`
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
