/**
 * The models of a run as somebody asks for them, in words, for the terminal and for REST alike.
 */
import { parseDecimal } from '../core/decimal.ts'
import { parseDuration } from '../core/duration.ts'
import { type Result, err, ok } from '../core/result.ts'
import { HOUR_MS } from '../core/units.ts'
import { MARGIN_MODES, type MarginMode } from '../market/margin-tiers.ts'
import type { RiskProfile } from '../risk/profiles.ts'
import type { SlippageModel } from '../venue/sim/models/models.ts'

/** Each absent: off. */
export interface ModelWords {
  /** Coefficient of the square-root impact: `1`. */
  readonly slippageImpact?: string | undefined
  /** Part of a bar's volume: `10%`, or `0.1`. */
  readonly maxVolumeShare?: string | undefined
  /** From a decision to the exchange: `250ms`. */
  readonly latency?: string | undefined
  /** `cross` or `isolated`. */
  readonly margin?: string | undefined
  /** `whole` or `stepwise`. */
  readonly liquidation?: string | undefined
  /** Leverage that margin is asked with: `10`. */
  readonly leverage?: string | undefined
}

export interface ModelSettings {
  readonly impact?: number | undefined
  readonly maxVolumeShare?: number | undefined
  readonly latencyMs?: number | undefined
  readonly marginMode?: MarginMode | undefined
  readonly liquidation?: (typeof LIQUIDATIONS)[number] | undefined
  readonly leverage?: number | undefined
}

/** Why a setting cannot be; `key` says which. */
export interface SettingProblem {
  readonly key: keyof ModelWords
  /** What is wrong with what was given, as the end of a sentence. */
  readonly what: string
  readonly next: string
}

const IMPACT_MAX = 10
const LEVERAGE_MAX = 100
const LIQUIDATIONS = ['whole', 'stepwise'] as const

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
  const marginMode = MARGIN_MODES.find((mode) => mode === words.margin)
  if (words.margin !== undefined && marginMode === undefined)
    return err({ key: 'margin', what: `is not one of ${MARGIN_MODES.join(', ')}`, next: 'Cross is the default.' })
  const liquidation = LIQUIDATIONS.find((way) => way === words.liquidation)
  if (words.liquidation !== undefined && liquidation === undefined)
    return err({ key: 'liquidation', what: `is not one of ${LIQUIDATIONS.join(', ')}`, next: 'Whole is the default.' })
  const leverage = words.leverage === undefined ? undefined : numberOf(words.leverage)
  if (words.leverage !== undefined && (leverage === undefined || leverage < 1 || leverage > LEVERAGE_MAX))
    return err({ key: 'leverage', what: `is not a number from 1 to ${LEVERAGE_MAX}`, next: 'Without it that of --limits counts.' })
  return ok({
    ...(impact === undefined || impact === 0 ? {} : { impact }),
    ...(share === undefined ? {} : { maxVolumeShare: share }),
    ...(latencyMs === undefined || latencyMs === 0 ? {} : { latencyMs }),
    ...(marginMode === undefined ? {} : { marginMode }),
    ...(liquidation === undefined ? {} : { liquidation }),
    ...(leverage === undefined ? {} : { leverage }),
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

/** Risk limits with the margin that a run asks for. */
export function riskWith(risk: RiskProfile, { marginMode, leverage }: ModelSettings): RiskProfile {
  if (marginMode === undefined && leverage === undefined) return risk
  const { limits } = risk
  return { ...risk, limits: { ...limits, marginMode: marginMode ?? limits.marginMode, leverage: leverage ?? limits.leverage } }
}
