/**
 * Every indicator of the catalog as a feature: prices as ratios to the close, volumes as a change beside their mean, plain figures as they are.
 */
import type { IndicatorEntry } from '../../../indicators/catalog.ts'
import { resumed } from '../../../indicators/catalog.ts'
import { INDICATORS } from '../../../indicators/registry.ts'
import { makeWindow, pushWindow } from '../../../indicators/window.ts'
import type { FeatureFunction } from '../feature-function.ts'
import { meanOf } from './windows.ts'

/** Their prices are distances between prices; those of all others are levels. */
const DISTANCES: ReadonlySet<string> = new Set(['atr', 'macd'])
/** Bars that a volume is compared with. */
const VOLUME_BARS = 20

const featureOf = (entry: IndicatorEntry): FeatureFunction => ({
  name: entry.name,
  version: 1,
  summary: entry.summary,
  params: entry.params,
  outputs: entry.outputs.map(({ name }) => name),
  ...(entry.conflict === undefined ? {} : { conflict: entry.conflict }),
  start: (params, kept) => {
    const before = kept as { readonly indicator: object; readonly volumes: object; readonly last: number[] } | undefined
    const run = entry.start(params, before?.indicator)
    const volumes = resumed(before?.volumes, () => makeWindow(VOLUME_BARS))
    const last = resumed(before?.last, () => entry.outputs.map(() => Number.NaN)) as number[]
    const usesVolumes = entry.outputs.some(({ unit }) => unit === 'volume')
    return {
      state: { indicator: run.state, volumes, last },
      step: ({ bar }, out) => {
        run.step(bar, out)
        if (usesVolumes) pushWindow(volumes, bar.volume)
        for (let at = 0; at < entry.outputs.length; at += 1) {
          const value = out[at] as number
          switch (entry.outputs[at]?.unit) {
            case 'price':
              out[at] = DISTANCES.has(entry.name) ? value / bar.close : value / bar.close - 1
              break
            case 'volume': {
              const mean = meanOf(volumes)
              out[at] = mean === 0 ? 0 : (value - (last[at] as number)) / mean
              last[at] = value
              break
            }
          }
        }
      },
    }
  },
})

export const INDICATOR_FEATURES: readonly FeatureFunction[] = INDICATORS.map(featureOf)
