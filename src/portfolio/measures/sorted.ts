/**
 * The returns of a sliding window in order of size, for their quantiles and tails.
 * Finds a place in O(log n); what moves to make room is one block of memory.
 */

const FIRST_ROOM = 64

export class Sorted {
  private values = new Float64Array(FIRST_ROOM)
  private count = 0

  add(value: number): void {
    if (this.count === this.values.length) {
      const wider = new Float64Array(this.count * 2)
      wider.set(this.values)
      this.values = wider
    }
    const at = this.placeOf(value)
    this.values.copyWithin(at + 1, at, this.count)
    this.values[at] = value
    this.count += 1
  }

  /** The value has to be among them. */
  drop(value: number): void {
    const at = this.placeOf(value)
    this.values.copyWithin(at, at + 1, this.count)
    this.count -= 1
  }

  /** Ascending; valid until the next change. */
  get ascending(): Float64Array {
    return this.values.subarray(0, this.count)
  }

  /** Of the first value that is not below. */
  private placeOf(value: number): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.values[middle] as number) < value) low = middle + 1
      else high = middle
    }
    return low
  }
}
