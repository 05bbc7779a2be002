/**
 * Fills of one symbol as acquisitions and disposals: by average cost, or first in, first out (FIFO).
 * Exact integers: what a disposal releases of a cost is rounded against us as the position's own booking is, and the last one takes what is left,
 * so that both methods sum to the same result once the symbol is flat. Never counts funding: that belongs to the ledger.
 */
import { addSafe, mulDivCeil, mulDivFloor } from '../../core/decimal.ts'
import { type Cash, type Lots, type Side, type Ticks, type Ts, cash, lots } from '../../core/units.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'

export const LOT_METHODS = ['fifo', 'average'] as const
export type LotMethod = (typeof LOT_METHODS)[number]

export interface LotFill {
  /** The venue's execution id. */
  readonly id: string
  readonly side: Side
  readonly price: Ticks
  /** Above zero. */
  readonly lots: Lots
  /** Positive = paid. */
  readonly fee: Cash
  readonly ts: Ts
}

/** What one fill closed of one lot; by average cost of the whole pool. */
export interface Disposal {
  /** 1: a long was sold; -1: a short was bought back. */
  readonly side: Side
  readonly lots: Lots
  /** Of the lot; by average cost of the oldest fill that is still in the pool. */
  readonly openedTs: Ts
  readonly openedBy: string
  readonly closedTs: Ts
  readonly closedBy: string
  /** What the quantity was bought for: of a short, what it was bought back for. */
  readonly cost: Cash
  /** What it was sold for. */
  readonly proceeds: Cash
  /** Of both sides, in proportion to the quantity. */
  readonly fees: Cash
  /** proceeds - cost - fees. */
  readonly gain: Cash
}

/** What is still open after the last fill. */
export interface OpenLot {
  readonly side: Side
  readonly lots: Lots
  /** Notional at which it was opened. */
  readonly cost: Cash
  readonly fees: Cash
  readonly openedTs: Ts
  readonly openedBy: string
}

export interface LotBook {
  readonly disposals: readonly Disposal[]
  readonly open: readonly OpenLot[]
}

interface Held {
  lots: number
  cost: number
  fees: number
  readonly openedTs: Ts
  readonly openedBy: string
}

/** @param fills in the order of their execution @throws InvariantError past the range of Cash */
export function bookLots(instrument: Instrument, fills: readonly LotFill[], method: LotMethod): LotBook {
  const disposals: Disposal[] = []
  let held: Held[] = []
  let side: Side = 1
  for (const fill of fills) {
    let rest: number = fill.lots
    let fee: number = fill.fee
    let closing = fill.side === side ? 0 : Math.min(rest, sizeOf(held))
    // Rounded once for all that the fill closes, then shared out: by how many lots it was held must not change the sum.
    let money: number = notionalOf(instrument, fill.price, lots(closing), side === 1 ? 'floor' : 'ceil')
    while (closing > 0) {
      const lot = held[0] as Held
      const part = Math.min(closing, lot.lots)
      const closed = release(lot, part, side)
      const paid = part === rest ? fee : mulDivCeil(fee, part, rest)
      const share = part === closing ? money : mulDivFloor(money, part, closing)
      disposals.push(disposalOf(fill, side, part, lot, closed, { money: share, fee: paid }))
      rest -= part
      closing -= part
      money -= share
      fee -= paid
      if (lot.lots === 0) held.shift()
    }
    if (rest === 0) continue
    side = fill.side
    const notional = notionalOf(instrument, fill.price, lots(rest), side === 1 ? 'ceil' : 'floor')
    const [pool] = held
    if (method === 'average' && pool !== undefined) {
      pool.lots = addSafe(pool.lots, rest)
      pool.cost = addSafe(pool.cost, notional)
      pool.fees = addSafe(pool.fees, fee)
    } else held = [...held, { lots: rest, cost: notional, fees: fee, openedTs: fill.ts, openedBy: fill.id }]
  }
  return {
    disposals,
    open: held.map((lot) => ({
      side,
      lots: lots(lot.lots),
      cost: cash(lot.cost),
      fees: cash(lot.fees),
      openedTs: lot.openedTs,
      openedBy: lot.openedBy,
    })),
  }
}

/** Takes a part out of a lot, with its share of cost and fees. */
function release(lot: Held, part: number, side: Side): { readonly cost: number; readonly fees: number } {
  const isAll = part === lot.lots
  const share = side === 1 ? mulDivCeil : mulDivFloor
  const cost = isAll ? lot.cost : share(lot.cost, part, lot.lots)
  const fees = isAll ? lot.fees : mulDivCeil(lot.fees, part, lot.lots)
  lot.lots -= part
  lot.cost -= cost
  lot.fees -= fees
  return { cost, fees }
}

const sizeOf = (held: readonly Held[]): number => held.reduce((sum, lot) => sum + lot.lots, 0)

function disposalOf(
  fill: LotFill,
  side: Side,
  part: number,
  lot: Held,
  closed: { readonly cost: number; readonly fees: number },
  closing: { readonly money: number; readonly fee: number },
): Disposal {
  const [cost, proceeds] = side === 1 ? [closed.cost, closing.money] : [closing.money, closed.cost]
  const fees = closed.fees + closing.fee
  return {
    side,
    lots: lots(part),
    openedTs: lot.openedTs,
    openedBy: lot.openedBy,
    closedTs: fill.ts,
    closedBy: fill.id,
    cost: cash(cost),
    proceeds: cash(proceeds),
    fees: cash(fees),
    gain: cash(proceeds - cost - fees),
  }
}
