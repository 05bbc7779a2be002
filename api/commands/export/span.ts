/**
 * The year that an export is about, in UTC; all time where none is named.
 */
export interface Span {
  /** ms, the first instant. */
  readonly from: number
  /** ms, the first instant behind it. */
  readonly before: number
}

export const spanOf = (year: number | undefined): Span =>
  year === undefined ? { from: 0, before: Number.MAX_SAFE_INTEGER } : { from: Date.UTC(year, 0, 1), before: Date.UTC(year + 1, 0, 1) }
