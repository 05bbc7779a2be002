/**
 * The limits that count now: what the configuration says, and what operators have set since, for the account, its strategies and symbols.
 */
import type { InstrumentIndex, StrategyId, Ts } from '../../core/units.ts'
import type { Instrument } from '../../market/instrument.ts'
import type { LossScope } from '../../portfolio/view.ts'
import type { RiskLimits, ScopeLimits } from '../../risk/limits.ts'
import { type LimitsAndSizing, type RiskSettings, rulesFor, rulesOf, scopeOf } from '../../risk/settings/rules.ts'
import type { SettingKey, SettingValues, SomeSettings } from '../../risk/settings/setting.ts'
import { readSetting } from '../../risk/settings/value.ts'
import type { Sizing } from '../../risk/sizing.ts'
import type { KernelConfig } from '../config.ts'

/** For whom a setting is set; a symbol by its name, since that outlives its index. */
export type SettingTarget =
  | { readonly type: 'account' }
  | { readonly type: 'strategy'; readonly strategy: StrategyId }
  | { readonly type: 'symbol'; readonly symbol: string }

/** A setting that somebody changed while the trader ran. */
export interface SettingOverride {
  readonly target: SettingTarget
  readonly key: SettingKey
  /** Canonical text; undefined: what the configuration says counts again. */
  readonly text: string | undefined
  /** The end that was asked for. What happens at it is the trader's to say: nothing loosens by itself here (S1). */
  readonly until?: Ts | undefined
  /** What was set before, which counts again at the end; undefined: what the configuration says. */
  readonly before?: string | undefined
  readonly actor: string
  readonly since: Ts
}

export interface ScopedLimits {
  readonly scope: LossScope
  readonly limits: ScopeLimits
}

export const targetKey = (target: SettingTarget): string =>
  target.type === 'account' ? 'account' : target.type === 'strategy' ? `strategy ${target.strategy}` : `symbol ${target.symbol}`

const keyOf = ({ target, key }: Pick<SettingOverride, 'target' | 'key'>): string => `${targetKey(target)} ${key}`

export class EffectiveLimits {
  account: RiskLimits
  sizing: Sizing
  private readonly config: KernelConfig
  private readonly ownerOf: (i: InstrumentIndex) => StrategyId | undefined
  /** By instrument, where its strategy or itself has settings of its own. */
  private by: (LimitsAndSizing | undefined)[] = []
  /** Strategies and symbols with limits on what they may lose or hold. */
  scopes: readonly ScopedLimits[] = []
  private readonly overridesBy = new Map<string, SettingOverride>()

  constructor(config: KernelConfig, ownerOf: (i: InstrumentIndex) => StrategyId | undefined) {
    this.config = config
    this.ownerOf = ownerOf
    this.account = config.limits
    this.sizing = config.sizing
    this.apply()
  }

  of(i: InstrumentIndex): RiskLimits {
    return this.by[i]?.limits ?? this.account
  }
  sizingOf(i: InstrumentIndex): Sizing {
    return this.by[i]?.sizing ?? this.sizing
  }
  /** What margin is computed with: never more than the exchange allows in the symbol. */
  leverageOf(i: InstrumentIndex): number {
    return Math.min(this.of(i).leverage, (this.config.instruments[i] as Instrument).leverageMax)
  }
  get overrides(): readonly SettingOverride[] {
    return [...this.overridesBy.values()]
  }
  overrideOf(target: SettingTarget, key: SettingKey): SettingOverride | undefined {
    return this.overridesBy.get(keyOf({ target, key }))
  }

  /** What counts now, as texts; undefined in a kernel whose limits cannot be set, as in a backtest. */
  get settings(): RiskSettings | undefined {
    const { settings } = this.config
    if (settings === undefined) return undefined
    const own = (type: SettingTarget['type'], name: string): SomeSettings =>
      Object.fromEntries(
        this.overrides
          .filter(({ target }) => target.type === type && nameOf(target) === name)
          .flatMap(({ key, text }) => (text === undefined ? [] : [[key, text]])),
      )
    const merged = (type: 'strategy' | 'symbol', given: Readonly<Record<string, SomeSettings>>): Record<string, SomeSettings> => {
      const names = new Set([
        ...Object.keys(given),
        ...this.overrides.filter(({ target }) => target.type === type).map(({ target }) => nameOf(target)),
      ])
      return Object.fromEntries([...names].map((name) => [name, { ...given[name], ...own(type, name) }]))
    }
    return {
      account: { ...settings.account, ...own('account', '') } as SettingValues,
      strategies: merged('strategy', settings.strategies),
      symbols: merged('symbol', settings.symbols),
    }
  }

  /** An override without a text, or with one that a later version no longer takes, goes back to the configuration. */
  set(override: SettingOverride): void {
    if (override.text === undefined || !('value' in readSetting(override.key, override.text))) this.overridesBy.delete(keyOf(override))
    else this.overridesBy.set(keyOf(override), override)
    this.apply()
  }

  restore(overrides: readonly SettingOverride[] | undefined): void {
    this.overridesBy.clear()
    for (const override of overrides ?? []) this.overridesBy.set(keyOf(override), override)
    this.apply()
  }

  /** Symbols have other owners, or the configuration other strategies. */
  ownersChanged(): void {
    this.apply()
  }

  private apply(): void {
    const { settings } = this
    if (settings === undefined) return
    const { limits, sizing } = rulesOf(settings.account)
    this.account = limits
    // A backtest that asked for another size keeps it.
    this.sizing = this.config.sizing.type === 'risk' ? sizing : this.config.sizing
    const { instruments, strategies } = this.config
    this.scopes = [
      ...strategies.flatMap(({ id: strategy }): ScopedLimits[] =>
        scopeOf(strategy, settings.strategies[strategy] ?? {}, limits.grossMax).map((own) => ({
          scope: { type: 'strategy', strategy },
          limits: own,
        })),
      ),
      ...instruments.flatMap(({ index, symbol }): ScopedLimits[] =>
        scopeOf(undefined, settings.symbols[symbol] ?? {}).map((own) => ({ scope: { type: 'symbol', instrument: index }, limits: own })),
      ),
    ]
    this.by = instruments.map(({ index, symbol }) => {
      const strategy = this.ownerOf(index)
      const hasOwn = (strategy !== undefined && strategy in settings.strategies) || symbol in settings.symbols
      if (!hasOwn) return undefined
      const own = rulesFor(settings, strategy, symbol)
      return { limits: own.limits, sizing: this.config.sizing.type === 'risk' ? own.sizing : this.config.sizing }
    })
  }
}

const nameOf = (target: SettingTarget): string =>
  target.type === 'account' ? '' : target.type === 'strategy' ? target.strategy : target.symbol
