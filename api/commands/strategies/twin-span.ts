/**
 * The stretch of time of a live twin in words: days back, or two instants of which one may be left out.
 */
const DAYS = /^([1-9]\d?)d$/
const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z?)?$/
const DAY_MS = 86_400_000

export const isDays = (text: string): boolean => DAYS.test(text)

export const isTwinSpan = (text: string): boolean => {
  if (DAYS.test(text)) return true
  const [from = '', to = '', ...more] = text.split('..')
  return text.includes('..') && more.length === 0 && from + to !== '' && [from, to].every((each) => each === '' || INSTANT.test(each))
}

/** `7d`, `2026-01-01..2026-02-01`, `2026-01-01T06:00..`: ms, where the last day counts whole. */
export function twinSpan(text: string): { readonly days?: number; readonly from?: number; readonly to?: number } {
  const days = DAYS.exec(text)?.[1]
  if (days !== undefined) return { days: Number(days) }
  const at = (each: string): number => Date.parse(each.length > 10 && !each.endsWith('Z') ? `${each}Z` : each)
  const [from = '', to = ''] = text.split('..')
  return { ...(from === '' ? {} : { from: at(from) }), ...(to === '' ? {} : { to: at(to) + (to.length > 10 ? 0 : DAY_MS) }) }
}
