/**
 * Statements against records, by hand.
 */
import { describe, expect, test } from 'vitest'
import { cash } from '../../core/units.ts'
import { type MoveKind, type WalletMove, compareStatement } from './compare.ts'

const move = (kind: MoveKind, symbol: string, reference: string, change: number, ts: number): WalletMove => ({
  kind,
  symbol,
  reference,
  change: cash(Math.round(change * 1e8)),
  ts,
})
const RECORDS = [
  move('trade', 'BTCUSDT', 'x1', -0.11, 1_500),
  move('funding', 'BTCUSDT', 'f1', -0.0216, 28_800_000),
  move('flow', '', '', 100, 40_000_000),
  move('trade', 'BTCUSDT', 'x2', 4.2, 50_000_200),
]

describe('a statement', () => {
  test('that tells ids is matched by them, whatever its order, and to the last digit', () => {
    const { matched, differences, largest, statementSum, recordSum } = compareStatement([...RECORDS].reverse(), RECORDS)
    expect([matched, differences, largest]).toEqual([4, [], 0])
    expect([statementSum, recordSum]).toEqual([104.0684e8, 104.0684e8])
  })

  test('without ids is matched by kind, symbol and second', () => {
    const told = RECORDS.map((row) => ({ ...row, reference: '', ts: Math.floor(row.ts / 1_000) * 1_000 }))
    expect(compareStatement(told, RECORDS)).toMatchObject({ matched: 4, differences: [] })
  })

  test('two fills of one second are told apart by their amounts', () => {
    const records = [move('trade', 'A', 'x1', 1, 1_000), move('trade', 'A', 'x2', 2, 1_100)]
    const told = [move('trade', 'A', '', 2, 1_000), move('trade', 'A', '', 1, 1_000)]
    expect(compareStatement(told, records)).toMatchObject({ matched: 2, differences: [] })
  })

  test('whose amount is off by a cent names the row; by less it does not', () => {
    const told = RECORDS.map((row, at) => (at === 3 ? { ...row, change: cash(4.21e8) } : row))
    expect(compareStatement(told, RECORDS).differences).toEqual([{ ts: 50_000_200, statement: 3, record: 3 }])
    const nearly = RECORDS.map((row, at) => (at === 3 ? { ...row, change: cash(4.2099e8) } : row))
    expect(compareStatement(nearly, RECORDS)).toMatchObject({ differences: [], largest: 990_000 })
  })

  test('the first difference in time comes first: a row that the records lack, then one that the statement lacks', () => {
    const told = [RECORDS[0] as WalletMove, move('trade', 'ETHUSDT', 'y1', -3, 20_000_000), RECORDS[3] as WalletMove]
    expect(compareStatement(told, RECORDS).differences).toEqual([
      { ts: 20_000_000, statement: 1, record: undefined },
      { ts: 28_800_000, statement: undefined, record: 1 },
      { ts: 40_000_000, statement: undefined, record: 2 },
    ])
  })

  test('of a part of the time leaves records before and after it alone', () => {
    expect(compareStatement(RECORDS.slice(1, 3), RECORDS)).toMatchObject({ matched: 2, differences: [] })
  })

  test('two errors that cancel out are both named', () => {
    const told = RECORDS.map((row, at) => ({ ...row, change: cash(row.change + (at === 0 ? 1e8 : at === 3 ? -1e8 : 0)) }))
    const { differences, statementSum, recordSum } = compareStatement(told, RECORDS)
    expect(statementSum).toBe(recordSum)
    expect(differences.map(({ statement }) => statement)).toEqual([0, 3])
  })
})
