/**
 * The ticker of a symbol: last price and what the last 24 hours were.
 */
import { HOUR_MS, type InstrumentIndex, RATE_SCALE, type Ticks, ticks } from '../../../../core/units.ts'
import { formatDecimal } from '../../../../core/decimal.ts'
import type { Bars } from '../../../../market/bars.ts'
import { type Instrument, formatPrice, tickFloat, wireSymbolOf } from '../../../../market/instrument.ts'
import { bookOf } from './book.ts'
import { type MarketSource, nextFundingTs } from './market-source.ts'
import { floatText } from '../streams/wire.ts'

const DAY_HOURS = 24

interface Day {
  readonly cursor: number
  readonly at: number
  readonly first: number
  readonly hourAgo: number
  readonly high: number
  readonly low: number
  readonly volume: number
  readonly turnover: number
}

export class Tickers {
  private readonly source: MarketSource
  /** The day behind the last closed bar, kept until the next one closes. */
  private readonly days: (Day | undefined)[] = []

  constructor(source: MarketSource) {
    this.source = source
  }

  /** Fields of REST and stream alike; of spot what its stream says. */
  of(i: InstrumentIndex, last: Ticks): Record<string, string> {
    const instrument = this.source.instruments[i] as Instrument
    if (instrument.category === 'spot') return this.ofSpot(instrument, last)
    const day = this.dayOf(i, last)
    const forming = this.source.forming(i)
    const price = formatPrice(instrument, last)
    const change = day.first > 0 ? last / day.first - 1 : 0
    const rate = formatDecimal(this.source.fundingRate(i), RATE_SCALE)
    const openInterest = day.volume / 4
    const quote = this.source.quote?.(i)
    const { b, a } = bookOf(instrument, last, 1, quote)
    const quoted = (units: number | undefined, fallback: string): string =>
      units === undefined ? fallback : formatPrice(instrument, ticks(units))
    return {
      symbol: instrument.symbol,
      tickDirection: 'ZeroPlusTick',
      price24hPcnt: floatText(change, 6),
      lastPrice: price,
      prevPrice24h: formatPrice(instrument, ticks(day.first)),
      highPrice24h: formatPrice(instrument, ticks(Math.max(day.high, forming?.high ?? 0, last))),
      lowPrice24h: formatPrice(instrument, ticks(Math.min(day.low, forming?.low ?? last, last))),
      prevPrice1h: formatPrice(instrument, ticks(day.hourAgo)),
      markPrice: quoted(quote?.mark, price),
      indexPrice: quoted(quote?.index, price),
      openInterest: floatText(openInterest, 4),
      openInterestValue: floatText(openInterest * last * tickFloat(instrument), 2),
      turnover24h: floatText(day.turnover, 4),
      volume24h: floatText(day.volume, 4),
      fundingIntervalHour: String(instrument.fundingIntervalMs / HOUR_MS),
      fundingCap: '0.00375',
      nextFundingTime: String(quote?.nextFundingTs ?? nextFundingTs(this.source.now, instrument.fundingIntervalMs)),
      fundingRate: rate,
      bid1Price: quoted(quote?.bid, b[0]?.[0] ?? ''),
      bid1Size: b[0]?.[1] ?? '',
      ask1Price: quoted(quote?.ask, a[0]?.[0] ?? ''),
      ask1Size: a[0]?.[1] ?? '',
      preOpenPrice: '',
      preQty: '',
      curPreListingPhase: '',
    }
  }

  /** No bid and ask, no mark, no open interest: where no index is reported, the price of spot is one. */
  private ofSpot(instrument: Instrument, last: Ticks): Record<string, string> {
    const i = instrument.index
    const day = this.dayOf(i, last)
    const forming = this.source.forming(i)
    const price = formatPrice(instrument, last)
    return {
      symbol: wireSymbolOf(instrument.symbol),
      lastPrice: price,
      highPrice24h: formatPrice(instrument, ticks(Math.max(day.high, forming?.high ?? 0, last))),
      lowPrice24h: formatPrice(instrument, ticks(Math.min(day.low, forming?.low ?? last, last))),
      prevPrice24h: formatPrice(instrument, ticks(day.first)),
      volume24h: floatText(day.volume, 6),
      turnover24h: floatText(day.turnover, 4),
      price24hPcnt: floatText(day.first > 0 ? last / day.first - 1 : 0, 4),
      usdIndexPrice: price,
    }
  }

  private dayOf(i: InstrumentIndex, last: Ticks): Day {
    const bars = this.source.bars[i] as Bars
    const at = bars.cursor === 0 ? 0 : (bars.tsColumn[bars.cursor - 1] as number)
    const kept = this.days[i]
    if (kept !== undefined && kept.cursor === bars.cursor && kept.at === at) return kept
    const tick = tickFloat(this.source.instruments[i] as Instrument)
    let first: number = last
    let hourAgo: number = last
    let high = 0
    let low = Number.POSITIVE_INFINITY
    let volume = 0
    let turnover = 0
    for (let k = bars.cursor - 1; k >= 0; k--) {
      const ts = bars.tsColumn[k] as number
      if (ts <= at - DAY_HOURS * HOUR_MS) break
      const close = bars.closeColumn[k] as number
      first = bars.openColumn[k] as number
      if (ts > at - HOUR_MS) hourAgo = first
      high = Math.max(high, bars.highColumn[k] as number)
      low = Math.min(low, bars.lowColumn[k] as number)
      volume += bars.volumeColumn[k] as number
      turnover += (bars.volumeColumn[k] as number) * close * tick
    }
    const day = { cursor: bars.cursor, at, first, hourAgo, high, low: Math.min(low, last), volume, turnover }
    this.days[i] = day
    return day
  }
}
