/**
 * The last word of a panic: the exchange is read until what is Ballast's is flat, and what is left is said (S7).
 * What is not ours is listed, and not waited for.
 */
import { type Lots, type Ts, lots } from '../../core/units.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { type Instrument, formatQuantity } from '../../market/instrument.ts'
import { ownerOfClientOrderId } from '../../trading/order.ts'
import type { AccountReading } from '../../trading/report.ts'
import type { Venue } from '../../venue/port/venue.ts'
import type { WallClock } from '../../system/wall-clock.ts'

const VERIFY_MS = 30_000
const READ_EVERY_MS = 500

/** @param only a panic of one symbol looks at nothing else */
export async function verifyFlat(
  venue: Pick<Venue, 'readAccount'>,
  kernel: Kernel,
  wallClock: WallClock,
  now: () => Ts,
  only?: Instrument,
): Promise<string> {
  const startMs = wallClock.steadyMs()
  let last = 'the exchange has not answered'
  while (wallClock.steadyMs() - startMs < VERIFY_MS) {
    const reading = await venue.readAccount(now())
    if (reading.ok) {
      const { left, untouched } = look(only === undefined ? reading.value : readingOf(reading.value, only), kernel)
      const others = untouched.length === 0 ? '' : ` Not touched: ${untouched.join(', ')}.`
      if (left.length === 0) {
        const at = new Date(now()).toISOString().slice(11, 19)
        return only === undefined
          ? `FLAT: 0 positions, 0 open orders in Ballast's scope, read from Bybit ${at}.${others} Trading is halted until an admin resumes.`
          : `FLAT: Ballast has 0 positions, 0 open orders in ${only.symbol}, read from Bybit ${at}.${others} ${only.symbol} is halted until an admin resumes it; other symbols are not touched.`
      }
      last = left.join(', ')
    }
    await wallClock.sleep(READ_EVERY_MS)
  }
  return `NOT FLAT: ${last}. Retrying; stops stay at the exchange.`
}

function readingOf(reading: AccountReading, { index }: Instrument): AccountReading {
  const isIts = (row: { readonly instrument: number }): boolean => row.instrument === index
  return {
    ...reading,
    positions: reading.positions.filter(isIts),
    holdings: reading.holdings.filter(isIts),
    elsewhere: [],
    openOrders: reading.openOrders.filter(isIts),
  }
}

function look(reading: AccountReading, kernel: Kernel): { readonly left: readonly string[]; readonly untouched: readonly string[] } {
  const { config, portfolio } = kernel
  const left: string[] = []
  const untouched: string[] = []
  const held = new Set<number>()
  for (const { instrument: i, lots: size } of reading.positions) {
    if (size === 0) continue
    held.add(i)
    const external: number = portfolio.externalLots(i)
    const instrument = config.instruments[i] as Instrument
    const name = (quantity: Lots): string => `${instrument.symbol} ${formatQuantity(instrument, quantity)}`
    if (size !== external) left.push(`${name(lots(Math.abs(size - external)))} still open`)
    if (external !== 0) untouched.push(`${name(lots(Math.abs(external)))} (external)`)
  }
  for (const { instrument: i, lots: size } of reading.holdings) {
    const instrument = config.instruments[i] as Instrument
    // Of coins nothing but the records says whose they are; what is not there is not left, whatever they say.
    const own = Math.min(size, Math.max(0, portfolio.positionLots(i)))
    if (own > 0) left.push(`${instrument.symbol} ${formatQuantity(instrument, lots(own))} still held`)
    if (size > own) untouched.push(`${instrument.symbol} ${formatQuantity(instrument, lots(size - own))} (external)`)
  }
  const isStranger = (clientOrderId: string): boolean =>
    clientOrderId === '' || ownerOfClientOrderId(clientOrderId, config.tag, config.earlierTags) !== 'ours'
  // What the venue made protects a position. Without one it is on its way out, and counts until it is gone.
  const theirs = reading.openOrders.filter((o) => isStranger(o.clientOrderId) && (o.origin === 'external' || held.has(o.instrument)))
  const open = reading.openOrders.length - theirs.length
  if (open > 0) left.push(`${open} ${open === 1 ? 'order' : 'orders'} still open`)
  const orders = theirs.filter((o) => o.origin === 'external').length
  if (orders > 0) untouched.push(`${orders} ${orders === 1 ? 'order' : 'orders'} not placed by Ballast`)
  for (const { symbol, quantity } of reading.elsewhere ?? [])
    untouched.push(`${symbol} ${quantity.replace('-', 'short ')} (not traded here)`)
  return { left, untouched }
}
