/**
 * Rows of the transaction log: what each is called, what of it is money, and what is left to executions.
 */
import { expect, test } from 'vitest'
import { kindOfTransaction, toMovement } from './movements.ts'
import { type TransactionWire, transactionRow } from '../rows.ts'

const isTraded = (symbol: string): boolean => symbol === 'EXUSDT' || symbol === 'EXUSDT-SPOT'
const row = (part: Partial<TransactionWire> = {}): TransactionWire => ({
  id: 'r1',
  symbol: '',
  category: '',
  type: 'TRANSFER_IN',
  currency: 'USDT',
  change: '12.5',
  transactionTime: '1770000000000',
  ...part,
})
const moved = (part: Partial<TransactionWire>) => toMovement(row(part), 'USDT', isTraded)

test.each([
  ['TRANSFER_IN', 'transfer-in'],
  ['TRANSFER_OUT', 'transfer-out'],
  ['SETTLEMENT', 'funding'],
  ['BONUS_RECOLLECT', 'bonus'],
  ['INTEREST_REPAYMENT_INS_LOAN', 'interest'],
  ['BORROWED_AMOUNT_INS_LOAN', 'loan'],
  ['PLATFORM_TOKEN_MNT_CONVERT_FOO', 'conversion'],
  ['AUTO_DEDUCTION', 'other'],
])('%s is %s', (type, kind) => expect(kindOfTransaction(type)).toBe(kind))

test.each(['TRADE', 'SETTLEMENT', 'LIQUIDATION', 'ADL', 'DELIVERY'])('%s of a symbol that is traded is left to executions', (type) => {
  expect(moved({ type, symbol: 'EXUSDT', category: 'linear' })).toBeUndefined()
  expect(moved({ type, symbol: 'EXUSDT', category: 'spot' })).toBeUndefined()
  expect(moved({ type, symbol: 'OTHERUSDT', category: 'linear' })).toMatchObject({ symbol: 'OTHERUSDT', amount: 1_250_000_000 })
  // The coins of a trade elsewhere are nobody's money here.
  expect(moved({ type, symbol: 'OTHERUSDT', category: 'spot', currency: 'OTHER' })).toBeUndefined()
})

test('a refund on a symbol that is traded is a flow: no execution shows it', () => {
  expect(moved({ type: 'FEE_REFUND', symbol: 'EXUSDT', category: 'linear' })).toMatchObject({ kind: 'fee-refund', symbol: 'EXUSDT' })
})

test('what changes nothing is none; of other coins the text is kept, whatever its size', () => {
  expect(moved({ change: '0' })).toBeUndefined()
  expect(moved({ change: '' })).toBeUndefined()
  expect(moved({ currency: 'BIG', change: '123456789012345678901.000000000000000001' })).toMatchObject({
    amount: 0,
    change: '123456789012345678901.000000000000000001',
  })
})

test('a row of the settle coin that cannot be read is refused, so that its money stays unexplained', () => {
  expect(() => moved({ change: '1e9' })).toThrow('change')
})

test('two rows of one id, as the log has them, are two; the same row is the same', () => {
  const [a, b] = [moved({ change: '1' }), moved({ change: '2' })]
  expect(a?.id).not.toBe(b?.id)
  expect(moved({ change: '1' })?.id).toBe(a?.id)
})

test('rows of the log without symbol and category are read', () => {
  const { symbol: _symbol, category: _category, ...bare } = row()
  expect(transactionRow.parse({ ...bare, transSubType: '', cashBalance: '1' })).toMatchObject({ symbol: '', change: '12.5' })
})
