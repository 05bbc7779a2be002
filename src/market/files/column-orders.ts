/**
 * The orders of columns in files without a header, and which of them the rows of a file allow.
 */

export interface ColumnOrder {
  readonly source: string
  /** Names as a header would have them; `-` is a column that is not read. */
  readonly columns: readonly string[]
}

const order = (source: string, columns: string): ColumnOrder => ({ source, columns: columns.split(' ') })

export const COLUMN_ORDERS: readonly ColumnOrder[] = [
  order('time, open, high, low, close', 'time open high low close'),
  order('time, open, high, low, close, volume', 'time open high low close volume'),
  order('Coinbase', 'time low high open close volume'),
  order('Bitfinex', 'time open close high low volume'),
  order('Kraken OHLCVT', 'time open high low close volume trades'),
  order('Bybit', 'time open high low close volume turnover'),
  order('KuCoin', 'time open close high low volume turnover'),
  order('MetaTrader', 'date time open high low close tickvolume'),
  order('time, symbol, open, high, low, close, volume', 'time symbol open high low close volume'),
  order('Gate', 'time quotevolume close high low open volume closed'),
  order('Kraken', 'time open high low close vwap volume trades'),
  order('OKX', 'time open high low close vol volccy volccyquote confirm'),
  order('Binance', 'opentime open high low close volume closetime quotevolume trades takerbase takerquote'),
  order('Binance', 'opentime open high low close volume closetime quotevolume trades takerbase takerquote ignore'),
]

const isFlag = (text: string): boolean => /^(?:true|false)$/i.test(text.trim())
const isBit = (text: string): boolean => /^(?:true|false|0|1)$/i.test(text.trim())

/** Orders that all rows allow. Longer rows than any order are read by their first columns. */
export function ordersFor(
  rows: readonly (readonly string[])[],
  isTime: (text: string) => boolean,
  isClock: (text: string) => boolean,
  numberOf: (text: string) => number | undefined,
): ColumnOrder[] {
  const width = rows[0]?.length ?? 0
  const fits = ({ columns }: ColumnOrder): boolean =>
    rows.length > 0 && rows.every((row) => row.length === width && allows(columns, row, isTime, isClock, numberOf))
  const known = COLUMN_ORDERS.filter((known) => known.columns.length === width && fits(known))
  return known.length > 0 || width < 7 ? known : [longer(width)].filter(fits)
}

const longer = (width: number): ColumnOrder => ({
  source: 'time, open, high, low, close, volume',
  columns: ['time', 'open', 'high', 'low', 'close', 'volume', ...Array<string>(width - 6).fill('-')],
})

function allows(
  columns: readonly string[],
  row: readonly string[],
  isTime: (text: string) => boolean,
  isClock: (text: string) => boolean,
  numberOf: (text: string) => number | undefined,
): boolean {
  const price = (name: string): number => numberOf(row[columns.indexOf(name)] as string) ?? Number.NaN
  const open = price('open')
  const high = price('high')
  const low = price('low')
  const close = price('close')
  if (!(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close))) return false
  return columns.every((name, at) => {
    const cell = row[at] as string
    if (name === 'time' && columns[0] === 'date') return isClock(cell)
    if (name === 'time' || name === 'opentime' || name === 'closetime' || name === 'date') return isTime(cell)
    if (name === 'closed') return isFlag(cell)
    if (name === 'confirm') return isBit(cell)
    if (name === 'symbol') return /[A-Za-z]/.test(cell)
    return name === '-' || numberOf(cell) !== undefined
  })
}
