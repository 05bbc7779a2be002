/**
 * One line of the terminal for what has just happened: an entry, an exit, a hold, an alert.
 */
import { alertSentence } from '../journal/alert-sentence.ts'
import { closedText, leftText, openedText, reducedText, signedMoney } from '../journal/trade-text.ts'
import { groupDigits } from '../core/decimal.ts'
import type { KernelFact, OrderDenied } from '../kernel/fact.ts'
import type { Hold } from '../kernel/state/holds.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { type Instrument, shownPrice } from '../market/instrument.ts'
import { OBSERVE_HOLD } from '../trader/safety/system-holds.ts'

/** `14:02:07  OPENED long 0.05 BTCUSDT @ 64,210.5  ema-cross  risk 0.50 %  stop 62,870  #12`; undefined for facts that nobody watches. */
export function lineOf(fact: KernelFact, kernel: Kernel): string | undefined {
  const text = textOf(fact, kernel)
  return text === undefined ? undefined : `${new Date(fact.ts).toISOString().slice(11, 19)}  ${text}`
}

function textOf(fact: KernelFact, kernel: Kernel): string | undefined {
  switch (fact.type) {
    case 'trade-opened': {
      const instrument = kernel.config.instruments[fact.instrument] as Instrument
      const openTrade = kernel.portfolio.openTrade(fact.instrument)
      if (openTrade === undefined) return undefined
      const { equity } = kernel.portfolio
      const risk =
        openTrade.plannedLoss === undefined || equity <= 0 ? '' : `  risk ${((openTrade.plannedLoss / equity) * 100).toFixed(2)} %`
      const stop = openTrade.stop === undefined ? '' : `  stop ${shownPrice(instrument, openTrade.stop)}`
      return `${openedText(kernel, openTrade)}  ${fact.strategy}${risk}${stop}  #${fact.number}`
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
      return `would OPEN ${wouldText(fact, symbol)}  ${fact.strategy}  ${fact.reason.rule}`
    }
    case 'hold-added':
      return holdLine(fact.hold, kernel)
    case 'hold-lifted':
      return fact.holdId.startsWith(OBSERVE_HOLD) ? undefined : `HOLD LIFTED: ${fact.holdId}, by ${fact.actor}`
    case 'alert-raised':
      return `${fact.severity} ${alertSentence(fact, fact.instrument === undefined ? '' : (kernel.config.instruments[fact.instrument] as Instrument).symbol)}`
    default:
      return undefined
  }
}

/** `long 0.05 BTCUSDT @ 64,210.5  stop 62,870` */
function wouldText({ side, figures }: OrderDenied, symbol: string): string {
  const { quantity, price, stop } = figures
  const size = quantity === undefined ? 'too small an amount of' : String(quantity)
  const at = price === undefined ? '' : ` @ ${groupDigits(String(price))}`
  return `${side === 1 ? 'long' : 'short'} ${size} ${symbol}${at}${stop === undefined ? '  no stop' : `  stop ${groupDigits(String(stop))}`}`
}

/** What it keeps from happening, where, and by whom or why. */
function holdLine(hold: Hold, kernel: Kernel): string {
  if (hold.id === OBSERVE_HOLD) return 'OBSERVE ONLY: no orders are sent; this log shows what the strategies would do'
  const { scope } = hold
  const where =
    scope.type === 'account'
      ? ''
      : ` ${scope.type === 'strategy' ? `by ${scope.strategy}` : `in ${kernel.config.instruments[scope.instrument]?.symbol ?? ''}`}`
  const what = hold.effect === 'no-orders' ? `NO ORDERS${where} except requested exits` : `NO NEW ENTRIES${where}`
  const by = hold.actor === 'trader' || hold.actor === 'breaker' ? '' : ` by ${hold.actor}`
  const why = hold.reason === '' ? (by === '' ? ` (${hold.cause})` : '') : `: ${hold.reason}`
  return `${what}${by}${why}`
}

const AGAIN_MS = 3_600_000

/** The lines of one run: what a strategy would do is reported once, and again when it says something else or an hour has passed. */
export class TradeLines {
  private readonly would = new Map<string, { readonly side: number; readonly ts: number }>()

  of(fact: KernelFact, kernel: Kernel): string | undefined {
    const line = lineOf(fact, kernel)
    if (line === undefined || fact.type !== 'order-denied') return line
    const key = `${fact.strategy}/${fact.instrument}`
    const before = this.would.get(key)
    if (before?.side === fact.side && fact.ts - before.ts < AGAIN_MS) return undefined
    this.would.set(key, { side: fact.side, ts: fact.ts })
    return line
  }
}
