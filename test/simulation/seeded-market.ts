/**
 * A nervous market of three or four symbols for simulations: fat tails, gaps that jump over stops, funding each hour.
 */
import { Random } from '../../src/core/random.ts'
import { HOUR_MS, type InstrumentIndex, MINUTE_MS, type Rate, type Ts, instrumentIndex, rate, ticks, ts } from '../../src/core/units.ts'
import { Bars } from '../../src/market/bars.ts'
import { type Instrument, makeInstrument } from '../../src/market/instrument.ts'
import type { FormingBar, FundingPoint, MarketListener, MarketSource } from '../../src/venue/sim/bybit-server/market/market-source.ts'

const START_MS = 1_767_225_600_000
const HISTORY_BARS = 40
const STEP_MS = 5_000
const MODELS = [
  { symbol: 'BTCUSDT', tickSize: '0.1', lotSize: '0.001', price: 640_000 },
  { symbol: 'ETHUSDT', tickSize: '0.01', lotSize: '0.01', price: 320_000 },
  { symbol: 'SOLUSDT', tickSize: '0.01', lotSize: '0.1', price: 15_200 },
  { symbol: 'XRPUSDT', tickSize: '0.0001', lotSize: '0.1', price: 6_200 },
] as const
/** In place of the third, where a world trades spot: the same prices, finer lots. */
export const SPOT_SYMBOL = 'SOLUSDT-SPOT'
const SPOT_MODEL = { symbol: SPOT_SYMBOL, tickSize: '0.01', lotSize: '0.001', price: 15_200 } as const
type Model = (typeof MODELS)[number] | typeof SPOT_MODEL

const instrumentOf = (m: Model, at: number): Instrument =>
  makeInstrument({
    index: instrumentIndex(at),
    venue: 'sim',
    symbol: m.symbol,
    tickSize: m.tickSize,
    lotSize: m.lotSize,
    quantityMin: m.lotSize,
    quantityMax: '10000',
    quantityMarketMax: '5000',
    notionalMin: '5',
    leverageMax: 50,
    fundingIntervalMs: HOUR_MS,
  })

export class SeededMarket implements MarketSource {
  readonly instruments: readonly Instrument[]
  readonly bars: readonly Bars[]
  private readonly random: Random
  private readonly prices: number[]
  private readonly open: (FormingBar | undefined)[]
  private readonly fundings: FundingPoint[][]
  private clock: number = START_MS - HISTORY_BARS * MINUTE_MS
  private nextStep = this.clock

  constructor(seed: number, symbolCount: number, hasSpot: boolean) {
    const models = MODELS.slice(0, symbolCount).map((m) => (hasSpot && m.symbol === 'SOLUSDT' ? SPOT_MODEL : m))
    this.instruments = models.map(instrumentOf)
    this.bars = models.map(() => Bars.withCapacity(MINUTE_MS, 8_192))
    this.prices = models.map((m) => m.price)
    this.open = models.map(() => undefined)
    this.fundings = models.map(() => [])
    this.random = new Random(seed)
    const silent: MarketListener = { onFunding() {}, onBar() {}, onPrint() {}, onClose() {} }
    this.play(ts(START_MS), silent)
  }

  get now(): Ts {
    return ts(this.clock)
  }

  forming(i: InstrumentIndex): FormingBar | undefined {
    return this.open[i]
  }

  fundingRate(): Rate {
    return rate(1_000_000)
  }

  fundingHistory(i: InstrumentIndex): readonly FundingPoint[] {
    return this.fundings[i] as FundingPoint[]
  }

  play(until: Ts, listener: MarketListener): boolean {
    for (; this.nextStep <= until; this.nextStep += STEP_MS) this.step(ts(this.nextStep), listener)
    this.clock = until
    return true
  }

  private step(at: Ts, listener: MarketListener): void {
    this.clock = at
    if (at % MINUTE_MS === 0) this.close(at, listener)
    const isHour = at % HOUR_MS === 0
    for (const { index: i, category } of this.instruments) {
      if (isHour && at > START_MS) {
        const point = { ts: at, rate: rate(Math.round((this.random.next() - 0.5) * 4e6)) }
        ;(this.fundings[i] as FundingPoint[]).push(point)
        if (category === 'linear') listener.onFunding(i, point.rate, at)
      }
      const gap = this.random.next() < 0.003 ? 0.02 * this.random.studentT(4) : 0
      const move = Math.max(-0.08, Math.min(0.08, 0.0008 * this.random.studentT(4) + gap))
      const home = ((MODELS[i] as { price: number }).price - (this.prices[i] as number)) * 0.0002
      const price = Math.max(100, Math.round((this.prices[i] as number) * (1 + move) + home))
      this.prices[i] = price
      const bar = this.open[i]
      if (bar === undefined) this.open[i] = { ts: at, open: price, high: price, low: price, close: price, volume: 1 }
      else {
        bar.high = Math.max(bar.high, price)
        bar.low = Math.min(bar.low, price)
        bar.close = price
        bar.volume += 1
      }
      listener.onPrint(i, price, 1, at)
    }
  }

  private close(at: Ts, listener: MarketListener): void {
    const closed: InstrumentIndex[] = []
    for (const { index: i } of this.instruments) {
      const bar = this.open[i]
      if (bar === undefined) continue
      const bars = this.bars[i] as Bars
      bars.push({
        ts: ts(bar.ts),
        open: ticks(bar.open),
        high: ticks(bar.high),
        low: ticks(bar.low),
        close: ticks(bar.close),
        volume: bar.volume,
      })
      bars.reveal()
      this.open[i] = undefined
      closed.push(i)
    }
    if (closed.length > 0) listener.onClose(closed, at)
  }

  state(): object {
    return { now: this.clock }
  }
}
