/**
 * The REST API as types: made from docs/openapi.json by `npm run docs`, not to be edited. Decimals are text, times RFC 3339 in UTC.
 */

export type Status = {
  readonly profile: string
  readonly state: 'running' | 'paused' | 'reducing' | 'halted' | 'starting' | 'down'
  readonly since: string | null
  readonly equity: string
  readonly dayPnl: string
  readonly openRisk: string
  readonly strategies: {
    readonly up: number
    readonly total: number
  }
  readonly streams: Readonly<Record<string, string>>
  readonly lastFillAt: string | null
  readonly reconciledAt: string | null
  readonly barsClosedAt: string | null
  readonly holds: readonly {
    readonly id: string
    readonly scope: string
    readonly effect: string
    readonly cause: string
    readonly actor: string
    readonly reason: string
    readonly since: string
    readonly until: string | null
  }[]
  readonly reportedAt: string | null
  readonly ageSec: number | null
  readonly isOld: boolean
  readonly notice: string | null
  readonly version: string
}

export type Order = {
  readonly id: string
  readonly clientOrderId: string
  readonly venueOrderId: string | null
  /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly type: string
  readonly class: string
  readonly origin: string
  readonly quantity: string
  readonly filledQuantity: string
  readonly averagePrice: string | null
  readonly price: string | null
  readonly triggerPrice: string | null
  readonly stopLoss: string | null
  readonly takeProfit: string | null
  readonly status: string
  readonly isOpen: boolean
  /** Always false on spot */
  readonly reduceOnly: boolean
  readonly strategy: string
  readonly parentOrderId: string | null
  readonly tradeNumber: number | null
  readonly submittedAt: string
  readonly updatedAt: string
}

export type Trade = {
  readonly id: string
  readonly number: number
  /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
  readonly symbol: string
  readonly side: 'long' | 'short'
  readonly strategy: string
  readonly quantity: string
  readonly entryPrice: string
  readonly entryAt: string
  readonly exitPrice: string | null
  readonly exitAt: string | null
  readonly exitReason: string | null
  readonly fee: string
  readonly funding: string
  readonly pnl: string
  readonly resultR: string | null
  readonly mae: string
  readonly mfe: string
  readonly entryOrderId: string
  readonly isOpen: boolean
  /** What users wrote about it; empty where nobody did */
  readonly note: string
  readonly tags: readonly string[]
}

export type Why = {
  readonly trade: Trade
  readonly entry: {
    readonly order: Order & Readonly<Record<string, unknown>> | null
    readonly decision: Decision
  }
  readonly exit: {
    readonly order: Order & Readonly<Record<string, unknown>> | null
    readonly decision: Decision
  }
  readonly fills: readonly Fill[]
}

export type Decision = {
  readonly id: string
  readonly kind: 'order' | 'denial'
  readonly orderId: string | null
  readonly strategy: string
  /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
  readonly symbol: string
  readonly class: string
  readonly side: 'buy' | 'sell'
  readonly rule: string | null
  readonly detail: Readonly<Record<string, unknown>>
  readonly ts: string
} | null

export type Fill = {
  readonly id: string
  /** Bybit's execId */
  readonly tradeId: string
  readonly orderId: string
  /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly price: string
  readonly quantity: string
  readonly fee: string
  /** Currency of the fee. A spot buy pays it in the coin; it is converted at the fill price */
  readonly feeCoin: string
  readonly liquidity: string
  readonly strategy: string
  readonly tradeNumber: number | null
  readonly ts: string
}

export type Balance = {
  readonly id: string
  readonly coin: string
  readonly wallet: string
  readonly equity: string
  readonly unrealizedPnl: string
  readonly marginUsed: string
  readonly updatedAt: string
}

export type Flow = {
  readonly id: string
  /** Kind of flow: `transfer-in`, `interest` and so on, or Bybit's own word */
  readonly kind: string
  readonly coin: string
  readonly amount: string
  readonly symbol: string | null
  /** False for coins that do not count as equity */
  readonly isBooked: boolean
  readonly ts: string
}

export type Equity = {
  readonly id: string
  readonly ts: string
  readonly equity: string
  readonly wallet: string
  readonly dayPnl: string
  readonly drawdown: number
}

export type Strategy = {
  readonly id: string
  readonly name: string
  readonly definition: string
  readonly version: number
  readonly mode: string
  /** why it is in that mode; empty since the start */
  readonly modeCause: string
  /** of its life: its mode, or what keeps it from entering */
  readonly state: 'created' | 'warming' | 'running' | 'paused' | 'closing-only' | 'off' | 'errored'
  /** what explains the state; empty where nothing has to be said */
  readonly stateCause: string
  /** base bars that have to close before it decides; 0: it can */
  readonly barsMissing: number
  readonly symbols: readonly string[]
  /** as they count, defaults included */
  readonly params: Readonly<Record<string, unknown>>
  /** who changed it while Ballast ran; null: it is as the configuration says */
  readonly changedBy: string | null
  readonly changedAt: string | null
  /** close of the bar at which it was asked last */
  readonly lastDecisionAt: string | null
  readonly lastSignalAt: string | null
  /** what its decisions cost the trader; null before the first */
  readonly load: {
    /** the last ones, which the times are of */
    readonly decisions: number
    readonly p50Ms: number
    readonly p99Ms: number
    readonly mostMs: number
    /** estimate; null until it was looked at */
    readonly keptMb: number | null
  } | null
  /** which of its symbols take entries; null: all of them */
  readonly universe: {
    readonly selectedAt: string | null
    readonly symbols: readonly {
      /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
      readonly symbol: string
      readonly takesEntries: boolean
      /** `chosen` or `white`, or the first reason why not */
      readonly verdict: 'chosen' | 'white' | 'black' | 'not-traded' | 'too-young' | 'volume' | 'spread' | 'volatility' | 'cooldown' | 'rank' | 'unmeasured'
      /** since when it is in or out; null where it was never in */
      readonly since: string | null
      /** mean turnover a day in the quote coin */
      readonly volumePerDay: number | null
      /** realized, of a day */
      readonly volatilityPercent: number | null
      readonly spreadBps: number | null
    }[]
  } | null
}

export type Alert = {
  readonly id: string
  readonly type: string
  readonly severity: string
  /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
  readonly symbol: string | null
  readonly summary: string
  readonly details: Readonly<Record<string, unknown>>
  readonly ts: string
}

export type Event = {
  readonly id: string
  readonly type: string
  readonly ts: string
  readonly data: Readonly<Record<string, unknown>>
}

export type RiskMeasures = {
  /** `portfolio`, or the name of the strategy or the symbol */
  readonly id: string
  readonly scope: 'portfolio' | 'strategy' | 'symbol'
  /** What one return is of, and with it VaR and CVaR */
  readonly stride: 'day' | 'hour'
  readonly from: string | null
  readonly to: string | null
  readonly level: 'low' | 'medium' | 'high' | 'critical' | null
  readonly reasons: readonly {
    readonly measure: string
    readonly value: number
    readonly line: number
    readonly level: 'low' | 'medium' | 'high' | 'critical'
    readonly text: string
  }[]
  readonly exposure: {
    readonly gross: string
    readonly net: string
    readonly hhi: number | null
    readonly effectiveSymbols: number | null
  }
  readonly measures: {
    readonly returns: number
    readonly volatility: number | null
    readonly sharpe: number | null
    readonly sortino: number | null
    readonly deviation: number | null
    readonly var: {
      readonly historical: {
        readonly '95': number | null
        readonly '99': number | null
      }
      readonly gaussian: {
        readonly '95': number | null
        readonly '99': number | null
      }
      readonly cornishFisher: {
        readonly '95': number | null
        readonly '99': number | null
      }
    }
    readonly cvar: {
      readonly historical: {
        readonly '95': number | null
        readonly '99': number | null
      }
      readonly gaussian: {
        readonly '95': number | null
        readonly '99': number | null
      }
      readonly cornishFisher: {
        readonly '95': number | null
        readonly '99': number | null
      }
    }
    readonly maxDrawdown: number | null
    readonly currentDrawdown: number | null
    readonly ulcerIndex: number | null
    readonly beta: number | null
    readonly consistency: {
      readonly score: number | null
      readonly positiveWeeks: number | null
      readonly trendFit: number | null
      readonly tailSymmetry: number | null
    }
  }
  /** What was missing, in words */
  readonly notes: readonly string[]
}

export type Stress = {
  readonly id: 'btc-crash' | 'btc-rally' | 'vol-double' | 'correlation-one' | 'funding-spike' | 'outage'
  /** Positive = lost, if no stop holds */
  readonly loss: string
  readonly lossFraction: number | null
  /** With stops filled at their prices; null where none can fill */
  readonly lossAtStops: string | null
  readonly marginRatioBefore: number | null
  /** Bybit liquidates at 1; null where no equity is left */
  readonly marginRatioAfter: number | null
  readonly liquidation: {
    /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
    readonly symbol: string
    readonly price: string
    /** How much of the scenario has happened then, 0 to 1 */
    readonly part: number
  } | null
  readonly moves: readonly {
    /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
    readonly symbol: string
    /** Change of the price, as a fraction */
    readonly move: number
    readonly price: string
    readonly pnl: string
  }[]
  readonly ts: string
  /** What was assumed, in words */
  readonly notes: readonly string[]
}

export type Position = {
  readonly id: string
  /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
  readonly symbol: string
  readonly side: 'long' | 'short'
  readonly quantity: string
  readonly entryPrice: string | null
  readonly markPrice: string
  readonly unrealizedPnl: string
  readonly stopLoss: string | null
  readonly takeProfit: string | null
  readonly strategy: string | null
  readonly tradeNumber: number | null
  readonly openedAt: string | null
  readonly externalQuantity: string
  readonly isExternalIgnored: boolean
  readonly updatedAt: string
}

export type CommandResult = {
  readonly status: string
  readonly command: string | null
  /** Why the trader refused: a code that stays, such as no-position or day-loss, and the figures that decided */
  readonly refusal?: {
    readonly code: string
    readonly figures: Readonly<Record<string, string | number>>
  } | undefined
  /** As status, or why it was not done, such as word_needed */
  readonly code: string
  /** The reply, the same on every surface */
  readonly reply: {
    readonly title: string
    readonly badge: string
    readonly tone: 'ok' | 'info' | 'warn' | 'bad'
    readonly text?: string | undefined
    readonly fields: readonly {
      readonly name: string
      readonly value: string
    }[]
    readonly table?: {
      readonly columns: readonly {
        readonly title: string
      }[]
      readonly rows: readonly (readonly string[])[]
    } | undefined
    readonly buttons: readonly {
      readonly label: string
      readonly action: Readonly<Record<string, unknown>>
    }[]
  }
  readonly confirmation?: {
    readonly id: string
    readonly expiresAt: string
    readonly preview: Readonly<Record<string, unknown>>
    /** Word to send as `word` with a yes */
    readonly word: string | null
    /** True if an authenticator code must be sent as `word` */
    readonly code: boolean
    /** True if somebody else has to give the yes */
    readonly waitsForSecond: boolean
  } | undefined
  /** What was handed to the trader: follow each with GET /actions/{id} */
  readonly actions?: readonly string[] | undefined
  /** The market or position changed since the confirmation: nothing was done, and `confirmation` asks again */
  readonly again?: {
    readonly replaces: string
    readonly changes: readonly {
      readonly symbol: string
      readonly what: 'side' | 'position' | 'price'
      readonly from: string
      readonly to: string
      readonly driftBps: number | null
    }[]
  } | undefined
}

export type OrderPreview = {
  readonly passes: boolean
  /** Why it would be refused; empty where it would pass */
  readonly text: string
  readonly denial: {
    readonly rule: string
    readonly figures: Readonly<Record<string, string | number>>
  } | null
  /** As on the card */
  readonly figures: readonly {
    readonly name: string
    readonly value: string
  }[]
  readonly risk: {
    /** 0 to 100; the points of the reasons add up to it */
    readonly score: number
    readonly level: 'low' | 'medium' | 'high' | 'critical'
    readonly reasons: readonly {
      readonly name: 'trade-loss' | 'loss-left' | 'margin' | 'liquidation' | 'costs' | 'concentration' | 'correlation'
      readonly weight: number
      readonly points: number
    }[]
    readonly quantity: string
    /** Planned loss of the order; null without a stop */
    readonly lossAtStop: string | null
    /** Loss of the whole position at its stop, in planned losses of the order */
    readonly lossR: number | null
    /** What all targets bring after fees, in planned losses of the order */
    readonly rewardR: number | null
    readonly marginAfter: string
    /** Of the equity that margin stands on */
    readonly marginFraction: number | null
    /** Null where this symbol alone cannot liquidate the account */
    readonly liquidationPrice: string | null
    /** Distance from the mark price, as a fraction of it */
    readonly liquidationFraction: number | null
    /** The same in average true ranges */
    readonly liquidationRanges: number | null
    readonly fees: string
    readonly slippage: string
    /** What it adds to the VaR 95 of a day; null where too few bars are known */
    readonly marginalVar95: string | null
    readonly var95After: string | null
    /** With everything else that is open */
    readonly correlation: number | null
  } | null
}

export type Denial = {
  readonly id: string
  readonly strategy: string
  /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
  readonly symbol: string
  readonly class: string
  readonly side: 'buy' | 'sell'
  readonly rule: string
  readonly text: string
  readonly figures: Readonly<Record<string, string | number>>
  readonly wanted: {
    readonly quantity: string | null
    readonly price: string
    readonly stop: string | null
  } | null
  readonly ts: string
}

export type Action = {
  readonly id: string
  readonly command: string
  /** queued, running, then done; refused: a rule forbade it and nothing changed; failed: it could not be carried out */
  readonly status: 'queued' | 'running' | 'done' | 'refused' | 'failed'
  readonly isOver: boolean
  /** What the trader says of it */
  readonly text: string | null
  /** Orders that were made for it: follow each with GET /orders/{id} */
  readonly orders: readonly string[]
  readonly askedAt: string
  readonly startedAt: string | null
  readonly endedAt: string | null
}

export type Instrument = {
  /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
  readonly symbol: string
  readonly category: 'linear' | 'spot'
  readonly status: 'pre-launch' | 'trading' | 'delivering' | 'closed'
  readonly baseCoin: string
  readonly quoteCoin: string
  readonly settleCoin: string
  readonly tickSize: string
  readonly quantityStep: string
  readonly minQuantity: string
  readonly maxQuantity: string
  readonly maxMarketQuantity: string
  readonly minNotional: string
  readonly maxLeverage: number
  /** Between two settlements; null on spot */
  readonly fundingHours: number | null
}

export type Candle = {
  readonly ts: string
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly volume: string
}

export type Ticker = {
  /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
  readonly symbol: string
  readonly last: string
  readonly mark: string | null
  readonly index: string | null
  readonly bid: string | null
  readonly bidQuantity: string | null
  readonly ask: string | null
  readonly askQuantity: string | null
  /** As a fraction of the price 24 h ago */
  readonly change24h: string | null
  readonly high24h: string | null
  readonly low24h: string | null
  readonly volume24h: string | null
  readonly turnover24h: string | null
  readonly openInterest: string | null
  /** Announced for the next settlement, as a fraction; positive: longs pay */
  readonly fundingRate: string | null
  readonly nextFundingAt: string | null
}

export type OrderBook = {
  /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
  readonly symbol: string
  readonly bids: readonly {
    readonly price: string
    readonly quantity: string
  }[]
  readonly asks: readonly {
    readonly price: string
    readonly quantity: string
  }[]
  readonly ts: string
}

export type FundingRate = {
  readonly ts: string
  /** As a fraction; positive: longs pay shorts */
  readonly rate: string
}

export type Account = {
  readonly state: string
  readonly equity: string
  readonly wallet: string
  readonly unrealizedPnl: string
  readonly marginUsed: string
  readonly grossNotional: string
  /** What is lost if all stops fill at their prices */
  readonly openRisk: string
  readonly dayPnl: string
  readonly dayLossLeft: string | null
  /** From the highest equity, as a fraction */
  readonly drawdown: number
  /** What counts now, and how much of it is left */
  readonly limits: Readonly<Record<string, unknown>> | null
  readonly updatedAt: string
}

export type PnlSum = {
  /** A day, a symbol or a strategy; empty for all together */
  readonly key: string
  readonly trades: number
  readonly wins: number
  readonly net: string
  readonly fees: string
  /** Received less paid */
  readonly funding: string
  /** Sum won over sum lost; null where nothing was lost */
  readonly profitFactor: string | null
}

export type Drawdown = {
  /** As a fraction of the peak, flows left out */
  readonly depth: number
  readonly peakAt: string
  readonly bottomAt: string
  /** null: not yet */
  readonly recoveredAt: string | null
}

export type Setting = {
  readonly key: string
  /** As it counts; of a secret only whether there is one */
  readonly value?: unknown | undefined
  /** default, the file, variable or flag that it comes from, or who set it while Ballast ran */
  readonly origin: string
  readonly isSecret: boolean
  /** Whether PATCH /config changes it while Ballast runs; the others need a restart */
  readonly isHot: boolean
}

export type SettingKey = {
  readonly key: string
  readonly env: string
  readonly allowed: string
  /** default, the file, variable or flag that it comes from, or who set it while Ballast ran */
  readonly origin: string
  readonly isSecret: boolean
  /** Whether PATCH /config changes it while Ballast runs; the others need a restart */
  readonly isHot: boolean
}

export type LogLine = {
  readonly id: string
  readonly ts: string
  readonly level: 'info' | 'warn' | 'error'
  readonly text: string
}

export type Backtest = {
  readonly id: string
  readonly status: 'queued' | 'running' | 'done' | 'failed' | 'canceled'
  readonly progress: number
  readonly spec: Readonly<Record<string, unknown>>
  readonly result: Readonly<Record<string, unknown>> | null
  readonly error: string | null
  readonly createdAt: string
  readonly finishedAt: string | null
}

export type BacktestTrade = {
  readonly number: number
  readonly symbol: string
  readonly side: 'long' | 'short'
  readonly entryTime: string
  readonly entryPrice: string
  readonly exitTime: string
  readonly exitPrice: string
  readonly quantity: string
  readonly fee: string
  readonly funding: string
  readonly pnl: string
  readonly exitReason: string
}

export type Stats = {
  /** The period */
  readonly id: string
  readonly count: number
  readonly wins: number
  readonly losses: number
  readonly net: string
  readonly gain: string
  readonly loss: string
  readonly best: string
  readonly worst: string
  readonly deviation: number | null
  readonly maxWinStreak: number
  readonly maxLossStreak: number
  readonly holdingMs: number
  readonly fee: string
  readonly funding: string
  /** Mean multiple of the planned loss */
  readonly resultR: number | null
  readonly mae: number
  readonly mfe: number
  readonly byExit: readonly {
    readonly reason: string
    readonly count: number
    readonly net: string
  }[]
}

export type PeriodResult = {
  readonly from: string
  readonly to: string
  /** What equity gained beside its flows; null before the records begin */
  readonly result: string | null
  /** Return of the period, flows left out, as a fraction */
  readonly timeWeighted: number | null
  /** Internal rate of return of the period, as a fraction */
  readonly moneyWeighted: number | null
  readonly flows: string
  readonly trades: number
  readonly wins: number
  readonly fees: string
  /** Received less paid */
  readonly funding: string
  readonly endEquity: string | null
}

export type PerformanceGroup = {
  readonly name: string
  readonly trades: number
  readonly wins: number
  readonly result: string
  readonly fees: string
  /** Received less paid */
  readonly funding: string
  /** Sum won over sum lost; null where nothing was lost */
  readonly profitFactor: string | null
}

export type ExposurePart = {
  readonly name: string
  readonly gross: number
  readonly net: number
  readonly ofEquity: number
}

export type LiveTwin = {
  /** The strategy */
  readonly id: string
  readonly symbols: readonly string[]
  readonly from: string
  readonly to: string
  /** Bars that the twin traded on */
  readonly bars: number
  /** Of these, the ones on which only exits were possible here: the trader was away or the bar late */
  readonly lateBars: number
  /** Result of the strategy here, in USDT, of trades decided in the window */
  readonly live: string
  /** Result of its code in the replay */
  readonly twin: string
  /** live - twin; the amounts of all causes, and of all differences, add up to it exactly */
  readonly gap: string
  readonly trades: {
    readonly live: number
    readonly twin: number
    readonly paired: number
  }
  readonly causes: readonly {
    readonly code: string
    readonly count: number
    readonly amount: string
  }[]
  readonly differences: readonly {
    /** slippage, trigger, fee, funding, size, partly-filled, missed-bar, denied, hold, mode, universe, hand, not-filled, flattened, exchange, carried-in, twin-denied, knock-on or unexplained */
    readonly code: string
    readonly part: 'entry' | 'exit' | 'size' | 'fee' | 'funding' | 'missing' | 'extra'
    /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
    readonly symbol: string
    readonly side: 'long' | 'short'
    readonly ts: string
    /** Number of the real trade; null where only the twin has one */
    readonly trade: number | null
    readonly amount: string
    /** How much worse the price was than the twin’s, in basis points */
    readonly worseBp: number | null
    readonly figures: Readonly<Record<string, string | number>>
  }[]
  readonly notes: readonly {
    readonly code: string
    readonly figures: Readonly<Record<string, string | number>>
  }[]
}

export type Canary = {
  /** The strategy */
  readonly id: string
  readonly candidate: {
    readonly params: Readonly<Record<string, string>>
    /** Of the file that is tried; null: the code that runs, with other parameters */
    readonly codeHash: string | null
  }
  readonly started: string
  readonly startedBy: string
  readonly to: string
  readonly bars: number
  readonly verdict: 'promote' | 'roll-back' | 'go-on'
  readonly decided: string | null
  /** Bars on which the two made something else */
  readonly count: number
  /** How many of them it takes before anything is decided */
  readonly least: number
  /** Probability that a decision is wrong, however often one looks */
  readonly alpha: number
  /** Mean of the new version less the running one, in basis points of equity a bar */
  readonly meanBp: number
  readonly lowBp: number | null
  readonly highBp: number | null
  readonly running: {
    readonly result: string
    readonly trades: number
    readonly denied: number
    readonly failure: string | null
  }
  readonly shadow: {
    readonly result: string
    readonly trades: number
    readonly denied: number
    readonly failure: string | null
  }
}

export type Confirmation = {
  readonly id: string
  readonly command: string
  readonly actor: string
  readonly surface: string
  readonly status: string
  readonly createdAt: string
  readonly expiresAt: string
  readonly preview: Readonly<Record<string, unknown>>
}

export type ApiKey = {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly scopes: readonly string[]
  /** networks that it may come from; null: any */
  readonly networks: readonly string[] | null
  /** what it may open; null: nothing */
  readonly symbols: readonly string[] | null
  readonly dailyNotional: string | null
  /** notional of its entries since midnight UTC, of a key with a daily notional */
  readonly spentToday: string | null
  readonly autoConfirm: boolean
  readonly createdBy: string | null
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly lastUsedAt: string | null
  /** until then the secret before the last rotation works, too */
  readonly rotatedUntil: string | null
  readonly revokedAt: string | null
}

export type AuditRow = {
  /** Its number in the chain */
  readonly id: string
  readonly ts: string
  readonly actor: string
  /** What the person or key was called then */
  readonly who: string | null
  readonly role: string
  readonly surface: string
  readonly command: string
  /** Without secrets */
  readonly args: Readonly<Record<string, unknown>>
  /** begun (its outcome is unknown), asked, done, refused, forbidden, rejected, … */
  readonly decision: string
  readonly result: string | null
  readonly confirmationId: string | null
  readonly requestId: string
  /** SHA-256 over this row and the hash of the one before */
  readonly hash: string
}

export type Login = {
  readonly id: string
  readonly actor: string
  readonly name: string
  readonly role: 'viewer' | 'operator' | 'trader' | 'admin'
  /** To be sent as X-CSRF-Token with every request but GET */
  readonly csrf: string
  readonly expiresAt: string
  readonly profile: string
  /** Time zone in which times are shown to this person: UTC, or what /tz has set */
  readonly zone: string
}

export type Session = {
  readonly id: string
  readonly actor: string
  readonly name: string
  readonly role: 'viewer' | 'operator' | 'trader' | 'admin'
  /** What the browser says of itself */
  readonly agent: string
  readonly createdAt: string
  readonly lastUsedAt: string
  readonly expiresAt: string
}

export type Limit = {
  /** target and setting, as `account dayLoss` */
  readonly id: string
  readonly target: string
  readonly key: string
  readonly value: string
  /** profile, configuration, or who set it */
  readonly origin: string
}

export type RiskChange = {
  readonly id: string
  readonly ts: string
  readonly target: string
  readonly key: string
  /** As it counted before; null where nothing was set */
  readonly from: string | null
  readonly to: string | null
  /** Who changed it */
  readonly actor: string
  /** By which way */
  readonly origin: string
  /** When it goes back by itself */
  readonly until: string | null
}

export type RebalancePlan = {
  readonly equity: string
  /** Fractions of equity by symbol; a short is negative */
  readonly current: Readonly<Record<string, number>>
  /** Fractions of equity by symbol; a short is negative */
  readonly target: Readonly<Record<string, number>>
  readonly orders: readonly {
    /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
    readonly symbol: string
    readonly side: 'buy' | 'sell'
    readonly isReduction: boolean
    readonly quantity: string
    readonly notional: string
    readonly cost: string
  }[]
  /** Sum of the notionals as a fraction of equity */
  readonly turnover: number
  readonly cost: string
  /** Fractions of equity by symbol; a short is negative */
  readonly after: Readonly<Record<string, number>>
  readonly leftOut: readonly {
    /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
    readonly symbol: string
    readonly reason: string
    readonly text: string
  }[]
}

export type Rebalance = {
  readonly id: string
  readonly status: 'running' | 'done' | 'stopped'
  readonly actor: string
  readonly progress: readonly string[]
  readonly createdAt: string
  readonly finishedAt: string | null
}

export type Export = {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly sums: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
}

export type AllocatorPlan = {
  readonly method: 'equal' | 'inverse-vol' | 'erc' | 'hrp'
  /** Whether anything would change */
  readonly moves: boolean
  /** Why capital would not move now, such as a hold */
  readonly obstacle: string | null
  readonly strategies: readonly {
    readonly strategy: string
    /** Capital now, as a fraction */
    readonly now: number
    /** Capital after one move, as a fraction */
    readonly next: number
    /** Capital after all moves, as a fraction */
    readonly target: number
    /** Weight by the method alone, as a fraction */
    readonly weight: number
    /** What the drawdown leaves of the weight, as a fraction */
    readonly penalty: number
    /** Drawdown of its own capital, as a fraction */
    readonly drawdown: number
    readonly isNew: boolean
    readonly why: string
  }[]
}

export type Signal = {
  readonly id: string
  readonly number: number
  readonly source: string
  readonly status: 'accepted' | 'paper' | 'duplicate' | 'refused'
  /** Why it was refused */
  readonly code: string | null
  readonly symbol: string | null
  readonly wish: string | null
  /** As it came, up to 4,000 characters */
  readonly body: string
  /** As it says */
  readonly sentAt: string | null
  readonly receivedAt: string
  readonly duplicateOf: string | null
  /** What became of it, in words */
  readonly result: string
}

export type SignalTaken = {
  readonly id: string
  readonly status: 'accepted' | 'duplicate'
  readonly mode: 'paper' | 'trade'
}

export type SignalSent = {
  readonly source: string
}

export type SignalSource = {
  readonly id: string
  readonly name: string
  readonly format: string
  readonly strategy: string
  readonly market: string
  readonly symbols: readonly string[] | null
  readonly mode: string
  readonly side: string | null
  readonly stop: string | null
  readonly maxAgeSec: number
  readonly notionalMax: string | null
  readonly networks: readonly string[] | null
  /** Its silence beyond that is an alert */
  readonly expectEverySec: number | null
  readonly createdAt: string
  /** Until then the address before the last rotation works too */
  readonly oldUntil: string | null
  readonly lastAt: string | null
}

export type AlertProblem = {
  /** To acknowledge or resolve it by */
  readonly number: number
  readonly type: string
  /** The worst so far, P1 to P5 */
  readonly severity: string
  readonly status: 'open' | 'acked' | 'over'
  /** Alerts with the same key are one problem */
  readonly key: string
  readonly symbol: string | null
  /** Of the last alert */
  readonly summary: string
  readonly details: Readonly<Record<string, unknown>>
  readonly count: number
  readonly since: string
  readonly lastAt: string
  readonly ackedBy: string | null
  readonly ackedAt: string | null
  /** What to do */
  readonly next: string | null
  readonly actions: readonly {
    readonly label: string
    readonly command: string
  }[]
}

export type AlertSilence = {
  readonly number: number
  /** As it is typed: `sym:BTC sev:P3` */
  readonly filter: string
  readonly reason: string
  readonly by: string
  readonly since: string
  readonly until: string
}

export type AlertRule = {
  /** To remove it by */
  readonly number: number
  /** A symbol, pnl (of the day) or equity */
  readonly what: string
  readonly side: 'above' | 'below'
  readonly level: string
  readonly once: boolean
  /** False after it fired, until the other side was seen */
  readonly isArmed: boolean
  /** Null: every chat that receives trade alerts */
  readonly channel: string | null
  readonly by: string
}

export type AlertRoute = {
  /** To remove it by; null: of the configuration */
  readonly number: number | null
  /** A chat, its end alone for a key that is not an admin’s */
  readonly channel: string
  /** As it is typed */
  readonly filter: string
  readonly origin: 'configuration' | 'command'
  readonly by: string | null
}

export type Webhook = {
  readonly name: string
  readonly preset: string
  /** Its host and its last characters: the rest may be a secret */
  readonly url: string
  readonly filter: string
  readonly createdAt: string
  /** Until then messages are signed by the secret before the last rotation too */
  readonly oldUntil: string | null
}

export type WebhookMessage = {
  /** To replay it by */
  readonly number: number
  readonly webhook: string
  /** `webhook-id`: the same at each attempt and replay */
  readonly messageId: string
  readonly type: string
  readonly status: 'pending' | 'sent' | 'failed'
  readonly attempts: number
  readonly nextAt: string
  readonly lastStatus: number | null
  readonly lastError: string | null
  readonly createdAt: string
  readonly sentAt: string | null
}

export type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: 'unauthorized' | 'forbidden_scope' | 'forbidden_network' | 'csrf_missing' | 'forbidden_host' | 'wrong_host' | 'not_found' | 'refused' | 'version_conflict' | 'confirm_expired' | 'idempotency_in_flight' | 'idempotency_missing' | 'idempotency_mismatch' | 'bad_request' | 'unsupported_media_type' | 'too_large' | 'validation_failed' | 'rate_limited' | 'internal' | 'command_failed' | 'exchange_unavailable' | 'database_down' | 'queue_down' | 'not_ready'
  readonly detail: string
  readonly instance: string
  readonly requestId: string
  readonly retryable: boolean
  readonly hint?: string | undefined
  /** Why the trader refused: a code that stays, such as no-position or day-loss, and the figures that decided */
  readonly refusal?: {
    readonly code: string
    readonly figures: Readonly<Record<string, unknown>>
  } | undefined
  readonly errors?: readonly {
    readonly pointer?: string | undefined
    readonly message?: string | undefined
    readonly code?: string | undefined
  }[] | undefined
}

/** By method and path: what a request takes, and what it answers. */
export interface Operations {
  /** State, equity, day and streams */
  readonly 'GET /status': {
    readonly answer: Status
  }

  /** The key of this request: what it may do, and how often */
  readonly 'GET /me': {
    readonly answer: {
      readonly id: string
      readonly name: string
      readonly role: string
      readonly scopes: readonly string[]
      readonly networks: readonly string[] | null
      readonly autoConfirm: boolean
      readonly requestsPerMinute: number
    }
  }

  /** Each component with its health */
  readonly 'GET /health': {
    readonly query?: {
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly {
        readonly id: string
        readonly status: string
        readonly detail: string
        readonly updatedAt: string
      }[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Orders, newest first */
  readonly 'GET /orders': {
    readonly query?: {
      /** maximum number of rows */
      readonly limit?: number | undefined
      /** nextCursor of the previous page */
      readonly cursor?: string | undefined
      /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
      readonly symbol?: string | undefined
      readonly status?: 'open' | 'closed' | 'all' | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Order[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Open a position by hand, after a confirmation; with `dryRun=true` as POST /orders:preview */
  readonly 'POST /orders': {
    readonly query?: {
      readonly dryRun?: 'true' | 'false' | undefined
    } | undefined
    readonly body: {
      readonly side: 'long' | 'short'
      readonly symbol: string
      readonly size: string
      readonly limit?: string | undefined
      readonly at?: string | undefined
      readonly or?: string | undefined
      readonly sl: string
      readonly tp?: string | undefined
      readonly tif?: 'gtc' | 'ioc' | 'fok' | 'post-only' | undefined
      readonly for?: string | undefined
      readonly algo?: string | undefined
      /** Why, in your words: kept in the audit, and with an entry, where /why shows it */
      readonly because?: string | undefined
    }
    readonly answer: CommandResult | OrderPreview | CommandResult
  }

  /** One order */
  readonly 'GET /orders/{id}': {
    readonly path: {
      readonly id: string
    }
    readonly answer: Order
  }

  /** Change price, trigger or quantity of an open order in place, after a confirmation */
  readonly 'PATCH /orders/{id}': {
    readonly path: {
      readonly id: string
    }
    readonly body: {
      readonly price?: string | undefined
      readonly triggerPrice?: string | undefined
      readonly quantity?: string | undefined
      /** Why, in your words: kept in the audit, and with an entry, where /why shows it */
      readonly because?: string | undefined
    }
    readonly answer: CommandResult
  }

  /** Cancel an entry order or a limit close, at once; protective stops are refused */
  readonly 'DELETE /orders/{id}': {
    readonly path: {
      readonly id: string
    }
    readonly answer: CommandResult
  }

  /** Trades, newest first */
  readonly 'GET /trades': {
    readonly query?: {
      /** maximum number of rows */
      readonly limit?: number | undefined
      /** nextCursor of the previous page */
      readonly cursor?: string | undefined
      /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
      readonly symbol?: string | undefined
      readonly strategy?: string | undefined
      readonly status?: 'open' | 'closed' | 'all' | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Trade[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** One trade */
  readonly 'GET /trades/{id}': {
    readonly path: {
      readonly id: string
    }
    readonly answer: Trade
  }

  /** Why a trade was opened and closed */
  readonly 'GET /trades/{id}/why': {
    readonly path: {
      readonly id: string
    }
    readonly answer: Why
  }

  /** Fills of Ballast’s orders, newest first */
  readonly 'GET /fills': {
    readonly query?: {
      /** maximum number of rows */
      readonly limit?: number | undefined
      /** nextCursor of the previous page */
      readonly cursor?: string | undefined
      /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
      readonly symbol?: string | undefined
      readonly orderId?: string | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Fill[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Wallet by coin */
  readonly 'GET /balances': {
    readonly query?: {
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Balance[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Money that moved without a trade, newest first */
  readonly 'GET /flows': {
    readonly query?: {
      /** maximum number of rows */
      readonly limit?: number | undefined
      /** nextCursor of the previous page */
      readonly cursor?: string | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Flow[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Equity samples: ascending from `from`, else newest first */
  readonly 'GET /equity': {
    readonly query?: {
      /** maximum number of rows */
      readonly limit?: number | undefined
      /** nextCursor of the previous page */
      readonly cursor?: string | undefined
      /** from this instant on, oldest first */
      readonly from?: string | undefined
      /** before this instant */
      readonly to?: string | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Equity[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Strategies with their symbols */
  readonly 'GET /strategies': {
    readonly query?: {
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Strategy[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Alerts, newest first */
  readonly 'GET /alerts': {
    readonly query?: {
      /** maximum number of rows */
      readonly limit?: number | undefined
      /** nextCursor of the previous page */
      readonly cursor?: string | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Alert[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** The event log: newest first, or ascending after `since_id` */
  readonly 'GET /events': {
    readonly query?: {
      /** maximum number of rows */
      readonly limit?: number | undefined
      /** nextCursor of the previous page */
      readonly cursor?: string | undefined
      /** events after this one, oldest first */
      readonly since_id?: string | undefined
      /** of these types alone */
      readonly types?: string | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Event[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Version */
  readonly 'GET /version': {
    readonly answer: {
      readonly version: string
      readonly profile: string
    }
  }

  /** Server time */
  readonly 'GET /time': {
    readonly answer: {
      readonly time: string
    }
  }

  /** Risk measures and level of the account, then of each strategy and symbol; or of one of them */
  readonly 'GET /risk/measures': {
    readonly query?: {
      /** A strategy by its name, or a symbol such as BTCUSDT, BTC or BTC-SPOT */
      readonly of?: string | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly RiskMeasures[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** What each stress scenario would do to the open positions */
  readonly 'GET /risk/stress': {
    readonly query?: {
      readonly scenario?: 'btc-crash' | 'btc-rally' | 'vol-double' | 'correlation-one' | 'funding-spike' | 'outage' | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Stress[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Open positions */
  readonly 'GET /positions': {
    readonly query?: {
      /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
      readonly symbol?: string | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Position[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** One open position; its ETag stands for what a change of its protection is judged by */
  readonly 'GET /positions/{id}': {
    readonly path: {
      /** pos_…, a symbol, or the number of its trade */
      readonly id: string
    }
    readonly answer: Position
  }

  /** Close all or part of a position, after a confirmation; reduce-only */
  readonly 'POST /positions/{id}/close': {
    readonly path: {
      /** pos_…, a symbol, or the number of its trade */
      readonly id: string
    }
    readonly body?: {
      /** above 0, up to 1 */
      readonly fraction?: string | undefined
      /** in the base coin */
      readonly quantity?: string | undefined
      /** Why, in your words: kept in the audit, and with an entry, where /why shows it */
      readonly because?: string | undefined
      /** a price, or best for the best price on the closing side; without it at market */
      readonly limit?: string | undefined
    } | undefined
    readonly answer: CommandResult
  }

  /** Move the stop, the target or the trail of a position: a tighter stop at once, the rest after a confirmation */
  readonly 'PATCH /positions/{id}/protection': {
    readonly path: {
      /** pos_…, a symbol, or the number of its trade */
      readonly id: string
    }
    readonly body: {
      /** a price, a percent off the mark, or be for the entry price */
      readonly stopLoss?: string | undefined
      /** a price or a percent off the mark; null removes it */
      readonly takeProfit?: string | null | undefined
      /** a distance such as 1% or 250; null ends it, and the stop stays */
      readonly trailing?: string | null | undefined
      /** Why, in your words: kept in the audit, and with an entry, where /why shows it */
      readonly because?: string | undefined
    }
    readonly answer: CommandResult
  }

  /** What an entry would be: figures, assessment, and the rule that would deny it; nothing is sent */
  readonly 'POST /orders:preview': {
    readonly body: {
      readonly side: 'long' | 'short'
      readonly symbol: string
      readonly size: string
      readonly limit?: string | undefined
      readonly at?: string | undefined
      readonly or?: string | undefined
      readonly sl?: string | undefined
      readonly tp?: string | undefined
      readonly tif?: 'gtc' | 'ioc' | 'fok' | 'post-only' | undefined
      readonly for?: string | undefined
      readonly algo?: string | undefined
    }
    readonly answer: OrderPreview
  }

  /** Cancel all open entries, or those of a symbol, after a confirmation; protective stops stay */
  readonly 'POST /orders:cancelAll': {
    readonly body?: {
      /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
      readonly symbol?: string | undefined
      /** Why, in your words: kept in the audit, and with an entry, where /why shows it */
      readonly because?: string | undefined
    } | undefined
    readonly answer: CommandResult
  }

  /** Orders that were refused, newest first: rule, figures, and what would have been sent */
  readonly 'GET /denials': {
    readonly query?: {
      /** maximum number of rows */
      readonly limit?: number | undefined
      /** nextCursor of the previous page */
      readonly cursor?: string | undefined
      /** A symbol or a strategy, `manual` for entries by hand */
      readonly of?: string | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Denial[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** How far an action is, to the key that asked for it and to an admin */
  readonly 'GET /actions/{id}': {
    readonly path: {
      readonly id: string
    }
    readonly answer: Action
  }

  /** A ticket for the WebSocket of a browser: good once, for 30 s, in the name of this key */
  readonly 'POST /ws-tickets': {
    readonly answer: {
      readonly ticket: string
      readonly expiresAt: string
    }
  }

  /** What Ballast may trade: steps, least and largest quantities */
  readonly 'GET /instruments': {
    readonly query?: {
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Instrument[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** One instrument */
  readonly 'GET /instruments/{symbol}': {
    readonly path: {
      /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
      readonly symbol: string
    }
    readonly answer: Instrument
  }

  /** Closed candles: ascending from `from`, else the newest first; named by their start */
  readonly 'GET /candles': {
    readonly query: {
      /** maximum number of rows */
      readonly limit?: number | undefined
      /** nextCursor of the previous page */
      readonly cursor?: string | undefined
      /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
      readonly symbol: string
      readonly interval?: '1m' | '3m' | '5m' | '15m' | '30m' | '1h' | '2h' | '4h' | '6h' | '12h' | '1d' | '1w' | undefined
      /** starts at or after this instant, oldest first */
      readonly from?: string | undefined
      /** closed at or before this instant */
      readonly to?: string | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    }
    readonly answer: {
      readonly data: readonly Candle[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Prices, 24 h figures and funding of a symbol, or of all that are traded */
  readonly 'GET /tickers': {
    readonly query?: {
      /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
      readonly symbol?: string | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Ticker[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** The order book, the best prices first */
  readonly 'GET /orderbook/{symbol}': {
    readonly path: {
      /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
      readonly symbol: string
    }
    readonly query?: {
      /** levels of each side */
      readonly depth?: number | undefined
    } | undefined
    readonly answer: OrderBook
  }

  /** Funding rates that were settled, newest first; without `from` of the last 30 days */
  readonly 'GET /funding/{symbol}': {
    readonly path: {
      /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
      readonly symbol: string
    }
    readonly query?: {
      /** maximum number of rows */
      readonly limit?: number | undefined
      /** from this instant on, up to a year before `to` */
      readonly from?: string | undefined
      /** before this instant */
      readonly to?: string | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly FundingRate[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Equity, margin, the day, and the limits that count */
  readonly 'GET /account': {
    readonly answer: Account
  }

  /** How much of each limit is used: as GET /account */
  readonly 'GET /risk': {
    readonly answer: Account
  }

  /** Result of the trades closed in a period, together and in groups, with the deepest drawdown */
  readonly 'GET /pnl': {
    readonly query?: {
      readonly period?: string | undefined
      readonly groupBy?: 'day' | 'symbol' | 'strategy' | undefined
    } | undefined
    readonly answer: {
      readonly id: string
      readonly from: string
      readonly to: string
      readonly total: PnlSum
      readonly groups: readonly PnlSum[]
      /** Of equity in the period, as a fraction */
      readonly maxDrawdown: number | null
    }
  }

  /** Falls of equity from a peak until it was back, flows left out; the deepest 20 first */
  readonly 'GET /drawdowns': {
    readonly query?: {
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly stride: 'day' | 'hour'
      readonly data: readonly Drawdown[]
      readonly nextCursor: null
      readonly hasMore: boolean
    }
  }

  /** One strategy */
  readonly 'GET /strategies/{name}': {
    readonly path: {
      readonly name: string
    }
    readonly answer: Strategy
  }

  /** As /strategy <name> on: off and close-only at once, on and reload after a confirmation */
  readonly 'POST /strategies/{name}:on': {
    readonly path: {
      readonly name: string
    }
    readonly body?: {
      /** Why, in your words: kept in the audit, and with an entry, where /why shows it */
      readonly because?: string | undefined
    } | undefined
    readonly answer: CommandResult
  }

  /** As /strategy <name> off: off and close-only at once, on and reload after a confirmation */
  readonly 'POST /strategies/{name}:off': {
    readonly path: {
      readonly name: string
    }
    readonly body?: {
      /** Why, in your words: kept in the audit, and with an entry, where /why shows it */
      readonly because?: string | undefined
    } | undefined
    readonly answer: CommandResult
  }

  /** As /strategy <name> close-only: off and close-only at once, on and reload after a confirmation */
  readonly 'POST /strategies/{name}:close-only': {
    readonly path: {
      readonly name: string
    }
    readonly body?: {
      /** Why, in your words: kept in the audit, and with an entry, where /why shows it */
      readonly because?: string | undefined
    } | undefined
    readonly answer: CommandResult
  }

  /** As /strategy <name> reload: off and close-only at once, on and reload after a confirmation */
  readonly 'POST /strategies/{name}:reload': {
    readonly path: {
      readonly name: string
    }
    readonly body?: {
      /** Why, in your words: kept in the audit, and with an entry, where /why shows it */
      readonly because?: string | undefined
    } | undefined
    readonly answer: CommandResult
  }

  /** The configuration as it counts, key by key, with where each value comes from; secrets are masked */
  readonly 'GET /config': {
    readonly query?: {
      /** This key, and those below it */
      readonly key?: string | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Setting[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Set one key that may change while Ballast runs: a stricter value at once, a looser one after a confirmation */
  readonly 'PATCH /config': {
    readonly body: {
      readonly key: string
      readonly value: string | number | null
      /** Only where it loosens */
      readonly for?: string | undefined
      /** Why, in your words: kept in the audit, and with an entry, where /why shows it */
      readonly because?: string | undefined
    }
    readonly answer: CommandResult
  }

  /** Every key of the configuration: what it may hold, its name in the environment, and where its value comes from */
  readonly 'GET /config/schema': {
    readonly query?: {
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly SettingKey[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** The last lines that the process of API, worker and bots has logged, newest first; secrets are left out */
  readonly 'GET /logs': {
    readonly query?: {
      /** maximum number of lines */
      readonly limit?: number | undefined
      /** this level and worse */
      readonly level?: 'info' | 'warn' | 'error' | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly LogLine[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Queue a backtest */
  readonly 'POST /backtests': {
    readonly body: {
      readonly strategy: string
      /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
      readonly symbol: string
      readonly interval?: string | undefined
      readonly from?: string | undefined
      readonly to?: string | undefined
      readonly params?: Readonly<Record<string, string | number>> | undefined
      readonly models?: {
        readonly detail?: string | number | undefined
        readonly mark?: string | number | undefined
        readonly slippageImpact?: string | number | undefined
        readonly maxVolumeShare?: string | number | undefined
        readonly latency?: string | number | undefined
        readonly margin?: string | number | undefined
        readonly leverage?: string | number | undefined
        readonly riskTiers?: string | number | undefined
        readonly liquidation?: string | number | undefined
      } | undefined
    }
    readonly answer: Backtest
  }

  /** Backtests, newest first */
  readonly 'GET /backtests': {
    readonly query?: {
      /** maximum number of rows */
      readonly limit?: number | undefined
      /** nextCursor of the previous page */
      readonly cursor?: string | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Backtest[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** One backtest */
  readonly 'GET /backtests/{id}': {
    readonly path: {
      readonly id: string
    }
    readonly answer: Backtest
  }

  /** Cancel a backtest */
  readonly 'DELETE /backtests/{id}': {
    readonly path: {
      readonly id: string
    }
    readonly answer: {
      readonly id: string
      readonly status: 'canceled'
    }
  }

  /** The report as one page, which opens offline too */
  readonly 'GET /backtests/{id}/report.html': {
    readonly path: {
      readonly id: string
    }
    readonly answer: string
  }

  /** Its figures, as in the page */
  readonly 'GET /backtests/{id}/report.json': {
    readonly path: {
      readonly id: string
    }
    readonly answer: Readonly<Record<string, unknown>>
  }

  /** Its trades, newest first */
  readonly 'GET /backtests/{id}/trades': {
    readonly path: {
      readonly id: string
    }
    readonly query?: {
      /** maximum number of rows */
      readonly limit?: number | undefined
      /** nextCursor of the previous page */
      readonly cursor?: string | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly BacktestTrade[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Its equity at the close of bars, oldest first; 10,000 points at most */
  readonly 'GET /backtests/{id}/equity': {
    readonly path: {
      readonly id: string
    }
    readonly query?: {
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly {
        readonly at: string
        readonly equity: string
      }[]
    }
  }

  /** Queue a search over parameters */
  readonly 'POST /optimizations': {
    readonly body: {
      readonly strategy: string
      /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
      readonly symbol: string
      readonly interval?: string | undefined
      readonly from?: string | undefined
      readonly to?: string | undefined
      readonly params?: Readonly<Record<string, string | number>> | undefined
      readonly models?: {
        readonly detail?: string | number | undefined
        readonly mark?: string | number | undefined
        readonly slippageImpact?: string | number | undefined
        readonly maxVolumeShare?: string | number | undefined
        readonly latency?: string | number | undefined
        readonly margin?: string | number | undefined
        readonly leverage?: string | number | undefined
        readonly riskTiers?: string | number | undefined
        readonly liquidation?: string | number | undefined
      } | undefined
      /** Values by parameter: first:last:step, or a list */
      readonly grid: Readonly<Record<string, string>>
      /** Metric that ranks; sharpe */
      readonly sort?: string | undefined
    }
    readonly answer: Backtest
  }

  /** Searches over parameters, newest first */
  readonly 'GET /optimizations': {
    readonly query?: {
      /** maximum number of rows */
      readonly limit?: number | undefined
      /** nextCursor of the previous page */
      readonly cursor?: string | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Backtest[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** One search; when it is done its best runs with their figures */
  readonly 'GET /optimizations/{id}': {
    readonly path: {
      readonly id: string
    }
    readonly answer: Backtest
  }

  /** Cancel a search */
  readonly 'DELETE /optimizations/{id}': {
    readonly path: {
      readonly id: string
    }
    readonly answer: {
      readonly id: string
      readonly status: 'canceled'
    }
  }

  /** Statistics of the trades closed in a period: all, of a strategy or of a symbol; 404 where there is none */
  readonly 'GET /stats': {
    readonly query?: {
      readonly period?: string | undefined
      /** A strategy by its name, or a symbol such as BTCUSDT, BTC or BTC-SPOT */
      readonly of?: string | undefined
    } | undefined
    readonly answer: Stats
  }

  /** Results of the last UTC days, weeks or months, oldest first; the last one is still running */
  readonly 'GET /periods': {
    readonly query?: {
      readonly unit?: 'day' | 'week' | 'month' | undefined
      /** how many of them */
      readonly n?: number | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly PeriodResult[]
    }
  }

  /** Closed trades by symbol and by strategy, the best first, with the returns of the account */
  readonly 'GET /performance': {
    readonly query?: {
      readonly period?: string | undefined
    } | undefined
    readonly answer: {
      readonly id: string
      readonly account: PeriodResult & Readonly<Record<string, unknown>> | null
      readonly symbols: readonly PerformanceGroup[]
      readonly strategies: readonly PerformanceGroup[]
    }
  }

  /** Value of what is open by symbol, side, strategy and cluster of correlated symbols */
  readonly 'GET /exposure': {
    readonly answer: {
      readonly equity: number
      readonly gross: number
      readonly net: number
      readonly hhi: number | null
      readonly symbols: readonly ExposurePart[]
      readonly sides: readonly ExposurePart[]
      readonly strategies: readonly ExposurePart[]
      readonly clusters: readonly (ExposurePart & {
        readonly symbols: readonly string[]
      })[]
      /** Symbols with too few candles for a correlation, counted as 1 */
      readonly assumed: readonly string[]
    }
  }

  /** Funding paid and received by symbol, and the next settlement of what is held */
  readonly 'GET /funding': {
    readonly query?: {
      readonly period?: string | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly {
        /** A perpetual such as BTCUSDT, or a spot pair such as BTCUSDT-SPOT */
        readonly symbol: string
        readonly settlements: number
        readonly paid: string
        readonly received: string
        readonly next: string | null
      }[]
    }
  }

  /** The live twin: the same code replayed over the bars that the strategy traded on here, and where the difference went */
  readonly 'GET /strategies/{name}/twin': {
    readonly path: {
      readonly name: string
    }
    readonly query?: {
      /** trades decided after it */
      readonly from?: string | undefined
      /** trades decided up to it */
      readonly to?: string | undefined
      /** instead of from: so many days before the end */
      readonly days?: number | undefined
    } | undefined
    readonly answer: LiveTwin
  }

  /** A new version of a strategy as a shadow beside the running one, and what the sequential test says; 404 where there is none */
  readonly 'GET /strategies/{name}/canary': {
    readonly path: {
      readonly name: string
    }
    readonly answer: Canary
  }

  /** List all commands */
  readonly 'GET /commands': {
    readonly answer: {
      readonly data: readonly Readonly<Record<string, unknown>>[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Run a command line, as typed in chat: `close BTC 50%` */
  readonly 'POST /commands': {
    readonly body: {
      readonly line: string
      /** Why, in your words: kept in the audit, and with an entry, where /why shows it */
      readonly because?: string | undefined
      readonly as?: {
        readonly id: string
        readonly role?: 'viewer' | 'operator' | 'trader' | 'admin' | undefined
        readonly surface: 'telegram' | 'discord' | 'cli' | 'rest' | 'web' | 'agent'
        readonly chat?: string | undefined
        readonly name?: string | undefined
        readonly askedAtMs?: number | undefined
      } | undefined
    }
    readonly answer: CommandResult
  }

  /** Run a command with named arguments, or with `text` as typed in chat */
  readonly 'POST /commands/{name}': {
    readonly path: {
      readonly name: string
    }
    readonly body?: {
      readonly args?: Readonly<Record<string, unknown>> | undefined
      readonly text?: string | undefined
      /** Why, in your words: kept in the audit, and with an entry, where /why shows it */
      readonly because?: string | undefined
      readonly as?: {
        readonly id: string
        readonly role?: 'viewer' | 'operator' | 'trader' | 'admin' | undefined
        readonly surface: 'telegram' | 'discord' | 'cli' | 'rest' | 'web' | 'agent'
        readonly chat?: string | undefined
        readonly name?: string | undefined
        readonly askedAtMs?: number | undefined
      } | undefined
    } | undefined
    readonly answer: CommandResult
  }

  /** Stop new entries; exits continue */
  readonly 'POST /control/pause': {
    readonly body?: {
      /** all, a strategy or a symbol */
      readonly target?: string | undefined
      readonly for?: string | undefined
      readonly reason?: string | undefined
    } | undefined
    readonly answer: CommandResult
  }

  /** Lift holds, after a confirmation */
  readonly 'POST /control/resume': {
    readonly body?: {
      /** all, a strategy or a symbol */
      readonly target?: string | undefined
      /** Why, in your words: kept in the audit, and with an entry, where /why shows it */
      readonly because?: string | undefined
    } | undefined
    readonly answer: CommandResult
  }

  /** Stop all orders except requested exits */
  readonly 'POST /control/halt': {
    readonly body: {
      readonly reason: string
    }
    readonly answer: CommandResult
  }

  /** Close everything or one symbol and halt it, after a confirmation */
  readonly 'POST /control/panic': {
    readonly body?: {
      /** all, or a symbol */
      readonly target?: string | undefined
      readonly reason?: string | undefined
    } | undefined
    readonly answer: CommandResult
  }

  /** Compare with Bybit; fix applies the proposed corrections, after a confirmation */
  readonly 'POST /control/reconcile': {
    readonly body?: {
      readonly action?: 'show' | 'fix' | undefined
      /** Why, in your words: kept in the audit, and with an entry, where /why shows it */
      readonly because?: string | undefined
    } | undefined
    readonly answer: CommandResult
  }

  /** List pending confirmations */
  readonly 'GET /confirmations': {
    readonly query?: {
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Confirmation[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Answer a confirmation once, in time, as its requester or an admin; 202 with `again` if it asks again */
  readonly 'POST /confirmations/{id}': {
    readonly path: {
      readonly id: string
    }
    readonly body: {
      readonly decision: 'yes' | 'no'
      readonly word?: string | undefined
      readonly as?: {
        readonly id: string
        readonly role?: 'viewer' | 'operator' | 'trader' | 'admin' | undefined
        readonly surface: 'telegram' | 'discord' | 'cli' | 'rest' | 'web' | 'agent'
        readonly chat?: string | undefined
        readonly name?: string | undefined
        readonly askedAtMs?: number | undefined
      } | undefined
    }
    readonly answer: CommandResult
  }

  /** API keys, newest first, without their secrets */
  readonly 'GET /keys': {
    readonly query?: {
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly ApiKey[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Create a key; its token is returned only once, and Idempotency-Key is not used */
  readonly 'POST /keys': {
    readonly body: {
      readonly name: string
      /** Permissions by name, instead of `scopes` */
      readonly preset?: 'read-only' | 'dashboard' | 'signal-sender' | 'metrics' | 'closer' | 'trader' | 'agent' | 'admin' | undefined
      readonly scopes?: readonly ('market:read' | 'signal:write' | 'config:read' | 'config:write' | 'webhooks:manage' | 'keys:manage' | 'audit:read' | 'account:read' | 'trade:read' | 'strategy:read' | 'report:read' | 'report:write' | 'control:reduce' | 'control:pause' | 'control:resume' | 'trade:reduce' | 'trade:write' | 'strategy:write' | 'backtest:run' | 'alerts:read' | 'alerts:write' | 'metrics:read' | 'agent' | 'admin')[] | undefined
      /** days until it expires */
      readonly days?: number | undefined
      /** CIDR, such as 10.0.0.0/8 */
      readonly networks?: readonly string[] | undefined
      readonly symbols?: readonly string[] | undefined
      readonly dailyNotional?: string | undefined
      /** A panic by this key needs no second request */
      readonly autoConfirm?: boolean | undefined
    }
    readonly answer: {
      readonly id: string
      readonly token: string
      readonly name: string
      readonly role: string
      readonly expiresAt: string
    }
  }

  /** Another secret for a key, returned only once; the one before works until the overlap ends */
  readonly 'POST /keys/{id}:rotate': {
    readonly path: {
      readonly id: string
    }
    readonly body?: {
      /** days until it expires */
      readonly days?: number | undefined
      /** hours for which the secret before works, too */
      readonly overlapHours?: number | undefined
    } | undefined
    readonly answer: {
      readonly id: string
      readonly token: string
      readonly name: string
      readonly role: string
      readonly expiresAt: string
    }
  }

  /** Revoke a key, after a confirmation; its open connections close within seconds */
  readonly 'DELETE /keys/{id}': {
    readonly path: {
      readonly id: string
    }
    readonly answer: CommandResult
  }

  /** Who did what on which surface, newest first */
  readonly 'GET /audit': {
    readonly query?: {
      /** maximum number of rows */
      readonly limit?: number | undefined
      /** nextCursor of the previous page */
      readonly cursor?: string | undefined
      /** name or id of a person or key */
      readonly user?: string | undefined
      /** rows from then on */
      readonly since?: string | undefined
      /** also what only looked */
      readonly reads?: 'true' | 'false' | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly AuditRow[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Whether each row follows the one before, and which is the first that does not */
  readonly 'GET /audit/verification': {
    readonly answer: {
      readonly isWhole: boolean
      readonly rows: number
      /** From before there was a chain */
      readonly olderRows: number
      readonly head: {
        readonly seq: number
        readonly hash: string
      } | null
      readonly broken: {
        readonly seq: number
        readonly how: string
        readonly sentence: string
      } | null
    }
  }

  /** Log a browser in with the secret of a link, once; the answer sets an HttpOnly cookie */
  readonly 'POST /session': {
    readonly body: {
      readonly token: string
    }
    readonly answer: Login
  }

  /** Who this browser is logged in as, and its CSRF token */
  readonly 'GET /session': {
    readonly answer: Login
  }

  /** Log this browser out */
  readonly 'DELETE /session': {
    readonly answer: undefined
  }

  /** Browsers that are logged in: one’s own; of an admin everybody’s */
  readonly 'GET /sessions': {
    readonly query?: {
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Session[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** End a login, or all of one’s own with `all` */
  readonly 'DELETE /sessions/{id}': {
    readonly path: {
      readonly id: string
    }
    readonly answer: CommandResult
  }

  /** Risk settings of the account, its strategies and symbols, with their origin */
  readonly 'GET /risk/limits': {
    readonly query?: {
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Limit[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Changes of risk settings, newest first: who, when, from what to what, and by which way */
  readonly 'GET /risk/limits/changes': {
    readonly query?: {
      /** maximum number of rows */
      readonly limit?: number | undefined
      /** nextCursor of the previous page */
      readonly cursor?: string | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly RiskChange[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Set a risk setting; null gives it back to the configuration. A looser one asks for a confirmation */
  readonly 'PUT /risk/limits/{key}': {
    readonly path: {
      readonly key: string
    }
    readonly body: {
      readonly value: string | null
      /** account, a strategy or a symbol */
      readonly target?: string | undefined
      /** only where it loosens */
      readonly for?: string | undefined
      /** Why, in your words: kept in the audit, and with an entry, where /why shows it */
      readonly because?: string | undefined
    }
    readonly answer: CommandResult
  }

  /** Plan a rebalance: orders, cost and weights after; nothing is sent */
  readonly 'POST /rebalance/preview': {
    readonly body: {
      readonly what?: 'equal' | 'inverse-variance' | 'inverse-vol' | 'min-variance' | 'max-sharpe' | 'erc' | 'hrp' | 'black-litterman' | 'min-cvar' | 'status' | 'stop' | undefined
      readonly weights?: string | undefined
      readonly symbols?: string | undefined
      readonly band?: string | undefined
      readonly min?: string | undefined
      readonly turnover?: string | undefined
      readonly cost?: string | undefined
      readonly sl?: string | undefined
      readonly algo?: string | undefined
      readonly every?: string | undefined
      readonly cov?: 'sample' | 'ewma' | 'ledoit-wolf' | undefined
      readonly interval?: string | undefined
      readonly bars?: number | undefined
      readonly gross?: string | undefined
    }
    readonly answer: RebalancePlan
  }

  /** Rebalance, after a confirmation; reductions first, within what was shown */
  readonly 'POST /rebalance': {
    readonly body: {
      readonly what?: 'equal' | 'inverse-variance' | 'inverse-vol' | 'min-variance' | 'max-sharpe' | 'erc' | 'hrp' | 'black-litterman' | 'min-cvar' | 'status' | 'stop' | undefined
      readonly weights?: string | undefined
      readonly symbols?: string | undefined
      readonly band?: string | undefined
      readonly min?: string | undefined
      readonly turnover?: string | undefined
      readonly cost?: string | undefined
      readonly sl?: string | undefined
      readonly algo?: string | undefined
      readonly every?: string | undefined
      readonly cov?: 'sample' | 'ewma' | 'ledoit-wolf' | undefined
      readonly interval?: string | undefined
      readonly bars?: number | undefined
      readonly gross?: string | undefined
    }
    readonly answer: CommandResult
  }

  /** The last rebalances, newest first, with what was left undone */
  readonly 'GET /rebalances': {
    readonly query?: {
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Rebalance[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Trades, tax lots or ledger entries of a year (UTC) as CSV by RFC 4180, or as JSON rows */
  readonly 'GET /export/{what}': {
    readonly path: {
      readonly what: 'trades' | 'lots' | 'ledger' | 'wallet'
    }
    readonly query?: {
      /** of exits and entries, UTC; without it all */
      readonly year?: number | undefined
      readonly method?: 'fifo' | 'average' | undefined
      readonly format?: 'csv' | 'json' | undefined
    } | undefined
    readonly answer: Export | string
  }

  /** Whether the ledger sums to zero and ends where the account stands */
  readonly 'GET /ledger/check': {
    readonly answer: {
      readonly isRight: boolean
      readonly entries: number
      readonly wallet: string
      readonly account: string
      readonly sum: string
    }
  }

  /** Write a note or tags on a trade; what is not given stays as it is */
  readonly 'PUT /trades/{id}/note': {
    readonly path: {
      readonly id: string
    }
    readonly body: {
      readonly note?: string | undefined
      readonly tags?: readonly string[] | undefined
    }
    readonly answer: CommandResult
  }

  /** Plan how capital would be shared among strategies; nothing is changed */
  readonly 'GET /allocator': {
    readonly query?: {
      readonly method?: 'equal' | 'inverse-vol' | 'erc' | 'hrp' | undefined
    } | undefined
    readonly answer: AllocatorPlan
  }

  /** Move capital among strategies, after a confirmation; what is taken before what is given */
  readonly 'POST /allocator': {
    readonly body?: {
      readonly method?: 'equal' | 'inverse-vol' | 'erc' | 'hrp' | undefined
    } | undefined
    readonly answer: CommandResult
  }

  /** Signals that came in, newest first, with what became of each */
  readonly 'GET /signals': {
    readonly query?: {
      /** maximum number of rows */
      readonly limit?: number | undefined
      /** nextCursor of the previous page */
      readonly cursor?: string | undefined
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Signal[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Send a signal in the name of a source, as by its webhook: kept, judged by its rules, then carried out */
  readonly 'POST /signals': {
    readonly body: SignalSent
    readonly answer: SignalTaken
  }

  /** One signal, with what became of it */
  readonly 'GET /signals/{id}': {
    readonly path: {
      readonly id: string
    }
    readonly answer: Signal
  }

  /** Sources of signals, without their secrets */
  readonly 'GET /signal-sources': {
    readonly query?: {
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly SignalSource[]
      readonly nextCursor: string | null
      readonly hasMore: boolean
    }
  }

  /** Make a source, after a confirmation, whose answer has its address, once */
  readonly 'POST /signal-sources': {
    readonly body: {
      readonly name?: string | undefined
      readonly format?: 'native' | 'tradingview-target' | 'tradingview' | '3commas' | 'line' | 'okx' | 'traderspost' | 'wundertrading' | 'altrady' | 'key-value' | 'alertatron' | 'cornix' | 'freqtrade' | undefined
      readonly symbols?: string | undefined
      readonly mode?: 'paper' | 'trade' | undefined
      readonly side?: 'long' | 'short' | undefined
      readonly strategy?: string | undefined
      readonly market?: 'linear' | 'spot' | undefined
      readonly stop?: string | undefined
      readonly age?: string | undefined
      readonly most?: string | undefined
      readonly cidr?: string | undefined
      readonly expect?: string | undefined
    }
    readonly answer: CommandResult
  }

  /** Give a source another address, after a confirmation; the one before works for the overlap */
  readonly 'POST /signal-sources/{name}:rotate': {
    readonly path: {
      readonly name: string
    }
    readonly body?: {
      readonly overlap?: string | undefined
    } | undefined
    readonly answer: CommandResult
  }

  /** Remove a source, after a confirmation */
  readonly 'DELETE /signal-sources/{name}': {
    readonly path: {
      readonly name: string
    }
    readonly answer: CommandResult
  }

  /** What a body would do, by the format, symbols and limits of a source; nothing is sent */
  readonly 'POST /signal-sources/{name}:test': {
    readonly path: {
      readonly name: string
    }
    readonly body: {
      readonly body: string
    }
    readonly answer: CommandResult
  }

  /** Problems that are open or acknowledged, the worst first */
  readonly 'GET /alerts/open': {
    readonly query?: {
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly AlertProblem[]
      readonly nextCursor: null
      readonly hasMore: false
    }
  }

  /** Silences that stand, the one that ends first first */
  readonly 'GET /silences': {
    readonly query?: {
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly AlertSilence[]
      readonly nextCursor: null
      readonly hasMore: false
    }
  }

  /** Silence what a filter names for a time; a P1 at most for an hour, by an admin */
  readonly 'POST /silences': {
    readonly body: {
      /** As typed in chat */
      readonly filter: string
      readonly for: string
      readonly reason?: string | undefined
    }
    readonly answer: CommandResult
  }

  /** Acknowledge a problem: it is not sent again until it is worse */
  readonly 'POST /alerts/{id}:ack': {
    readonly path: {
      readonly id: string
    }
    readonly answer: CommandResult
  }

  /** Resolve a problem that does not resolve itself */
  readonly 'POST /alerts/{id}:resolve': {
    readonly path: {
      readonly id: string
    }
    readonly answer: CommandResult
  }

  /** Send a sample of an alert to whoever would receive it */
  readonly 'POST /alerts:test': {
    readonly body: {
      readonly type: string
      readonly severity?: 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | undefined
    }
    readonly answer: CommandResult
  }

  /** End a silence */
  readonly 'DELETE /silences/{id}': {
    readonly path: {
      readonly id: string
    }
    readonly answer: CommandResult
  }

  /** Alerts that users set on a price, the result of the day or equity */
  readonly 'GET /alert-rules': {
    readonly query?: {
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly AlertRule[]
      readonly nextCursor: null
      readonly hasMore: false
    }
  }

  /** Alert when a price, the result of the day or equity passes a level */
  readonly 'POST /alert-rules': {
    readonly body: {
      /** A symbol, pnl or equity */
      readonly what: string
      readonly side: 'above' | 'below'
      readonly level: string
      readonly once?: boolean | undefined
      /** One chat alone, for admins: telegram:123456, telegram:-100123/77 (a topic), discord:#trades, discord:445566, discord:user:778899 */
      readonly to?: string | undefined
    }
    readonly answer: CommandResult
  }

  /** Remove a rule */
  readonly 'DELETE /alert-rules/{id}': {
    readonly path: {
      readonly id: string
    }
    readonly answer: CommandResult
  }

  /** Which chat receives which alerts beside its defaults: by the configuration, and as chats have subscribed */
  readonly 'GET /routes': {
    readonly query?: {
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly AlertRoute[]
      readonly nextCursor: null
      readonly hasMore: false
    }
  }

  /** Send a chat the alerts that a filter names; another chat than your own is an admin’s to change */
  readonly 'POST /routes': {
    readonly body: {
      /** The chat: telegram:123456, telegram:-100123/77 (a topic), discord:#trades, discord:445566, discord:user:778899 */
      readonly to: string
      /** As typed in chat */
      readonly filter: string
    }
    readonly answer: CommandResult
  }

  /** End a route that a chat has subscribed to; one of the configuration is changed there */
  readonly 'DELETE /routes/{id}': {
    readonly path: {
      readonly id: string
    }
    readonly answer: CommandResult
  }

  /** Webhooks, without their secrets */
  readonly 'GET /webhooks': {
    readonly query?: {
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly Webhook[]
      readonly nextCursor: null
      readonly hasMore: false
    }
  }

  /** Make a webhook, after a confirmation, whose answer has its secret, once */
  readonly 'POST /webhooks': {
    readonly body: {
      readonly name?: string | undefined
      readonly url?: string | undefined
      readonly preset?: 'standard' | 'slack' | 'discord' | 'mattermost' | 'ntfy' | 'pagerduty' | undefined
      readonly what?: string | undefined
      readonly token?: string | undefined
    }
    readonly answer: CommandResult
  }

  /** Messages of a webhook, newest first, up to 200 */
  readonly 'GET /webhooks/{name}/deliveries': {
    readonly path: {
      readonly name: string
    }
    readonly query?: {
      /** these fields of each row alone */
      readonly fields?: string | undefined
    } | undefined
    readonly answer: {
      readonly data: readonly WebhookMessage[]
      readonly nextCursor: null
      readonly hasMore: false
    }
  }

  /** Change address, token or filter of a webhook, after a confirmation; what is left out stays */
  readonly 'PATCH /webhooks/{name}': {
    readonly path: {
      readonly name: string
    }
    readonly body: {
      readonly url?: string | undefined
      readonly token?: string | undefined
      readonly what?: string | undefined
    }
    readonly answer: CommandResult
  }

  /** Remove a webhook, after a confirmation */
  readonly 'DELETE /webhooks/{name}': {
    readonly path: {
      readonly name: string
    }
    readonly answer: CommandResult
  }

  /** Send a message that says that it is a test */
  readonly 'POST /webhooks/{name}:test': {
    readonly path: {
      readonly name: string
    }
    readonly answer: CommandResult
  }

  /** Give a webhook another secret, after a confirmation, whose answer has it once; both sign for the overlap */
  readonly 'POST /webhooks/{name}:rotate': {
    readonly path: {
      readonly name: string
    }
    readonly body?: {
      readonly overlap?: string | undefined
    } | undefined
    readonly answer: CommandResult
  }

  /** Send a message of a webhook again, under the same webhook-id */
  readonly 'POST /webhooks/{name}/deliveries/{id}:replay': {
    readonly path: {
      readonly name: string
      readonly id: string
    }
    readonly answer: CommandResult
  }
}
