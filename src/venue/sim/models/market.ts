/**
 * The generated market: correlated symbols with one common factor, clustered volatility, fat tails, jumps, trends and ranges.
 */
import { simTiers } from './costs.ts'
import { Random, type RandomState } from '../../../core/random.ts'
import { type Instrument, makeInstrument, spotSymbolOf, tickFloat } from '../../../market/instrument.ts'
import { instrumentIndex } from '../../../core/units.ts'

/** Market time between two prices. */
export const STEP_MS = 1_000
/** First instant of every generated market: 2026-01-01T00:00:00Z. Two days of history lie before it. */
export const MARKET_EPOCH_MS = 1_767_225_600_000

interface SymbolModel {
  readonly symbol: string
  readonly tickSize: string
  readonly lotSize: string
  readonly quantityMax: string
  readonly quantityMarketMax: string
  readonly leverageMax: number
  readonly price: number
  /** Standard deviation of a day's log return. */
  readonly dailyVolatility: number
  /** Correlation with the common factor. */
  readonly correlation: number
  /** Base units that trade in a second of normal volatility. */
  readonly volumePerSecond: number
}

const MODELS: readonly SymbolModel[] = [
  model('BTCUSDT', '0.1', '0.001', '1190', '500', 100, 64_000, 0.032, 0.85, 1.1),
  model('ETHUSDT', '0.01', '0.01', '7240', '1500', 100, 3_200, 0.042, 0.8, 14),
  model('SOLUSDT', '0.01', '0.1', '79770', '15690', 75, 152, 0.055, 0.7, 130),
  model('XRPUSDT', '0.0001', '0.1', '3260000', '650000', 75, 0.62, 0.05, 0.6, 9_000),
  model('BNBUSDT', '0.1', '0.01', '3840', '770', 75, 585, 0.036, 0.65, 3.2),
  model('ADAUSDT', '0.0001', '1', '4100000', '820000', 75, 0.45, 0.052, 0.65, 6_000),
]

function model(
  symbol: string,
  tickSize: string,
  lotSize: string,
  quantityMax: string,
  quantityMarketMax: string,
  leverageMax: number,
  price: number,
  dailyVolatility: number,
  correlation: number,
  volumePerSecond: number,
): SymbolModel {
  return { symbol, tickSize, lotSize, quantityMax, quantityMarketMax, leverageMax, price, dailyVolatility, correlation, volumePerSecond }
}

/** A spot pair of the same coins as a perpetual: its price is the index, which the perpetual's premium is over. */
interface SpotTwin {
  /** Place of the perpetual in MODELS. */
  readonly of: number
  readonly tickSize: string
  readonly lotSize: string
  readonly quantityMax: string
  readonly quantityMarketMax: string
}

const TWINS: readonly SpotTwin[] = [
  { of: 0, tickSize: '0.01', lotSize: '0.000001', quantityMax: '83', quantityMarketMax: '41.5' },
  { of: 1, tickSize: '0.01', lotSize: '0.00001', quantityMax: '2100', quantityMarketMax: '1050' },
  { of: 2, tickSize: '0.01', lotSize: '0.001', quantityMax: '43000', quantityMarketMax: '21500' },
]
/** Spot trades so much of what the perpetual does. */
const SPOT_VOLUME = 0.4

/** The symbols of the generated market as instruments, in index order: perpetuals, then spot. */
export const generatedInstruments = (): readonly Instrument[] => [
  ...MODELS.map((m, i) =>
    makeInstrument({
      index: instrumentIndex(i),
      venue: 'sim',
      symbol: m.symbol,
      tickSize: m.tickSize,
      lotSize: m.lotSize,
      quantityMin: m.lotSize,
      quantityMax: m.quantityMax,
      quantityMarketMax: m.quantityMarketMax,
      notionalMin: '5',
      leverageMax: m.leverageMax,
      tiers: simTiers(m.leverageMax),
    }),
  ),
  ...TWINS.map(({ of, ...twin }, k) =>
    makeInstrument({
      index: instrumentIndex(MODELS.length + k),
      venue: 'sim',
      symbol: spotSymbolOf((MODELS[of] as SymbolModel).symbol),
      notionalMin: '5',
      ...twin,
    }),
  ),
]

type Regime = 'up' | 'down' | 'range'

interface SymbolState {
  logPrice: number
  /** Variance relative to its mean of 1. */
  variance: number
  regime: Regime
  regimeLeft: number
  /** Where a range pulls to. */
  anchor: number
  /** Perpetual over index, as a fraction; what funding follows. */
  premium: number
}

export interface MarketState {
  readonly steps: number
  readonly random: RandomState
  readonly factorVariance: number
  readonly symbols: readonly Readonly<SymbolState>[]
}

const SECONDS_A_DAY = 86_400
/** GARCH(1,1) a second: half-life of a burst about a quarter of an hour, weight of the newest shock 2 %. */
const ARCH = 0.02
const GARCH = 0.97923
const VARIANCE_MIN = 0.15
const VARIANCE_MAX = 30
/** Four degrees of freedom: fat tails with a finite variance of 2, which T_SCALE takes to 1. */
const DEGREES = 4
const T_SCALE = Math.SQRT1_2
const FACTOR_DAILY_JUMPS = 0.3
const SYMBOL_DAILY_JUMPS = 0.5
/** A jump is at most this many typical jumps: an exchange that moves 10 % in a second has halted. */
const JUMP_MAX = 4
const REGIME_SECONDS_MEAN = 2.5 * 3_600
const RANGE_PULL_A_SECOND = 1 / 1_200
/** Drift of a trend: this many daily standard deviations in a day. */
const TREND_STRENGTH = 6
/** So that weeks of market time do not leave the neighborhood of the first price. */
const HOME_PULL_A_SECOND = 1 / (3 * SECONDS_A_DAY)
const PREMIUM_PULL_A_SECOND = 1 / 7_200
const PREMIUM_SHOCK = 3.2e-6
const INTEREST_RATE = 0.0001
const FUNDING_CAP = 0.00375

export class GeneratedPrices {
  /** Last price in ticks, by index. */
  readonly prices: Float64Array
  /** Base units that traded in the last step, by index. */
  readonly volumes: Float64Array
  private steps = 0
  private random: Random
  private factorVariance = 1
  private readonly symbols: SymbolState[]
  private readonly tickSizes: Float64Array

  constructor(seed: number, instruments: readonly Instrument[]) {
    this.random = new Random(seed)
    this.prices = new Float64Array(instruments.length)
    this.volumes = new Float64Array(instruments.length)
    this.tickSizes = Float64Array.from(instruments, tickFloat)
    this.symbols = MODELS.map((m, i) => {
      const logPrice = Math.log(m.price) + this.random.normal() * 0.02
      this.prices[i] = Math.max(1, Math.round(Math.exp(logPrice) / (this.tickSizes[i] as number)))
      return { logPrice, variance: 1, regime: 'range' as const, regimeLeft: 0, anchor: logPrice, premium: 0 }
    })
    this.followTwins()
  }

  /** Moves all symbols by one step. */
  step(): void {
    const random = this.random
    const shock = random.studentT(DEGREES) * T_SCALE
    let factor = Math.sqrt(this.factorVariance) * shock
    this.factorVariance = nextVariance(this.factorVariance, shock)
    if (random.next() < FACTOR_DAILY_JUMPS / SECONDS_A_DAY) {
      factor += clamp(random.studentT(DEGREES), JUMP_MAX) * 60
      this.factorVariance = Math.min(VARIANCE_MAX, this.factorVariance + 6)
    }
    for (let i = 0; i < MODELS.length; i++) this.stepSymbol(i, factor)
    this.followTwins()
    this.steps += 1
  }

  private stepSymbol(i: number, factor: number): void {
    const random = this.random
    const { dailyVolatility, correlation, price, volumePerSecond } = MODELS[i] as SymbolModel
    const state = this.symbols[i] as SymbolState
    if (state.regimeLeft <= 0) this.nextRegime(state)
    state.regimeLeft -= 1
    const own = random.studentT(DEGREES) * T_SCALE
    let shock = correlation * factor + Math.sqrt((1 - correlation * correlation) * state.variance) * own
    state.variance = nextVariance(state.variance, own)
    if (random.next() < SYMBOL_DAILY_JUMPS / SECONDS_A_DAY) {
      shock += clamp(random.studentT(DEGREES), JUMP_MAX) * 50
      state.variance = Math.min(VARIANCE_MAX, state.variance + 8)
    }
    const drift =
      state.regime === 'range'
        ? (state.anchor - state.logPrice) * RANGE_PULL_A_SECOND
        : ((state.regime === 'up' ? 1 : -1) * TREND_STRENGTH * dailyVolatility) / SECONDS_A_DAY
    const home = (Math.log(price) - state.logPrice) * HOME_PULL_A_SECOND
    state.logPrice += drift + home + (dailyVolatility / 293.94) * shock
    state.premium += -state.premium * PREMIUM_PULL_A_SECOND + PREMIUM_SHOCK * random.normal() + shock * 2e-7
    this.prices[i] = Math.max(1, Math.round(Math.exp(state.logPrice) / (this.tickSizes[i] as number)))
    const heat = 0.5 * (state.variance + this.factorVariance)
    this.volumes[i] = volumePerSecond * Math.sqrt(heat) * (0.3 + Math.abs(shock)) * (0.2 + 1.6 * random.next())
  }

  /** Spot draws no random number of its own, so that what was generated before it stays as it was. */
  private followTwins(): void {
    for (let i = MODELS.length; i < this.prices.length; i++) {
      const { of } = TWINS[i - MODELS.length] as SpotTwin
      const { logPrice, premium } = this.symbols[of] as SymbolState
      this.prices[i] = Math.max(1, Math.round(Math.exp(logPrice) / (1 + premium) / (this.tickSizes[i] as number)))
      this.volumes[i] = SPOT_VOLUME * (this.volumes[of] as number)
    }
  }

  private nextRegime(state: SymbolState): void {
    const draw = this.random.next()
    state.regime = draw < 0.5 ? 'range' : draw < 0.75 ? 'up' : 'down'
    state.regimeLeft = Math.ceil(this.random.exponential(REGIME_SECONDS_MEAN))
    state.anchor = state.logPrice
  }

  /** The funding rate that the premium asks for now: F = P + clamp(I - P, -0.05 %, 0.05 %), bounded (Bybit help centre). Spot has none. */
  fundingRate(i: number): number {
    if (i >= MODELS.length) return 0
    const { premium } = this.symbols[i] as SymbolState
    const rate = premium + clamp(INTEREST_RATE - premium, 0.0005)
    return clamp(Math.round(rate * 1e8) / 1e8, FUNDING_CAP)
  }

  state(): MarketState {
    return {
      steps: this.steps,
      random: this.random.state(),
      factorVariance: this.factorVariance,
      symbols: this.symbols.map((s) => ({ ...s })),
    }
  }

  restore(state: MarketState): void {
    this.steps = state.steps
    this.random = Random.from(state.random)
    this.factorVariance = state.factorVariance
    state.symbols.forEach((s, i) => {
      Object.assign(this.symbols[i] as SymbolState, s)
      this.prices[i] = Math.max(1, Math.round(Math.exp(s.logPrice) / (this.tickSizes[i] as number)))
    })
    this.followTwins()
  }

  get stepCount(): number {
    return this.steps
  }
}

const clamp = (value: number, bound: number): number => Math.max(-bound, Math.min(bound, value))

const nextVariance = (variance: number, shock: number): number =>
  Math.max(VARIANCE_MIN, Math.min(VARIANCE_MAX, 1 - ARCH - GARCH + ARCH * variance * shock * shock + GARCH * variance))
