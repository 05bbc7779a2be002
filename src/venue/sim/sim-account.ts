/**
 * The one account of a simulated venue: wallet, positions and coins, last prices, and the margin that they ask for.
 * Never decides whether an order is taken or filled.
 */
import { type Cash, type InstrumentIndex, type Ticks, cash, lots, ticks } from '../../core/units.ts'
import { type Instrument, notionalOf } from '../../market/instrument.ts'
import { type Ledger, emptyLedger, postToWallet } from '../../portfolio/ledger.ts'
import { type Position, flatPosition, unrealizedOf } from '../../portfolio/position.ts'
import type { SimState } from './sim-order.ts'

export class SimAccount {
  readonly instruments: readonly Instrument[]
  readonly positions: readonly Position[]
  readonly ledger: Ledger = emptyLedger()
  /** Last price in ticks, by instrument; 0 before the first. */
  readonly prices: Float64Array
  readonly leverages: Float64Array
  /** Coins of spot instruments that are no whole lot, in millionths of one, by instrument. */
  readonly spares: Float64Array

  constructor(instruments: readonly Instrument[], openingCash: Cash, leverage: number) {
    this.instruments = instruments
    this.positions = instruments.map(flatPosition)
    this.prices = new Float64Array(instruments.length)
    this.leverages = new Float64Array(instruments.length).fill(leverage)
    this.spares = new Float64Array(instruments.length)
    postToWallet(this.ledger, 'capital', openingCash)
  }

  lastPrice(i: InstrumentIndex): Ticks {
    return ticks(this.prices[i] as number)
  }

  /** Wallet plus what open positions would bring at the last price. */
  equity(): Cash {
    let sum: number = this.ledger.wallet
    for (let i = 0; i < this.instruments.length; i++) {
      const position = this.positions[i] as Position
      if (position.lots !== 0) sum += unrealizedOf(position, this.instruments[i] as Instrument, ticks(this.prices[i] as number))
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

  /** Initial margin that open positions hold at the last price; coins of spot hold none. */
  marginUsed(): Cash {
    let sum = 0
    for (let i = 0; i < this.instruments.length; i++) {
      const held: number = (this.positions[i] as Position).lots
      if (held === 0 || (this.instruments[i] as Instrument).category === 'spot') continue
      const size = lots(held < 0 ? 0 - held : held)
      const notional = notionalOf(this.instruments[i] as Instrument, ticks(this.prices[i] as number), size, 'ceil')
      sum += Math.ceil(notional / (this.leverages[i] as number))
    }
    return cash(sum)
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
