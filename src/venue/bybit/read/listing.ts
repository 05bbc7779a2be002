/**
 * What the exchange lists and by which rules: perpetuals and spot pairs, each read under its category and named as Ballast names it.
 */
import type { Listing } from '../../port/listing.ts'
import type { VenueError } from '../../port/error.ts'
import { z } from 'zod'
import { formatDecimal, parseDecimal } from '../../../core/decimal.ts'
import { type Result, err, ok } from '../../../core/result.ts'
import { MINUTE_MS, instrumentIndex } from '../../../core/units.ts'
import { type Instrument, type InstrumentSpec, type InstrumentStatus, categoryOf, wireSymbolOf } from '../../../market/instrument.ts'
import { type TierTerms, readTiers } from '../../../market/margin-tiers.ts'
import { spellingOf } from '../../../market/symbol-text.ts'

import { type Requests, listOf } from '../http/requests.ts'

const linearRow = z.object({
  symbol: z.string(),
  status: z.string(),
  baseCoin: z.string(),
  quoteCoin: z.string(),
  settleCoin: z.string().optional(),
  contractType: z.string().optional(),
  /** "0" of what does not end. */
  deliveryTime: z.string().optional(),
  leverageFilter: z.object({ maxLeverage: z.string() }),
  priceFilter: z.object({ tickSize: z.string() }),
  lotSizeFilter: z.object({
    minNotionalValue: z.string().optional(),
    maxOrderQty: z.string(),
    maxMktOrderQty: z.string(),
    minOrderQty: z.string(),
    qtyStep: z.string(),
  }),
  fundingInterval: z.number(),
})

const number = z.union([z.string(), z.number()]).transform(String)
const tierRow = z.object({
  riskLimitValue: number,
  maintenanceMargin: number,
  initialMargin: number,
  maxLeverage: number,
  /** Empty on the first tier. */
  mmDeduction: number.optional(),
})

// `minOrderQty` is there and not checked any more: the least is an amount of money.
const spotRow = z.object({
  symbol: z.string(),
  status: z.string(),
  baseCoin: z.string(),
  quoteCoin: z.string(),
  priceFilter: z.object({ tickSize: z.string() }),
  lotSizeFilter: z.object({
    basePrecision: z.string(),
    minOrderAmt: z.string(),
    maxLimitOrderQty: z.string(),
    maxMarketOrderQty: z.string(),
  }),
})

const STATUSES: Readonly<Record<string, InstrumentStatus>> = {
  Trading: 'trading',
  PreLaunch: 'pre-launch',
  Delivering: 'delivering',
  Closed: 'closed',
}
/** What spot is paid with: other coins would be another account's money. */
const SPOT_QUOTE = 'USDT'
const PERCENT_SCALE = 8
const KIND = { linear: 'a linear perpetual', spot: 'a spot pair' } as const

export class ListingReader {
  private readonly requests: Requests

  constructor(requests: Requests) {
    this.requests = requests
  }

  async instruments(symbols: readonly string[]): Promise<Result<InstrumentSpec[], VenueError>> {
    const specs: InstrumentSpec[] = []
    for (const [at, symbol] of symbols.entries()) {
      const spec = await this.spec(symbol)
      if (!spec.ok && spec.error.type !== 'invalid-request') return spec
      if (spec.ok && typeof spec.value === 'string')
        return err({ type: 'invalid-request', code: 'symbol', detail: `${symbol} ${spec.value}` })
      if (!spec.ok || spec.value === undefined || typeof spec.value === 'string') {
        const error: VenueError = spec.ok ? { type: 'invalid-request', code: 'symbol', detail: '' } : spec.error
        return err({ ...error, detail: `${symbol} is not ${KIND[categoryOf(symbol)]} on this exchange${await this.hint(symbol)}` })
      }
      const { value } = spec
      if (categoryOf(symbol) === 'spot' && value.quoteCoin !== SPOT_QUOTE) {
        const detail = `${symbol} is paid in ${value.quoteCoin}: of spot only pairs against ${SPOT_QUOTE} can be traded`
        return err({ type: 'invalid-request', code: 'symbol', detail })
      }
      specs.push({ index: instrumentIndex(at), ...value })
    }
    return ok(specs)
  }

  /** The right spelling, where the exchange lists it. */
  private async hint(symbol: string): Promise<string> {
    const meant = spellingOf(symbol)
    const spec = meant === symbol ? undefined : await this.spec(meant)
    return spec?.ok === true && typeof spec.value === 'object' ? `. Did you mean ${meant}?` : ''
  }

  /** How the symbols are listed now: one that the venue does not know any more is closed. */
  async listing(instruments: readonly Instrument[]): Promise<Result<readonly Listing[], VenueError>> {
    const list: Listing[] = []
    for (const { index, symbol } of instruments) {
      const reply = await this.spec(symbol)
      // 10001 is how a symbol is answered that the venue does not know any more.
      if (!reply.ok && reply.error.code !== '10001') return reply
      const spec = reply.ok && typeof reply.value === 'object' ? reply.value : undefined
      list.push({ instrument: index, status: spec?.status ?? 'closed', spec: spec === undefined ? undefined : { ...spec, index } })
    }
    return ok(list)
  }

  /** Its rules; or why it cannot be traded here, in words that follow its name. */
  private async spec(symbol: string): Promise<Result<Omit<InstrumentSpec, 'index'> | string | undefined, VenueError>> {
    const category = categoryOf(symbol)
    const params = { category, symbol: wireSymbolOf(symbol) }
    if (category === 'spot') {
      const reply = await this.requests.read('data', '/v5/market/instruments-info', params, listOf(spotRow))
      return reply.ok ? ok(mapFirst(reply.value.list, (row) => specOfSpot(symbol, row))) : reply
    }
    const reply = await this.requests.read('data', '/v5/market/instruments-info', params, listOf(linearRow))
    const spec = reply.ok ? mapFirst(reply.value.list, (row) => untradable(row) ?? specOfLinear(row)) : undefined
    if (!reply.ok) return reply
    if (typeof spec !== 'object') return ok(spec)
    const tiers = await this.tiers(symbol)
    if (!tiers.ok) return tiers
    return ok(tiers.value === undefined ? spec : { ...spec, tiers: tiers.value })
  }

  /** By position value, ascending; undefined where what is answered makes none: a symbol is not given up for that, and what was read before counts on. */
  private async tiers(symbol: string): Promise<Result<readonly TierTerms[] | undefined, VenueError>> {
    const rows = await this.requests.readAll('data', '/v5/market/risk-limit', { category: 'linear', symbol }, tierRow)
    if (!rows.ok) return rows.error.code === 'odd-shape' ? ok(undefined) : rows
    return ok(tierTermsOf(rows.value))
  }
}

/**
 * Bybit states the rates of some contracts in percent and of others as fractions: initial margin x largest leverage says which, being 100 or 1.
 * Undefined where the rows make no tiers.
 */
function tierTermsOf(rows: readonly z.infer<typeof tierRow>[]): readonly TierTerms[] | undefined {
  const tiers = rows
    .map((row): TierTerms => {
      const isPercent = Number(row.initialMargin) * Number(row.maxLeverage) > 10
      return {
        valueMax: row.riskLimitValue,
        maintenanceRate: isPercent ? hundredthOf(row.maintenanceMargin) : row.maintenanceMargin,
        deduction: row.mmDeduction === undefined || row.mmDeduction === '' ? '0' : row.mmDeduction,
        leverageMax: Number(row.maxLeverage),
      }
    })
    .sort((a, b) => Number(a.valueMax) - Number(b.valueMax))
  return tiers.length === 0 || readTiers(tiers) === undefined ? undefined : tiers
}

/** Of a percentage as text, exactly; what is no decimal stays what it is, and is refused as it is read. */
function hundredthOf(text: string): string {
  const units = parseDecimal(text, PERCENT_SCALE)
  return units === undefined ? text : formatDecimal(units, PERCENT_SCALE + 2)
}

const mapFirst = <T, R>(rows: readonly T[], map: (row: T) => R): R | undefined => (rows[0] === undefined ? undefined : map(rows[0]))

/** Of category linear are also contracts that end, and contracts of other money, which no ledger here counts in. */
function untradable({ contractType, settleCoin, deliveryTime }: z.infer<typeof linearRow>): string | undefined {
  if (settleCoin !== undefined && settleCoin !== SPOT_QUOTE)
    return `is settled in ${settleCoin}: only contracts that are settled in ${SPOT_QUOTE} can be traded`
  if (contractType === undefined || contractType === 'LinearPerpetual') return undefined
  const end = Number(deliveryTime ?? '0')
  const when = end > 0 ? `ends on ${new Date(end).toISOString().slice(0, 10)}` : `is a contract of type ${contractType.slice(0, 40)}`
  return `${when}: only perpetuals can be traded`
}

const specOfLinear = (row: z.infer<typeof linearRow>): Omit<InstrumentSpec, 'index'> => ({
  venue: 'bybit',
  symbol: row.symbol,
  baseCoin: row.baseCoin,
  quoteCoin: row.quoteCoin,
  tickSize: row.priceFilter.tickSize,
  lotSize: row.lotSizeFilter.qtyStep,
  quantityMin: row.lotSizeFilter.minOrderQty,
  quantityMax: row.lotSizeFilter.maxOrderQty,
  quantityMarketMax: row.lotSizeFilter.maxMktOrderQty,
  notionalMin: row.lotSizeFilter.minNotionalValue ?? '0',
  leverageMax: Number(row.leverageFilter.maxLeverage),
  fundingIntervalMs: row.fundingInterval * MINUTE_MS,
  status: STATUSES[row.status] ?? 'closed',
  ...(Number(row.deliveryTime ?? '0') > 0 ? { deliveryTs: Number(row.deliveryTime) } : undefined),
})

const specOfSpot = (symbol: string, row: z.infer<typeof spotRow>): Omit<InstrumentSpec, 'index'> => ({
  venue: 'bybit',
  symbol,
  baseCoin: row.baseCoin,
  quoteCoin: row.quoteCoin,
  tickSize: row.priceFilter.tickSize,
  lotSize: row.lotSizeFilter.basePrecision,
  quantityMax: row.lotSizeFilter.maxLimitOrderQty,
  quantityMarketMax: row.lotSizeFilter.maxMarketOrderQty,
  notionalMin: row.lotSizeFilter.minOrderAmt,
  leverageMax: 1,
  status: STATUSES[row.status] ?? 'closed',
})
