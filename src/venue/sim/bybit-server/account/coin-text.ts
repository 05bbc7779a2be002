/**
 * Coins of a spot instrument as decimal text: whole lots and the parts of one, exact.
 */
import { type Instrument, LOT_PARTS } from '../../../../market/instrument.ts'
import type { Fee } from '../../../../trading/order.ts'
import { cashText } from '../streams/wire.ts'

const PART_DECIMALS = String(LOT_PARTS).length - 1

/** Lots and the spare part of one, in parts. */
export const partsOf = (whole: number, spare: number): bigint => BigInt(whole) * BigInt(LOT_PARTS) + BigInt(spare)

/** Parts of lots as text in coins. */
export function coinText(instrument: Instrument, parts: bigint): string {
  const scale = instrument.quantityScale + PART_DECIMALS
  const size = parts < 0n ? -parts : parts
  const digits = String(size * BigInt(instrument.lot)).padStart(scale + 1, '0')
  const fraction = digits.slice(-scale).replace(/0+$/, '')
  return `${parts < 0n ? '-' : ''}${digits.slice(0, -scale)}${fraction === '' ? '' : `.${fraction}`}`
}

/** A fee in the coin that it was paid in. */
export const feeText = (instrument: Instrument, fee: Pick<Fee, 'amount' | 'lotParts'>): string =>
  fee.lotParts === undefined ? cashText(fee.amount) : coinText(instrument, BigInt(fee.lotParts))
