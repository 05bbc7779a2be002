/**
 * The models of a run as somebody asks for them, in words, for the terminal and for REST alike.
 */
import { parseDecimal } from '../core/decimal.ts'
import { parseDuration } from '../core/duration.ts'
import { type Result, err, ok } from '../core/result.ts'
import { HOUR_MS } from '../core/units.ts'
import type { SlippageModel } from '../venue/sim/models/models.ts'

/** Each absent: off. */
export interface ModelWords {
  /** Coefficient of the square-root impact: `1`. */
  readonly slippageImpact?: string | undefined
  /** Part of a bar's volume: `10%`, or `0.1`. */
  readonly maxVolumeShare?: string | undefined
  /** From a decision to the exchange: `250ms`. */
  readonly latency?: string | undefined
}

export interface ModelSettings {
  readonly impact?: number | undefined
  readonly maxVolumeShare?: number | undefined
  readonly latencyMs?: number | undefined
}

/** Why a setting cannot be; `key` says which. */
export interface SettingProblem {
  readonly key: keyof ModelWords
  /** What is wrong with what was given, as the end of a sentence. */
  readonly what: string
  readonly next: string
}

const IMPACT_MAX = 10

export function readModelSettings(words: ModelWords): Result<ModelSettings, SettingProblem> {
  const impact = words.slippageImpact === undefined ? undefined : numberOf(words.slippageImpact)
  if (words.slippageImpact !== undefined && (impact === undefined || impact > IMPACT_MAX))
    return err({ key: 'slippageImpact', what: `is not a number from 0 to ${IMPACT_MAX}`, next: 'The square-root law has about 1.' })
  const share = words.maxVolumeShare === undefined ? undefined : shareOf(words.maxVolumeShare)
  if (words.maxVolumeShare !== undefined && (share === undefined || share <= 0 || share > 1))
    return err({ key: 'maxVolumeShare', what: 'is not a share above 0 and up to 100 %', next: 'A tenth of the volume is 10%.' })
  const latencyMs = words.latency === undefined ? undefined : latencyOf(words.latency)
  if (words.latency !== undefined && latencyMs === undefined)
    return err({ key: 'latency', what: 'is not a span of time of up to an hour', next: 'Write it with its unit, for example 250ms or 2s.' })
  return ok({
    ...(impact === undefined || impact === 0 ? {} : { impact }),
    ...(share === undefined ? {} : { maxVolumeShare: share }),
    ...(latencyMs === undefined || latencyMs === 0 ? {} : { latencyMs }),
  })
}

/** With a square-root impact beside it: what it takes of each order, whatever its size, becomes half the spread. Undefined: the two do not fit. */
export function withImpact(slippage: SlippageModel, coefficient: number | undefined): SlippageModel | undefined {
  if (coefficient === undefined) return slippage
  if (slippage.type === 'ticks') return undefined
  return {
    type: 'impact',
    halfSpreadBps: slippage.type === 'none' ? 0 : slippage.type === 'fixed' ? slippage.bps : slippage.halfSpreadBps,
    coefficient,
  }
}

function latencyOf(text: string): number | undefined {
  const span = text.trim() === '0' ? 0 : parseDuration(text.trim())
  return span === undefined || span > HOUR_MS ? undefined : span
}

const SCALE = 6
const numberOf = (text: string): number | undefined => {
  const parsed = parseDecimal(text.trim(), SCALE, 'nearest')
  return parsed === undefined || parsed < 0 ? undefined : parsed / 10 ** SCALE
}

function shareOf(text: string): number | undefined {
  const percent = /^(.+?) ?%$/.exec(text.trim())?.[1]
  const value = numberOf(percent ?? text)
  return value === undefined || percent === undefined ? value : value / 100
}
