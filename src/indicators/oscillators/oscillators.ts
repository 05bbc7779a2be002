/**
 * The catalog's oscillators and volume figures: what is drawn below the price.
 */
import { adxValue, makeAdx, minusDi, plusDi, updateAdx } from './adx.ts'
import { type IndicatorEntry, bars, outputs, param, resumed } from '../catalog.ts'
import { makeCci, updateCci } from './cci.ts'
import { macdLine, macdSignal, makeMacd, updateMacd } from './macd.ts'
import { makeMfi, mfiValue, updateMfi } from './mfi.ts'
import { makeObv, updateObv } from '../obv.ts'
import { makeRoc, rocValue, updateRoc } from './roc.ts'
import { makeRsi, rsiValue, updateRsi } from './rsi.ts'
import { makeStochastic, updateStochastic } from './stochastic.ts'
import { makeWilliamsR, updateWilliamsR, williamsRValue } from './williams-r.ts'

const rsi: IndicatorEntry = {
  name: 'rsi',
  aliases: [],
  summary: "relative strength index, Wilder's smoothing",
  params: [bars('period', 14)],
  outputs: outputs('plain', 'rsi'),
  start: (p, kept) => {
    const state = resumed(kept, () => makeRsi(param(p, 'period')))
    return {
      state,
      step: (bar, out) => {
        updateRsi(state, bar.close)
        out[0] = rsiValue(state)
      },
    }
  },
}

const macd: IndicatorEntry = {
  name: 'macd',
  aliases: [],
  summary: 'distance of two exponential averages, its signal line, and the distance of the two',
  params: [bars('fast', 12), bars('slow', 26), bars('signal', 9)],
  outputs: outputs('price', 'macd', 'signal', 'histogram'),
  conflict: (p) => (param(p, 'fast') < param(p, 'slow') ? undefined : 'fast must be smaller than slow'),
  start: (p, kept) => {
    const state = resumed(kept, () => makeMacd(param(p, 'fast'), param(p, 'slow'), param(p, 'signal')))
    return {
      state,
      step: (bar, out) => {
        updateMacd(state, bar.close)
        out[0] = macdLine(state)
        out[1] = macdSignal(state)
        out[2] = macdLine(state) - macdSignal(state)
      },
    }
  },
}

const stochastic: IndicatorEntry = {
  name: 'stochastic',
  aliases: ['stoch'],
  summary: 'place of the close in the range, smoothed (k) and smoothed again (d)',
  params: [bars('period', 14), bars('smooth', 3), bars('signal', 3)],
  outputs: outputs('plain', 'k', 'd'),
  start: (p, kept) => {
    const state = resumed(kept, () => makeStochastic(param(p, 'period'), param(p, 'smooth'), param(p, 'signal')))
    return {
      state,
      step: (bar, out) => {
        updateStochastic(state, bar.high, bar.low, bar.close)
        out[0] = state.k
        out[1] = state.d
      },
    }
  },
}

const adx: IndicatorEntry = {
  name: 'adx',
  aliases: ['dmi'],
  summary: 'average directional index with +DI and -DI',
  params: [bars('period', 14)],
  outputs: outputs('plain', 'adx', 'plusDi', 'minusDi'),
  start: (p, kept) => {
    const state = resumed(kept, () => makeAdx(param(p, 'period')))
    return {
      state,
      step: (bar, out) => {
        updateAdx(state, bar.high, bar.low, bar.close)
        out[0] = adxValue(state)
        out[1] = plusDi(state)
        out[2] = minusDi(state)
      },
    }
  },
}

const cci: IndicatorEntry = {
  name: 'cci',
  aliases: [],
  summary: 'commodity channel index of typical prices',
  params: [bars('period', 20)],
  outputs: outputs('plain', 'cci'),
  start: (p, kept) => {
    const state = resumed(kept, () => makeCci(param(p, 'period')))
    return {
      state,
      step: (bar, out) => {
        updateCci(state, bar.high, bar.low, bar.close)
        out[0] = state.value
      },
    }
  },
}

const roc: IndicatorEntry = {
  name: 'roc',
  aliases: ['rate-of-change'],
  summary: 'rate of change of closes in percent',
  params: [bars('period', 10)],
  outputs: outputs('plain', 'roc'),
  start: (p, kept) => {
    const state = resumed(kept, () => makeRoc(param(p, 'period')))
    return {
      state,
      step: (bar, out) => {
        updateRoc(state, bar.close)
        out[0] = rocValue(state)
      },
    }
  },
}

const williamsR: IndicatorEntry = {
  name: 'williams-r',
  aliases: ['williamsr', 'willr', 'williams'],
  summary: 'Williams %R, -100 to 0',
  params: [bars('period', 14)],
  outputs: outputs('plain', 'williamsR'),
  start: (p, kept) => {
    const state = resumed(kept, () => makeWilliamsR(param(p, 'period')))
    return {
      state,
      step: (bar, out) => {
        updateWilliamsR(state, bar.high, bar.low, bar.close)
        out[0] = williamsRValue(state)
      },
    }
  },
}

const obv: IndicatorEntry = {
  name: 'obv',
  aliases: [],
  summary: 'on-balance volume from 0 at the first bar',
  params: [],
  outputs: outputs('volume', 'obv'),
  usesVolume: true,
  start: (_params, kept) => {
    const state = resumed(kept, () => makeObv())
    return {
      state,
      step: (bar, out) => {
        updateObv(state, bar.close, bar.volume)
        out[0] = state.value
      },
    }
  },
}

const mfi: IndicatorEntry = {
  name: 'mfi',
  aliases: [],
  summary: 'money flow index',
  params: [bars('period', 14)],
  outputs: outputs('plain', 'mfi'),
  usesVolume: true,
  start: (p, kept) => {
    const state = resumed(kept, () => makeMfi(param(p, 'period')))
    return {
      state,
      step: (bar, out) => {
        updateMfi(state, bar.high, bar.low, bar.close, bar.volume)
        out[0] = mfiValue(state)
      },
    }
  },
}

export const OSCILLATORS: readonly IndicatorEntry[] = [rsi, macd, stochastic, adx, cci, roc, williamsR, obv, mfi]
