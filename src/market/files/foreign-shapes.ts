/**
 * Files that are something else than candles or funding rates, reported by the names of their columns.
 */
import { keyOf } from './column-names.ts'

interface ForeignShape {
  readonly what: string
  readonly next: string
  readonly matches: (keys: ReadonlySet<string>) => boolean
}

const has = (keys: ReadonlySet<string>, ...names: readonly string[]): boolean => names.every((name) => keys.has(name))
const CANDLES = 'Fetch candles (klines) of the same source instead.'

const SHAPES: readonly ForeignShape[] = [
  { what: 'aggregated trades (aggTrades)', next: CANDLES, matches: (keys) => keys.has('aggtradeid') },
  {
    what: 'a transaction log, a row for each booking',
    next: 'Pass a file of equity over time, with the columns timestamp,equity; ballast backtest --equity writes one.',
    matches: (keys) => has(keys, 'cashflow', 'change') && (keys.has('cashbalance') || keys.has('walletbalance')),
  },
  {
    what: 'the list of trades of a strategy tester',
    next: 'Export the chart data instead; overfit and allocate take returns, metrics an equity series.',
    matches: (keys) => (keys.has('trade') || keys.has('tradenumber')) && (keys.has('signal') || keys.has('type')) && keys.has('contracts'),
  },
  {
    what: 'trades, not candles',
    next: CANDLES,
    matches: (keys) =>
      keys.has('price') && !keys.has('open') && (keys.has('side') || keys.has('isbuyermaker') || keys.has('tickdirection')),
  },
  { what: 'messages of a stream, not candles', next: CANDLES, matches: (keys) => has(keys, 'topic', 'data') },
  {
    what: 'an order book, not candles',
    next: CANDLES,
    matches: (keys) => has(keys, 'bids', 'asks') || has(keys, 'askprice', 'bidprice') || (keys.has('side') && keys.has('issnapshot')),
  },
  {
    what: 'one price a row and no bars',
    next: 'Fetch candles with open, high, low and close.',
    matches: (keys) => has(keys, 'price', 'marketcap') && !keys.has('open'),
  },
]

export function foreignShapeOf(names: readonly string[]): { readonly what: string; readonly next: string } | undefined {
  const keys = new Set(names.map(keyOf))
  return SHAPES.find((shape) => shape.matches(keys))
}

/** The same of rows without a header: a trade has an id, a price, a quantity and a flag at its end. */
export function foreignRowsOf(rows: readonly (readonly string[])[]): { readonly what: string; readonly next: string } | undefined {
  const isTrade = (row: readonly string[]): boolean =>
    row.length >= 6 && row.length <= 8 && /^(?:true|false)$/i.test(row.at(-1) ?? '') && /^\d{1,12}$/.test(row[0] ?? '')
  if (rows.length === 0 || !rows.every(isTrade)) return undefined
  return rows[0]?.length === 8 ? (SHAPES[0] as ForeignShape) : { what: 'trades, not candles', next: CANDLES }
}

/** What a text is that is no table at all; undefined where it may be one. */
export function foreignTextOf(start: string): { readonly what: string; readonly next: string } | undefined {
  const text = start.trimStart()
  if (/^<(?:!doctype|html)/i.test(text))
    return { what: 'a page of the web, not a file of data', next: 'The address may be wrong: fetch it again.' }
  if (text.startsWith('<?xml') || /^<Error>/.test(text)) {
    const code = /<Code>([A-Za-z]{1,40})<\/Code>/.exec(text)?.[1]
    return {
      what: `an answer of a file server${code === undefined ? '' : ` (${code})`}, not the file`,
      next: 'The address may be wrong: fetch it again.',
    }
  }
  if (text.startsWith('version https://git-lfs'))
    return { what: 'a pointer of Git LFS, not the file itself', next: 'Fetch the file: git lfs pull.' }
  return undefined
}
