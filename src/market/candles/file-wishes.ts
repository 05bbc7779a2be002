/**
 * What a user may say about a file of candles or funding rates that the file itself cannot show.
 */
import type { TimeUnit } from '../files/instant.ts'
import type { Stamp } from '../files/layout.ts'

export interface FileWishes {
  /** Inferred from the rows when absent. */
  readonly interval?: string | undefined
  readonly tick?: string | undefined
  readonly lot?: string | undefined
  readonly unit?: TimeUnit | undefined
  /** Offset from UTC of the clock that wrote times as text, in ms at a wall-clock time. */
  readonly offsetMs?: ((wallMs: number) => number) | undefined
  /** A name of {@link import('../files/layout.ts')} and the column, by position from 1 or by its header. */
  readonly columns?: readonly (readonly [name: string, column: string])[] | undefined
  readonly stamp?: Stamp | undefined
  /** Grid of a stored series of the file's interval: its tick is kept where the file's prices lie on it, and its lot. */
  readonly stored?: ((interval: string) => { readonly tickSize: string; readonly lotSize: string } | undefined) | undefined
  /** The clock, ms UTC; the machine's when absent. */
  readonly nowMs?: number | undefined
  readonly onProgress?: ((share: number) => void) | undefined
}
