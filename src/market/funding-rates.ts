/**
 * Funding settlements of one perpetual in the order in which they became known, read as of an instant.
 */
import { RATE_ONE, type Rate, type Ts, rate, ts } from '../core/units.ts'

/** A settlement that is over: longs paid shorts this part of the position's value, or received it where the rate is negative. */
export interface SettledFunding {
  /** A fraction of the value: 0.0001 is 0.01 %. */
  readonly rate: number
  readonly at: Ts
}

/** Settlements that are kept: over three months of the usual three a day. */
export const FUNDINGS_KEPT = 300

export class FundingRates {
  private readonly times: number[] = []
  private readonly rates: number[] = []
  private newest: SettledFunding | undefined

  /** Answers false for one that is not newer than what is known. */
  add(at: Ts, settled: Rate): boolean {
    if (at <= (this.newestAt ?? Number.NEGATIVE_INFINITY)) return false
    if (this.times.length >= 2 * FUNDINGS_KEPT) {
      this.times.splice(0, FUNDINGS_KEPT)
      this.rates.splice(0, FUNDINGS_KEPT)
    }
    this.times.push(at)
    this.rates.push(settled)
    this.newest = { rate: settled / RATE_ONE, at }
    return true
  }

  get newestAt(): Ts | undefined {
    return this.newest?.at
  }

  /** The last one before `now`. One of that very instant is not known yet: the exchange tells it some seconds later. */
  before(now: Ts): SettledFunding | undefined {
    const { newest } = this
    return newest === undefined || newest.at < now ? newest : this.last(now, 1)[0]
  }

  /** The last `count` before `now` as far as they are known, the newest first. */
  last(now: Ts, count: number): SettledFunding[] {
    const { times, rates } = this
    let at = times.length - 1
    while (at >= 0 && (times[at] as number) >= now) at -= 1
    const found: SettledFunding[] = []
    for (; at >= 0 && found.length < count; at--) found.push({ rate: (rates[at] as number) / RATE_ONE, at: ts(times[at] as number) })
    return found
  }

  snapshot(): readonly (readonly [at: number, rate: number])[] {
    return this.times.slice(-FUNDINGS_KEPT).map((at, k, kept) => [at, this.rates[this.rates.length - kept.length + k] as number])
  }

  restore(from: readonly (readonly [at: number, rate: number])[]): void {
    this.times.length = 0
    this.rates.length = 0
    this.newest = undefined
    for (const [at, settled] of from) this.add(ts(at), rate(settled))
  }
}
