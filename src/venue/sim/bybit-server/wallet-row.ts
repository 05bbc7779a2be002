/**
 * The wallet as Bybit shows it: one coin, cross margin.
 * Never changes anything.
 */
import { mulDiv } from '../../../core/decimal.ts'
import { type Cash, type InstrumentIndex, cash, instrumentIndex } from '../../../core/units.ts'
import type { Instrument } from '../../../market/instrument.ts'
import type { Position } from '../../../portfolio/position.ts'
import type { SimVenue } from '../sim-venue.ts'
import { marginsOf } from './position-row.ts'
import { cashText } from './wire.ts'

/** equity = wallet + unrealized; available = margin balance - initial margin; rates are margin over margin balance. */
export function walletRow(account: {
  readonly venue: SimVenue
  readonly coin: string
  readonly instruments: readonly Instrument[]
  readonly conditions: { readonly borrowAmount: string }
}): object {
  const { venue } = account
  let initial = 0
  let maintenance = 0
  account.instruments.forEach((instrument, k) => {
    const i: InstrumentIndex = instrumentIndex(k)
    const margins = marginsOf(instrument, (venue.positions[i] as Position).lots, venue.lastPrice(i), venue.leverage(i))
    initial += margins.initial
    maintenance += margins.maintenance
  })
  const wallet = venue.ledger.wallet
  const equity = venue.equity()
  const unrealized = cashText(equity - wallet)
  const realized = cash(0 - venue.ledger.trading - venue.ledger.fees - venue.ledger.funding)
  const imRate = ratio(cash(initial), equity)
  const mmRate = ratio(cash(maintenance), equity)
  return {
    accountType: 'UNIFIED',
    accountLTV: '0',
    accountIMRate: imRate,
    accountIMRateByMp: imRate,
    accountMMRate: mmRate,
    accountMMRateByMp: mmRate,
    totalEquity: cashText(equity),
    totalWalletBalance: cashText(wallet),
    totalMarginBalance: cashText(equity),
    totalAvailableBalance: cashText(Math.max(0, equity - initial)),
    totalPerpUPL: unrealized,
    totalInitialMargin: cashText(initial),
    totalInitialMarginByMp: cashText(initial),
    totalMaintenanceMargin: cashText(maintenance),
    totalMaintenanceMarginByMp: cashText(maintenance),
    coin: [
      {
        coin: account.coin,
        equity: cashText(equity),
        usdValue: cashText(equity),
        walletBalance: cashText(wallet),
        free: '',
        locked: '0',
        spotHedgingQty: '0',
        borrowAmount: account.conditions.borrowAmount,
        accruedInterest: '0',
        availableToWithdraw: '',
        availableToBorrow: '',
        totalOrderIM: '0',
        totalPositionIM: cashText(initial),
        totalPositionMM: cashText(maintenance),
        unrealisedPnl: unrealized,
        cumRealisedPnl: cashText(realized),
        bonus: '0',
        marginCollateral: true,
        collateralSwitch: true,
        spotBorrow: '0',
      },
    ],
  }
}

const ratio = (part: Cash, whole: Cash): string => (whole <= 0 ? '0' : cashText(mulDiv(part, 100_000_000, whole, 'nearest')))
