/**
 * What an indicator of the catalog looks like: parameters with defaults and ranges, outputs with their units, and one incremental state.
 */

/** One bar; the caller may reuse the object. Prices in any one unit, volume in base units, `ts` the open time in ms UTC. */
export interface IndicatorBar {
  ts: number
  open: number
  high: number
  low: number
  close: number
  volume: number
}

export interface IndicatorParam {
  readonly name: string
  readonly default: number
  readonly min: number
  readonly max: number
  readonly isWhole: boolean
}

/** `price`: in the unit of the bar's prices; `plain`: a ratio, a percentage or a direction; `volume`: in the unit of the bar's volume. */
export type OutputUnit = 'price' | 'plain' | 'volume'

export interface IndicatorOutput {
  readonly name: string
  readonly unit: OutputUnit
}

/** Takes the next bar and writes one value an output into `out`, NaN while not ready. */
export type IndicatorStep = (bar: IndicatorBar, out: Float64Array) => void

export type IndicatorParams = Readonly<Record<string, number>>

export interface IndicatorEntry {
  readonly name: string
  /** Other names under which users look for it. */
  readonly aliases: readonly string[]
  readonly summary: string
  readonly params: readonly IndicatorParam[]
  readonly outputs: readonly IndicatorOutput[]
  readonly usesVolume?: true
  /** A sentence where the parameters do not fit each other. */
  readonly conflict?: (params: IndicatorParams) => string | undefined
  /**
   * A fresh state, or one that was kept, with its step function; the parameters lie in their ranges and fit each other.
   * @param kept the `state` of a run with the same parameters, or a copy of it: it goes on there, bit for bit
   */
  readonly start: (params: IndicatorParams, kept?: object) => IndicatorRun
}

export interface IndicatorRun {
  /** Plain data that the step changes in place. */
  readonly state: object
  readonly step: IndicatorStep
}

/** The state that was kept, else a fresh one. */
export const resumed = <State extends object>(kept: object | undefined, fresh: () => State): State =>
  kept === undefined ? fresh() : (kept as State)

const PERIOD_MAX = 100_000

export const bars = (name: string, fallback: number): IndicatorParam => ({
  name,
  default: fallback,
  min: 1,
  max: PERIOD_MAX,
  isWhole: true,
})

export const multiplier = (fallback: number): IndicatorParam => ({
  name: 'multiplier',
  default: fallback,
  min: 0.001,
  max: 1000,
  isWhole: false,
})

export const outputs = (unit: OutputUnit, ...names: readonly string[]): readonly IndicatorOutput[] => names.map((name) => ({ name, unit }))

/** Reads a parameter that the entry itself declares. */
export const param = (params: IndicatorParams, name: string): number => params[name] as number
