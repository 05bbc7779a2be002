/**
 * What a scenario would do to an account, in cross or isolated margin: loss, margin ratio after it, and where on the way it would be liquidated.
 * Floats throughout: an estimate for people, which decides nothing. Never counts a stop as a floor without saying what is lost if it does not hold.
 */
import { type MaintenanceTier, maintenanceOf } from './maintenance.ts'
import { type Exposed, SCENARIO_NAMES, type ScenarioName, type Shock, shockOf } from './scenarios.ts'

export interface StressPosition {
  readonly symbol: string
  /** Signed, in coins. */
  readonly quantity: number
  readonly mark: number
  readonly isSpot: boolean
  /** What stands behind it alone now: its margin and its result so far (isolated margin); undefined where the account does. */
  readonly ownMargin?: number | undefined
  readonly stop: number | undefined
  readonly beta: number
  readonly dayVolatility: number
  /** None for spot: it holds no margin. */
  readonly tiers: readonly MaintenanceTier[]
}

export interface StressBook {
  /** All of the account, at the mark. */
  readonly equity: number
  readonly positions: readonly StressPosition[]
  /** Of returns, by the order of the positions. */
  readonly correlation: readonly (readonly number[])[]
}

export interface StressMove {
  readonly symbol: string
  /** Fraction. */
  readonly move: number
  readonly price: number
  /** Result of the position, negative for a loss. */
  readonly pnl: number
}

export interface Liquidation {
  /** The position that has lost most when the account is liquidated. */
  readonly symbol: string
  /** Its price then. */
  readonly price: number
  /** How much of the scenario has happened then, 0 to 1. */
  readonly part: number
}

export interface StressResult {
  readonly scenario: ScenarioName
  /** Positive = lost; if no stop holds and nothing is liquidated on the way. */
  readonly loss: number
  /** As a fraction of equity; null where there is none. */
  readonly lossFraction: number | null
  /** Where each stop on the way fills at its price; null in a scenario in which none can. */
  readonly lossAtStops: number | null
  /** Maintenance margin over margin equity; at 1 Bybit liquidates. Null where no equity is left. */
  readonly marginRatioBefore: number | null
  readonly marginRatioAfter: number | null
  /** Null where the account survives the scenario. */
  readonly liquidation: Liquidation | null
  readonly moves: readonly StressMove[]
}

export interface AloneLiquidation {
  readonly symbol: string
  /** At which the account is liquidated while all other prices stand still. */
  readonly price: number
  /** From the mark, as a fraction of it. */
  readonly distance: number
}

/** A position with a margin of its own loses no more than that. */
const pnlOf = (position: StressPosition, move: number): number =>
  Math.max(position.ownMargin === undefined ? Number.NEGATIVE_INFINITY : 0 - Math.max(0, position.ownMargin), notionalOf(position) * move)

const notionalOf = ({ quantity, mark }: StressPosition): number => quantity * mark

export const stressesOf = (book: StressBook, names: readonly ScenarioName[] = SCENARIO_NAMES): StressResult[] =>
  names.map((name) => stressOf(book, name))

function stressOf(book: StressBook, scenario: ScenarioName): StressResult {
  const { positions, equity } = book
  const shock = shockOf(
    scenario,
    positions.map((p): Exposed => ({ ...p, notional: notionalOf(p) })),
    book.correlation,
  )
  const moves = positions.map((position, at): StressMove => {
    const move = shock.moves[at] as number
    return { symbol: position.symbol, move, price: position.mark * (1 + move), pnl: pnlOf(position, move) }
  })
  const loss = 0 - moves.reduce((sum, { pnl }) => sum + pnl, 0) + shock.cost
  return {
    scenario,
    loss,
    lossFraction: equity > 0 ? loss / equity : null,
    lossAtStops: shock.doStopsHold ? lossAtStops(book, shock) : null,
    marginRatioBefore: marginRatio(book, shock, 0),
    marginRatioAfter: marginRatio(book, shock, 1),
    liquidation: liquidationOf(book, shock),
    moves,
  }
}

function lossAtStops({ positions }: StressBook, { moves, cost }: Shock): number {
  return positions.reduce((sum, position, at) => {
    const price = position.mark * (1 + (moves[at] as number))
    const { stop, quantity, mark } = position
    const isReached = stop !== undefined && (quantity > 0 ? stop < mark && price <= stop : stop > mark && price >= stop)
    return sum - quantity * ((isReached ? stop : price) - mark)
  }, cost)
}

/** Equity that backs contracts, and what they need of it, when `part` of the shock has happened. Spot is paid in full and backs nothing. */
function marginAt({ equity, positions }: StressBook, { moves, cost }: Shock, part: number): { equity: number; maintenance: number } {
  let backing = equity - cost * part
  let maintenance = 0
  positions.forEach((position, at) => {
    const notional = notionalOf(position)
    const move = (moves[at] as number) * part
    if (position.isSpot) {
      backing -= notional
      return
    }
    backing += notional * move
    maintenance += maintenanceOf(Math.abs(notional) * (1 + move), position.tiers)
  })
  return { equity: backing, maintenance }
}

/** Of a position with a margin of its own: what backs it, and what it must keep of that. */
function ownMarginAt(position: StressPosition, move: number): { equity: number; maintenance: number } | undefined {
  if (position.ownMargin === undefined || position.isSpot || position.quantity === 0) return undefined
  const notional = notionalOf(position)
  return { equity: position.ownMargin + notional * move, maintenance: maintenanceOf(Math.abs(notional) * (1 + move), position.tiers) }
}

/** Of the account; of the position that is nearest to liquidation where each has a margin of its own. */
function marginRatio(book: StressBook, shock: Shock, part: number): number | null {
  const own = book.positions.flatMap((position, at) => ownMarginAt(position, (shock.moves[at] as number) * part) ?? [])
  if (own.length > 0)
    return own.some(({ equity }) => equity <= 0) ? null : Math.max(...own.map(({ equity, maintenance }) => maintenance / equity))
  const { equity, maintenance } = marginAt(book, shock, part)
  return equity > 0 ? maintenance / equity : null
}

/** Bisections until a part is exact to 1e-15. */
const HALVINGS = 50

function liquidationOf(book: StressBook, shock: Shock): Liquidation | null {
  if (book.positions.every(({ isSpot, quantity }) => isSpot || quantity === 0)) return null
  const ownAt = (part: number): number =>
    book.positions.findIndex((position, at) => {
      const own = ownMarginAt(position, (shock.moves[at] as number) * part)
      return own !== undefined && own.equity <= own.maintenance
    })
  const isIsolated = book.positions.some(({ ownMargin }) => ownMargin !== undefined)
  const isLiquidated = (part: number): boolean => {
    if (isIsolated) return ownAt(part) !== -1
    const { equity, maintenance } = marginAt(book, shock, part)
    return equity <= maintenance
  }
  // What is left above maintenance is concave along the way: who stands at both ends, stands all of it.
  if (!isLiquidated(1) && !isLiquidated(0)) return null
  const part = isLiquidated(0) ? 0 : firstPart(isLiquidated)
  const { positions } = book
  const losses = positions.map((position, at) =>
    position.isSpot ? Number.NEGATIVE_INFINITY : -notionalOf(position) * (shock.moves[at] as number),
  )
  const worst = isIsolated ? ownAt(part) : losses.indexOf(Math.max(...losses))
  const position = positions[worst]
  if (position === undefined) return null
  return { symbol: position.symbol, price: position.mark * (1 + (shock.moves[worst] as number) * part), part }
}

function firstPart(isLiquidated: (part: number) => boolean): number {
  let safe = 0
  let gone = 1
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (safe + gone) / 2
    if (isLiquidated(middle)) gone = middle
    else safe = middle
  }
  return gone
}

/** Shorts are looked at up to so many times their mark. */
const RISE_MAX = 10

/** Nearest first; positions that cannot be liquidated alone are left out. */
export function aloneLiquidationsOf(book: StressBook): AloneLiquidation[] {
  return book.positions
    .flatMap((position, at) => {
      if (position.isSpot || position.quantity === 0) return []
      const move = position.quantity > 0 ? -1 : RISE_MAX
      const found = liquidationOf(book, { moves: book.positions.map((_, other) => (other === at ? move : 0)), cost: 0, doStopsHold: false })
      if (found === null) return []
      const distance = Math.abs(move * found.part)
      return [{ symbol: position.symbol, price: position.mark * (1 + move * found.part), distance }]
    })
    .sort((a, b) => a.distance - b.distance)
}
