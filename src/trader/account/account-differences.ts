/**
 * What of a reading of the account differs from the records, row by row, with the fix that would mend it.
 */
import { formatDecimal } from '../../core/decimal.ts'
import { CASH_SCALE, type InstrumentIndex, type OrderId, type Ticks, lots } from '../../core/units.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { type Instrument, formatQuantity, shownPrice } from '../../market/instrument.ts'
import { differenceOf } from '../../trading/reading-difference.ts'
import { type KnownState, orderIdOf } from '../../trading/report-events.ts'
import { isOpenStatus } from '../../trading/order.ts'
import type { AccountReading } from '../../trading/report.ts'

export type AccountFix =
  /** Two readings that agree make it an entry of the records. */
  | { readonly type: 'book' }
  | { readonly type: 'look-up' }
  | { readonly type: 'set-stop'; readonly instrument: InstrumentIndex }
  | {
      readonly type: 'cancel-leftover'
      readonly instrument: InstrumentIndex
      readonly orderId: OrderId
      readonly clientOrderId: string
      readonly venueOrderId: string
    }
  | { readonly type: 'none' }

export interface AccountDifference {
  /** The same difference has the same key in the next reading. */
  readonly key: string
  readonly what: string
  readonly about: string
  readonly here: string
  readonly there: string
  readonly fix: AccountFix
  readonly proposal: string
}

export function accountDifferences(reading: AccountReading, kernel: Kernel, known: KnownState): AccountDifference[] {
  const instruments = kernel.config.instruments
  const difference = differenceOf(
    reading,
    instruments.map((i) => i.index),
    known,
  )
  const of = (i: InstrumentIndex): Instrument => instruments[i] as Instrument
  const items: AccountDifference[] = difference.positions.map(({ instrument, ours, venue }) => ({
    key: `position/${of(instrument).symbol}/${ours}/${venue}`,
    what: 'position',
    about: of(instrument).symbol,
    here: formatQuantity(of(instrument), lots(ours)),
    there: formatQuantity(of(instrument), lots(venue)),
    fix: { type: 'book' },
    proposal:
      Math.abs(venue) > Math.abs(ours) || venue * ours < 0
        ? 'look for missed fills, then book the rest as external'
        : 'look for missed fills, then book the rest as your close',
  }))
  for (const order of difference.missing)
    items.push({
      key: `order/${order.orderId}`,
      what: 'order',
      about: `${of(order.instrument).symbol} #${order.orderId}`,
      here: order.status,
      there: 'not open',
      fix: { type: 'look-up' },
      proposal: 'look it up by its id and book its final state',
    })
  items.push(...leftovers(reading, known, of), ...stops(reading, kernel))
  if (difference.wallet !== 0)
    items.push({
      key: `wallet/${difference.wallet}`,
      what: 'wallet',
      about: reading.coin,
      here: formatDecimal(known.money, CASH_SCALE),
      there: formatDecimal(reading.walletBalance, CASH_SCALE),
      fix: { type: 'book' },
      proposal: 'look for missed fills, funding and flows, then book the rest as unexplained',
    })
  for (const order of difference.otherBallast)
    items.push({
      key: `other/${order.venueOrderId}`,
      what: 'order',
      about: of(order.instrument).symbol,
      here: 'unknown',
      there: order.clientOrderId,
      fix: { type: 'none' },
      proposal: 'another Ballast trades this account: stop one of them, then /resume',
    })
  return items
}

/** Open at the venue, and finished in the records: orders of Ballast's that nobody waits for. */
function leftovers(reading: AccountReading, known: KnownState, of: (i: InstrumentIndex) => Instrument): AccountDifference[] {
  return reading.openOrders.flatMap((report): AccountDifference[] => {
    const id = orderIdOf(report.clientOrderId, known)
    if (id === undefined) return []
    const order = known.find(report.instrument, id, report.venueOrderId)
    if (order === undefined ? id >= known.nextOrderId : isOpenStatus(order.status)) return []
    const { instrument, clientOrderId, venueOrderId } = report
    return [
      {
        key: `leftover/${id}`,
        what: 'order',
        about: `${of(instrument).symbol} #${id}`,
        here: order?.status ?? 'over',
        there: 'open',
        fix: { type: 'cancel-leftover', instrument, orderId: id, clientOrderId, venueOrderId },
        proposal: 'cancel it',
      },
    ]
  })
}

function stops(reading: AccountReading, kernel: Kernel): AccountDifference[] {
  return kernel.config.instruments.flatMap((instrument): AccountDifference[] => {
    const i = instrument.index
    const openTrade = kernel.portfolio.openTrade(i)
    const stop = stopAtVenue(reading, instrument)
    if (openTrade === undefined || stop === 'flat') return []
    if (kernel.runs[i]?.definition.protection === 'none' || (openTrade.stop !== undefined && stop === openTrade.stop)) return []
    const text = (price: Ticks | undefined): string => (price === undefined ? 'none' : shownPrice(instrument, price))
    return [
      {
        key: `stop/${instrument.symbol}/${openTrade.stop ?? 0}/${stop ?? 0}`,
        what: 'stop',
        about: instrument.symbol,
        here: text(openTrade.stop),
        there: text(stop),
        fix: { type: 'set-stop', instrument: i },
        proposal: openTrade.stop === undefined ? 'set a stop 2 % from the mark price' : `set it to ${text(openTrade.stop)}`,
      },
    ]
  })
}

/** Where the stop of a position stands: with the position, or, on spot, as an order of Ballast's. */
function stopAtVenue(reading: AccountReading, { index, category }: Instrument): Ticks | undefined | 'flat' {
  if (category === 'spot')
    return reading.openOrders.find((o) => o.instrument === index && o.kind === 'stop-market' && o.side === -1 && o.origin === 'ours')
      ?.trigger
  const row = reading.positions.find((p) => p.instrument === index)
  return row === undefined || row.lots === 0 ? 'flat' : row.stop
}
