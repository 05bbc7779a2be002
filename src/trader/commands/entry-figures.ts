/**
 * What an entry by hand is, in the figures with which it goes out: for the card that asks.
 */
import { formatDecimal, groupDigits, mulDivFloor } from '../../core/decimal.ts'
import { CASH_SCALE, RATE_ONE, type Rate } from '../../core/units.ts'
import type { PlacedOrder } from '../../kernel/input.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { CommandOutcome } from '../../kernel/trader-command.ts'
import { type Instrument, formatQuantity, notionalOf, shownPrice } from '../../market/instrument.ts'
import { plannedLossOf, takerRateOf } from '../../risk/planned-loss.ts'

/** @param ownRate the account's own rate, where it is known */
export function entryFigures(
  placed: PlacedOrder,
  instrument: Instrument,
  { portfolio, config }: Kernel,
  ownRate: Rate | undefined,
): NonNullable<CommandOutcome['figures']> {
  const from = placed.limit ?? placed.trigger ?? portfolio.mark(instrument.index)
  const notional = notionalOf(instrument, from, placed.lots, 'nearest')
  const coin = instrument.settleCoin
  const taken = ownRate ?? takerRateOf(instrument, config.costs)
  const fee = mulDivFloor(notional, taken, RATE_ONE)
  const rate = ((taken / RATE_ONE) * 100).toFixed(3)
  const figures = [
    { name: 'Quantity', value: `${formatQuantity(instrument, placed.lots)} ${instrument.baseCoin} ≈ ${money(notional)} ${coin}` },
    {
      name: 'Price',
      value: `${shownPrice(instrument, from)}${placed.limit === undefined ? (placed.trigger === undefined ? ' (mark)' : ' (trigger)') : ' (limit)'}`,
    },
  ]
  if (placed.stop !== undefined) {
    const loss = plannedLossOf(instrument, from, placed.stop, placed.lots, config.costs)
    const part = ((loss / portfolio.equity) * 100).toFixed(2)
    const away = (((placed.stop - from) / from) * 100).toFixed(2)
    figures.push(
      { name: 'Stop', value: `${shownPrice(instrument, placed.stop)} (${away} %)` },
      { name: 'Planned loss', value: `${money(loss)} ${coin} at the stop (${part} % of equity), with fees and expected slippage` },
    )
  }
  const targets = (placed.targets ?? []).map((target) => shownPrice(instrument, target.price))
  if (targets.length > 0) figures.push({ name: 'Targets', value: targets.join(', ') })
  return [
    ...figures,
    { name: 'Fee', value: `est. ${money(fee)} ${coin} per side (${ownRate === undefined ? 'expected' : 'your'} rate ${rate} %)` },
  ]
}

const money = (amount: number): string => {
  const [whole = '0', cents = ''] = formatDecimal(amount, CASH_SCALE).split('.')
  return groupDigits(`${whole}.${cents.padEnd(2, '0').slice(0, 2)}`)
}
