/**
 * Statistics of a full window of values, as features use them.
 */
import { type Window, isWindowFull, windowDeviation, windowMean } from '../../../indicators/window.ts'

/** Mean; NaN while the window is not full. */
export const meanOf = (window: Window): number => (isWindowFull(window) ? windowMean(window) : Number.NaN)

/** Standard deviation with ddof 0 around the mean; NaN while the window is not full. */
export const deviationOf = (window: Window): number => (isWindowFull(window) ? windowDeviation(window, windowMean(window)) : Number.NaN)

/** Quotient; NaN of nothing by nothing, so that what cannot be said is not said. */
export const ratio = (above: number, below: number): number => (below === 0 ? Number.NaN : above / below)
