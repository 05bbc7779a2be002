/**
 * Every risk setting: what it means, in which unit it is given, which way is stricter, how far it may go, and for whom it can be set.
 * Configuration, `/risk set`, help and docs are made from this list.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/units.ts'
import { MARGIN_MODES } from '../../market/margin-tiers.ts'

/** What a setting applies to: the whole account, one strategy, one symbol. */
export type SettingScope = 'account' | 'strategy' | 'symbol'

interface Common {
  readonly meaning: string
  /** Which way is stricter. A change of what is neither counts as looser: it is confirmed. */
  readonly stricter: 'lower' | 'higher' | 'neither'
  readonly scopes: readonly SettingScope[]
}

export type Setting = Common &
  (
    | { readonly unit: 'percent'; readonly least: number; readonly most: number }
    /** Money, or a part of equity; `most` is a part of equity that also bounds money. */
    | { readonly unit: 'money-or-percent'; readonly least: number; readonly most: number }
    | { readonly unit: 'money'; readonly least: number; readonly most: number }
    | {
        readonly unit: 'number'
        readonly suffix?: string
        readonly isWhole?: boolean
        readonly least: number
        readonly most: number
        readonly off?: true
      }
    | { readonly unit: 'duration'; readonly least: number; readonly most: number }
    | { readonly unit: 'choice'; readonly choices: readonly string[] }
  )

const ALL: readonly SettingScope[] = ['account', 'strategy', 'symbol']
const ACCOUNT: readonly SettingScope[] = ['account']
const OF_STRATEGY: readonly SettingScope[] = ['account', 'strategy']
const OF_SYMBOL: readonly SettingScope[] = ['account', 'symbol']

const percent = (meaning: string, least: number, most: number, scopes = ALL): Setting => ({
  unit: 'percent',
  meaning,
  stricter: 'lower',
  least,
  most,
  scopes,
})
const limit = (meaning: string, most: number, scopes = ALL): Setting => ({
  unit: 'money-or-percent',
  meaning,
  stricter: 'lower',
  least: 0.001,
  most,
  scopes,
})
const choice = (meaning: string, choices: readonly string[], scopes = ALL): Setting => ({
  unit: 'choice',
  meaning,
  stricter: 'neither',
  choices,
  scopes,
})
const balance = (meaning: string): Setting => ({ unit: 'money', meaning, stricter: 'neither', least: 1, most: 1e7, scopes: ACCOUNT })

/** The bounds are hard: no profile, configuration or command passes them. */
export const SETTINGS = {
  capital: percent('part of equity that is traded with, by all or by one strategy: sizes and gross limit are of it', 0.01, 1, OF_STRATEGY),
  riskMin: percent('planned loss of a trade, as a part of equity, for a large balance', 0.005, 0.02),
  riskMax: percent('planned loss of a trade, as a part of equity, for a small balance', 0.005, 0.02),
  balanceScaling: choice(
    'how risk per trade falls from riskMax to riskMin as the balance grows',
    ['linear', 'exponential', 'none'],
    ACCOUNT,
  ),
  balanceLow: balance('up to this balance riskMax counts'),
  balanceHigh: balance('from this balance on riskMin counts (balanceScaling linear)'),
  balanceHalfLife: balance('balance above balanceLow after which half of the way to riskMin is gone (balanceScaling exponential)'),
  drawdownDecay: choice('how risk per trade shrinks below the yellow line', ['linear', 'exponential', 'none'], ACCOUNT),
  decayHalfLife: percent('drawdown that halves risk per trade (drawdownDecay exponential)', 0.005, 0.5, ACCOUNT),
  dayThrottle: choice('whether an entry is made smaller where the day has too little loss left for all of it', ['on', 'off'], ACCOUNT),
  sizing: choice(
    'how an entry is sized; whatever it asks for, a trade never loses more than tradeLoss, and by fraction or Kelly never more than its risk',
    ['fixed-fraction', 'volatility-target', 'kelly', 'fixed-notional', 'equal-weight'],
  ),
  targetVolatility: percent('volatility of a position a year, as a part of equity (sizing volatility-target)', 0.01, 2),
  kellyFraction: percent('part of the Kelly fraction that is used (sizing kelly)', 0.01, 1),
  fixedNotional: limit('value of an entry (sizing fixed-notional)', 5),
  equalWeight: limit('value of all positions together, shared equally by all symbols (sizing equal-weight)', 10),
  tradeLoss: percent('largest planned loss of one position, as a part of equity, whoever opens it', 0.0005, 0.05),
  gapMultiple: {
    unit: 'number',
    meaning: 'how many times its planned loss must fit into the loss left of the day',
    stricter: 'higher',
    least: 1,
    most: 20,
    scopes: ACCOUNT,
  },
  dayLoss: limit('loss of a day after which entries are on hold', 0.2),
  weekLoss: limit('loss of a week after which entries are on hold', 0.4),
  lossStreak: {
    unit: 'number',
    isWhole: true,
    meaning: 'losing trades in a row after which entries are on hold, or off',
    stricter: 'lower',
    least: 2,
    most: 100,
    off: true,
    scopes: ALL,
  },
  lossStreakPause: {
    unit: 'duration',
    meaning: 'how long a hold for a losing streak stays before it may be lifted',
    stricter: 'higher',
    least: 5 * MINUTE_MS,
    most: 7 * DAY_MS,
    scopes: ACCOUNT,
  },
  rejectStorm: {
    unit: 'number',
    isWhole: true,
    meaning: 'orders that the exchange rejects within 10 minutes after which entries are on hold, or off',
    stricter: 'lower',
    least: 2,
    most: 200,
    off: true,
    scopes: ACCOUNT,
  },
  slippageStorm: {
    unit: 'number',
    suffix: 'bp',
    meaning: 'mean slippage of the last five fills of a symbol after which its entries are on hold, or off',
    stricter: 'lower',
    least: 1,
    most: 500,
    off: true,
    scopes: OF_SYMBOL,
  },
  stormPause: {
    unit: 'duration',
    meaning: 'how long a hold for rejected orders or slippage stays before it may be lifted',
    stricter: 'higher',
    least: MINUTE_MS,
    most: DAY_MS,
    scopes: ACCOUNT,
  },
  drawdownYellow: percent('drawdown from which on risk per trade shrinks', 0.005, 0.5, ACCOUNT),
  drawdownOrange: percent('drawdown from which on there are no entries', 0.01, 0.5, ACCOUNT),
  drawdownRed: percent('drawdown at which all positions are closed and trading is halted', 0.02, 0.5, ACCOUNT),
  drawdownHalfLife: {
    unit: 'duration',
    meaning: 'half-life of the smoothed drawdown that sizing uses',
    stricter: 'neither',
    least: MINUTE_MS,
    most: 7 * DAY_MS,
    scopes: ACCOUNT,
  },
  drawdownCooldown: {
    unit: 'duration',
    meaning: 'how long a hold of a drawdown line stays before an admin may lift it',
    stricter: 'higher',
    least: HOUR_MS,
    most: 30 * DAY_MS,
    scopes: ACCOUNT,
  },
  gross: limit('value of all positions and open entries, longs and shorts added', 10),
  net: limit('value of longs less shorts', 10),
  correlated: limit('net value of symbols that move together (correlation of 0.8 or more), as one', 10, ACCOUNT),
  var95: limit('loss of a day that all positions pass on one day in twenty, after an entry', 1, ACCOUNT),
  cvar95: limit('mean loss of the days beyond var95, after an entry', 1, ACCOUNT),
  position: limit('value of one position with its open entries', 5),
  order: limit('value of one order', 5),
  openPositions: {
    unit: 'number',
    isWhole: true,
    meaning: 'symbols with a position or an open entry',
    stricter: 'lower',
    least: 1,
    most: 500,
    scopes: OF_STRATEGY,
  },
  leverage: {
    unit: 'number',
    suffix: 'x',
    meaning: 'leverage that is set at the exchange and that margin is computed with',
    stricter: 'lower',
    least: 1,
    most: 25,
    scopes: OF_SYMBOL,
  },
  marginMode: choice(
    'what backs a position, set at the exchange for the whole account: all of it (cross), or the margin of that position alone (isolated)',
    MARGIN_MODES,
    ACCOUNT,
  ),
  ordersPerSecond: {
    unit: 'number',
    isWhole: true,
    meaning: 'entries per second',
    stricter: 'lower',
    least: 1,
    most: 20,
    scopes: ACCOUNT,
  },
  ordersPerMinute: {
    unit: 'number',
    isWhole: true,
    meaning: 'entries per minute',
    stricter: 'lower',
    least: 1,
    most: 300,
    scopes: ACCOUNT,
  },
  duplicateWindow: {
    unit: 'duration',
    meaning: 'time within which a second entry of the same strategy, symbol and side is a duplicate',
    stricter: 'higher',
    least: 0,
    most: HOUR_MS,
    scopes: ALL,
  },
  reentryCooldown: {
    unit: 'duration',
    meaning: 'time without entries in a symbol after its last trade ended',
    stricter: 'higher',
    least: 0,
    most: 7 * DAY_MS,
    scopes: ALL,
  },
  collarBps: {
    unit: 'number',
    suffix: 'bp',
    meaning: 'distance of an order’s price from the mark price, in basis points',
    stricter: 'lower',
    least: 1,
    most: 1_000,
    scopes: OF_SYMBOL,
  },
  collarAtr: {
    unit: 'number',
    meaning: 'distance of an order’s price from the mark price, in average true ranges',
    stricter: 'lower',
    least: 0.5,
    most: 50,
    scopes: OF_SYMBOL,
  },
  spreadBps: {
    unit: 'number',
    suffix: 'bp',
    meaning: 'spread above which there are no entries, in basis points',
    stricter: 'lower',
    least: 0.5,
    most: 500,
    scopes: OF_SYMBOL,
  },
  staleAfter: {
    unit: 'duration',
    meaning: 'age of the mark price above which there are no entries',
    stricter: 'lower',
    least: 5_000,
    most: HOUR_MS,
    scopes: ACCOUNT,
  },
} as const satisfies Readonly<Record<string, Setting>>

export type SettingKey = keyof typeof SETTINGS
export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[]

/** By key, each of its general shape. */
export const settingOf = (key: SettingKey): Setting => SETTINGS[key]

/** The key that a name means, however it is written: `dayLoss`, `day-loss`, `DAYLOSS`. */
export function settingKeyOf(name: string): SettingKey | undefined {
  const plain = (text: string): string => text.replace(/[-_ ]/g, '').toLowerCase()
  return SETTING_KEYS.find((key) => plain(key) === plain(name))
}

/** Values as texts in their canonical form, as they are kept, shown and given. */
export type SettingValues = Readonly<Record<SettingKey, string>>
export type SomeSettings = { readonly [K in SettingKey]?: string }
