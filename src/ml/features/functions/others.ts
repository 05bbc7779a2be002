/**
 * Features of volume, time, funding, and of a symbol beside another.
 */
import { bars, param, resumed } from '../../../indicators/catalog.ts'
import { isWindowFull, makeWindow, pushWindow, windowMean } from '../../../indicators/window.ts'
import { DAY_MS, ts } from '../../../core/units.ts'
import type { FeatureFunction } from '../feature-function.ts'
import { deviationOf, meanOf } from './windows.ts'

const volume: FeatureFunction = {
  name: 'volume',
  version: 1,
  summary: 'volume over the mean volume of the last `period` bars, less 1; 0 where none was traded',
  params: [bars('period', 20)],
  outputs: ['volume'],
  start: (p, kept) => {
    const state = resumed(kept, () => makeWindow(param(p, 'period')))
    return {
      state,
      step: ({ bar }, out) => {
        pushWindow(state, bar.volume)
        const mean = meanOf(state)
        out[0] = mean === 0 ? 0 : bar.volume / mean - 1
      },
    }
  },
}

const flow: FeatureFunction = {
  name: 'flow',
  version: 1,
  summary: 'volume of rising bars less that of falling ones over the last `period` bars, as a part of all; 0 where none was traded',
  params: [bars('period', 20)],
  outputs: ['flow'],
  start: (p, kept) => {
    const state = resumed(kept, () => ({ signed: makeWindow(param(p, 'period')), all: makeWindow(param(p, 'period')) }))
    return {
      state,
      step: ({ bar }, out) => {
        pushWindow(state.signed, Math.sign(bar.close - bar.open) * bar.volume)
        pushWindow(state.all, bar.volume)
        const all = meanOf(state.all)
        out[0] = all === 0 ? 0 : meanOf(state.signed) / all
      },
    }
  },
}

const WEEK_MS = 7 * DAY_MS
/** 1970-01-05 was a Monday. */
const MONDAY_MS = 4 * DAY_MS

/** The place in a cycle as a point on a circle, so that its end lies beside its beginning. */
const cycle = (name: string, summary: string, lengthMs: number, offsetMs: number): FeatureFunction => ({
  name,
  version: 1,
  summary,
  params: [],
  outputs: ['sin', 'cos'],
  start: (_params, kept) => ({
    state: resumed(kept, () => ({})),
    step: ({ closeTs }, out) => {
      const angle = (2 * Math.PI * ((closeTs - offsetMs) % lengthMs)) / lengthMs
      out[0] = Math.sin(angle)
      out[1] = Math.cos(angle)
    },
  }),
})

const funding: FeatureFunction = {
  name: 'funding',
  version: 1,
  summary: 'mean of the last `period` funding rates that were settled before the bar closed',
  params: [{ name: 'period', default: 1, min: 1, max: 300, isWhole: true }],
  outputs: ['funding'],
  needs: 'funding',
  start: (p, kept) => ({
    state: resumed(kept, () => ({})),
    step: ({ funding: rates, closeTs }, out) => {
      const period = param(p, 'period')
      const settled = rates.last(ts(closeTs), period)
      out[0] = settled.length < period ? Number.NaN : settled.reduce((sum, { rate }) => sum + rate, 0) / period
    },
  }),
}

const makePair = (period: number) => ({
  own: Number.NaN,
  other: Number.NaN,
  ownReturns: makeWindow(period),
  otherReturns: makeWindow(period),
})

const beside: FeatureFunction = {
  name: 'beside',
  version: 1,
  summary:
    'correlation and beta of the last `period` log returns with those of the symbol `with`, and how much more the symbol rose over them',
  params: [bars('period', 50)],
  outputs: ['correlation', 'beta', 'excess'],
  needs: 'other',
  start: (p, kept) => {
    const state = resumed(kept, () => makePair(param(p, 'period')))
    return {
      state,
      step: ({ bar, other }, out) => {
        // Where the other has no bar, both wait: a return over two bars is not one over one.
        if (other === undefined) {
          out.fill(Number.NaN)
          return
        }
        if (!Number.isNaN(state.own)) {
          pushWindow(state.ownReturns, Math.log(bar.close / state.own))
          pushWindow(state.otherReturns, Math.log(other.close / state.other))
        }
        state.own = bar.close
        state.other = other.close
        writePair(state, out)
      },
    }
  },
}

function writePair({ ownReturns, otherReturns }: ReturnType<typeof makePair>, out: Float64Array): void {
  if (!isWindowFull(ownReturns)) {
    out.fill(Number.NaN)
    return
  }
  const [mean, otherMean] = [windowMean(ownReturns), windowMean(otherReturns)]
  let together = 0
  for (let at = 0; at < ownReturns.period; at += 1)
    together += ((ownReturns.ring[at] as number) - mean) * ((otherReturns.ring[at] as number) - otherMean)
  together /= ownReturns.period
  const [own, other] = [deviationOf(ownReturns), deviationOf(otherReturns)]
  out[0] = own === 0 || other === 0 ? 0 : together / (own * other)
  out[1] = other === 0 ? 0 : together / (other * other)
  out[2] = (mean - otherMean) * ownReturns.period
}

export const OTHER_FEATURES: readonly FeatureFunction[] = [
  volume,
  flow,
  cycle('time-of-day', 'sine and cosine of the UTC time at which the bar closed', DAY_MS, 0),
  cycle('time-of-week', 'sine and cosine of the time since Monday, UTC, at which the bar closed', WEEK_MS, MONDAY_MS),
  funding,
  beside,
]
