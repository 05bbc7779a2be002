/**
 * The channels of the WebSocket: one table from which the subscriptions, the limits of each key, the documents and their tests are made.
 */
import { z } from 'zod'
import { EVENT_TYPES } from '../../src/journal/event-types.ts'
import type { Scope } from '../commands/command.ts'
import { Book, Candle, DEPTH_MAX, INTERVALS, Ticker } from '../routes/market-routes.ts'
import { Account } from '../routes/account-routes.ts'
import { RiskChangeShape } from '../routes/limit-routes.ts'
import { LogShape } from '../routes/log-routes.ts'
import { Alert, BacktestShape, Balance, ConfirmationShape, Equity, Event, Status } from '../shapes/account-shapes.ts'
import { Decision, Fill, Order, Position, Trade } from '../shapes/trade-shapes.ts'

/**
 * keyed: rows by their id, each change is told. append: rows that only come. conflated: one value, of which only the last counts.
 */
export type ChannelKind = 'keyed' | 'append' | 'conflated'

interface ChannelDefinition {
  readonly scope: Scope
  readonly kind: ChannelKind
  /** Of a row, or of the value. */
  readonly content: z.ZodType
  readonly what: string
}

const Reasoned = Decision.extend({ why: z.string().nullable() })

export const CHANNELS = {
  status: { scope: 'account:read', kind: 'conflated', content: Status, what: 'State, equity, day and streams' },
  positions: { scope: 'trade:read', kind: 'keyed', content: Position, what: 'Open positions' },
  orders: { scope: 'trade:read', kind: 'keyed', content: Order, what: 'Open orders, and the last ones' },
  balances: { scope: 'account:read', kind: 'keyed', content: Balance, what: 'Wallet by coin' },
  fills: { scope: 'trade:read', kind: 'append', content: Fill, what: 'Fills of Ballast’s orders' },
  trades: { scope: 'trade:read', kind: 'keyed', content: Trade, what: 'Trades, open and closed' },
  signals: { scope: 'strategy:read', kind: 'append', content: Reasoned, what: 'What strategies wanted to enter, and what became of it' },
  decisions: { scope: 'strategy:read', kind: 'append', content: Reasoned, what: 'Every order that was decided on or denied, and why' },
  alerts: { scope: 'alerts:read', kind: 'append', content: Alert, what: 'Alerts as they are raised' },
  risk: { scope: 'account:read', kind: 'conflated', content: Account, what: 'Margin and limits, at most once a second' },
  equity: { scope: 'account:read', kind: 'conflated', content: Equity, what: 'Equity, at most once a second' },
  ticker: { scope: 'market:read', kind: 'conflated', content: Ticker, what: 'Prices of a symbol' },
  candles: { scope: 'market:read', kind: 'conflated', content: Candle, what: 'The last closed candle of a symbol' },
  book: { scope: 'market:read', kind: 'conflated', content: Book, what: 'Order book of a symbol' },
  jobs: { scope: 'report:read', kind: 'conflated', content: BacktestShape, what: 'A backtest and how far it is' },
  confirmations: {
    scope: 'account:read',
    kind: 'append',
    content: ConfirmationShape,
    what: 'Cards that this key may answer, and how each ended',
  },
  logs: {
    scope: 'audit:read',
    kind: 'conflated',
    content: z.object({ lines: z.array(LogShape), dropped: z.number() }),
    what: 'The last lines of the log; `dropped` were too many to be shown',
  },
  audit: { scope: 'audit:read', kind: 'append', content: RiskChangeShape, what: 'Changes of risk settings' },
  events: { scope: 'trade:read', kind: 'append', content: Event, what: 'The event log, as GET /events/stream' },
} as const satisfies Record<string, ChannelDefinition>
export type ChannelName = keyof typeof CHANNELS
export const CHANNEL_NAMES = Object.keys(CHANNELS) as ChannelName[]
const isChannelName = (name: string): name is ChannelName => Object.hasOwn(CHANNELS, name)

/** What a subscription names beside its channel. */
export const ChannelArgs = z.object({
  ch: z.string().max(120).describe('a channel, or its full name as an ack gives it: candles:BTCUSDT:1m'),
  symbol: z.string().max(30).optional().describe('of ticker, candles and book'),
  interval: z.enum(INTERVALS).optional().describe('of candles'),
  depth: z.number().int().min(1).max(DEPTH_MAX).optional().describe('of book; 25 without it'),
  job: z.string().max(40).optional().describe('of jobs: the id of a backtest'),
  types: z.array(z.enum(EVENT_TYPES)).max(EVENT_TYPES.length).optional().describe('of events: these alone'),
  epoch: z.string().max(40).optional().describe('of resume'),
  after: z.number().int().min(0).optional().describe('of resume: the last seq that was seen'),
})
export type ChannelArgs = z.infer<typeof ChannelArgs>

/** One channel with what it is of. `key` is its full name, and the same for all who mean the same. */
export interface ChannelKey {
  readonly name: ChannelName
  readonly key: string
  /** After the name, in order: symbol and interval, symbol and depth, the id of a job, types of events. */
  readonly of: readonly string[]
}

const DEPTH_USUAL = 25

/** What is meant, or a sentence that says what is missing. */
export function channelOf(asked: ChannelArgs): ChannelKey | string {
  const [head = '', ...rest] = asked.ch.split(':')
  if (!isChannelName(head)) return `no such channel; channels: ${CHANNEL_NAMES.join(', ')}`
  const made = (...of: readonly string[]): ChannelKey => ({ name: head, of, key: [head, ...of].join(':') })
  switch (head) {
    case 'ticker':
    case 'candles':
    case 'book': {
      const symbol = asked.symbol ?? rest[0]
      if (symbol === undefined) return `${head} needs a symbol`
      if (head === 'ticker') return made(symbol)
      if (head === 'candles') {
        const interval = asked.interval ?? rest[1] ?? '1m'
        return (INTERVALS as readonly string[]).includes(interval) ? made(symbol, interval) : `use an interval of ${INTERVALS.join(', ')}`
      }
      const depth = asked.depth ?? Number(rest[1] ?? DEPTH_USUAL)
      return Number.isInteger(depth) && depth >= 1 && depth <= DEPTH_MAX
        ? made(symbol, String(depth))
        : `use a depth from 1 to ${DEPTH_MAX}`
    }
    case 'jobs': {
      const id = asked.job ?? rest[0]
      return id === undefined ? 'jobs needs a job: the id of a backtest' : made(id)
    }
    case 'events': {
      const types = [...new Set(asked.types ?? rest[0]?.split(',') ?? [])].sort()
      const odd = types.find((type) => !(EVENT_TYPES as readonly string[]).includes(type))
      if (odd !== undefined) return `no event is of the type ${odd.slice(0, 40)}; types: ${EVENT_TYPES.join(', ')}`
      return types.length === 0 ? made() : made(types.join(','))
    }
    default:
      return rest.length === 0 ? made() : `${head} takes nothing after its name`
  }
}
