/**
 * The one account of a simulated venue: wallet, positions and coins, last prices, and the margin that they ask for.
 */
import { type Cash, type InstrumentIndex, type Rate, type Ticks, cash, lots, rate, ticks } from '../../core/units.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'
import { type MarginMode, type MarginTier, flatTier, maintenanceOf } from '../../market/margin-tiers.ts'
import { type Ledger, emptyLedger, postToWallet } from '../../portfolio/ledger.ts'
import { type Position, flatPosition, unrealizedOf } from '../../portfolio/position.ts'
import type { SimState } from './sim-order.ts'

const NO_MARGIN: readonly MarginTier[] = flatTier(rate(0))

export class SimAccount {
  readonly instruments: readonly Instrument[]
  readonly positions: readonly Position[]
  readonly ledger: Ledger = emptyLedger()
  /** Last price in ticks, by instrument; 0 before the first. */
  readonly prices: Float64Array
  /** Mark price in ticks, by instrument, 0 where the last price stands for it; undefined: it does for all. */
  readonly marks: Float64Array | undefined
  readonly leverages: Float64Array
  /** Coins of spot instruments that are no whole lot, in millionths of one, by instrument. */
  readonly spares: Float64Array
  /** Maintenance margin by position value, by instrument; coins of spot ask for none. */
  readonly tiers: (readonly MarginTier[])[]
  private readonly listedTiers: readonly (readonly MarginTier[])[]
  /** What backs a position: the whole account, or the margin of that position alone. */
  marginMode: MarginMode = 'cross'

  /**
   * @param maintenanceRate of instruments without tiers of their own
   * @param hasMarks whether marks are told beside last prices
   */
  constructor(instruments: readonly Instrument[], openingCash: Cash, leverage: number, maintenanceRate: Rate, hasMarks = false) {
    this.instruments = instruments
    const unread = flatTier(maintenanceRate)
    this.tiers = instruments.map(({ category, tiers }) => (category === 'spot' ? NO_MARGIN : tiers.length === 0 ? unread : tiers))
    this.listedTiers = [...this.tiers]
    this.positions = instruments.map(flatPosition)
    this.prices = new Float64Array(instruments.length)
    this.marks = hasMarks ? new Float64Array(instruments.length) : undefined
    this.leverages = new Float64Array(instruments.length).fill(leverage)
    this.spares = new Float64Array(instruments.length)
    postToWallet(this.ledger, 'capital', openingCash)
  }

  lastPrice(i: InstrumentIndex): Ticks {
    return ticks(this.prices[i] as number)
  }

  /** What a position is valued at. */
  markPrice(i: number): Ticks {
    if (this.marks === undefined) return ticks(this.prices[i] as number)
    const mark = this.marks[i] as number
    return ticks(mark > 0 ? mark : (this.prices[i] as number))
  }

  /** Wallet plus what open positions would bring at their mark. */
  equity(): Cash {
    let sum: number = this.ledger.wallet
    for (let i = 0; i < this.instruments.length; i++) {
      const position = this.positions[i] as Position
      if (position.lots !== 0) sum += unrealizedOf(position, this.instruments[i] as Instrument, this.markPrice(i))
    }
    return cash(sum)
  }

  /** Coins of settlement: the wallet counts the coins of spot at what they cost. */
  money(): Cash {
    let sum: number = this.ledger.wallet
    for (let i = 0; i < this.instruments.length; i++)
      if ((this.instruments[i] as Instrument).category === 'spot') sum -= (this.positions[i] as Position).cost
    return cash(sum)
  }

  /** The wallet with the coins of spot at what they would bring: what is there to pay a loss with. */
  walletWithCoins(): Cash {
    let sum: number = this.ledger.wallet
    for (let i = 0; i < this.instruments.length; i++) {
      const instrument = this.instruments[i] as Instrument
      if (instrument.category === 'spot') sum += unrealizedOf(this.positions[i] as Position, instrument, ticks(this.prices[i] as number))
    }
    return cash(sum)
  }

  /** Initial margin that open positions hold; coins of spot hold none. */
  marginUsed(): Cash {
    let sum = 0
    for (let i = 0; i < this.instruments.length; i++) sum += this.marginOf(i)
    return cash(sum)
  }

  /** Initial margin of a position: at its mark in cross margin, at its entry in isolated margin. */
  marginOf(i: number): Cash {
    const { lots: held, cost } = this.positions[i] as Position
    if (held === 0 || (this.instruments[i] as Instrument).category === 'spot') return cash(0)
    return cash(Math.ceil((this.marginMode === 'isolated' ? cost : this.valueOf(i)) / (this.leverages[i] as number)))
  }

  /** Value of a position at its mark. */
  valueOf(i: number): Cash {
    const held: number = (this.positions[i] as Position).lots
    const size = lots(held < 0 ? 0 - held : held)
    return held === 0 ? cash(0) : notionalOf(this.instruments[i] as Instrument, this.markPrice(i), size, 'ceil')
  }

  /** Margin below which a position is liquidated, and in cross margin the sum of which liquidates the account. */
  maintenanceOf(i: number): Cash {
    return (this.positions[i] as Position).lots === 0 ? cash(0) : maintenanceOf(this.valueOf(i), this.tiers[i] as readonly MarginTier[])
  }

  maintenance(): Cash {
    let sum = 0
    for (let i = 0; i < this.instruments.length; i++) sum += this.maintenanceOf(i)
    return cash(sum)
  }

  setTiers(i: number, tiers: readonly MarginTier[]): void {
    this.tiers[i] = tiers.length === 0 ? (this.listedTiers[i] as readonly MarginTier[]) : tiers
  }

  /** What margin is taken from: in isolated margin neither what positions have won nor the coins of spot. */
  marginBalance(): Cash {
    return this.marginMode === 'isolated' ? this.money() : this.equity()
  }

  state(): Pick<SimState, 'ledger' | 'positions' | 'prices' | 'leverages' | 'spares'> {
    return {
      ledger: { ...this.ledger },
      positions: this.positions.map((p) => ({ ...p })),
      prices: Array.from(this.prices),
      leverages: Array.from(this.leverages),
      spares: Array.from(this.spares),
    }
  }

  restore(state: SimState): void {
    Object.assign(this.ledger, state.ledger)
    state.positions.forEach((p, i) => {
      Object.assign(this.positions[i] as Position, p)
    })
    this.prices.set(state.prices)
    this.leverages.set(state.leverages)
    this.spares.set(state.spares ?? [])
  }
}
