/**
 * The catalog's averages and bands: what is drawn on the price itself.
 */
import { isAtrReady, makeAtr, updateAtr } from '../bands/atr.ts'
import { makeBollinger, updateBollinger } from '../bands/bollinger.ts'
import { type IndicatorEntry, bars, multiplier, outputs, param, resumed } from '../catalog.ts'
import { isEmaReady, makeEma, updateEma } from './ema.ts'
import { highest, isExtremeReady, lowest, makeExtreme, updateExtreme } from '../bands/extreme.ts'
import { keltnerBand, makeKeltner, updateKeltner } from '../bands/keltner.ts'
import { isRmaReady, makeRma, updateRma } from './rma.ts'
import { makeSma, smaValue, updateSma } from './sma.ts'
import { makeSupertrend, supertrendValue, updateSupertrend } from '../bands/supertrend.ts'
import { makeVwap, makeVwma, updateVwap, updateVwma, vwapValue, vwmaValue } from './vwap.ts'
import { makeWma, updateWma, wmaValue } from './wma.ts'

const sma: IndicatorEntry = {
  name: 'sma',
  aliases: ['ma'],
  summary: 'simple moving average of closes',
  params: [bars('period', 20)],
  outputs: outputs('price', 'sma'),
  start: (p, kept) => {
    const state = resumed(kept, () => makeSma(param(p, 'period')))
    return {
      state,
      step: (bar, out) => {
        updateSma(state, bar.close)
        out[0] = smaValue(state)
      },
    }
  },
}

const ema: IndicatorEntry = {
  name: 'ema',
  aliases: [],
  summary: 'exponential moving average of closes, alpha 2 / (period + 1)',
  params: [bars('period', 20)],
  outputs: outputs('price', 'ema'),
  start: (p, kept) => {
    const state = resumed(kept, () => makeEma(param(p, 'period')))
    return {
      state,
      step: (bar, out) => {
        updateEma(state, bar.close)
        out[0] = isEmaReady(state) ? state.value : Number.NaN
      },
    }
  },
}

const rma: IndicatorEntry = {
  name: 'rma',
  aliases: ['wilder', 'smma'],
  summary: "Wilder's moving average of closes, alpha 1 / period",
  params: [bars('period', 14)],
  outputs: outputs('price', 'rma'),
  start: (p, kept) => {
    const state = resumed(kept, () => makeRma(param(p, 'period')))
    return {
      state,
      step: (bar, out) => {
        updateRma(state, bar.close)
        out[0] = isRmaReady(state) ? state.value : Number.NaN
      },
    }
  },
}

const wma: IndicatorEntry = {
  name: 'wma',
  aliases: ['lwma'],
  summary: 'linearly weighted moving average of closes',
  params: [bars('period', 20)],
  outputs: outputs('price', 'wma'),
  start: (p, kept) => {
    const state = resumed(kept, () => makeWma(param(p, 'period')))
    return {
      state,
      step: (bar, out) => {
        updateWma(state, bar.close)
        out[0] = wmaValue(state)
      },
    }
  },
}

const vwap: IndicatorEntry = {
  name: 'vwap',
  aliases: [],
  summary: 'volume-weighted typical price since the start of the UTC day',
  params: [],
  outputs: outputs('price', 'vwap'),
  usesVolume: true,
  start: (_params, kept) => {
    const state = resumed(kept, () => makeVwap())
    return {
      state,
      step: (bar, out) => {
        updateVwap(state, bar.ts, bar.high, bar.low, bar.close, bar.volume)
        out[0] = vwapValue(state)
      },
    }
  },
}

const vwma: IndicatorEntry = {
  name: 'vwma',
  aliases: [],
  summary: 'volume-weighted moving average of closes',
  params: [bars('period', 20)],
  outputs: outputs('price', 'vwma'),
  usesVolume: true,
  start: (p, kept) => {
    const state = resumed(kept, () => makeVwma(param(p, 'period')))
    return {
      state,
      step: (bar, out) => {
        updateVwma(state, bar.close, bar.volume)
        out[0] = vwmaValue(state)
      },
    }
  },
}

const atr: IndicatorEntry = {
  name: 'atr',
  aliases: [],
  summary: "average true range, Wilder's smoothing",
  params: [bars('period', 14)],
  outputs: outputs('price', 'atr'),
  start: (p, kept) => {
    const state = resumed(kept, () => makeAtr(param(p, 'period')))
    return {
      state,
      step: (bar, out) => {
        updateAtr(state, bar.high, bar.low, bar.close)
        out[0] = isAtrReady(state) ? state.value : Number.NaN
      },
    }
  },
}

const bollinger: IndicatorEntry = {
  name: 'bollinger',
  aliases: ['bbands', 'bb', 'bollinger-bands'],
  summary: 'simple average and standard deviations (ddof 0) around it',
  params: [bars('period', 20), multiplier(2)],
  outputs: outputs('price', 'upper', 'middle', 'lower'),
  start: (p, kept) => {
    const state = resumed(kept, () => makeBollinger(param(p, 'period'), param(p, 'multiplier')))
    return {
      state,
      step: (bar, out) => {
        updateBollinger(state, bar.close)
        out[0] = state.middle + state.reach
        out[1] = state.middle
        out[2] = state.middle - state.reach
      },
    }
  },
}

const donchian: IndicatorEntry = {
  name: 'donchian',
  aliases: ['donchian-channel'],
  summary: 'highest high and lowest low, the newest bar included',
  params: [bars('period', 20)],
  outputs: outputs('price', 'upper', 'middle', 'lower'),
  start: (p, kept) => {
    const state = resumed(kept, () => makeExtreme(param(p, 'period')))
    return {
      state,
      step: (bar, out) => {
        updateExtreme(state, bar.high, bar.low)
        const isReady = isExtremeReady(state)
        out[0] = isReady ? highest(state) : Number.NaN
        out[1] = isReady ? (highest(state) + lowest(state)) / 2 : Number.NaN
        out[2] = isReady ? lowest(state) : Number.NaN
      },
    }
  },
}

const keltner: IndicatorEntry = {
  name: 'keltner',
  aliases: ['keltner-channel', 'kc'],
  summary: 'exponential average of closes and ATRs around it',
  params: [bars('period', 20), bars('atr', 10), multiplier(2)],
  outputs: outputs('price', 'upper', 'middle', 'lower'),
  start: (p, kept) => {
    const state = resumed(kept, () => makeKeltner(param(p, 'period'), param(p, 'atr'), param(p, 'multiplier')))
    return {
      state,
      step: (bar, out) => {
        updateKeltner(state, bar.high, bar.low, bar.close)
        out[0] = keltnerBand(state, 1)
        out[1] = keltnerBand(state, 0)
        out[2] = keltnerBand(state, -1)
      },
    }
  },
}

const supertrend: IndicatorEntry = {
  name: 'supertrend',
  aliases: [],
  summary: 'trailing ATR band and the direction of the trend (1, -1)',
  params: [bars('period', 10), multiplier(3)],
  outputs: [...outputs('price', 'supertrend'), ...outputs('plain', 'direction')],
  start: (p, kept) => {
    const state = resumed(kept, () => makeSupertrend(param(p, 'period'), param(p, 'multiplier')))
    return {
      state,
      step: (bar, out) => {
        updateSupertrend(state, bar.high, bar.low, bar.close)
        out[0] = supertrendValue(state)
        out[1] = state.direction === 0 ? Number.NaN : state.direction
      },
    }
  },
}

export const AVERAGES: readonly IndicatorEntry[] = [sma, ema, rma, wma, vwap, vwma, atr, bollinger, donchian, keltner, supertrend]
