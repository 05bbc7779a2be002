/**
 * dca: a base order, safety orders that add to it as the price goes against it, one target from the average price, one stop for all.
 * Parameters mean what 3Commas documents for its DCA bots: deviation, step scale and volume scale of safety orders, target from the average.
 */
import { z } from 'zod'
import { type Side, ticks } from '../../core/units.ts'
import { type Rsi, isRsiReady, makeRsi, rsiValue, updateRsi } from '../../indicators/oscillators/rsi.ts'
import { priceFloat } from '../../market/instrument.ts'
import type { OwnTrade } from '../own-orders.ts'
import { type Market, defineStrategy } from '../strategy.ts'
import { limitAt, rounded, stopAt } from './entry-prices.ts'
import { type PerMarket, cancelEntries, isWithin, reachAfter, stateOf } from './per-market.ts'

/** Where safety orders stand. */
interface Ladder {
  readonly safety: number
  readonly step: number
  readonly stepScale: number
}

/** Distance of each safety order from the base order in %: the sum of the steps so far. */
function deviations({ safety, step, stepScale }: Ladder): number[] {
  let sum = 0
  return Array.from({ length: safety }, (_, k) => {
    sum += step * stepScale ** k
    return sum
  })
}

const params = z
  .strictObject({
    direction: z.enum(['long', 'short']).default('long').describe('side of all its deals'),
    startRsi: z.coerce
      .number()
      .min(0)
      .max(100)
      .default(30)
      .describe('a deal starts when the RSI is below this (short: above 100 less this), 100 for at once'),
    rsi: z.coerce.number().int().min(2).max(500).default(14).describe('bars of the RSI'),
    safety: z.coerce.number().int().min(0).max(20).default(4).describe('safety orders'),
    step: z.coerce.number().min(0.05).max(50).default(1).describe('deviation of the first safety order from the base order in %'),
    stepScale: z.coerce.number().min(0.1).max(5).default(1.3).describe('each further step is so many times the one before'),
    volume: z.coerce.number().min(0.05).max(20).default(1).describe('value of the first safety order in base orders'),
    volumeScale: z.coerce.number().min(0.1).max(5).default(1.4).describe('each further safety order is so many times the one before'),
    target: z.coerce.number().min(0.05).max(50).default(0.8).describe('target from the average price in %'),
    stop: z.coerce.number().min(0.1).max(90).default(8).describe('stop from the base order in %, beyond the last safety order'),
    cooldown: z.coerce.number().int().min(0).max(100_000).default(12).describe('bars between two deals'),
  })
  .refine((p) => p.stop > (deviations(p).at(-1) ?? 0), {
    message: 'the stop must be beyond the last safety order',
    path: ['stop'],
  })
type Params = z.infer<typeof params>

interface Deal {
  readonly rsi: Rsi
  /** Counts deals, so that names are new ones. */
  number: number
  isHeld: boolean
  /** What the base order got, ticks; 0 before. */
  base: number
  /** Of each safety order: distance from the close within which it is asked for, 0 for any; null once it is asked for. */
  reach: (number | null)[]
  /** Lots that the target was calculated for. */
  lots: number
  rest: number
}

interface State extends Params {
  readonly deals: PerMarket<Deal>
}

export const dca = defineStrategy<Params, State>({
  contract: 2,
  name: 'dca',
  version: 1,
  summary: 'Base order with safety orders against it, target from the average price, one stop for all.',
  params,
  protection: 'position-stop',
  givesStop: true,
  warmup: (p) => p.rsi * 4,
  init: (p) => ({ ...p, deals: {} }),
  onOrderEnd(context, { market, name, how, rule }, state) {
    const deal = state.deals[market]
    const [kind, number, place] = name.split('-')
    if (deal === undefined || how !== 'denied' || rule !== 'price-collar' || kind !== 'safety' || Number(number) !== deal.number) return
    const k = Number(place) - 1
    const limit = limitOf(deal, k, state.direction === 'long' ? 1 : -1, state)
    deal.reach[k] = reachAfter(rule, context.market(market).bars.close(0), limit)
  },
  onBar({ markets }, state) {
    for (const market of markets) {
      if (!market.hasClosed()) continue
      const deal = stateOf(state.deals, market.name, () => ({
        rsi: makeRsi(state.rsi),
        number: 0,
        isHeld: false,
        base: 0,
        reach: [],
        lots: 0,
        rest: 0,
      }))
      updateRsi(deal.rsi, market.bars.close(0))
      if (market.trade !== undefined) hold(market, deal, state, market.trade)
      else seek(market, deal, state)
    }
  },
})

/**
 * Part of the risk of each order, base order first, so that their values stand as volume and volume scale say: sizing by risk gives a value
 * of risk / loss, and an order that is nearer to the stop loses less of its value.
 */
function strengths(p: Params): number[] {
  const side = p.direction === 'long' ? 1 : -1
  const risks = [0, ...deviations(p)].map((deviation, k) => {
    const price = 1 - (side * deviation) / 100
    const value = k === 0 ? 1 : p.volume * p.volumeScale ** (k - 1)
    return (value * Math.abs(price - (1 - (side * p.stop) / 100))) / price
  })
  const sum = risks.reduce((total, risk) => total + risk, 0)
  return risks.map((risk) => risk / sum)
}

/** Flat: what is left of the deal before goes, then a new one may start. */
function seek(market: Market, deal: Deal, params: Params): void {
  if (deal.isHeld) {
    deal.isHeld = false
    deal.rest = params.cooldown
  }
  if (cancelEntries(market)) return
  if (deal.rest > 0) {
    deal.rest -= 1
    return
  }
  if (!isRsiReady(deal.rsi)) return
  const side: Side = params.direction === 'long' ? 1 : -1
  const rsi = rsiValue(deal.rsi)
  if (params.startRsi < 100 && (side === 1 ? rsi >= params.startRsi : rsi <= 100 - params.startRsi)) return
  const close = market.bars.close(0)
  deal.number += 1
  deal.base = 0
  deal.lots = 0
  market.enter({
    name: `base-${deal.number}`,
    side,
    stop: stopAt(close, side, (close * params.stop) / 100),
    targets: [{ price: targetOf(close, side, params), share: 1 }],
    strength: strengths(params)[0] ?? 1,
    reason: { rule: 'base order', values: { close: priceFloat(market.instrument, close), rsi: rounded(rsi, 2) } },
  })
}

function hold(market: Market, deal: Deal, params: Params, trade: OwnTrade): void {
  const { instrument, bars, protect, exit } = market
  deal.isHeld = true
  placeSafety(market, deal, params, trade)
  if (trade.lots === deal.lots) return
  deal.lots = trade.lots
  const target = targetOf(trade.price, trade.side, params)
  const close = bars.close(0)
  const values = {
    average: priceFloat(instrument, trade.price),
    target: priceFloat(instrument, target),
    close: priceFloat(instrument, close),
  }
  if ((close - target) * trade.side >= 0) exit({ reason: { rule: 'target from the average reached', values } })
  else protect({ target })
}

/** Each once, from the price that the base order got; one that was denied for its distance again as the price comes nearer. */
function placeSafety({ instrument, enter, orders, bars }: Market, deal: Deal, params: Params, trade: OwnTrade): void {
  const { side, stop } = trade
  if (deal.base === 0) {
    deal.base = trade.price
    // Orders of before a state that begins anew stand as they are.
    deal.reach = deviations(params).map(() => (orders.some(({ type }) => type === 'entry') ? null : 0))
  }
  if (stop === undefined) return
  const parts = strengths(params)
  const close = bars.close(0)
  deviations(params).forEach((deviation, k) => {
    const limit = limitOf(deal, k, side, params)
    const reach = deal.reach[k] ?? null
    if (reach === null || !isWithin(reach, close, limit) || (limit - stop) * side <= 0) return
    deal.reach[k] = null
    const values = {
      number: k + 1,
      deviation: rounded(deviation),
      base: priceFloat(instrument, deal.base),
      close: priceFloat(instrument, close),
    }
    const name = `safety-${deal.number}-${k + 1}`
    enter({ name, side, limit, stop, strength: parts[k + 1] ?? 1, reason: { rule: 'safety order', values } })
  })
}

const limitOf = ({ base }: Deal, k: number, side: Side, params: Params) =>
  limitAt(base * (1 - (side * (deviations(params)[k] ?? 0)) / 100), side)

/** Never nearer than asked, and at least one tick away. */
const targetOf = (price: number, side: Side, { target }: Params) =>
  side === 1
    ? ticks(Math.max(Math.floor(price) + 1, Math.ceil(price * (1 + target / 100))))
    : ticks(Math.max(1, Math.floor(price * (1 - target / 100))))
