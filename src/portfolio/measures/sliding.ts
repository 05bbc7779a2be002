/**
 * What all rows of a sliding window say together, for whatever can be put together but not taken apart.
 * Each row is joined a constant number of times on average, by two stacks (Tangwongsan, Hirzel and Schneider, VLDB 2015).
 */

export class Sliding<T> {
  private readonly join: (a: T, b: T) => T
  /** The older rows, the oldest last, each joined with those that follow it up to the newer ones. */
  private readonly older: T[] = []
  private readonly newer: T[] = []
  private newest: T | undefined

  /** `join` takes what is older first. */
  constructor(join: (a: T, b: T) => T) {
    this.join = join
  }

  add(row: T): void {
    this.newer.push(row)
    this.newest = this.newest === undefined ? row : this.join(this.newest, row)
  }

  /** There has to be a row. */
  dropOldest(): void {
    if (this.older.length === 0) {
      for (let row = this.newer.pop(); row !== undefined; row = this.newer.pop()) {
        const next = this.older.at(-1)
        this.older.push(next === undefined ? row : this.join(row, next))
      }
      this.newest = undefined
    }
    this.older.pop()
  }

  /** Undefined while the window is empty. */
  get all(): T | undefined {
    const oldest = this.older.at(-1)
    return oldest === undefined ? this.newest : this.newest === undefined ? oldest : this.join(oldest, this.newest)
  }
}
