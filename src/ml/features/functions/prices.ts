/**
 * Features of prices: returns, volatility, momentum, places in ranges. All are ratios, so that the level of a price does not matter.
 */
import { highest, isExtremeReady, lowest, makeExtreme, updateExtreme } from '../../../indicators/bands/extreme.ts'
import { bars, param, resumed } from '../../../indicators/catalog.ts'
import { isWindowFull, makeWindow, oldestOf, pushWindow } from '../../../indicators/window.ts'
import type { FeatureFunction } from '../feature-function.ts'
import { deviationOf, meanOf, ratio } from './windows.ts'

const logReturn: FeatureFunction = {
  name: 'return',
  version: 1,
  summary: 'ln(close / close `period` bars ago)',
  params: [bars('period', 1)],
  outputs: ['return'],
  start: (p, kept) => {
    const state = resumed(kept, () => makeWindow(param(p, 'period') + 1))
    return {
      state,
      step: ({ bar }, out) => {
        pushWindow(state, bar.close)
        out[0] = isWindowFull(state) ? Math.log(bar.close / oldestOf(state)) : Number.NaN
      },
    }
  },
}

/** The last close, and the last log returns. */
const makeReturns = (period: number) => ({ previous: Number.NaN, returns: makeWindow(period) })
type Returns = ReturnType<typeof makeReturns>

function updateReturns(state: Returns, close: number): void {
  if (!Number.isNaN(state.previous)) pushWindow(state.returns, Math.log(close / state.previous))
  state.previous = close
}

const volatility: FeatureFunction = {
  name: 'volatility',
  version: 1,
  summary: 'standard deviation (ddof 0) of the last `period` log returns, per bar',
  params: [bars('period', 20)],
  outputs: ['volatility'],
  start: (p, kept) => {
    const state = resumed(kept, () => makeReturns(param(p, 'period')))
    return {
      state,
      step: ({ bar }, out) => {
        updateReturns(state, bar.close)
        out[0] = deviationOf(state.returns)
      },
    }
  },
}

const momentum: FeatureFunction = {
  name: 'momentum',
  version: 1,
  summary: 'mean of the last `period` log returns over their standard deviation, times the root of `period`; 0 where nothing moves',
  params: [bars('period', 20)],
  outputs: ['momentum'],
  start: (p, kept) => {
    const state = resumed(kept, () => makeReturns(param(p, 'period')))
    return {
      state,
      step: ({ bar }, out) => {
        updateReturns(state, bar.close)
        const deviation = deviationOf(state.returns)
        out[0] = deviation === 0 ? 0 : (meanOf(state.returns) / deviation) * Math.sqrt(state.returns.period)
      },
    }
  },
}

const zScore: FeatureFunction = {
  name: 'z-score',
  version: 1,
  summary: 'distance of the close from the mean of the last `period` closes in their standard deviations; 0 where nothing moves',
  params: [bars('period', 20)],
  outputs: ['zScore'],
  start: (p, kept) => {
    const state = resumed(kept, () => makeWindow(param(p, 'period')))
    return {
      state,
      step: ({ bar }, out) => {
        pushWindow(state, bar.close)
        const deviation = deviationOf(state)
        out[0] = deviation === 0 ? 0 : (bar.close - meanOf(state)) / deviation
      },
    }
  },
}

const place: FeatureFunction = {
  name: 'place',
  version: 1,
  summary: 'place of the close between the lowest low (0) and the highest high (1) of the last `period` bars; 0.5 without a range',
  params: [bars('period', 20)],
  outputs: ['place'],
  start: (p, kept) => {
    const state = resumed(kept, () => makeExtreme(param(p, 'period')))
    return {
      state,
      step: ({ bar }, out) => {
        updateExtreme(state, bar.high, bar.low)
        const [top, bottom] = [highest(state), lowest(state)]
        out[0] = !isExtremeReady(state) ? Number.NaN : top === bottom ? 0.5 : (bar.close - bottom) / (top - bottom)
      },
    }
  },
}

const drawdown: FeatureFunction = {
  name: 'drawdown',
  version: 1,
  summary: 'close over the highest high of the last `period` bars, less 1',
  params: [bars('period', 20)],
  outputs: ['drawdown'],
  start: (p, kept) => {
    const state = resumed(kept, () => makeExtreme(param(p, 'period')))
    return {
      state,
      step: ({ bar }, out) => {
        updateExtreme(state, bar.high, bar.low)
        out[0] = isExtremeReady(state) ? bar.close / highest(state) - 1 : Number.NaN
      },
    }
  },
}

const range: FeatureFunction = {
  name: 'range',
  version: 1,
  summary: 'mean of ln(high / low) of the last `period` bars',
  params: [bars('period', 1)],
  outputs: ['range'],
  start: (p, kept) => {
    const state = resumed(kept, () => makeWindow(param(p, 'period')))
    return {
      state,
      step: ({ bar }, out) => {
        pushWindow(state, Math.log(bar.high / bar.low))
        out[0] = meanOf(state)
      },
    }
  },
}

const candle: FeatureFunction = {
  name: 'candle',
  version: 1,
  summary: 'body (close over open, less 1) and place of the close between low (0) and high (1) of the bar',
  params: [],
  outputs: ['body', 'close'],
  start: (_params, kept) => ({
    state: resumed(kept, () => ({})),
    step: ({ bar }, out) => {
      out[0] = ratio(bar.close, bar.open) - 1
      out[1] = bar.high === bar.low ? 0.5 : (bar.close - bar.low) / (bar.high - bar.low)
    },
  }),
}

export const PRICE_FEATURES: readonly FeatureFunction[] = [logReturn, volatility, momentum, zScore, place, drawdown, range, candle]
