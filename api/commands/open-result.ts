/**
 * What the open trades have made so far: marks, parts that were closed, fees that were paid, funding.
 */
import type { PositionRow } from '../../src/journal/row.ts'
import { isSpotSymbol } from '../../src/market/instrument.ts'
import { add, multiply, negate, subtract } from '../amount.ts'
import type { Reads } from '../ports/ports.ts'

const TRADES_MAX = 500
const FILLS_MAX = 1_000

/** Money that the fills took, and what is held at its mark. */
export async function openResult(reads: Reads): Promise<string> {
  const [trades, positions] = await Promise.all([reads.trades({ limit: TRADES_MAX, isOpen: true }), reads.positions()])
  const results = await Promise.all(
    trades.map(async ({ number, symbol, fee, funding }) => {
      const fills = await reads.fills({ limit: FILLS_MAX, tradeNumber: number })
      const held: PositionRow | undefined = positions.find((position) => position.symbol === symbol)
      const paid = add('0', ...fills.map((fill) => multiply(fill.side === 1 ? fill.quantity : negate(fill.quantity), fill.price)))
      const worth = held === undefined ? '0' : multiply(held.quantity, held.markPrice)
      // A purchase of coins pays its fee in coins: they are missing in what is held, and were paid for.
      const inMoney = isSpotSymbol(symbol) ? add('0', ...fills.filter((fill) => fill.side === -1).map((fill) => fill.fee)) : fee
      return add(subtract(worth, paid), negate(inMoney), funding)
    }),
  )
  return add('0', ...results)
}
