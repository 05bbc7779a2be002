/**
 * The position, account and user endpoints.
 */
import { DAY_MS, type InstrumentIndex, type Ticks, orderId } from '../../../../core/units.ts'
import { type Instrument, parseQuantity, wireSymbolOf } from '../../../../market/instrument.ts'
import type { Position } from '../../../../portfolio/position.ts'
import type { SetProtection } from '../../../../trading/event.ts'
import { MAKER_RATE, SPOT_RATE, TAKER_RATE } from '../../models/costs.ts'
import { standingOf } from '../../protection.ts'
import type { Exchange } from '../exchange.ts'
import { optionalPrice, sourceOf } from './order-request.ts'
import { limited } from './order-routes.ts'
import { positionRow } from '../account/position-row.ts'
import { CATEGORIES, LINEAR_ONLY, categoryOfRequest } from './category.ts'
import { scopeOf } from '../account/scope.ts'
import { windowOf } from '../time-window.ts'
import { walletRow } from '../account/wallet-row.ts'
import { type Answer, type Params, answer, integerOf, isAnswer, pageOf, rateText, refuse, textOf } from '../streams/wire.ts'

export function positionList(exchange: Exchange, params: Params): Answer {
  // Inverse contracts are not simulated, and an account may always be asked what it holds in them.
  if (textOf(params, 'category') === 'inverse') return answer({ list: [], nextPageCursor: '', category: 'inverse' })
  const scope = scopeOf(exchange, params, LINEAR_ONLY)
  if (isAnswer(scope)) return scope
  if (scope.isOpen) return refuse(10001, 'params error: symbol or settleCoin is required')
  const isBySymbol = textOf(params, 'symbol') !== undefined
  const { positionMode } = exchange.conditions
  const rows = exchange.instruments
    .filter((i) => scope.has(i) && (isBySymbol || (exchange.venue.positions[i.index] as Position).lots !== 0))
    .flatMap((i) => {
      const row = positionRow(exchange.account.figuresOf(i.index))
      // Hedge mode has a row for each side.
      return positionMode === 'hedge' && isBySymbol
        ? [row, { ...row, positionIdx: row['positionIdx'] === 1 ? 2 : 1, side: '', size: '0' }]
        : [row]
    })
  const page = pageOf(rows, (row) => row.symbol, limited(params, 200, 20), textOf(params, 'cursor'))
  return answer({ ...page, category: 'linear' })
}

export function setLeverage(exchange: Exchange, params: Params): Answer {
  const instrument = exchange.linearInstrument(params)
  if ('retCode' in instrument) return instrument
  const buy = textOf(params, 'buyLeverage')
  if (buy === undefined || buy !== textOf(params, 'sellLeverage')) return refuse(10001, 'buy leverage not equal sell leverage')
  const leverage = /^\d{1,3}(\.\d{1,2})?$/.test(buy) ? Number(buy) : Number.NaN
  if (!(leverage >= 1 && leverage <= instrument.leverageMax))
    return refuse(110013, 'cannot set leverage, it is out of the range of the symbol')
  if (leverage === exchange.venue.leverage(instrument.index)) return refuse(110043, 'leverage not modified')
  exchange.venue.setLeverage(instrument.index, leverage)
  exchange.account.tellPosition(instrument.index)
  exchange.account.changes += 1
  return answer({})
}

/** Account-wide. A mode in which margin would be short for what is open now is refused with its reason. */
export function setMarginMode(exchange: Exchange, params: Params): Answer {
  const mode = textOf(params, 'setMarginMode')
  if (mode !== 'ISOLATED_MARGIN' && mode !== 'REGULAR_MARGIN' && mode !== 'PORTFOLIO_MARGIN')
    return refuse(10001, 'params error: setMarginMode invalid')
  const { conditions, venue } = exchange
  const reason =
    conditions.marginModeRefusal ??
    (mode === 'PORTFOLIO_MARGIN'
      ? 'Portfolio margin is not simulated'
      : venue.isCoveredIn(mode === 'ISOLATED_MARGIN' ? 'isolated' : 'cross')
        ? undefined
        : 'Available balance is not enough for the margin of open positions and orders')
  if (reason !== undefined)
    return { ...refuse(3_400_045, 'Set margin mode failed'), result: { reasons: [{ reasonCode: '3400000', reasonMsg: reason }] } }
  exchange.account.change({ marginMode: mode })
  return answer({ reasons: [] })
}

/** One-way is the only mode that is simulated, and it is set already. */
export function switchMode(_exchange: Exchange, params: Params): Answer {
  const mode = integerOf(params, 'mode')
  if (mode === 0) return refuse(110025, 'Position mode is not modified')
  return refuse(10001, 'params error: only one-way mode (0) is simulated')
}

export function tradingStop(exchange: Exchange, params: Params): Answer {
  const instrument = exchange.linearInstrument(params)
  if ('retCode' in instrument) return instrument
  if ((integerOf(params, 'positionIdx') ?? 0) !== 0) return refuse(10001, 'position idx not match position mode')
  const offGrid = exchange.conditions.gridRefusal(instrument, params)
  if (offGrid !== undefined) return offGrid
  const i = instrument.index
  const held: number = (exchange.venue.positions[i] as Position).lots
  if (held === 0) return refuse(10001, 'can not set tp/sl/ts for zero position')
  const stop = optionalPrice(params, 'stopLoss', instrument)
  const target = optionalPrice(params, 'takeProfit', instrument)
  if (stop === 'invalid' || target === 'invalid') return refuse(10001, 'params error: stopLoss or takeProfit invalid')
  const last: number = exchange.venue.lastPrice(i)
  const side = held > 0 ? 1 : -1
  if (stop !== undefined && (last - stop) * side <= 0)
    return refuse(
      10001,
      `StopLoss:${textOf(params, 'stopLoss')} set for ${side === 1 ? 'Buy' : 'Sell'} position should be on the other side of the price`,
    )
  if (target !== undefined && (target - last) * side <= 0)
    return refuse(
      10001,
      `TakeProfit:${textOf(params, 'takeProfit')} set for ${side === 1 ? 'Buy' : 'Sell'} position should be on the other side of the price`,
    )
  if (textOf(params, 'tpslMode') === 'Partial') return addPartial(exchange, params, instrument, stop, target)
  const trail = trailOf(params, instrument)
  if (trail === 'invalid') return refuse(10001, 'params error: trailingStop or activePrice invalid')
  const isStopOff = textOf(params, 'stopLoss') !== undefined && stop === undefined && removeStop(exchange, i)
  const wantsTarget = textOf(params, 'takeProfit') !== undefined
  const refusal = exchange.venue.accept(
    {
      type: 'set-protection',
      instrument: i,
      stop,
      target: wantsTarget ? (target ?? 'none') : undefined,
      trail,
      triggerBy: sourceOf(textOf(params, stop === undefined ? 'tpTriggerBy' : 'slTriggerBy')),
    },
    exchange.source.now,
    exchange.account.into,
  )
  if (refusal === undefined || (isStopOff && refusal.code === 34040)) return answer({})
  return refuse(refusal.code, refusal.detail)
}

/** The trail that is asked for; `trailingStop` 0 takes it off, absent leaves it. */
function trailOf(params: Params, instrument: Instrument): SetProtection['trail'] | 'invalid' {
  const text = textOf(params, 'trailingStop')
  if (text === undefined) return undefined
  const by = optionalPrice(params, 'trailingStop', instrument)
  const activation = optionalPrice(params, 'activePrice', instrument)
  if (by === 'invalid' || activation === 'invalid') return 'invalid'
  return by === undefined ? 'none' : { by, activation }
}

/** Bybit lets an owner take the stop off, and so does this; ours never does. */
function removeStop(exchange: Exchange, i: InstrumentIndex): boolean {
  const { venue, account, source } = exchange
  const standing = standingOf(venue.openOrders(i), 'stop')
  if (standing === undefined) return false
  venue.accept(
    { type: 'cancel-order', orderId: orderId(0), clientOrderId: '', venueOrderId: standing.venueOrderId, instrument: i },
    source.now,
    account.into,
  )
  return true
}

/** Partial mode only adds: a target of its own size. A stop for a part of the position is not simulated. */
function addPartial(
  exchange: Exchange,
  params: Params,
  instrument: Instrument,
  stop: Ticks | undefined,
  target: Ticks | undefined,
): Answer {
  const { venue, account, source } = exchange
  const i = instrument.index
  const held = Math.abs((venue.positions[i] as Position).lots)
  if (stop === undefined && target === undefined) return refuse(34040, 'not modified')
  if (stop !== undefined) {
    const size = parseQuantity(instrument, textOf(params, 'slSize') ?? '')
    if (size === undefined || size < held) return refuse(10001, 'params error: a stop for a part of the position is not simulated')
  }
  if (target !== undefined) {
    const size = parseQuantity(instrument, textOf(params, 'tpSize') ?? '')
    if (size === undefined || size <= 0 || size > held) return refuse(10001, 'params error: tpSize invalid')
    if (venue.openOrders(i).filter((o) => o.attached === 'target').length >= 20) return refuse(110061, 'TP/SL orders cannot exceed 20')
    const limit = textOf(params, 'tpOrderType') === 'Limit' ? optionalPrice(params, 'tpLimitPrice', instrument) : undefined
    if (limit === 'invalid') return refuse(10001, 'params error: tpLimitPrice invalid')
    const refusal = venue.addTarget(
      i,
      { lots: size, trigger: target, limit, triggerBy: sourceOf(textOf(params, 'tpTriggerBy')) },
      source.now,
      account.into,
    )
    if (refusal !== undefined) return refuse(refusal.code, refusal.detail)
  }
  if (stop !== undefined)
    venue.accept(
      { type: 'set-protection', instrument: i, stop, triggerBy: sourceOf(textOf(params, 'slTriggerBy')) },
      source.now,
      account.into,
    )
  return answer({})
}

export function closedPnl(exchange: Exchange, params: Params): Answer {
  const scope = scopeOf(exchange, params, LINEAR_ONLY)
  if (isAnswer(scope)) return scope
  const window = windowOf(params, exchange.source.now, 7 * DAY_MS)
  if (isAnswer(window)) return window
  const rows = function* () {
    for (const row of exchange.account.closedPnl.newestFirst()) if (scope.has(row) && window.has(Number(row.createdTime))) yield row
  }
  const page = pageOf(rows(), (row) => row.orderId, limited(params, 100, 50), textOf(params, 'cursor'))
  return answer({ ...page, category: 'linear' })
}

export function walletBalance(exchange: Exchange, params: Params): Answer {
  if (textOf(params, 'accountType') !== 'UNIFIED') return refuse(10001, 'params error: accountType only supports UNIFIED')
  return answer({ list: [walletRow(exchange.account)] })
}

export function accountInfo(exchange: Exchange): Answer {
  return answer({
    marginMode: exchange.conditions.marginMode,
    updatedTime: String(exchange.source.now),
    unifiedMarginStatus: 5,
    dcpStatus: 'OFF',
    timeWindow: 0,
    smpGroup: 0,
    isMasterTrader: false,
    spotHedgingStatus: 'OFF',
  })
}

export function feeRate(exchange: Exchange, params: Params): Answer {
  const category = categoryOfRequest(params, CATEGORIES)
  if (typeof category !== 'string') return category
  const symbol = textOf(params, 'symbol')
  const { takerFeeRate, makerFeeRate } = exchange.conditions
  const list = exchange.instruments
    .filter((i) => i.category === category && (symbol === undefined || wireSymbolOf(i.symbol) === symbol))
    .map((i) => ({
      symbol: wireSymbolOf(i.symbol),
      takerFeeRate: category === 'spot' ? rateText(SPOT_RATE) : (takerFeeRate ?? rateText(TAKER_RATE)),
      makerFeeRate: category === 'spot' ? rateText(SPOT_RATE) : (makerFeeRate ?? rateText(MAKER_RATE)),
    }))
  return list.length === 0 ? refuse(10001, 'params error: symbol invalid') : answer({ list })
}

export function transactionLog(exchange: Exchange, params: Params): Answer {
  const window = windowOf(params, exchange.source.now, DAY_MS)
  if (isAnswer(window)) return window
  const type = textOf(params, 'type')
  const base = textOf(params, 'baseCoin')
  const currency = textOf(params, 'currency')
  const category = textOf(params, 'category')
  const rows = function* () {
    for (const row of exchange.account.transactions.newestFirst()) {
      if (!window.has(Number(row.transactionTime)) || (type !== undefined && row.type !== type)) continue
      if (currency !== undefined && row.currency !== currency) continue
      if (category !== undefined && row.category !== category) continue
      if (base !== undefined && (row.category === '' ? undefined : exchange.instrumentOf(row.symbol, row.category)?.baseCoin) !== base)
        continue
      yield row
    }
  }
  return answer(pageOf(rows(), (row) => row.id, limited(params, 50, 20), textOf(params, 'cursor')))
}

/** Empty where the account does not have it: institutions only. */
export function dcpInfo(exchange: Exchange): Answer {
  const { dcpWindowSec } = exchange.conditions
  const dcpInfos = dcpWindowSec === 0 ? [] : [{ product: 'DERIVATIVES', dcpStatus: 'ON', timeWindow: String(dcpWindowSec) }]
  return answer({ dcpInfos }, 'success')
}

/** As it ships: a key that may trade and never withdraw, bound to the loopback address, good for another year of wall-clock time. */
export function queryApi(exchange: Exchange, key: string, wallNowMs: number): Answer {
  const { conditions } = exchange
  return answer({
    id: '1',
    note: 'simulated',
    apiKey: key,
    readOnly: conditions.readOnly,
    secret: '',
    permissions: {
      ContractTrade: conditions.contractTrade,
      Spot: conditions.spotTrade,
      Wallet: conditions.wallet,
      Options: [],
      Derivatives: ['DerivativesTrade'],
      CopyTrading: [],
      BlockTrade: [],
      Exchange: [],
      NFT: [],
      Affiliate: [],
      Earn: [],
    },
    ips: conditions.ips.length === 0 ? ['*'] : conditions.ips,
    type: 1,
    deadlineDay: conditions.deadlineDay,
    expiredAt: new Date(wallNowMs + conditions.deadlineDay * DAY_MS).toISOString(),
    createdAt: new Date(exchange.createdWallMs).toISOString(),
    unified: 0,
    uta: 1,
    userID: 1,
    inviterID: 0,
    vipLevel: 'No VIP',
    mktMakerLevel: '0',
    affiliateID: 0,
    rsaPublicKey: '',
    isMaster: true,
    parentUid: '0',
    kycLevel: 'LEVEL_DEFAULT',
    kycRegion: '',
  })
}
