/**
 * From the weights that are to the weights that shall be: orders in whole lots, reductions first (S16), within caps on turnover and cost.
 */
import { addSafe, mulDivCeil, mulDivFloor } from '../../core/decimal.ts'
import { type Cash, type Lots, RATE_ONE, type Rate, type Side, type Ticks, cash, lots } from '../../core/units.ts'
import { type Instrument, leastLots, notionalOf } from '../../market/instrument.ts'
import { WEIGHT_ONE, lotsOfWeight, signedNotional, weightOf } from './weight.ts'

/** Why a weight is not where it shall be. */
export type Reason =
  | 'no-price'
  | 'locked'
  /** What is missing is less than one lot. */
  | 'less-than-a-lot'
  | 'below-minimum'
  | 'minimum-trade'
  | 'turnover-cap'
  | 'cost-cap'
  | 'not-approved'

export interface RebalanceAsset {
  readonly instrument: Instrument
  /** Signed. */
  readonly held: Lots
  readonly mark: Ticks
  /** Millionths of equity, signed. */
  readonly target: number
  /** It may not be traded: it belongs to somebody else, or was refused before. */
  readonly isLocked: boolean
  /** Most that may be bought and sold, unsigned; undefined where nobody has set a bound. */
  readonly most: { readonly buy: Lots; readonly sell: Lots } | undefined
  /** Fee and expected slippage of a taker, as a part of the notional. */
  readonly costRate: Rate
}

export interface RebalanceRules {
  /** Millionths of equity: a weight nearer to its target than this, or as near, is left alone. */
  readonly band: number
  /** An order below this is left out, unless it closes the whole position. */
  readonly tradeMin: Cash
  /** Sum of the notionals of all orders; undefined: no cap. */
  readonly turnoverMax: Cash | undefined
  readonly costMax: Cash | undefined
}

export interface RebalanceOrder {
  /** Index into the assets. */
  readonly asset: number
  /** A reduction brings the position nearer to zero, and not past it. */
  readonly isReduction: boolean
  readonly side: Side
  /** Above zero. */
  readonly lots: Lots
  readonly notional: Cash
  /** Fee and expected slippage, rounded up. */
  readonly cost: Cash
}

export interface LeftOut {
  readonly asset: number
  readonly reason: Reason
}

export interface RebalancePlan {
  /** Reductions first, each part by the distance of its weight, the largest first. */
  readonly orders: readonly RebalanceOrder[]
  /** Sum of the notionals. */
  readonly traded: Cash
  readonly cost: Cash
  /** Positions after all orders have filled, by asset. */
  readonly after: readonly Lots[]
  /** Equity less the cost. */
  readonly equityAfter: Cash
  /** Assets whose weight stays outside its band, or that a cap or a minimum cut; at most one reason an asset. */
  readonly leftOut: readonly LeftOut[]
}

/** The cost lowers equity, which moves every weight: planned again until it does so no further. */
const ROUNDS_MAX = 50

/** @param equity above zero */
export function planRebalance(assets: readonly RebalanceAsset[], rules: RebalanceRules, equity: Cash): RebalancePlan {
  let base: number = equity
  let outside = new Set<number>()
  let plan = planAt(assets, rules, equity, cash(base), outside)
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const next = Math.min(base, plan.equityAfter)
    const more = new Set([...outside, ...outsideOf(assets, rules, cash(next))])
    if (next === base && more.size === outside.size) break
    base = next
    outside = more
    plan = planAt(assets, rules, equity, cash(base), outside)
  }
  return plan
}

/** Assets whose weight has left its band. */
function outsideOf(assets: readonly RebalanceAsset[], { band }: RebalanceRules, equity: Cash): number[] {
  return assets.flatMap((asset, at) => (distanceOf(asset, asset.held, equity) > band ? [at] : []))
}

/** Of a weight from its target, in millionths of equity. */
export const distanceOf = ({ instrument, mark, target }: RebalanceAsset, held: Lots, equity: Cash): number =>
  Math.abs(weightOf(signedNotional(instrument, mark, held), equity) * WEIGHT_ONE - target)

interface Wish {
  readonly asset: number
  readonly isReduction: boolean
  readonly side: Side
  readonly lots: Lots
  readonly distance: number
}

function planAt(
  assets: readonly RebalanceAsset[],
  rules: RebalanceRules,
  equity: Cash,
  base: Cash,
  outside: ReadonlySet<number>,
): RebalancePlan {
  const reasons = new Map<number, Reason>()
  const wishes = [...outside].flatMap((at) => wishesOf(assets[at] as RebalanceAsset, at, rules, base, reasons))
  const ordered = [...wishes].sort((a, b) => Number(b.isReduction) - Number(a.isReduction) || b.distance - a.distance || a.asset - b.asset)
  const after = assets.map((asset) => asset.held)
  const orders: RebalanceOrder[] = []
  let traded = 0
  let cost = 0
  for (const wish of ordered) {
    const asset = assets[wish.asset] as RebalanceAsset
    // What goes through zero is opened only where all of what stood before is closed.
    if (!wish.isReduction && (after[wish.asset] as number) * wish.side < 0) continue
    const order = withinCaps(asset, wish, rules, traded, cost, reasons)
    if (order === undefined) continue
    orders.push(order)
    traded = addSafe(traded, order.notional)
    cost = addSafe(cost, order.cost)
    after[wish.asset] = lots((after[wish.asset] as number) + order.side * order.lots)
  }
  const equityAfter = cash(equity - cost)
  for (const [at, asset] of assets.entries())
    if (!reasons.has(at) && distanceOf(asset, lots(after[at] as number), equityAfter) > rules.band) reasons.set(at, 'less-than-a-lot')
  const leftOut = [...reasons].map(([asset, reason]) => ({ asset, reason })).sort((a, b) => a.asset - b.asset)
  return { orders, traded: cash(traded), cost: cash(cost), after, equityAfter, leftOut }
}

/** What would bring the weight to its target: nothing, one order, or a close and an order to the other side. */
function wishesOf(asset: RebalanceAsset, at: number, rules: RebalanceRules, base: Cash, reasons: Map<number, Reason>): Wish[] {
  const { instrument, held, mark, target, isLocked, most } = asset
  if (isLocked || mark <= 0) {
    reasons.set(at, isLocked ? 'locked' : 'no-price')
    return []
  }
  const wanted = base <= 0 ? lots(0) : lotsOfWeight(instrument, mark, target, base)
  const move = wanted - held
  if (move === 0) return []
  const side: Side = move > 0 ? 1 : -1
  const bound: number = most === undefined ? Number.MAX_SAFE_INTEGER : side === 1 ? most.buy : most.sell
  const size = Math.min(Math.abs(move), bound)
  if (size < Math.abs(move)) reasons.set(at, 'not-approved')
  const closing = held * side < 0 ? Math.min(size, Math.abs(held)) : 0
  const distance = distanceOf(asset, held, base <= 0 ? cash(1) : base)
  const parts: Wish[] = []
  const isWhole = closing === Math.abs(held)
  for (const [quantity, isReduction] of [
    [closing, true],
    [size - closing, false],
  ] as const) {
    if (quantity === 0) continue
    const tooSmall = isReduction && isWhole ? undefined : smallness(instrument, mark, lots(quantity), isReduction, rules)
    if (tooSmall !== undefined) {
      reasons.set(at, tooSmall)
      continue
    }
    parts.push({ asset: at, isReduction, side, lots: lots(quantity), distance })
  }
  return parts
}

/** A reduction has no least value at the exchange, only a least quantity. */
function smallness(
  instrument: Instrument,
  mark: Ticks,
  quantity: Lots,
  isReduction: boolean,
  { tradeMin }: RebalanceRules,
): Reason | undefined {
  if (quantity < (isReduction ? instrument.lotsMin : leastLots(instrument, mark))) return 'below-minimum'
  return notionalOf(instrument, mark, quantity, 'floor') < tradeMin ? 'minimum-trade' : undefined
}

/** The order as far as the caps have room for it; undefined where what fits is too small. */
function withinCaps(
  asset: RebalanceAsset,
  wish: Wish,
  rules: RebalanceRules,
  traded: number,
  cost: number,
  reasons: Map<number, Reason>,
): RebalanceOrder | undefined {
  const { instrument, mark, costRate } = asset
  const priced = (quantity: number): { readonly notional: Cash; readonly cost: Cash } => {
    const notional = notionalOf(instrument, mark, lots(quantity), 'ceil')
    return { notional, cost: cash(mulDivCeil(notional, costRate, RATE_ONE)) }
  }
  const fits = (quantity: number): Reason | undefined => {
    const { notional, cost: paid } = priced(quantity)
    if (rules.turnoverMax !== undefined && traded + notional > rules.turnoverMax) return 'turnover-cap'
    return rules.costMax !== undefined && cost + paid > rules.costMax ? 'cost-cap' : undefined
  }
  if (fits(wish.lots) === undefined) return { ...bare(wish), ...priced(wish.lots) }
  let size = Math.min(wish.lots - 1, mostWithin(asset, rules, traded, cost))
  // The estimate is by whole sums; the rounding of one order may need a lot less.
  while (size > 0 && fits(size) !== undefined) size -= 1
  // Of two caps the one that one lot more would pass.
  reasons.set(wish.asset, fits(Math.max(0, size) + 1) as Reason)
  if (size <= 0 || smallness(instrument, mark, lots(size), wish.isReduction, rules) !== undefined) return undefined
  return { ...bare(wish), lots: lots(size), ...priced(size) }
}

const bare = ({ asset, isReduction, side, lots: quantity }: Wish) => ({ asset, isReduction, side, lots: quantity })

function mostWithin({ instrument, mark, costRate }: RebalanceAsset, rules: RebalanceRules, traded: number, cost: number): number {
  const byTurnover = rules.turnoverMax === undefined ? Number.MAX_SAFE_INTEGER : rules.turnoverMax - traded
  const byCost =
    rules.costMax === undefined || costRate === 0 ? Number.MAX_SAFE_INTEGER : mulDivFloorBounded(rules.costMax - cost, RATE_ONE, costRate)
  const money = Math.max(0, Math.min(byTurnover, byCost))
  return mulDivFloor(Math.min(money, 9e15), instrument.cashDenominator, mark * instrument.cashNumerator)
}

/** A quotient past the range of money is no bound at all. */
const mulDivFloorBounded = (a: number, b: number, d: number): number =>
  (Math.max(0, a) * b) / d > 9e15 ? Number.MAX_SAFE_INTEGER : mulDivFloor(Math.max(0, a), b, d)
