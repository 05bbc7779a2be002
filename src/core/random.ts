/**
 * A seeded random number generator (sfc32) whose whole state is four integers, with uniform, normal and Student-t draws.
 */

/** Four plain numbers; continuing from them gives the same draws. */
export type RandomState = readonly [a: number, b: number, c: number, counter: number]

/** Draws that warm up a fresh generator, as PractRand's sfc does. */
const WARM_UP_DRAWS = 15

export class Random {
  private a = 0
  private b = 0
  private c = 0
  private counter = 1

  constructor(seed: number) {
    this.a = seed | 0
    this.b = Math.floor(seed / 2 ** 32) | 0
    this.c = 0x9e3779b9 | 0
    for (let k = 0; k < WARM_UP_DRAWS; k++) this.uint32()
  }

  static from(state: RandomState): Random {
    const random = new Random(0)
    ;[random.a, random.b, random.c, random.counter] = state
    return random
  }

  state(): RandomState {
    return [this.a, this.b, this.c, this.counter]
  }

  uint32(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = (this.c << 21) | (this.c >>> 11)
    this.c = (this.c + sum) | 0
    return sum >>> 0
  }

  /** Uniform in [0, 1) with 32 bits. */
  next(): number {
    return this.uint32() / 4294967296
  }

  /** Uniform integer in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.next() * bound)
  }

  /** Standard normal (Marsaglia's polar method; the second value is not kept, so that the state stays four integers). */
  normal(): number {
    for (;;) {
      const u = this.next() * 2 - 1
      const v = this.next() * 2 - 1
      const w = u * u + v * v
      if (w > 0 && w < 1) return u * Math.sqrt((-2 * Math.log(w)) / w)
    }
  }

  /** Student-t with `degrees` of freedom (Bailey 1994, "Polar generation of random variates with the t-distribution"). */
  studentT(degrees: number): number {
    for (;;) {
      const u = this.next() * 2 - 1
      const v = this.next() * 2 - 1
      const w = u * u + v * v
      if (w <= 0 || w >= 1) continue
      const root = degrees === 4 ? 1 / Math.sqrt(w) : w ** (-2 / degrees)
      return u * Math.sqrt((degrees * (root - 1)) / w)
    }
  }

  /** Exponential with the given mean. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next())
  }
}
