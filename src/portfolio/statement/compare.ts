/**
 * An exchange's statement against the records: each change of the wallet, row by row, to the cent.
 */
import { type Cash, CASH_ONE, cash } from '../../core/units.ts'

export type MoveKind = 'trade' | 'funding' | 'flow'

export interface WalletMove {
  readonly kind: MoveKind
  /** As the exchange names it, without our ending of spot; '' where there is none. */
  readonly symbol: string
  /** Of an execution; '' where it is not given. */
  readonly reference: string
  readonly change: Cash
  /** ms. A statement may tell whole seconds. */
  readonly ts: number
}

export interface Difference {
  readonly ts: number
  /** Index into the statement, and into the records; undefined where it is missing there. */
  readonly statement: number | undefined
  readonly record: number | undefined
}

export interface Comparison {
  readonly matched: number
  /** In time order: amounts that differ by a cent or more, and rows that only one side has. */
  readonly differences: readonly Difference[]
  /** Sum of both over what was compared. */
  readonly statementSum: Cash
  readonly recordSum: Cash
  /** Largest difference of two matched rows, in Cash. */
  readonly largest: Cash
}

const CENT = CASH_ONE / 100
/** Two clocks of one exchange: a row of the log may be stamped after the execution. */
const NEAR_MS = 2_000

/** Records of before the first and behind the last row of the statement are left out: it does not speak of them. */
export function compareStatement(statement: readonly WalletMove[], records: readonly WalletMove[]): Comparison {
  const first = Math.min(...statement.map(({ ts }) => ts)) - NEAR_MS
  const last = Math.max(...statement.map(({ ts }) => ts)) + NEAR_MS
  const partner = matched(statement, records)
  const taken = new Set(partner.filter((at) => at !== undefined))
  const differences: Difference[] = []
  let largest = 0
  statement.forEach((row, at) => {
    const record = partner[at]
    const gap = record === undefined ? CENT : Math.abs(row.change - (records[record] as WalletMove).change)
    if (record !== undefined && gap > largest) largest = gap
    if (gap >= CENT && (record !== undefined || Math.abs(row.change) > 0)) differences.push({ ts: row.ts, statement: at, record })
  })
  records.forEach((row, at) => {
    if (!taken.has(at) && row.change !== 0 && row.ts >= first && row.ts <= last)
      differences.push({ ts: row.ts, statement: undefined, record: at })
  })
  const inSpan = records.filter((row, at) => taken.has(at) || (row.ts >= first && row.ts <= last))
  return {
    matched: taken.size,
    differences: differences.sort((a, b) => a.ts - b.ts),
    statementSum: cash(statement.reduce((sum, { change }) => sum + change, 0)),
    recordSum: cash(inSpan.reduce((sum, { change }) => sum + change, 0)),
    largest: cash(largest),
  }
}

/** For each row of the statement the record that is the same movement: by its id, else by kind, symbol and time, the same amount first. */
function matched(statement: readonly WalletMove[], records: readonly WalletMove[]): (number | undefined)[] {
  const partner = new Array<number | undefined>(statement.length).fill(undefined)
  const taken = new Set<number>()
  const take = (row: number, record: number | undefined): void => {
    if (record === undefined) return
    partner[row] = record
    taken.add(record)
  }
  const byId = indexed(records, ({ kind, symbol, reference }) => (reference === '' ? undefined : `${kind} ${symbol} ${reference}`))
  statement.forEach(({ kind, symbol, reference }, at) => {
    if (reference !== '')
      take(
        at,
        byId.get(`${kind} ${symbol} ${reference}`)?.find((record) => !taken.has(record)),
      )
  })
  const byMarket = indexed(records, ({ kind, symbol }) => `${kind} ${symbol}`)
  const nearby = (row: WalletMove): number[] =>
    (byMarket.get(`${row.kind} ${row.symbol}`) ?? []).filter(
      (record) => !taken.has(record) && Math.abs((records[record] as WalletMove).ts - row.ts) <= NEAR_MS,
    )
  for (const isSameAmount of [true, false])
    statement.forEach((row, at) => {
      if (partner[at] !== undefined) return
      take(
        at,
        nearby(row).find((record) => !isSameAmount || Math.abs((records[record] as WalletMove).change - row.change) < CENT),
      )
    })
  return partner
}

function indexed(records: readonly WalletMove[], key: (row: WalletMove) => string | undefined): Map<string, number[]> {
  const index = new Map<string, number[]>()
  records.forEach((row, at) => {
    const name = key(row)
    if (name === undefined) return
    const list = index.get(name)
    if (list === undefined) index.set(name, [at])
    else list.push(at)
  })
  return index
}
