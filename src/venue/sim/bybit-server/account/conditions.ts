/**
 * What an owner of the account, or Bybit, may change outside of trading: rights of the key, modes, fees, what is listed.
 */
import { z } from 'zod'
import { type Instrument, parsePrice, parseQuantity } from '../../../../market/instrument.ts'
import { type TierTerms, readTiers } from '../../../../market/margin-tiers.ts'
import { type Answer, type Params, refuse, textOf } from '../streams/wire.ts'

const PRICE_FIELDS = ['price', 'triggerPrice', 'stopLoss', 'takeProfit', 'tpLimitPrice', 'activePrice', 'trailingStop'] as const

const decimal = z.string().regex(/^\d+(\.\d{1,10})?$/)

const tierList = z
  .array(z.strictObject({ valueMax: decimal, maintenanceRate: decimal, deduction: decimal, leverageMax: z.number().min(1).max(200) }))
  .refine((tiers) => readTiers(tiers) !== undefined, 'values and rates must ascend')

/** Body of POST /_sim/account: what it names changes, the rest stays. */
export const conditionsSchema = z
  .strictObject({
    readOnly: z.union([z.literal(0), z.literal(1)]),
    contractTrade: z.array(z.enum(['Order', 'Position'])),
    spotTrade: z.array(z.enum(['SpotTrade'])),
    wallet: z.array(z.enum(['AccountTransfer', 'SubMemberTransfer', 'Withdraw'])),
    ips: z.array(z.string().max(45)),
    /** Days that the key has left; 0: it has expired, and everything private is refused. */
    deadlineDay: z.number().int().min(0).max(3650),
    /** Why another margin mode is refused; null: it is not. */
    marginModeRefusal: z.string().max(200).nullable(),
    marginMode: z.enum(['REGULAR_MARGIN', 'ISOLATED_MARGIN', 'PORTFOLIO_MARGIN']),
    positionMode: z.enum(['one-way', 'hedge']),
    /** By symbol, that of a spot pair with its ending: BTCUSDT-SPOT. */
    isReduceOnly: z.record(z.string(), z.boolean()),
    autoAddMargin: z.record(z.string(), z.boolean()),
    status: z.record(z.string(), z.enum(['Trading', 'PreLaunch', 'Delivering', 'Closed'])),
    /** By symbol: the step of prices, a multiple of the one that the market counts in. */
    tickSize: z.record(z.string(), decimal),
    /** By symbol: the step of quantities, a multiple of the one that the market counts in. */
    qtyStep: z.record(z.string(), decimal),
    minOrderQty: z.record(z.string(), decimal),
    /** By symbol: when it ends, ms as text; "0": it does not. */
    deliveryTime: z.record(z.string(), z.string().regex(/^\d{1,15}$/)),
    /** Symbols that are not listed any more. */
    unlisted: z.array(z.string()),
    adlRank: z.record(z.string(), z.number().int().min(0).max(5)),
    /** By symbol: margin tiers, ascending; none: those that it was listed with. */
    tiers: z.record(z.string(), tierList),
    takerFeeRate: decimal,
    makerFeeRate: decimal,
    borrowAmount: decimal,
    /** Seconds after which orders of a dead client are canceled; 0: the account does not have it. */
    dcpWindowSec: z.number().int().min(0).max(300),
    maintenance: z.boolean(),
  })
  .partial()
export type ConditionChange = z.infer<typeof conditionsSchema>

export class Conditions {
  readOnly: 0 | 1 = 0
  contractTrade: readonly string[] = ['Order', 'Position']
  spotTrade: readonly string[] = ['SpotTrade']
  wallet: readonly string[] = []
  ips: readonly string[] = ['127.0.0.1']
  deadlineDay = 365
  marginMode = 'REGULAR_MARGIN'
  marginModeRefusal: string | null = null
  positionMode: 'one-way' | 'hedge' = 'one-way'
  isReduceOnly: Readonly<Record<string, boolean>> = {}
  autoAddMargin: Readonly<Record<string, boolean>> = {}
  status: Readonly<Record<string, string>> = {}
  tickSize: Readonly<Record<string, string>> = {}
  qtyStep: Readonly<Record<string, string>> = {}
  minOrderQty: Readonly<Record<string, string>> = {}
  deliveryTime: Readonly<Record<string, string>> = {}
  unlisted: readonly string[] = []
  adlRank: Readonly<Record<string, number>> = {}
  tiers: Readonly<Record<string, readonly TierTerms[]>> = {}
  /** Undefined: what the simulator charges. */
  takerFeeRate: string | undefined
  makerFeeRate: string | undefined
  borrowAmount = '0'
  dcpWindowSec = 0
  maintenance = false

  change(by: ConditionChange): void {
    Object.assign(this, by)
  }

  /** Why nothing private is answered; undefined where it is. */
  privateRefusal(): Answer | undefined {
    if (this.maintenance) return refuse(10016, 'Service is restarting, please retry after a while.')
    return this.deadlineDay === 0 ? refuse(33004, 'Your api key has expired.') : undefined
  }

  /** Why a request's prices or quantity are not taken; undefined where each lies on the step that its symbol has now. */
  gridRefusal(instrument: Instrument, params: Params): Answer | undefined {
    const text = this.tickSize[instrument.symbol]
    const lotText = this.qtyStep[instrument.symbol]
    const lot = lotText === undefined ? undefined : parseQuantity(instrument, lotText)
    if (lot !== undefined && (parseQuantity(instrument, textOf(params, 'qty') ?? '0') ?? 0) % lot !== 0)
      return refuse(10001, `params error: qty invalid: not a multiple of the step ${lotText}`)
    const step = text === undefined ? undefined : parsePrice(instrument, text)
    if (step === undefined) return undefined
    const field = PRICE_FIELDS.find((name) => {
      const price = name === 'price' && textOf(params, 'orderType') === 'Market' ? undefined : textOf(params, name)
      return price !== undefined && (parsePrice(instrument, price) ?? 0) % step !== 0
    })
    return field === undefined ? undefined : refuse(10001, `params error: ${field} invalid: not a multiple of the tick ${text}`)
  }

  spotRefusal(symbol: string): Answer | undefined {
    if (this.readOnly === 1 || !this.spotTrade.includes('SpotTrade'))
      return refuse(10005, 'Permission denied, please check your API key permissions.')
    return (this.status[symbol] ?? 'Trading') === 'Trading' ? undefined : refuse(170151, 'This trading pair is not available.')
  }

  orderRefusal(symbol: string, isReduceOnly: boolean): Answer | undefined {
    if (this.readOnly === 1 || !this.contractTrade.includes('Order'))
      return refuse(10005, 'Permission denied, please check your API key permissions.')
    if (this.positionMode === 'hedge') return refuse(10001, 'position idx not match position mode')
    const status = this.status[symbol] ?? 'Trading'
    if (status === 'Closed' || (status !== 'Trading' && !isReduceOnly)) return refuse(30228, 'No new positions during delisting.')
    if (this.isReduceOnly[symbol] === true && !isReduceOnly) return refuse(110023, 'you can only reduce your position now')
    return undefined
  }
}
