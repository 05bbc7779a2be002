/**
 * The pages and their addresses behind the #: `#/chart/BTCUSDT/15m`.
 */
import { Cell } from './cell.ts'

export const PAGES = [
  ['overview', 'Overview'],
  ['positions', 'Positions & orders'],
  ['chart', 'Chart'],
  ['trades', 'Trades'],
  ['performance', 'Performance'],
  ['strategies', 'Strategies'],
  ['risk', 'Risk'],
  ['alerts', 'Alerts'],
  ['signals', 'Signals'],
  ['backtests', 'Backtests'],
  ['models', 'Models'],
  ['system', 'System'],
  ['settings', 'Settings'],
] as const
export type PageName = (typeof PAGES)[number][0]

export interface Place {
  readonly page: PageName
  /** After the page, in order. */
  readonly parts: readonly string[]
}

/** The overview where an address names no page. */
export function placeOf(hash: string): Place {
  const [name = '', ...parts] = hash
    .replace(/^#\/?/, '')
    .split('/')
    .filter((part) => part !== '')
    .map(decoded)
  const page = PAGES.find(([each]) => each === name)?.[0]
  return page === undefined ? { page: 'overview', parts: [] } : { page, parts }
}
const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    // A lone percent sign is what it is.
    return part
  }
}
export const addressOf = (page: PageName, ...parts: readonly string[]): string => `#/${[page, ...parts.map(encodeURIComponent)].join('/')}`

export const place = new Cell<Place>({ page: 'overview', parts: [] })
export function followPlace(): void {
  const read = (): void => place.set(placeOf(location.hash))
  addEventListener('hashchange', read)
  read()
}
