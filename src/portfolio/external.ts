/**
 * What somebody else holds in a symbol where we may hold too: a venue in one-way mode knows one net position, and this says whose it is (S8).
 */
import { type Lots, type Side, lots } from '../core/units.ts'
import type { Instrument } from '../market/instrument.ts'
import type { FillHistory } from './fill-history.ts'
import type { Position } from './position.ts'

/** JSON-safe; kept from the first lot that is not ours until the symbol is flat. */
export interface ExternalPart {
  /** Signed, what is not ours. */
  lots: Lots
  /** The venue's own net position, whose average price is that of both parts: what it realizes is what the wallet gets. */
  readonly net: Position
  readonly history: FillHistory
  /** A user has said that it is to stay as it is: entries of Ballast's continue. */
  isIgnored: boolean
}

export function openExternal(own: Position, ownHistory: FillHistory): ExternalPart {
  return { lots: lots(0), net: { ...own }, history: { base: { ...ownHistory.base }, fills: [...ownHistory.fills] }, isIgnored: false }
}

/** Parts of a fill, unsigned. */
export interface FillParts {
  readonly ours: Lots
  readonly external: Lots
}

/** External activity reduces what is theirs first, then ours; ours the other way round. What is left opens a position of whoever sent the order. */
export function partsOf(own: Lots, external: Lots, side: Side, quantity: Lots, isExternal: boolean): FillParts {
  const against = (held: Lots): number => (held * side < 0 ? Math.abs(held) : 0)
  const first = Math.min(quantity, against(isExternal ? external : own))
  const second = Math.min(quantity - first, against(isExternal ? own : external))
  const rest = quantity - first - second
  return isExternal ? { external: lots(first + rest), ours: lots(second) } : { ours: lots(first + rest), external: lots(second) }
}

/** What a fill or an adjustment from outside has done to a symbol. */
export interface ExternalChange {
  readonly instrument: Instrument
  /** Lots of Ballast's that somebody else has closed. */
  readonly taken: Lots
  /** Lots by which the part that is not ours has grown. */
  readonly added: Lots
}
