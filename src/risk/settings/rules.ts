/**
 * From the values of settings to the limits and the sizing that the kernel reads.
 */
import { assert } from '../../core/assert.ts'
import { type Cash, type StrategyId, cash, strategyId } from '../../core/units.ts'
import type { RiskLimits, ScopeLimits } from '../limits.ts'
import { type MoneyLimit, UNLIMITED, bothLimits } from '../../core/money-limit.ts'
import type { SizingMethod } from '../sizing-methods.ts'
import type { BalanceScaling, DrawdownDecay, Sizing } from '../sizing.ts'
import { SETTING_KEYS, type SettingKey, type SettingValues, type SomeSettings, settingOf } from './setting.ts'
import { type SettingValue, readSetting } from './value.ts'

/** What is set for the account, and what strategies and symbols have of their own. All texts have been read before. */
export interface RiskSettings {
  readonly account: SettingValues
  /** By strategy id. */
  readonly strategies: Readonly<Record<string, SomeSettings>>
  /** By symbol. */
  readonly symbols: Readonly<Record<string, SomeSettings>>
}

/** As the configuration has them. */
export interface ConfiguredSettings extends RiskSettings {
  /** Of the account those that the configuration names; the others are the profile's. */
  readonly given: readonly SettingKey[]
}

export interface LimitsAndSizing {
  readonly limits: RiskLimits
  readonly sizing: Sizing
}

function settingValue(values: SomeSettings, key: SettingKey): SettingValue | undefined {
  const text = values[key]
  if (text === undefined) return undefined
  const read = readSetting(key, text)
  assert('value' in read, `risk setting ${key} '${text}' was not checked`)
  return read.value
}

function numberOf(values: SomeSettings, key: SettingKey): number {
  const value = settingValue(values, key)
  assert(value?.type === 'number', `risk setting ${key} has no number`)
  return value.number
}
function limitOf(values: SomeSettings, key: SettingKey): MoneyLimit {
  const value = settingValue(values, key)
  assert(value?.type === 'limit', `risk setting ${key} has no amount`)
  return value.limit
}
const moneyOf = (values: SomeSettings, key: SettingKey): Cash => limitOf(values, key).cash

/** Limits and sizing of the account. */
export function rulesOf(values: SettingValues): LimitsAndSizing {
  const n = (key: SettingKey): number => numberOf(values, key)
  const m = (key: SettingKey): MoneyLimit => limitOf(values, key)
  const limits: RiskLimits = {
    staleAfterMs: n('staleAfter'),
    spreadBpsMax: n('spreadBps'),
    collarBpsMax: n('collarBps'),
    collarAtrMax: n('collarAtr'),
    isStopRequired: true,
    isStopDistanceChecked: true,
    grossMax: partOf(m('gross'), n('capital')),
    netMax: m('net'),
    correlatedMax: m('correlated'),
    varMax: m('var95'),
    cvarMax: m('cvar95'),
    orderMax: m('order'),
    positionMax: m('position'),
    openPositionsMax: n('openPositions'),
    leverage: n('leverage'),
    marginMode: values.marginMode === 'isolated' ? 'isolated' : 'cross',
    dayLossMax: m('dayLoss'),
    weekLossMax: m('weekLoss'),
    tradeLossFractionMax: n('tradeLoss'),
    gapTestMultiple: n('gapMultiple'),
    ordersPerSecondMax: n('ordersPerSecond'),
    ordersPerMinuteMax: n('ordersPerMinute'),
    duplicateWindowMs: n('duplicateWindow'),
    reentryCooldownMs: n('reentryCooldown'),
    lossStreakMax: n('lossStreak'),
    lossStreakPauseMs: n('lossStreakPause'),
    rejectStormMax: n('rejectStorm'),
    slippageStormBps: n('slippageStorm'),
    stormPauseMs: n('stormPause'),
    drawdown: {
      yellow: n('drawdownYellow'),
      orange: n('drawdownOrange'),
      red: n('drawdownRed'),
      halfLifeMs: n('drawdownHalfLife'),
      cooldownMs: n('drawdownCooldown'),
    },
  }
  return { limits, sizing: sizingOf(values) }
}

function sizingOf(values: SettingValues): Sizing {
  const rMin = numberOf(values, 'riskMin')
  const rMax = numberOf(values, 'riskMax')
  const balanceLow = moneyOf(values, 'balanceLow')
  const scaling: BalanceScaling =
    values.balanceScaling === 'linear'
      ? { type: 'linear', rMin, rMax, balanceLow, balanceHigh: moneyOf(values, 'balanceHigh') }
      : values.balanceScaling === 'exponential'
        ? { type: 'exponential', rMin, rMax, balanceLow, halfLife: moneyOf(values, 'balanceHalfLife') }
        : { type: 'constant', r: rMax }
  const decay: DrawdownDecay =
    values.drawdownDecay === 'exponential'
      ? { type: 'exponential', halfLife: numberOf(values, 'decayHalfLife') }
      : { type: values.drawdownDecay === 'linear' ? 'linear' : 'none' }
  return {
    type: 'risk',
    scaling,
    decay,
    isThrottled: values.dayThrottle === 'on',
    method: methodOf(values),
    capital: numberOf(values, 'capital'),
  }
}

function methodOf(values: SettingValues): SizingMethod {
  switch (values.sizing) {
    case 'volatility-target':
      return { type: 'volatility-target', annual: numberOf(values, 'targetVolatility') }
    case 'kelly':
      return { type: 'kelly', fraction: numberOf(values, 'kellyFraction') }
    case 'fixed-notional':
      return { type: 'fixed-notional', limit: limitOf(values, 'fixedNotional') }
    case 'equal-weight':
      return { type: 'equal-weight', all: limitOf(values, 'equalWeight') }
    default:
      return { type: 'fixed-fraction' }
  }
}

/** A limit of a part of the account. */
const partOf = (limit: MoneyLimit, part: number): MoneyLimit =>
  part === 1 ? limit : { cash: cash(Math.floor(limit.cash * part)), fraction: limit.fraction * part }

/** What of a strategy's or a symbol's settings is no limit but a choice: the nearest one counts. */
const CHOSEN: readonly SettingKey[] = ['riskMin', 'riskMax', 'sizing', 'targetVolatility', 'kellyFraction', 'fixedNotional', 'equalWeight']

/**
 * Limits and sizing of entries in a symbol: the strictest of account, strategy and symbol of each limit; of the risk per trade the
 * symbol's, else the strategy's, else the account's.
 */
export function rulesFor(settings: RiskSettings, strategy: string | undefined, symbol: string): LimitsAndSizing {
  const own = (strategy === undefined ? undefined : settings.strategies[strategy]) ?? {}
  const ofSymbol = settings.symbols[symbol] ?? {}
  const merged: Record<string, string> = { ...settings.account }
  for (const some of [own, ofSymbol])
    for (const key of SETTING_KEYS) {
      const text = some[key]
      if (text === undefined || IN_SCOPES.has(key) || key === 'capital') continue
      if (CHOSEN.includes(key) || isStricter(key, merged[key] as string, text)) merged[key] = text
    }
  // A symbol may be given less risk than the account's least.
  if (numberOf(merged, 'riskMin') > numberOf(merged, 'riskMax')) merged.riskMin = merged.riskMax as string
  const { limits, sizing: whole } = rulesOf(merged as SettingValues)
  // A strategy trades with a part of what the account does.
  const share = own.capital === undefined ? 1 : numberOf(own, 'capital')
  const sizing: Sizing = whole.type === 'risk' ? { ...whole, capital: (whole.capital ?? 1) * share } : whole
  const bounded: RiskLimits = {
    ...limits,
    orderMax: strictest('order', settings.account, own, ofSymbol),
    positionMax: strictest('position', settings.account, own, ofSymbol),
  }
  const scopes = [...(strategy === undefined ? [] : scopeOf(strategyId(strategy), own, limits.grossMax)), ...scopeOf(undefined, ofSymbol)]
  return { limits: scopes.length === 0 ? bounded : { ...bounded, scopes }, sizing }
}

/** Limits that a strategy or a symbol has beside the account's, whose own figures they are compared with. */
const IN_SCOPES: ReadonlySet<SettingKey> = new Set([
  'gross',
  'net',
  'openPositions',
  'dayLoss',
  'weekLoss',
  'order',
  'position',
  'lossStreak',
])

function isStricter(key: SettingKey, before: string, after: string): boolean {
  const a = numberOf({ [key]: before }, key)
  const b = numberOf({ [key]: after }, key)
  return settingOf(key).stricter === 'lower' ? b < a : b > a
}

const strictest = (key: SettingKey, ...of: readonly SomeSettings[]): MoneyLimit =>
  of.reduce((all, some) => (some[key] === undefined ? all : bothLimits(all, limitOf(some, key))), UNLIMITED)

/** Nothing where the scope has no such limit. */
export function scopeOf(strategy: StrategyId | undefined, some: SomeSettings, gross: MoneyLimit = UNLIMITED): ScopeLimits[] {
  const limit = (key: SettingKey): MoneyLimit => (some[key] === undefined ? UNLIMITED : limitOf(some, key))
  if (some.capital === undefined && ![...IN_SCOPES].some((key) => some[key] !== undefined && key !== 'order' && key !== 'position'))
    return []
  return [
    {
      strategy,
      grossMax: some.capital === undefined ? limit('gross') : bothLimits(limit('gross'), partOf(gross, numberOf(some, 'capital'))),
      netMax: limit('net'),
      openPositionsMax: some.openPositions === undefined ? Number.POSITIVE_INFINITY : numberOf(some, 'openPositions'),
      dayLossMax: limit('dayLoss'),
      weekLossMax: limit('weekLoss'),
      lossStreakMax: some.lossStreak === undefined ? Number.POSITIVE_INFINITY : numberOf(some, 'lossStreak'),
    },
  ]
}
