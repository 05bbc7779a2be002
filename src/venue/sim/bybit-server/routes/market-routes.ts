/**
 * The public market endpoints.
 */
import { type Ticks, lots, ticks } from '../../../../core/units.ts'
import { type Category, type Instrument, formatPrice, formatQuantity, wireSymbolOf } from '../../../../market/instrument.ts'
import { formatDecimal } from '../../../../core/decimal.ts'
import { bookOf } from '../market/book.ts'
import { INTERVALS, candlesOf, klineRow } from '../market/candles.ts'
import type { Conditions } from '../account/conditions.ts'
import type { Exchange } from '../exchange.ts'
import { limited } from './order-routes.ts'
import { CATEGORIES, LINEAR_ONLY, categoryOfRequest } from './category.ts'
import { type Answer, type Params, answer, cashText, floatText, integerOf, pageOf, rateText, refuse, textOf } from '../streams/wire.ts'

export function serverTime(wallNowMs: number): Answer {
  return answer({ timeSecond: String(Math.floor(wallNowMs / 1_000)), timeNano: `${wallNowMs}000000` })
}

const isSpot = (params: Params): boolean => textOf(params, 'category') === 'spot'

function wanted(exchange: Exchange, params: Params, categories: readonly Category[] = CATEGORIES): readonly Instrument[] | Answer {
  const category = categoryOfRequest(params, categories)
  if (typeof category !== 'string') return category
  const symbol = textOf(params, 'symbol')
  const base = textOf(params, 'baseCoin')
  const list = exchange.instruments.filter(
    (i) =>
      i.category === category && (symbol === undefined || wireSymbolOf(i.symbol) === symbol) && (base === undefined || i.baseCoin === base),
  )
  return symbol !== undefined && list.length === 0 ? refuse(10001, 'params error: symbol invalid') : list
}

export function instrumentsInfo(exchange: Exchange, params: Params): Answer {
  const known = wanted(exchange, params)
  if ('retCode' in known) return known
  const { status, tickSize, unlisted } = exchange.conditions
  const list = known.filter((i) => !unlisted.includes(i.symbol))
  // Spot comes whole, and lists what trades.
  if (isSpot(params))
    return answer({
      category: 'spot',
      list: list.filter((i) => (status[i.symbol] ?? 'Trading') === 'Trading').map((i) => spotItem(i, tickSize[i.symbol])),
    })
  const page = pageOf(list, (i) => i.symbol, limited(params, 1_000, 500), textOf(params, 'cursor'))
  return answer({
    category: 'linear',
    list: page.list.map((i) => instrumentItem(i, exchange.conditions)),
    nextPageCursor: page.nextPageCursor,
  })
}

function spotItem(instrument: Instrument, tickSize: string | undefined): object {
  const { lotsMin, lotsMax, lotsMarketMax, notionalMin, quantityScale, priceScale } = instrument
  const limitMax = formatQuantity(instrument, lotsMax)
  return {
    symbol: wireSymbolOf(instrument.symbol),
    symbolId: instrument.index + 1,
    baseCoin: instrument.baseCoin,
    quoteCoin: instrument.quoteCoin,
    innovation: '0',
    symbolType: '',
    xstockMultiplier: '1',
    status: 'Trading',
    marginTrading: 'none',
    stTag: '0',
    lotSizeFilter: {
      basePrecision: formatDecimal(instrument.lot, quantityScale),
      quotePrecision: formatDecimal(1, quantityScale + priceScale),
      minOrderQty: formatQuantity(instrument, lotsMin),
      maxOrderQty: limitMax,
      minOrderAmt: cashText(notionalMin),
      maxOrderAmt: '8000000',
      maxLimitOrderQty: limitMax,
      maxMarketOrderQty: formatQuantity(instrument, lotsMarketMax),
      postOnlyMaxLimitOrderSize: formatQuantity(instrument, lots(5 * lotsMax)),
    },
    priceFilter: { tickSize: tickSize ?? formatPrice(instrument, ticks(1)) },
    riskParameters: { priceLimitRatioX: '0.01', priceLimitRatioY: '0.02' },
    forbidUplWithdrawal: false,
  }
}

function instrumentItem(instrument: Instrument, conditions: Conditions): object {
  const { symbol } = instrument
  const tickSize = conditions.tickSize[symbol]
  const status = conditions.status[symbol] ?? 'Trading'
  const price = (units: number): string => formatPrice(instrument, ticks(units))
  const limitMax = formatQuantity(instrument, instrument.lotsMax)
  return {
    symbol,
    symbolId: instrument.index + 1,
    contractType: 'LinearPerpetual',
    status,
    baseCoin: instrument.baseCoin,
    quoteCoin: instrument.quoteCoin,
    symbolType: '',
    launchTime: '1585526400000',
    deliveryTime: conditions.deliveryTime[symbol] ?? '0',
    deliveryFeeRate: '',
    priceScale: String(instrument.priceScale),
    leverageFilter: { minLeverage: '1', maxLeverage: instrument.leverageMax.toFixed(2), leverageStep: '0.01' },
    priceFilter: { minPrice: price(1), maxPrice: price(19_999_998), tickSize: tickSize ?? price(1) },
    lotSizeFilter: {
      minNotionalValue: cashText(instrument.notionalMin),
      maxOrderQty: limitMax,
      maxMktOrderQty: formatQuantity(instrument, instrument.lotsMarketMax),
      minOrderQty: conditions.minOrderQty[symbol] ?? formatQuantity(instrument, instrument.lotsMin),
      qtyStep: conditions.qtyStep[symbol] ?? formatDecimal(instrument.lot, instrument.quantityScale),
      postOnlyMaxOrderQty: limitMax,
    },
    unifiedMarginTrade: true,
    fundingInterval: instrument.fundingIntervalMs / 60_000,
    settleCoin: instrument.settleCoin,
    copyTrading: 'none',
    upperFundingRate: '0.00375',
    lowerFundingRate: '-0.00375',
    displayName: '',
    forbidUplWithdrawal: false,
    riskParameters: { priceLimitRatioX: '0.01', priceLimitRatioY: '0.02' },
    isPreListing: false,
    preListingInfo: null,
  }
}

/** Mark klines are the last-price ones without volume: mark is last here. */
export function klines(exchange: Exchange, params: Params, isMark: boolean): Answer {
  const category = textOf(params, 'category') ?? 'linear'
  const list = wanted(exchange, { ...params, category }, isMark ? LINEAR_ONLY : CATEGORIES)
  if ('retCode' in list) return list
  const [instrument] = list
  if (textOf(params, 'symbol') === undefined || instrument === undefined) return refuse(10001, 'params error: symbol invalid')
  const intervalMs = INTERVALS[textOf(params, 'interval') ?? '']
  if (intervalMs === undefined) return refuse(10001, 'params error: interval invalid')
  const limit = limited(params, 1_000, 200)
  const start = integerOf(params, 'start')
  const end = integerOf(params, 'end')
  if (Number.isNaN(start) || Number.isNaN(end)) return refuse(10001, 'params error: start or end invalid')
  const to =
    end ?? (start === undefined ? Number.MAX_SAFE_INTEGER / 2 : Math.ceil(start / intervalMs) * intervalMs + (limit - 1) * intervalMs)
  const rows = candlesOf(exchange.source, instrument.index, intervalMs, start ?? 0, to, limit).map((c) => klineRow(instrument, c))
  return answer({ category, symbol: wireSymbolOf(instrument.symbol), list: isMark ? rows.map((row) => row.slice(0, 5)) : rows })
}

export function tickers(exchange: Exchange, params: Params): Answer {
  const list = wanted(exchange, params)
  if ('retCode' in list) return list
  if (isSpot(params)) return answer({ category: 'spot', list: list.map((instrument) => spotTicker(exchange, instrument)) })
  return answer({
    category: 'linear',
    list: list.map(({ index }) => {
      const { tickDirection: _tickDirection, ...fields } = exchange.streams.tickers.of(index, exchange.venue.lastPrice(index))
      return {
        ...fields,
        singleOpenInterest: fields['openInterest'],
        singleOpenInterestValue: fields['openInterestValue'],
        predictedDeliveryPrice: '',
        basisRate: '',
        basis: '',
        deliveryFeeRate: '',
        deliveryTime: '0',
        basisRateYear: '',
      }
    }),
  })
}

/** REST says the best prices of spot too, which its stream does not. */
function spotTicker(exchange: Exchange, instrument: Instrument): object {
  const last = exchange.venue.lastPrice(instrument.index)
  const { b, a } = bookOf(instrument, last, 1, exchange.source.quote?.(instrument.index))
  const [bid1Price, bid1Size] = b[0] ?? ['', '']
  const [ask1Price, ask1Size] = a[0] ?? ['', '']
  return { ...exchange.streams.tickers.of(instrument.index, last), bid1Price, bid1Size, ask1Price, ask1Size }
}

export function orderBook(exchange: Exchange, params: Params): Answer {
  const list = wanted(exchange, params)
  if ('retCode' in list) return list
  const [instrument] = list
  if (textOf(params, 'symbol') === undefined || instrument === undefined) return refuse(10001, 'params error: symbol invalid')
  const last: Ticks = exchange.venue.lastPrice(instrument.index)
  const { b, a } = bookOf(instrument, last, limited(params, 1_000, isSpot(params) ? 1 : 25), exchange.source.quote?.(instrument.index))
  const at = exchange.source.now
  return answer({ s: wireSymbolOf(instrument.symbol), b, a, ts: at, u: 2, seq: at, cts: at })
}

export function recentTrades(exchange: Exchange, params: Params): Answer {
  const list = wanted(exchange, params)
  if ('retCode' in list) return list
  const [instrument] = list
  if (textOf(params, 'symbol') === undefined || instrument === undefined) return refuse(10001, 'params error: symbol invalid')
  const prints = exchange.streams
    .recentPrints(instrument.index)
    .slice(isSpot(params) ? -limited(params, 60, 60) : -limited(params, 1_000, 500))
    .reverse()
  return answer({
    category: instrument.category,
    list: prints.map((p) => ({
      execId: p.execId,
      symbol: wireSymbolOf(instrument.symbol),
      price: formatPrice(instrument, ticks(p.price)),
      size: floatText(p.volume, isSpot(params) ? instrument.quantityScale : 3),
      side: p.side,
      time: String(p.ts),
      isBlockTrade: false,
      isRPITrade: false,
      seq: String(p.seq),
    })),
  })
}

export function fundingHistory(exchange: Exchange, params: Params): Answer {
  const list = wanted(exchange, params, LINEAR_ONLY)
  if ('retCode' in list) return list
  const [instrument] = list
  if (textOf(params, 'symbol') === undefined || instrument === undefined) return refuse(10001, 'params error: symbol invalid')
  const start = integerOf(params, 'startTime')
  const end = integerOf(params, 'endTime')
  if (start !== undefined && end === undefined) return refuse(10001, 'params error: startTime needs endTime')
  const points = exchange.source
    .fundingHistory(instrument.index)
    .filter((p) => p.ts >= (start ?? 0) && p.ts <= (end ?? Number.MAX_SAFE_INTEGER))
    .slice(-limited(params, 200, 200))
    .reverse()
  return answer({
    category: 'linear',
    list: points.map((p) => ({ symbol: instrument.symbol, fundingRate: rateText(p.rate), fundingRateTimestamp: String(p.ts) })),
  })
}

/** Symbols on one page, as Bybit pages them. */
const RISK_LIMIT_SYMBOLS = 15

/** The margin tiers of each symbol, as fractions: initial margin x largest leverage = 1. */
export function riskLimit(exchange: Exchange, params: Params): Answer {
  const list = wanted(exchange, params, LINEAR_ONLY)
  if ('retCode' in list) return list
  const page = pageOf(list, (i) => i.symbol, RISK_LIMIT_SYMBOLS, textOf(params, 'cursor'))
  return answer({
    category: 'linear',
    list: page.list.flatMap((instrument) =>
      exchange.venue.tiersOf(instrument.index).map(({ valueMax, rate, deduction, leverageMax }, at) => ({
        id: at + 1,
        symbol: instrument.symbol,
        riskLimitValue: cashText(valueMax),
        maintenanceMargin: floatText(rate, 6),
        initialMargin: floatText(1 / Math.min(leverageMax, instrument.leverageMax), 6),
        isLowestRisk: at === 0 ? 1 : 0,
        maxLeverage: Math.min(leverageMax, instrument.leverageMax).toFixed(2),
        mmDeduction: at === 0 ? '' : cashText(deduction),
      })),
    ),
    nextPageCursor: page.nextPageCursor,
  })
}

export function systemStatus(exchange: Exchange): Answer {
  const { now } = exchange.source
  const ongoing = {
    id: '1',
    title: 'Scheduled maintenance',
    state: 'ongoing',
    begin: String(now),
    end: String(now + 3_600_000),
    href: '',
    serviceTypes: [1, 2, 3, 4, 5],
    product: [1, 2],
    uidSuffix: [],
    maintainType: 1,
    env: 1,
  }
  return answer({ list: exchange.conditions.maintenance ? [ongoing] : [] }, '')
}
