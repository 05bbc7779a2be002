/**
 * On-balance volume (Granville 1963): the running sum of volume, added on a higher close and removed on a lower one.
 */
export interface Obv {
  isStarted: boolean
  previousClose: number
  value: number
}

export const makeObv = (): Obv => ({ isStarted: false, previousClose: 0.1 - 0.1, value: 0.1 - 0.1 })

/** Takes the next bar; `volume` in any unit, which is that of the value. */
export function updateObv(obv: Obv, close: number, volume: number): void {
  if (obv.isStarted) obv.value += Math.sign(close - obv.previousClose) * volume
  obv.isStarted = true
  obv.previousClose = close
}
