/**
 * One line of the terminal for what has just happened: an entry, an exit, a hold, an alert.
 * Never wider than a terminal, never without its trade number.
 */
import { closedText, leftText, openedText, reducedText, signedMoney } from '../journal/trade-text.ts'
import type { KernelFact } from '../kernel/fact.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { type Instrument, shownPrice } from '../market/instrument.ts'
import { OBSERVE_HOLD } from './own-holds.ts'

/** `14:02:07  OPENED long 0.05 BTCUSDT @ 64,210.5  ema-cross  risk 0.50 %  stop 62,870  #12`; undefined for facts that nobody watches. */
export function lineOf(fact: KernelFact, kernel: Kernel): string | undefined {
  const text = textOf(fact, kernel)
  return text === undefined ? undefined : `${new Date(fact.ts).toISOString().slice(11, 19)}  ${text}`
}

function textOf(fact: KernelFact, kernel: Kernel): string | undefined {
  switch (fact.type) {
    case 'trade-opened': {
      const instrument = kernel.config.instruments[fact.instrument] as Instrument
      const trip = kernel.portfolio.trip(fact.instrument)
      if (trip === undefined) return undefined
      const { equity } = kernel.portfolio
      const risk = trip.plannedLoss === undefined || equity <= 0 ? '' : `  risk ${((trip.plannedLoss / equity) * 100).toFixed(2)} %`
      const stop = trip.stop === undefined ? '' : `  stop ${shownPrice(instrument, trip.stop)}`
      return `${openedText(kernel, trip)}  ${fact.strategy}${risk}${stop}  #${fact.number}`
    }
    case 'trade-reduced': {
      const { settleCoin } = kernel.config.instruments[fact.instrument] as Instrument
      return `${reducedText(kernel, fact)}  ${signedMoney(fact.result)} ${settleCoin}  ${leftText(kernel, fact)}  #${fact.number}`
    }
    case 'trade-closed': {
      const { trade } = fact
      const { settleCoin } = kernel.config.instruments[trade.instrument] as Instrument
      const r = trade.plannedLoss === undefined || trade.plannedLoss === 0 ? '' : ` (${(trade.pnl / trade.plannedLoss).toFixed(2)} R)`
      return `${closedText(kernel, trade)}  ${signedMoney(trade.pnl)} ${settleCoin}${r}  #${trade.number}`
    }
    case 'order-denied': {
      // Profile observe: what the strategies would do.
      if (fact.rule !== 'hold' || fact.figures.hold !== OBSERVE_HOLD || fact.class !== 'entry') return undefined
      const { symbol } = kernel.config.instruments[fact.instrument] as Instrument
      return `would ${verb(fact.side)} ${symbol}  ${fact.strategy}  ${fact.reason.rule}`
    }
    case 'hold-added':
      return `HOLD ${fact.hold.effect} (${fact.hold.cause})${fact.hold.reason === '' ? '' : `: ${fact.hold.reason}`}`
    case 'hold-lifted':
      return `hold ${fact.holdId} lifted by ${fact.actor}`
    case 'alert-raised':
      return `${fact.severity} ${fact.summary}`
    default:
      return undefined
  }
}

const verb = (side: number): string => (side === 1 ? 'BUY ' : 'SELL')
