/**
 * What a rebalance sees: equity, what is held and at which mark, and the plan that follows from it.
 */
import { CASH_SCALE, type Cash, type Lots, type Rate, cash, lots, rate, ticks } from '../../../src/core/units.ts'
import { formatDecimal, parseDecimal } from '../../../src/core/decimal.ts'
import { type Instrument, formatQuantity, isSpotSymbol, parsePrice, parseQuantity } from '../../../src/market/instrument.ts'
import { type RebalanceAsset, type RebalancePlan, type RebalanceRules, planRebalance } from '../../../src/portfolio/rebalance/plan.ts'
import { WEIGHT_ONE, signedNotional, weightOf } from '../../../src/portfolio/rebalance/weight.ts'
import { SPOT_RATE, TAKER_RATE } from '../../../src/venue/sim/models/costs.ts'
import type { CommandPorts } from '../command.ts'
import type { Target } from './targets.ts'

/** Expected slippage of what takes, 1 bp. */
const SLIPPAGE_RATE = 1_000_000
const costRateOf = (symbol: string): Rate => rate((isSpotSymbol(symbol) ? SPOT_RATE : TAKER_RATE) + SLIPPAGE_RATE)

export interface Sight {
  readonly assets: readonly RebalanceAsset[]
  readonly equity: Cash
  /** Market time. */
  readonly ts: number
}

/** Most that may be traded of each symbol, as decimal text; undefined where nobody has confirmed anything yet. */
export type Approved = Readonly<Record<string, { readonly buy: string; readonly sell: string }>>

/** A sentence where it cannot be seen. */
export async function sightOf(
  { reads, portfolio }: CommandPorts,
  targets: readonly Target[],
  locked: ReadonlySet<string>,
  approved: Approved | undefined,
): Promise<Sight | string> {
  const [account, positions, instruments] = await Promise.all([reads.account(), reads.positions(true), portfolio.instruments()])
  if (account === undefined) return 'The trader has not reported the account yet.'
  if (!instruments.ok) return `The exchange does not say what its symbols trade in: ${instruments.error}`
  const equity = parseDecimal(account.equity, CASH_SCALE, 'floor') ?? 0
  if (equity <= 0) return `Equity is ${account.equity} USDT: there is nothing to weigh.`
  const assets: RebalanceAsset[] = []
  for (const { symbol, weight } of targets) {
    const instrument = instruments.value.find((each) => each.symbol === symbol)
    if (instrument === undefined) return `The exchange does not list ${symbol}.`
    const row = positions.find((each) => each.symbol === symbol)
    const bound = approved?.[symbol]
    assets.push({
      instrument,
      held: quantityOf(instrument, row?.quantity ?? '0'),
      mark: row === undefined ? ticks(0) : (parsePrice(instrument, row.markPrice, 'nearest') ?? ticks(0)),
      target: weight,
      isLocked: locked.has(symbol),
      most:
        approved === undefined
          ? undefined
          : { buy: quantityOf(instrument, bound?.buy ?? '0'), sell: quantityOf(instrument, bound?.sell ?? '0') },
      costRate: costRateOf(symbol),
    })
  }
  return { assets, equity: cash(equity), ts: account.updatedTs }
}

const quantityOf = (instrument: Instrument, text: string): Lots => parseQuantity(instrument, text, 'trunc') ?? lots(0)

export const planOf = ({ assets, equity }: Sight, rules: RebalanceRules): RebalancePlan => planRebalance(assets, rules, equity)

export interface PlannedOrder {
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly isReduction: boolean
  /** Decimal text, as all amounts. */
  readonly quantity: string
  readonly notional: string
  readonly cost: string
}
/** The plan as programs get it; weights and turnover are fractions of equity. */
export interface PlanAnswer {
  readonly equity: string
  readonly current: Readonly<Record<string, number>>
  readonly target: Readonly<Record<string, number>>
  readonly orders: readonly PlannedOrder[]
  /** Sum of the notionals over equity. */
  readonly turnover: number
  readonly cost: string
  readonly after: Readonly<Record<string, number>>
  readonly leftOut: readonly { readonly symbol: string; readonly reason: string; readonly text: string }[]
}

const money = (amount: Cash): string => formatDecimal(amount, CASH_SCALE)
const WEIGHT_DIGITS = 6
const round = (weight: number): number => Number(weight.toFixed(WEIGHT_DIGITS))

export function answerOf({ assets, equity }: Sight, plan: RebalancePlan, refusals: ReadonlyMap<string, string>): PlanAnswer {
  const bySymbol = (figure: (asset: RebalanceAsset, at: number) => number): Record<string, number> =>
    Object.fromEntries(assets.map((asset, at) => [asset.instrument.symbol, round(figure(asset, at))]))
  return {
    equity: money(equity),
    current: bySymbol(({ instrument, mark, held }) => weightOf(signedNotional(instrument, mark, held), equity)),
    target: bySymbol(({ target }) => target / WEIGHT_ONE),
    orders: plan.orders.map((order) => {
      const { instrument } = assets[order.asset] as RebalanceAsset
      return {
        symbol: instrument.symbol,
        side: order.side === 1 ? 'buy' : 'sell',
        isReduction: order.isReduction,
        quantity: formatQuantity(instrument, order.lots),
        notional: money(order.notional),
        cost: money(order.cost),
      }
    }),
    turnover: round(plan.traded / equity),
    cost: money(plan.cost),
    after: bySymbol(({ instrument, mark }, at) =>
      weightOf(signedNotional(instrument, mark, lots(plan.after[at] as number)), plan.equityAfter > 0 ? plan.equityAfter : equity),
    ),
    leftOut: plan.leftOut.map(({ asset, reason }) => {
      const { symbol } = (assets[asset] as RebalanceAsset).instrument
      const refusal = refusals.get(symbol)
      return {
        symbol,
        reason: refusal === undefined ? reason : 'refused',
        text: refusal ?? REASON_TEXT[reason],
      }
    }),
  }
}

const REASON_TEXT: Readonly<Record<RebalancePlan['leftOut'][number]['reason'], string>> = {
  'no-price': 'it has no price yet',
  locked: 'it may not be traded',
  'less-than-a-lot': 'what is missing is less than one lot',
  'below-minimum': 'what is missing is below the minimum order size',
  'minimum-trade': 'what is missing is below the minimum trade (min=)',
  'turnover-cap': 'the turnover cap (turnover=) is used up',
  'cost-cap': 'the cost cap (cost=) is used up',
  'not-approved': 'more than was confirmed would be needed',
}
