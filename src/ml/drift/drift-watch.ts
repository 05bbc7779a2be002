/**
 * The newest rows of features beside those that a model was trained on.
 */
import { groupSharesOf, groupsOf, ks, psi } from './distances.ts'
import { type FeatureReference, type Reference, binOf } from './reference.ts'

export interface FeatureDrift {
  readonly psi: number
  readonly ks: number
  /** PSI is above 0.25, and both are beyond what is usual in the train rows. */
  readonly isDrifted: boolean
}

/** As plain data: one text of all bins, row by row, the oldest first. */
export type DriftState = string

/** What is called a large change, however much the train rows themselves change. */
const PSI_LARGE = 0.25
/** The first bin's letter: bins are letters that JSON keeps. */
const FIRST_LETTER = 48

export class DriftWatch {
  private readonly reference: Reference
  private readonly groups: readonly Int32Array[]
  private readonly counts: readonly Int32Array[]
  private readonly groupShares: readonly Float64Array[]
  private readonly groupCounts: readonly Int32Array[]
  /** A ring of rows of bins. */
  private readonly ring: Uint8Array
  private next = 0
  private rows = 0

  constructor(reference: Reference, kept: DriftState = '') {
    this.reference = reference
    this.groups = reference.features.map(({ shares }) => groupsOf(shares))
    this.counts = reference.features.map(({ shares }) => new Int32Array(shares.length))
    this.groupShares = reference.features.map(({ shares }, at) => groupSharesOf(shares, this.groups[at] as Int32Array))
    this.groupCounts = this.groupShares.map(({ length }) => new Int32Array(length))
    this.ring = new Uint8Array(reference.window * reference.features.length)
    const width = reference.features.length
    for (let row = 0; (row + 1) * width <= kept.length; row += 1) this.addBins((at) => kept.charCodeAt(row * width + at) - FIRST_LETTER)
  }

  add(row: Float64Array): void {
    const { features } = this.reference
    this.addBins((at) => binOf((features[at] as FeatureReference).edges, row[at] as number))
  }

  private addBins(binAt: (feature: number) => number): void {
    const { ring, counts, reference } = this
    const width = counts.length
    const base = this.next * width
    const isFull = this.rows === reference.window
    for (let at = 0; at < width; at += 1) {
      if (isFull) this.count(at, ring[base + at] as number, -1)
      const bin = binAt(at)
      ring[base + at] = bin
      this.count(at, bin, 1)
    }
    this.next = this.next + 1 === reference.window ? 0 : this.next + 1
    if (!isFull) this.rows += 1
  }

  private count(feature: number, bin: number, step: 1 | -1): void {
    const own = this.counts[feature] as Int32Array
    const groups = this.groupCounts[feature] as Int32Array
    const group = (this.groups[feature] as Int32Array)[bin] as number
    own[bin] = (own[bin] as number) + step
    groups[group] = (groups[group] as number) + step
  }

  get rowsMissing(): number {
    return this.reference.window - this.rows
  }

  /** Whether a feature has left what it was trained on; false before the window is full: a part of it tells more of chance than of change. */
  isDrifted(feature: number): boolean {
    if (this.rowsMissing > 0) return false
    const { usualPsi, usualKs } = this.reference.features[feature] as FeatureReference
    // The dearer figure is asked for where the cheaper one has spoken.
    return this.psiOf(feature) > Math.max(PSI_LARGE, usualPsi) && this.ksOf(feature) > usualKs
  }

  /** By feature; undefined before the window is full. */
  figures(): readonly FeatureDrift[] | undefined {
    if (this.rowsMissing > 0) return undefined
    return this.reference.features.map((_, at) => ({ psi: this.psiOf(at), ks: this.ksOf(at), isDrifted: this.isDrifted(at) }))
  }

  private psiOf(feature: number): number {
    return psi(this.groupShares[feature] as Float64Array, this.groupCounts[feature] as Int32Array)
  }
  private ksOf(feature: number): number {
    return ks((this.reference.features[feature] as FeatureReference).shares, this.counts[feature] as Int32Array)
  }

  snapshot(): DriftState {
    const width = this.counts.length
    const from = this.rows === this.reference.window ? this.next : 0
    let text = ''
    for (let row = 0; row < this.rows; row += 1) {
      const base = ((from + row) % this.reference.window) * width
      for (let at = 0; at < width; at += 1) text += String.fromCharCode(FIRST_LETTER + (this.ring[base + at] as number))
    }
    return text
  }
}
