/**
 * The parts of the venue's net positions that are not ours, by instrument, from the first such lot until the symbol is flat (S8).
 */
import { growList } from '../core/column.ts'
import { type Cash, type InstrumentIndex, type Lots, type Ticks, type Ts, lots } from '../core/units.ts'
import type { Instrument } from '../market/instrument.ts'
import type { StepChange } from '../market/instrument-terms.ts'
import { type ExternalChange, type ExternalPart, openExternal, partsOf } from './external.ts'
import { type FillHistory, type PastFill, bookInOrder, convertHistory, foldUntil, rebase } from './fill-history.ts'
import { type Position, convertPosition, unrealizedOf } from './position.ts'

export interface SharedFill {
  readonly ours: Lots
  /** What the venue realized of all of it. */
  readonly realized: Cash
  readonly change: ExternalChange | undefined
}

export class ExternalParts {
  private readonly parts: (ExternalPart | undefined)[]
  /** Whether there are none: then nobody pays for them. */
  isEmpty = true

  constructor(count: number) {
    this.parts = new Array<ExternalPart | undefined>(count).fill(undefined)
  }

  /** Instruments have joined: there are so many now. */
  grow(count: number): void {
    growList(this.parts, count, () => undefined)
  }

  has(i: InstrumentIndex): boolean {
    return this.parts[i] !== undefined
  }
  lots(i: InstrumentIndex): Lots {
    return this.parts[i]?.lots ?? lots(0)
  }
  isIgnored(i: InstrumentIndex): boolean {
    return this.parts[i]?.isIgnored === true
  }

  /** Lots of others in all symbols, with the index of each. */
  *held(): Generator<readonly [number, Lots]> {
    for (let k = 0; k < this.parts.length; k++) {
      const part = this.parts[k]
      if (part !== undefined && part.lots !== 0) yield [k, lots(Math.abs(part.lots))]
    }
  }

  /** What others have lost at the marks, zero or below. */
  loss(instruments: readonly Instrument[], markOf: (i: InstrumentIndex) => Ticks, ownOf: (i: InstrumentIndex) => number): number {
    let loss = 0
    for (const instrument of instruments) {
      const part = this.parts[instrument.index]
      const i = instrument.index
      if (part !== undefined) loss += Math.min(0, unrealizedOf(part.net, instrument, markOf(i)) - ownOf(i))
    }
    return loss
  }

  /** A fill in a symbol that is not ours alone, before our part of it is booked. */
  shareFill(instrument: Instrument, own: Position, ownHistory: FillHistory, fill: PastFill, isExternal: boolean): SharedFill {
    const i = instrument.index
    const part = this.parts[i] ?? openExternal(own, ownHistory)
    this.parts[i] = part
    this.isEmpty = false
    const before: number = part.lots
    const { ours, external } = partsOf(own.lots, part.lots, fill.side, fill.lots, isExternal)
    const realized = bookInOrder(part.history, part.net, instrument, fill)
    part.lots = lots(before + fill.side * external)
    const added = Math.max(0, Math.abs(part.lots) - (before * part.lots > 0 ? Math.abs(before) : 0))
    const change = isExternal && (ours > 0 || added > 0) ? { instrument, taken: ours, added: lots(added) } : undefined
    return { ours, realized, change }
  }

  /** After our part was booked. What a later position of somebody else will be, nobody has said anything about. */
  settle(i: InstrumentIndex, isOwnFlat: boolean): void {
    const part = this.parts[i]
    if (part === undefined || part.lots !== 0) return
    part.isIgnored = false
    if (!isOwnFlat) return
    this.parts[i] = undefined
    this.isEmpty = this.parts.every((each) => each === undefined)
  }

  ignore(i: InstrumentIndex): void {
    const part = this.parts[i]
    if (part !== undefined) part.isIgnored = part.lots !== 0
  }

  /** It is ours from now on. */
  giveUp(i: InstrumentIndex): void {
    const part = this.parts[i]
    if (part === undefined) return
    part.lots = lots(0)
    part.isIgnored = false
  }

  /** See {@link foldUntil}. */
  foldUntil(instrument: Instrument, upTo: Ts): void {
    const part = this.parts[instrument.index]
    if (part !== undefined) foldUntil(part.history, instrument, upTo)
  }

  rebase(i: InstrumentIndex): void {
    const part = this.parts[i]
    if (part !== undefined) rebase(part.history, part.net)
  }

  /** Lots of the instrument count in other steps from now on. */
  convert(change: StepChange): void {
    const part = this.parts[change.after.index]
    if (part === undefined) return
    part.lots = change.quantity(part.lots)
    convertPosition(part.net, change)
    convertHistory(part.history, part.net, change)
  }

  snapshot(): (ExternalPart | null)[] {
    return this.parts.map((part) => (part === undefined ? null : copyOf(part)))
  }

  restore(from: readonly (ExternalPart | null)[] | undefined): void {
    this.parts.forEach((_, i) => {
      const part = from?.[i]
      this.parts[i] = part === null || part === undefined ? undefined : copyOf(part)
    })
    this.isEmpty = this.parts.every((each) => each === undefined)
  }
}

const copyOf = (part: ExternalPart): ExternalPart => ({
  lots: part.lots,
  net: { ...part.net },
  history: { base: { ...part.history.base }, fills: [...part.history.fills] },
  isIgnored: part.isIgnored,
})
