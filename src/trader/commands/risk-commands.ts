/**
 * Setting a limit while Ballast runs: what it is now, whether the change is stricter or looser, and what follows from it.
 */
import { groupDigits } from '../../core/decimal.ts'
import { nearestOf } from '../../core/nearest.ts'
import { type Cash, type Ts, cash, lots, strategyId, ts } from '../../core/units.ts'
import type { KernelInput } from '../../kernel/input.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { SettingOverride, SettingTarget } from '../../kernel/state/effective-limits.ts'
import { MANUAL_OWNER } from '../../trading/manual-owner.ts'
import type { CommandOutcome, CommandScope, TraderCommand } from '../../kernel/trader-command.ts'
import { formatQuantity, notionalOf } from '../../market/instrument.ts'
import { centsText } from '../../risk/denial.ts'
import { limitAt } from '../../core/money-limit.ts'
import { type CommandRefusal, commandRefusal, isRefusal, refused } from '../../trading/command-refusal.ts'
import { conflictsOf } from '../../risk/settings/conflicts.ts'
import { SETTING_KEYS, type SettingKey, type SomeSettings, settingKeyOf, settingOf } from '../../risk/settings/setting.ts'
import { allowedText, compareSettings, readSetting } from '../../risk/settings/value.ts'

export type SetLimitCommand = Extract<TraderCommand, { readonly name: 'set-limit' }>

export interface RiskCommandPorts {
  readonly kernel: Kernel
  readonly now: () => Ts
  readonly submit: (inputs: () => readonly KernelInput[]) => Promise<number>
  /** Looks again at what is set at the exchange: leverage is set there. */
  readonly checkConditions: () => void
}

interface JudgedSetting {
  readonly override: SettingOverride
  readonly change: 'stricter' | 'looser'
  /** As it counts for this scope now; undefined where nothing was set for it. */
  readonly from: string | undefined
  /** As it counts afterward; undefined where nothing is set for it any more. */
  readonly to: string | undefined
  /** What follows at once, in words; empty where nothing does. */
  readonly effects: readonly string[]
}

export class RiskCommands {
  private readonly ports: RiskCommandPorts

  constructor(ports: RiskCommandPorts) {
    this.ports = ports
  }

  preview(command: SetLimitCommand, actor: string): CommandOutcome {
    const judged = this.judge(command, actor)
    if ('status' in judged) return judged
    const { change, from, to, effects, override } = judged
    return {
      status: 'done',
      text: effects.join(' '),
      figures: [
        { name: 'change', value: change },
        { name: 'key', value: override.key },
        { name: 'from', value: from ?? 'not set' },
        { name: 'to', value: to ?? 'not set' },
      ],
    }
  }

  async set(command: SetLimitCommand, actor: string): Promise<CommandOutcome> {
    const judged = this.judge(command, actor)
    if ('status' in judged) return judged
    const { override, change, from, to, effects } = judged
    const seq = await this.ports.submit(() => [{ type: 'change-risk-setting', setting: override, ts: this.ports.now() }])
    if (override.key === 'leverage' || override.key === 'marginMode') this.ports.checkConditions()
    const whose = override.target.type === 'account' ? '' : ` of ${nameOf(override.target)}`
    const end = override.until === undefined ? '' : ` It goes back by itself when the time is over.`
    return {
      status: 'done',
      text: [`${override.key}${whose}: ${from ?? 'not set'} → ${to ?? 'not set'} (${change}).${end}`, ...effects].join(' '),
      seq,
    }
  }

  /** Settings whose time is over go back to what was set before: `for` only ever loosens, so that the end makes it stricter (S1). */
  ended(): readonly KernelInput[] {
    const now = this.ports.now()
    return this.ports.kernel.limits.overrides
      .filter(({ until }) => until !== undefined && now >= until)
      .map((override) => ({
        type: 'change-risk-setting',
        setting: { target: override.target, key: override.key, text: override.before, actor: 'timer', since: now },
        ts: now,
      }))
  }

  private judge({ key: given, value, scope, forMs }: SetLimitCommand, actor: string): JudgedSetting | CommandOutcome {
    const { kernel, now } = this.ports
    const { settings } = kernel.limits
    if (settings === undefined) return refused(commandRefusal('no-settings'))
    const key = settingKeyOf(given)
    if (key === undefined) return refused(commandRefusal('unknown-setting', { key: given, near: nearestOf(given, SETTING_KEYS) }))
    const target = this.targetOf(scope)
    if (isRefusal(target)) return refused(target)
    const { scopes } = settingOf(key)
    if (!scopes.includes(target.type))
      return refused(
        commandRefusal('setting-scope', {
          key,
          scopes: scopes.map((each) => (each === 'account' ? 'the account' : `a ${each}`)).join(' or '),
        }),
      )
    const own = ownOf(settings, target)
    const override = kernel.limits.overrideOf(target, key)
    const configured = ownOf(kernel.config.settings as typeof settings, target)[key]
    let text: string | undefined
    if (value === undefined) {
      if (override === undefined) return refused(commandRefusal('setting-is-configured', { key, configured }))
    } else {
      const read = readSetting(key, value)
      if (!('value' in read)) return refused(commandRefusal('setting-invalid', { key, given: value, allowed: allowedText(key) }))
      text = read.text
      if (own[key] === text) return { status: 'done', text: `${key} already is ${text}.` }
    }
    const from = own[key]
    const to = text ?? configured
    if (from === to) {
      // Back to the configuration, which says the same: only the origin changes.
      return this.judged({ key, target, text, actor, now: now() }, 'stricter', from, to)
    }
    const change = this.changeOf(key, target, from, to)
    if (forMs !== undefined && change === 'stricter') return refused(commandRefusal('stricter-for-a-time', { to: to ?? 'not set', from }))
    const after = { ...own, [key]: to }
    const conflict = target.type === 'account' ? conflictsOf(after).find((each) => each.key === key || each.other === key) : undefined
    if (conflict !== undefined) {
      const { key: low, other: high, wants } = conflict
      return refused(commandRefusal('settings-conflict', { low, lowText: after[low] ?? '', high, highText: after[high] ?? '', wants }))
    }
    return this.judged({ key, target, text, actor, now: now(), forMs, before: override?.text }, change, from, to)
  }

  private judged(
    {
      key,
      target,
      text,
      actor,
      now,
      forMs,
      before,
    }: {
      readonly key: SettingKey
      readonly target: SettingTarget
      readonly text: string | undefined
      readonly actor: string
      readonly now: Ts
      readonly forMs?: number | undefined
      readonly before?: string | undefined
    },
    change: 'stricter' | 'looser',
    from: string | undefined,
    to: string | undefined,
  ): JudgedSetting {
    const override: SettingOverride = {
      target,
      key,
      text,
      actor,
      since: now,
      ...(forMs === undefined ? {} : { until: ts(now + forMs), ...(before === undefined ? {} : { before }) }),
    }
    return {
      override,
      change,
      from,
      to,
      effects: (change === 'stricter' || key === 'marginMode') && to !== undefined ? this.effectsOf(key, target, to) : [],
    }
  }

  /** What nothing was set for counts as the account's; a limit of a strategy or symbol is one more, so that having one is stricter. */
  private changeOf(key: SettingKey, target: SettingTarget, from: string | undefined, to: string | undefined): 'stricter' | 'looser' {
    const { settings } = this.ports.kernel.limits
    const { equity } = this.ports.kernel.portfolio
    const inherited = target.type === 'account' ? undefined : settings?.account[key]
    const a = from ?? inherited
    const b = to ?? inherited
    if (a === undefined || b === undefined || a === b) return b === undefined ? 'looser' : 'stricter'
    const before = readSetting(key, a)
    const after = readSetting(key, b)
    return 'value' in before && 'value' in after ? compareSettings(key, before.value, after.value, equity) : 'looser'
  }

  private targetOf(scope: CommandScope): SettingTarget | CommandRefusal {
    const { config } = this.ports.kernel
    if (scope.type === 'account') return { type: 'account' }
    if (scope.type === 'strategy') {
      const known = [...config.strategies.map(({ id }) => id as string), ...((config.manual ?? []).length > 0 ? [MANUAL_OWNER] : [])]
      return known.includes(scope.strategy)
        ? { type: 'strategy', strategy: strategyId(scope.strategy) }
        : commandRefusal('unknown-strategy', { strategy: scope.strategy, running: known.join(', ') })
    }
    return config.instruments.some(({ symbol }) => symbol === scope.symbol)
      ? { type: 'symbol', symbol: scope.symbol }
      : commandRefusal('unknown-symbol', {
          symbol: scope.symbol,
          near: nearestOf(
            scope.symbol,
            config.instruments.map(({ symbol }) => symbol),
          ),
          traded: config.instruments.map(({ symbol }) => symbol).join(', '),
        })
  }

  /** A limit below what is open now closes nothing: what happens is said. */
  private effectsOf(key: SettingKey, target: SettingTarget, to: string): string[] {
    const read = readSetting(key, to)
    if (!('value' in read)) return []
    const { portfolio, config } = this.ports.kernel
    const strategy = target.type === 'strategy' ? target.strategy : undefined
    const limit = read.value.type === 'limit' ? limitAt(read.value.limit, portfolio.equity) : cash(0)
    const number = read.value.type === 'number' ? read.value.number : 0
    const kept = 'Nothing is closed: entries are denied until it fits, exits and stops continue.'
    const exposure = portfolio.exposure(strategy)
    switch (key) {
      case 'gross':
        return exposure.gross > limit ? [`${usd(exposure.gross)} USDT are open, more than ${usd(limit)}. ${kept}`] : []
      case 'net': {
        const net = Math.max(exposure.netLong, exposure.netShort)
        return net > limit ? [`${usd(cash(net))} USDT net are open, more than ${usd(limit)}. ${kept}`] : []
      }
      case 'position': {
        const above = config.instruments
          .filter(
            ({ index, symbol }) =>
              (target.type !== 'symbol' || target.symbol === symbol) && (strategy === undefined || portfolio.ownerOf(index) === strategy),
          )
          .flatMap((instrument) => {
            const held = lots(Math.abs(portfolio.positionLots(instrument.index)))
            const value = held === 0 ? 0 : notionalOf(instrument, portfolio.mark(instrument.index), held, 'ceil')
            return value > limit ? [`${instrument.symbol} ${formatQuantity(instrument, held)} is worth ${usd(cash(value))} USDT`] : []
          })
        return above.length === 0 ? [] : [`${above.join(', ')}: more than ${usd(limit)}. ${kept}`]
      }
      case 'openPositions': {
        const open = portfolio.symbolsAtStake().filter((i) => strategy === undefined || portfolio.ownerOf(i) === strategy).length
        return open > number ? [`${open} symbols are open. ${kept}`] : []
      }
      case 'dayLoss':
      case 'weekLoss': {
        if (read.value.type !== 'limit') return []
        const window = key === 'dayLoss' ? 'day' : 'week'
        const scope = this.lossScopeOf(target)
        const lost = portfolio.lossOf(window, scope)
        const most = portfolio.lossLimit(window, read.value.limit)
        return lost >= most && lost > 0
          ? [`The ${window} has lost ${usd(lost)} USDT already: entries are put on hold at once, exits and stops continue.`]
          : []
      }
      case 'drawdownOrange':
      case 'drawdownRed': {
        const { drawdown } = portfolio.watch
        if (drawdown < number) return []
        return [
          `Drawdown is ${(drawdown * 100).toFixed(2)} % now: ${key === 'drawdownRed' ? 'ALL POSITIONS ARE CLOSED and trading is halted' : 'entries are put on hold'} within seconds.`,
        ]
      }
      case 'marginMode': {
        const isOpen = config.instruments.some(({ index, category }) => category === 'linear' && portfolio.venueLots(index) !== 0)
        return isOpen || portfolio.elsewhere.length > 0
          ? ['It is set at Bybit once all positions are closed; until then entries are on hold.']
          : []
      }
      case 'leverage': {
        const held = config.instruments.filter(
          ({ index, symbol, category }) =>
            category === 'linear' && (target.type !== 'symbol' || target.symbol === symbol) && portfolio.venueLots(index) !== 0,
        )
        return held.length === 0
          ? []
          : [
              `It is set at Bybit for ${held.map(({ symbol }) => symbol).join(', ')} once the position closes; until then entries there are on hold.`,
            ]
      }
      default:
        return []
    }
  }

  private lossScopeOf(target: SettingTarget) {
    if (target.type === 'account') return { type: 'account' as const }
    if (target.type === 'strategy') return { type: 'strategy' as const, strategy: target.strategy }
    const instrument = this.ports.kernel.config.instruments.find(({ symbol }) => symbol === target.symbol)
    return instrument === undefined ? { type: 'account' as const } : { type: 'symbol' as const, instrument: instrument.index }
  }
}

const usd = (amount: Cash): string => groupDigits(centsText(amount))

const nameOf = (target: SettingTarget): string =>
  target.type === 'account' ? '' : target.type === 'strategy' ? target.strategy : target.symbol

function ownOf(
  settings: {
    readonly account: SomeSettings
    readonly strategies: Readonly<Record<string, SomeSettings>>
    readonly symbols: Readonly<Record<string, SomeSettings>>
  },
  target: SettingTarget,
): SomeSettings {
  if (target.type === 'account') return settings.account
  return (target.type === 'strategy' ? settings.strategies[target.strategy] : settings.symbols[target.symbol]) ?? {}
}
