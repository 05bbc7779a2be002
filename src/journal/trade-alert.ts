/**
 * The alerts of a trade: opened, reduced, closed, with the figures that chats and programs read of them.
 */
import type { TradeClosed, TradeOpened, TradeReduced } from '../kernel/fact.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { type Instrument, formatPrice, formatQuantity } from '../market/instrument.ts'
import type { OpenTrade } from '../portfolio/open-trade.ts'
import type { AlertRow, TradeRow } from './row.ts'
import { averagePriceText, averageTicks, money } from './state-row.ts'
import { closedText, openedText, reducedText } from './trade-text.ts'

export function openedAlert(kernel: Kernel, fact: TradeOpened, openTrade: OpenTrade, seq: number): AlertRow {
  const instrument = kernel.config.instruments[fact.instrument] as Instrument
  return {
    seq,
    type: 'entry.filled',
    severity: 'P4',
    symbol: instrument.symbol,
    summary: openedText(kernel, openTrade),
    detail: {
      tradeNumber: fact.number,
      strategy: fact.strategy,
      side: fact.side,
      price: formatPrice(instrument, averageTicks(openTrade.entryNotional, openTrade.entryLots, instrument)),
      quantity: formatQuantity(instrument, openTrade.entryLots),
      stop: openTrade.stop === undefined ? null : formatPrice(instrument, openTrade.stop),
      plannedLoss: openTrade.plannedLoss === undefined ? null : money(openTrade.plannedLoss),
      equity: money(kernel.portfolio.equity),
    },
    ts: fact.ts,
  }
}

export function reducedAlert(kernel: Kernel, fact: TradeReduced, seq: number): AlertRow {
  const instrument = kernel.config.instruments[fact.instrument] as Instrument
  const stop = kernel.portfolio.stopOf(fact.instrument)
  return {
    seq,
    type: 'exit.partial',
    severity: 'P4',
    symbol: instrument.symbol,
    summary: reducedText(kernel, fact),
    detail: {
      tradeNumber: fact.number,
      strategy: fact.strategy,
      side: fact.side,
      quantity: formatQuantity(instrument, fact.lots),
      price: averagePriceText(instrument, fact.notional, fact.lots),
      pnl: money(fact.result),
      left: formatQuantity(instrument, fact.left),
      stop: stop === undefined ? null : formatPrice(instrument, stop),
      exitReason: fact.reason,
      orderId: fact.orderId,
    },
    ts: fact.ts,
  }
}

/** @param row the trade as it is in its table */
export function closedAlert(kernel: Kernel, { trade }: TradeClosed, row: TradeRow, seq: number): AlertRow {
  return {
    seq,
    type: 'exit.filled',
    severity: trade.exitReason === 'stop' ? 'P3' : 'P4',
    symbol: row.symbol,
    summary: closedText(kernel, trade),
    detail: {
      tradeNumber: trade.number,
      strategy: trade.strategy,
      side: trade.side,
      quantity: row.quantity,
      price: row.exitPrice,
      pnl: row.pnl,
      resultR: row.resultR,
      exitReason: trade.exitReason,
    },
    ts: trade.exitTs,
  }
}
