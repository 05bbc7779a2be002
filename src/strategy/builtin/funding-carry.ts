/**
 * funding-carry: spot long against the perpetual of the same coin short, while the funding that the short receives pays for the costs of both.
 * What the price does cancels out between the legs; what is left is funding, less fees and the change of the basis.
 */
import { z } from 'zod'
import { DAY_MS, type Side } from '../../core/units.ts'
import { lotFloat, priceFloat } from '../../market/instrument.ts'
import { type Market, defineStrategy } from '../strategy.ts'
import { rounded, stopAt } from './entry-prices.ts'

const params = z.strictObject({
  settlements: z.coerce.number().int().min(1).max(300).default(9).describe('settlements that the rate is averaged over'),
  costs: z.coerce.number().min(0).max(1000).default(31).describe('costs of a round trip of both legs in basis points of one leg'),
  days: z.coerce.number().positive().max(365).default(10).describe('days in which funding has to pay for them'),
  keep: z.coerce.number().min(0).max(0.99).default(0.25).describe('part of the rate that it enters at, below which it leaves'),
  basis: z.coerce
    .number()
    .min(-1000)
    .max(1000)
    .default(-10)
    .describe('least distance of the perpetual above spot at the entry in basis points'),
  stop: z.coerce.number().min(0.1).max(50).default(12).describe('stop of each leg in % of its price'),
})
type Params = z.infer<typeof params>

interface State extends Params {
  /** Settlements up to here do not count: a leg was stopped or refused. */
  since: number
  /** The settlement at which it entered or tried to: it tries once for each. */
  tried: number
  /** Counts entries, so that names are new ones. */
  number: number
}

/** Legs that differ by more than this part of the larger one are made even. */
const UNEVEN = 0.02

export const fundingCarry = defineStrategy<Params, State>({
  contract: 2,
  name: 'funding-carry',
  version: 1,
  summary: 'Holds spot against a short perpetual of the same coin while funding pays for the costs.',
  params,
  protection: 'position-stop',
  givesStop: true,
  symbols: ['spot', 'perpetual'],
  categories: ['spot', 'linear'],
  warmup: () => 0,
  init: (p) => ({ ...p, since: 0, tried: 0, number: 0 }),
  onBar({ market, now }, state) {
    const [spot, perpetual] = [market('spot'), market('perpetual')]
    refuseOtherCoins(spot, perpetual)
    if (!spot.hasClosed() || !perpetual.hasClosed() || spot.orders.length + perpetual.orders.length > 0) return
    const isHeld = spot.position > 0 || perpetual.position < 0
    if (isHeld && (spot.position <= 0 || perpetual.position >= 0)) {
      leave([spot, perpetual], 'the other leg is gone', {})
      state.since = now
      return
    }
    const paid = paidBps(perpetual, state)
    if (isHeld) watch(spot, perpetual, state, paid)
    else if (paid !== undefined && paid >= state.costs) enter(spot, perpetual, state, paid)
  },
})

/** Funding that the short would receive in `days` at the mean rate of the last settlements, in basis points; undefined where these are not known. */
function paidBps({ fundings, instrument }: Market, { settlements, days, since }: State): number | undefined {
  const last = fundings(settlements).filter(({ at }) => at > since)
  if (last.length < settlements) return undefined
  const mean = last.reduce((sum, { rate }) => sum + rate, 0) / settlements
  // Rates are decimals: what is just the costs on paper is not to be a last binary digit less.
  return rounded(mean * 1e4 * (DAY_MS / instrument.fundingIntervalMs) * days, 6)
}

function enter(spot: Market, perpetual: Market, state: State, paid: number): void {
  const newest = perpetual.funding?.at ?? 0
  const basis = (priceFloat(perpetual.instrument, perpetual.bars.close(0)) / priceFloat(spot.instrument, spot.bars.close(0)) - 1) * 1e4
  if (newest === state.tried || basis < state.basis) return
  state.tried = newest
  state.number += 1
  const reason = { rule: 'funding pays for the costs', values: { paidBps: rounded(paid, 2), basisBps: rounded(basis, 2) } }
  for (const [market, side] of [[spot, 1] as const, [perpetual, -1] as const]) leg(market, side, state, reason)
}

function leg({ name, bars, enter }: Market, side: Side, { stop, number }: State, reason: Parameters<Market['enter']>[0]['reason']): void {
  const close = bars.close(0)
  enter({ name: `${name}-${number}`, side, stop: stopAt(close, side, (close * stop) / 100), reason })
}

function watch(spot: Market, perpetual: Market, state: State, paid: number | undefined): void {
  if (paid !== undefined && paid < state.costs * state.keep) {
    leave([spot, perpetual], 'funding pays no more', { paidBps: rounded(paid, 2) })
    return
  }
  // Sizing rounds each leg to its own steps, and may find less money for one of them.
  const [long, short] = [coinsOf(spot), coinsOf(perpetual)]
  const [larger, most, least] = long > short ? [spot, long, short] : [perpetual, short, long]
  const excess = most - least
  if (excess < Math.max(UNEVEN * most, lotFloat(larger.instrument))) return
  larger.exit({ share: excess / most, reason: { rule: 'legs made even', values: { spot: long, perpetual: short } } })
}

const coinsOf = ({ position, instrument }: Market): number => Math.abs(position) * lotFloat(instrument)

function leave(markets: readonly Market[], rule: string, values: Readonly<Record<string, number>>): void {
  for (const { position, exit } of markets) if (position !== 0) exit({ reason: { rule, values } })
}

function refuseOtherCoins(spot: Market, perpetual: Market): void {
  if (spot.instrument.baseCoin !== perpetual.instrument.baseCoin)
    throw new Error(
      `funding-carry needs spot and perpetual of one coin, and ${spot.instrument.symbol} is not of ${perpetual.instrument.symbol}`,
    )
}
