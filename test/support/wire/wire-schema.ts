/**
 * What the exchange may say, as strict schemas from the documented shapes and enums: an unknown key, a missing one or another word fails.
 */
import type { AccountOrderV5, PositionV5 } from 'bybit-api'
import { z } from 'zod'

/** Keys that a type of the client must have; the compiler holds the schemas against them. */
type Needed<T> = { [K in keyof T]-?: undefined extends T[K] ? never : K }[keyof T]
/** Without those that only spot knows. */
type OrderKeys = Exclude<Needed<AccountOrderV5>, 'ocoTriggerType' | 'basePrice'>
/** The stream has another name for the average price. */
type PositionKeys = Exclude<Needed<PositionV5>, 'avgPrice'>

const text = z.string()
/** A decimal, as Bybit writes it. */
const decimal = z.string().regex(/^-?\d+(\.\d+)?$/)
/** The same, or one of the ways to say none. */
const decimalOrNone = z.union([decimal, z.literal('')])
const millis = z.string().regex(/^\d{13}$/)
const millisOrNone = z.union([millis, z.literal(''), z.literal('0')])
const side = z.enum(['Buy', 'Sell'])
const triggerBy = z.enum(['', 'UNKNOWN', 'LastPrice', 'IndexPrice', 'MarkPrice'])

const order = {
  symbol: text,
  orderId: text,
  orderLinkId: text.max(36),
  parentOrderLinkId: text,
  blockTradeId: text,
  price: decimal,
  qty: decimal,
  side,
  isLeverage: z.enum(['', '0', '1']),
  positionIdx: z.literal(0),
  orderStatus: z.enum(['New', 'PartiallyFilled', 'Untriggered', 'Rejected', 'Filled', 'Cancelled', 'Triggered', 'Deactivated']),
  createType: z.enum([
    'CreateByUser',
    'CreateByStopOrder',
    'CreateByTakeProfit',
    'CreateByPartialTakeProfit',
    'CreateByStopLoss',
    'CreateByPartialStopLoss',
    'CreateByTrailingStop',
    'CreateByTrailingProfit',
    'CreateByLiq',
    'CreateByTakeOver_PassThrough',
    'CreateByAdl_PassThrough',
  ]),
  cancelType: z.enum([
    'UNKNOWN',
    '',
    'CancelByUser',
    'CancelByReduceOnly',
    'CancelByPrepareLiq',
    'CancelAllBeforeLiq',
    'CancelByPrepareAdl',
    'CancelAllBeforeAdl',
    'CancelByAdmin',
    'CancelBySettle',
    'CancelByTpSlTsClear',
    'CancelBySmp',
    'CancelByDCP',
  ]),
  rejectReason: z.enum([
    'EC_NoError',
    'EC_PerCancelRequest',
    'EC_NoImmediateQtyToFill',
    'EC_CancelForNoFullFill',
    'EC_PostOnlyWillTakeLiquidity',
    'EC_CancelByOrderValueZero',
    'EC_OrigClOrdIDDoesNotExist',
  ]),
  avgPrice: decimalOrNone,
  leavesQty: decimal,
  leavesValue: decimal,
  cumExecQty: decimal,
  cumExecValue: decimal,
  cumExecFee: decimal,
  cumFeeDetail: z.record(text, decimal),
  timeInForce: z.enum(['GTC', 'IOC', 'FOK', 'PostOnly']),
  orderType: z.enum(['Market', 'Limit']),
  stopOrderType: z.enum([
    '',
    'UNKNOWN',
    'TakeProfit',
    'StopLoss',
    'TrailingStop',
    'Stop',
    'PartialTakeProfit',
    'PartialStopLoss',
    'tpslOrder',
    'OcoOrder',
  ]),
  ocoTriggerBy: text,
  orderIv: text,
  marketUnit: text,
  slippageToleranceType: z.enum(['', 'UNKNOWN', 'TickSize', 'Percent']),
  slippageTolerance: text,
  triggerPrice: decimalOrNone,
  takeProfit: decimalOrNone,
  stopLoss: decimalOrNone,
  tpslMode: z.enum(['', 'Full', 'Partial', 'UNKNOWN']),
  tpLimitPrice: decimalOrNone,
  slLimitPrice: decimalOrNone,
  tpTriggerBy: triggerBy,
  slTriggerBy: triggerBy,
  triggerDirection: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  triggerBy,
  lastPriceOnCreated: decimalOrNone,
  reduceOnly: z.boolean(),
  closeOnTrigger: z.boolean(),
  placeType: text,
  smpType: z.enum(['None', 'CancelMaker', 'CancelTaker', 'CancelBoth']),
  smpGroup: z.number().int(),
  smpOrderId: text,
  createdTime: millis,
  updatedTime: millis,
  extraFees: text,
  rpiTakerAccess: z.boolean(),
  rpiMatchedQty: text,
} satisfies Record<OrderKeys, z.ZodType> & Record<string, z.ZodType>
const restOrder = z.strictObject(order)
/** Without createType, which spot does not have; two ways to end are its own. */
const { createType: _createType, ...orderOfBoth } = order
const spotOrder = {
  ...orderOfBoth,
  orderId: z.string().regex(/^\d{19}$/),
  isLeverage: z.literal('0'),
  orderStatus: z.enum([
    'New',
    'PartiallyFilled',
    'Untriggered',
    'Rejected',
    'Filled',
    'Cancelled',
    'Triggered',
    'Deactivated',
    'PartiallyFilledCanceled',
  ]),
  /** The documented list has no word for a balance that is short; the last one is the simulator's. */
  rejectReason: z.enum([...order.rejectReason.options, 'EC_InsufficientBalance']),
  marketUnit: z.enum(['', 'baseCoin', 'quoteCoin']),
  triggerDirection: z.literal(0),
  basePrice: decimal,
  reduceOnly: z.literal(false),
  closeOnTrigger: z.literal(false),
}
const restSpotOrder = z.strictObject(spotOrder)
/** As four recorded frames have it: the price of its making under another name, and nothing of what only contracts have. */
const {
  basePrice: _basePrice,
  parentOrderLinkId: _parentOrderLinkId,
  ocoTriggerBy: _ocoTriggerBy,
  extraFees: _extraFees,
  tpslMode: _tpslMode,
  ...streamSpot
} = spotOrder
const streamSpotOrder = z.strictObject({
  ...streamSpot,
  category: z.literal('spot'),
  lastPriceOnCreated: decimal,
  smpGroup: z.literal('0'),
  feeCurrency: text,
})
const streamOrder = z.strictObject({ ...order, category: z.literal('linear'), closedPnl: decimal, feeCurrency: text })

const execution = {
  symbol: text,
  orderId: text,
  orderLinkId: text,
  side,
  orderPrice: decimal,
  orderQty: decimal,
  leavesQty: decimal,
  createType: text,
  orderType: z.enum(['Market', 'Limit', 'UNKNOWN']),
  stopOrderType: text,
  execFee: decimal,
  execFeeV2: decimalOrNone,
  execId: text,
  execPrice: decimal,
  execQty: decimal,
  execType: z.enum(['Trade', 'AdlTrade', 'Funding', 'BustTrade', 'Delivery', 'Settle', 'BlockTrade', 'MovePosition']),
  execValue: decimal,
  execTime: millis,
  feeCurrency: text,
  isMaker: z.boolean(),
  feeRate: decimal,
  tradeIv: text,
  markIv: text,
  markPrice: decimal,
  indexPrice: text,
  underlyingPrice: text,
  blockTradeId: text,
  closedSize: decimal,
  seq: z.number().int(),
  extraFees: text,
}
const restExecution = z.strictObject(execution)
const streamExecution = z.strictObject({
  ...execution,
  category: z.literal('linear'),
  isLeverage: text,
  execPnl: decimal,
  marketUnit: text,
})

const { createType: _executionCreateType, ...executionOfBoth } = execution
const spotExecution = {
  ...executionOfBoth,
  orderId: z.string().regex(/^\d{19}$/),
  orderType: z.enum(['Market', 'Limit']),
  execType: z.literal('Trade'),
  markPrice: decimalOrNone,
}
const restSpotExecution = z.strictObject(spotExecution)
const streamSpotExecution = z.strictObject({
  ...spotExecution,
  category: z.literal('spot'),
  isLeverage: z.enum(['', '0']),
  execPnl: decimal,
  marketUnit: text,
})

const position = {
  positionIdx: z.literal(0),
  riskId: z.number().int(),
  riskLimitValue: decimal,
  symbol: text,
  side: z.enum(['', 'Buy', 'Sell']),
  size: decimal,
  positionValue: decimal,
  tradeMode: z.literal(0),
  positionStatus: z.enum(['Normal', 'Liq', 'Adl']),
  autoAddMargin: z.union([z.literal(0), z.literal(1)]),
  adlRankIndicator: z.number().int().min(0).max(5),
  leverage: decimal,
  breakEvenPrice: decimalOrNone,
  positionBalance: decimal,
  markPrice: decimal,
  liqPrice: decimalOrNone,
  bustPrice: decimalOrNone,
  positionMM: decimal,
  positionMMByMp: decimal,
  positionIM: decimal,
  positionIMByMp: decimal,
  tpslMode: z.literal('Full'),
  takeProfit: decimalOrNone,
  stopLoss: decimalOrNone,
  trailingStop: decimal,
  sessionAvgPrice: decimalOrNone,
  delta: text,
  gamma: text,
  vega: text,
  theta: text,
  unrealisedPnl: decimal,
  curRealisedPnl: decimal,
  cumRealisedPnl: decimal,
  seq: z.number().int(),
  isReduceOnly: z.boolean(),
  mmrSysUpdatedTime: millisOrNone,
  leverageSysUpdatedTime: millisOrNone,
  createdTime: millisOrNone,
  updatedTime: millisOrNone,
  openTime: z.number().int(),
} satisfies Record<PositionKeys, z.ZodType> & Record<string, z.ZodType>
const restPosition = z.strictObject({ ...position, avgPrice: decimal })
const streamPosition = z.strictObject({ ...position, entryPrice: decimal, category: z.literal('linear') })

const coin = z.strictObject({
  coin: text,
  equity: decimal,
  usdValue: decimal,
  walletBalance: decimal,
  availableToWithdraw: decimalOrNone,
  availableToBorrow: decimalOrNone,
  borrowAmount: decimal,
  accruedInterest: decimal,
  totalOrderIM: decimal,
  totalPositionIM: decimal,
  totalPositionMM: decimal,
  unrealisedPnl: decimal,
  cumRealisedPnl: decimal,
  bonus: decimal,
  collateralSwitch: z.boolean(),
  marginCollateral: z.boolean(),
  locked: decimal,
  spotHedgingQty: decimal,
  spotBorrow: decimal,
  colRes: decimal.optional(),
  free: text.optional(),
})
const wallet = z.strictObject({
  accountType: z.literal('UNIFIED'),
  accountLTV: text,
  accountIMRate: decimal,
  accountIMRateByMp: decimal,
  accountMMRate: decimal,
  accountMMRateByMp: decimal,
  totalEquity: decimal,
  totalWalletBalance: decimal,
  totalMarginBalance: decimal,
  totalAvailableBalance: decimal,
  totalPerpUPL: decimal,
  totalInitialMargin: decimal,
  totalInitialMarginByMp: decimal,
  totalMaintenanceMargin: decimal,
  totalMaintenanceMarginByMp: decimal,
  coin: z.array(coin),
})

const listOf = <T extends z.ZodType>(row: T) =>
  z.strictObject({ list: z.array(row), nextPageCursor: text.optional(), category: z.literal('linear').optional() })
const listOfEither = <L extends z.ZodType, S extends z.ZodType>(linear: L, spot: S) =>
  z.union([listOf(linear), z.strictObject({ list: z.array(spot), nextPageCursor: text.optional(), category: z.literal('spot') })])
const ids = z.strictObject({ orderId: text, orderLinkId: text })
const envelope = <T extends z.ZodType>(result: T) =>
  z.strictObject({ retCode: z.number().int(), retMsg: text, result, retExtInfo: z.record(text, z.unknown()), time: z.number().int() })

/** Results by path; what is not here is not looked at. */
const RESULTS: Readonly<Record<string, z.ZodType>> = {
  '/v5/order/create': ids,
  '/v5/order/amend': ids,
  '/v5/order/cancel': ids,
  '/v5/order/realtime': listOfEither(restOrder, restSpotOrder),
  '/v5/order/history': listOfEither(restOrder, restSpotOrder),
  '/v5/execution/list': listOfEither(restExecution, restSpotExecution),
  '/v5/position/list': z.union([
    listOf(restPosition),
    // Inverse contracts are not simulated: nobody holds any.
    z.strictObject({ list: z.array(restPosition).max(0), nextPageCursor: text, category: z.literal('inverse') }),
  ]),
  '/v5/position/trading-stop': z.strictObject({}),
  '/v5/account/wallet-balance': z.strictObject({ list: z.array(wallet) }),
}

const frameOf = <T extends z.ZodType>(topic: string, row: T) =>
  z.strictObject({ id: text, topic: z.literal(topic), creationTime: z.number().int(), data: z.array(row).min(1) })
const FRAMES: Readonly<Record<string, z.ZodType>> = {
  order: frameOf('order', z.union([streamOrder, streamSpotOrder])),
  execution: frameOf('execution', z.union([streamExecution, streamSpotExecution])),
  position: frameOf('position', streamPosition),
  wallet: frameOf('wallet', wallet),
}

export const SHAPED_PATHS = Object.keys(RESULTS)
export const SHAPED_TOPICS = Object.keys(FRAMES)

/** @throws where a reply is not what the documentation says. A refusal has an empty result. */
export function expectReplyShape(path: string, body: { readonly retCode: number }): void {
  const result = RESULTS[path]
  if (result !== undefined) envelope(body.retCode === 0 ? result : z.strictObject({})).parse(body)
}

/** @throws where a private frame is not what the documentation says. */
export function expectFrameShape(frame: { readonly topic: string }): void {
  const schema = FRAMES[frame.topic]
  if (schema === undefined) throw new Error(`a frame of ${frame.topic}, which is not documented here`)
  schema.parse(frame)
}

const spotTicker = {
  symbol: text,
  lastPrice: decimal,
  highPrice24h: decimal,
  lowPrice24h: decimal,
  prevPrice24h: decimal,
  volume24h: decimal,
  turnover24h: decimal,
  price24hPcnt: decimal,
  usdIndexPrice: decimalOrNone,
}
const best = { bid1Price: decimalOrNone, bid1Size: decimalOrNone, ask1Price: decimalOrNone, ask1Size: decimalOrNone }
const spotInstrument = z.strictObject({
  symbol: text,
  symbolId: z.number().int(),
  baseCoin: text,
  quoteCoin: text,
  innovation: z.enum(['0', '1']),
  symbolType: text,
  xstockMultiplier: decimal.optional(),
  status: z.literal('Trading'),
  marginTrading: z.enum(['none', 'both', 'utaOnly', 'normalSpotOnly']),
  stTag: z.enum(['0', '1']),
  lotSizeFilter: z.strictObject({
    basePrecision: decimal,
    quotePrecision: decimal,
    minOrderQty: decimal,
    maxOrderQty: decimal,
    minOrderAmt: decimal,
    maxOrderAmt: decimal,
    maxLimitOrderQty: decimal,
    maxMarketOrderQty: decimal,
    postOnlyMaxLimitOrderSize: decimal,
  }),
  priceFilter: z.strictObject({ tickSize: decimal }),
  riskParameters: z.strictObject({ priceLimitRatioX: decimal, priceLimitRatioY: decimal }),
  forbidUplWithdrawal: z.boolean().optional(),
})
const spotList = <T extends z.ZodType>(row: T) => z.strictObject({ category: z.literal('spot'), list: z.array(row).min(1) })
const level = z.tuple([decimal, decimal])
const book = { s: text, b: z.array(level), a: z.array(level), u: z.number().int(), seq: z.number().int() }

/** What spot answers of the market, by path. */
const SPOT_RESULTS: Readonly<Record<string, z.ZodType>> = {
  '/v5/market/instruments-info': spotList(spotInstrument),
  '/v5/market/tickers': spotList(z.strictObject({ ...spotTicker, ...best })),
  '/v5/market/orderbook': z.strictObject({ ...book, ts: z.number().int(), cts: z.number().int() }),
  '/v5/market/kline': z.strictObject({ category: z.literal('spot'), symbol: text, list: z.array(z.array(decimal).length(7)).min(1) }),
  '/v5/market/recent-trade': spotList(
    z.strictObject({
      execId: text,
      symbol: text,
      price: decimal,
      size: decimal,
      side,
      time: millis,
      isBlockTrade: z.boolean(),
      isRPITrade: z.boolean(),
      seq: text,
    }),
  ),
}
const instant = z.number().int()
const SPOT_FRAMES: Readonly<Record<string, z.ZodType>> = {
  tickers: z.strictObject({
    topic: text,
    type: z.literal('snapshot'),
    ts: instant,
    cs: z.number().int(),
    data: z.strictObject(spotTicker),
  }),
  orderbook: z.strictObject({ topic: text, type: z.enum(['snapshot', 'delta']), ts: instant, cts: instant, data: z.strictObject(book) }),
  kline: z.strictObject({
    topic: text,
    type: z.literal('snapshot'),
    ts: instant,
    data: z.array(
      z.strictObject({
        start: instant,
        end: instant,
        interval: text,
        open: decimal,
        close: decimal,
        high: decimal,
        low: decimal,
        volume: decimal,
        turnover: decimal,
        confirm: z.boolean(),
        timestamp: instant,
      }),
    ),
  }),
  publicTrade: z.strictObject({
    topic: text,
    type: z.literal('snapshot'),
    ts: instant,
    // L is of futures only.
    data: z.array(
      z.strictObject({ T: instant, s: text, S: side, v: decimal, p: decimal, i: text, BT: z.boolean(), RPI: z.boolean(), seq: instant }),
    ),
  }),
}

export const SPOT_MARKET_PATHS = Object.keys(SPOT_RESULTS)

/** @throws where an answer of the spot market is not what the documentation says. */
export function expectSpotReplyShape(path: string, body: { readonly retCode: number }): void {
  envelope(SPOT_RESULTS[path] ?? z.never()).parse(body)
}

/** @throws where a public frame of spot is not what the documentation says. */
export function expectSpotFrameShape(frame: { readonly topic: string }): void {
  const schema = SPOT_FRAMES[frame.topic.split('.')[0] ?? '']
  if (schema === undefined) throw new Error(`a frame of ${frame.topic}, which is not documented here`)
  schema.parse(frame)
}
