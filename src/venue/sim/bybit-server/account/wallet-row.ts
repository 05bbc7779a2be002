/**
 * The wallet as Bybit shows it: the coin of settlement and the coins of spot.
 */
import { mulDiv } from '../../../../core/decimal.ts'
import { type Cash, cash } from '../../../../core/units.ts'
import { type Instrument, notionalOf } from '../../../../market/instrument.ts'
import type { Position } from '../../../../portfolio/position.ts'
import type { SimVenue } from '../../sim-venue.ts'
import { coinText, partsOf } from './coin-text.ts'
import { cashText } from '../streams/wire.ts'

/**
 * Of the coin of settlement equity = wallet + unrealized; of the account the worth of other coins comes to it. Available = margin balance -
 * initial margin; rates are margin over margin balance.
 */
export function walletRow(account: {
  readonly venue: SimVenue
  readonly coin: string
  readonly instruments: readonly Instrument[]
  readonly conditions: { readonly borrowAmount: string }
  readonly otherCoins: ReadonlyMap<string, Cash>
}): object {
  const { venue, instruments } = account
  let coins = 0
  for (const instrument of instruments) {
    const { index: i, category } = instrument
    const { lots: held } = venue.positions[i] as Position
    if (category === 'spot') coins += notionalOf(instrument, venue.lastPrice(i), held, 'floor')
  }
  const initial = venue.marginUsed()
  const maintenance = venue.maintenance()
  // In isolated margin Bybit states these of no account, since nothing but its own margin backs a position.
  const isIsolated = venue.marginMode === 'isolated'
  const ofAccount = (text: string): string => (isIsolated ? '' : text)
  const ofOrders = venue.orderMargin()
  const wallet = venue.money()
  const total = venue.equity()
  const equity = total - coins
  const unrealized = cashText(equity - wallet)
  const realized = cash(0 - venue.ledger.trading - venue.ledger.fees - venue.ledger.funding)
  const imRate = ofAccount(ratio(cash(initial + ofOrders), total))
  const mmRate = ofAccount(ratio(maintenance, total))
  return {
    accountType: 'UNIFIED',
    accountLTV: '0',
    accountIMRate: imRate,
    accountIMRateByMp: imRate,
    accountMMRate: mmRate,
    accountMMRateByMp: mmRate,
    totalEquity: cashText(total),
    totalWalletBalance: cashText(wallet + coins),
    totalMarginBalance: ofAccount(cashText(total)),
    totalAvailableBalance: ofAccount(cashText(Math.max(0, total - initial - ofOrders))),
    totalPerpUPL: unrealized,
    totalInitialMargin: ofAccount(cashText(initial + ofOrders)),
    totalInitialMarginByMp: ofAccount(cashText(initial + ofOrders)),
    totalMaintenanceMargin: ofAccount(cashText(maintenance)),
    totalMaintenanceMarginByMp: ofAccount(cashText(maintenance)),
    coin: [
      {
        ...blankCoin,
        coin: account.coin,
        equity: cashText(equity),
        usdValue: cashText(equity),
        walletBalance: cashText(wallet),
        locked: cashText(venue.lockedMoney()),
        borrowAmount: account.conditions.borrowAmount,
        totalOrderIM: cashText(ofOrders),
        totalPositionIM: cashText(initial),
        totalPositionMM: cashText(maintenance),
        unrealisedPnl: unrealized,
        cumRealisedPnl: cashText(realized),
      },
      ...instruments.flatMap((instrument) => coinRow(instrument, venue)),
      ...[...account.otherCoins].map(([coin, balance]) => ({
        ...blankCoin,
        coin,
        equity: cashText(balance),
        usdValue: '0',
        walletBalance: cashText(balance),
        locked: '0',
      })),
    ],
  }
}

const blankCoin = {
  free: '',
  spotHedgingQty: '0',
  borrowAmount: '0',
  accruedInterest: '0',
  availableToWithdraw: '',
  availableToBorrow: '',
  totalOrderIM: '0',
  totalPositionIM: '0',
  totalPositionMM: '0',
  unrealisedPnl: '0',
  cumRealisedPnl: '0',
  bonus: '0',
  marginCollateral: true,
  collateralSwitch: true,
  spotBorrow: '0',
} as const

/** The coin of a spot instrument; none where nothing is held. Two pairs of one coin are not simulated. */
function coinRow(instrument: Instrument, venue: SimVenue): readonly object[] {
  const { index: i, baseCoin, category } = instrument
  const { lots: held } = venue.positions[i] as Position
  const parts = partsOf(held, venue.spare(i))
  if (category !== 'spot' || parts === 0n) return []
  const balance = coinText(instrument, parts)
  return [
    {
      ...blankCoin,
      coin: baseCoin,
      equity: balance,
      usdValue: cashText(notionalOf(instrument, venue.lastPrice(i), held, 'floor')),
      walletBalance: balance,
      locked: coinText(instrument, partsOf(venue.lockedLots(i), 0)),
    },
  ]
}

const ratio = (part: Cash, whole: Cash): string => (whole <= 0 ? '0' : cashText(mulDiv(part, 100_000_000, whole, 'nearest')))
