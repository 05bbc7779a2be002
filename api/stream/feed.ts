/**
 * All channels of a process. Reads once for all clients, however many there are; what nobody hears is not read.
 */
import { randomBytes } from 'node:crypto'
import type { DecisionRow } from '../../src/journal/row.ts'
import type { EventType } from '../../src/journal/event-types.ts'
import { MANUAL_OWNER } from '../../src/trading/manual-owner.ts'
import { signOf } from '../amount.ts'
import type { ApiKey } from '../auth.ts'
import type { CommandPorts } from '../commands/command.ts'
import { denialOf } from '../commands/words/denials.ts'
import { toAccount } from '../routes/account-routes.ts'
import { toBook, toCandle, toTicker } from '../routes/market-routes.ts'
import { toRiskChange } from '../routes/limit-routes.ts'
import { statusOf } from '../routes/common.ts'
import { toLog } from '../routes/log-routes.ts'
import { toAlert, toBacktest, toBalance, toConfirmation, toEquity, toEvent } from '../shapes/account-shapes.ts'
import { toDecision, toFill, toOrder, toPosition, toTrade } from '../shapes/trade-shapes.ts'
import { type ChannelKey, type ChannelName, CHANNELS } from './channels.ts'
import { Append, type Appended, Conflated, Ending, Keyed, type Numbered } from './numbered.ts'

const SHOWN = 100
const BURST = 500
const LOG_LINES = 50
/** Of tickers, candles and books together: each is asked of the exchange once a second. */
const MARKET_MAX = 60

/** Read at each event; the others once a second, on a turn of their own, so that an exchange that is slow holds nothing up. */
const BY_EVENT: ReadonlySet<ChannelName> = new Set<ChannelName>([
  'status',
  'positions',
  'orders',
  'balances',
  'fills',
  'trades',
  'signals',
  'decisions',
  'alerts',
  'events',
  'audit',
])
/** Of channels that are of something, so many are kept for those who come back. */
const KEPT_UNHEARD = 20

/** Beside the row as it was journaled: the sentence of a denial. */
const appendedDecision = (row: DecisionRow): Appended => ({
  at: row.seq,
  value: { ...toDecision(row), why: row.kind === 'denial' ? denialOf(row).text : null },
})

/** Reads run one after the other: two at once would tell a change twice. */
class Turn {
  private last: Promise<void> = Promise.resolve()
  enqueue(work: () => Promise<void>): Promise<void> {
    const turn = this.last.then(work)
    this.last = turn.catch(() => undefined)
    return turn
  }
}

export class Feed {
  private readonly epoch = randomBytes(6).toString('base64url')
  private readonly channels = new Map<string, Numbered>()
  private readonly loaded = new Set<Numbered>()
  private readonly byEvent = new Turn()
  private readonly bySecond = new Turn()
  private isWoken = false
  private isTicking = false
  private nextSid = 1
  private readonly ports: CommandPorts
  private readonly onFailure: (cause: unknown) => void

  constructor(ports: CommandPorts, onFailure: (cause: unknown) => void) {
    this.ports = ports
    this.onFailure = onFailure
  }

  /** The channel as this key may see it, with what it holds now; a sentence where it cannot be had. */
  async open(asked: ChannelKey, key: ApiKey): Promise<Numbered | string> {
    const isOwn = asked.name === 'confirmations' && key.role !== 'admin'
    const channel = isOwn ? { ...asked, key: `confirmations:${key.id}`, of: [key.id] } : asked
    const known = this.channels.get(channel.key)
    const problem = known === undefined ? await this.problemOf(channel) : undefined
    if (problem !== undefined) return problem
    const numbered = this.channels.get(channel.key) ?? this.add(channel)
    if (!this.loaded.has(numbered))
      await this.turnOf(channel).enqueue(async () => {
        if (this.loaded.has(numbered)) return
        await numbered.refresh()
        this.loaded.add(numbered)
      })
    return numbered
  }

  /** Somebody has left: a channel that nobody hears is forgotten, where nothing is lost by it. */
  left(channel: Numbered): void {
    if (channel.isHeard) return
    if (channel.kind === 'conflated') {
      this.forget(channel)
      return
    }
    const unheard = [...this.channels.values()].filter((each) => !each.isHeard && each.kind !== 'conflated' && each.channel.of.length > 0)
    for (const oldest of unheard.slice(0, Math.max(0, unheard.length - KEPT_UNHEARD))) this.forget(oldest)
  }

  /** The projections may have changed. Calls that come while one waits lead to no other. */
  wake(): void {
    if (this.isWoken) return
    this.isWoken = true
    this.byEvent
      .enqueue(async () => {
        this.isWoken = false
        for (const channel of this.loaded) if (BY_EVENT.has(channel.channel.name)) await channel.refresh()
      })
      .catch(this.onFailure)
  }

  /** A second is over. */
  tick(): void {
    if (this.isTicking) return
    this.isTicking = true
    void this.bySecond
      .enqueue(async () => {
        const due = [...this.loaded].filter(({ channel, isHeard }) => !BY_EVENT.has(channel.name) && isHeard)
        await Promise.all(due.map((channel) => channel.refresh().catch(this.onFailure)))
      })
      .finally(() => {
        this.isTicking = false
      })
  }

  private forget(channel: Numbered): void {
    this.channels.delete(channel.channel.key)
    this.loaded.delete(channel)
  }

  private turnOf({ name }: ChannelKey): Turn {
    return BY_EVENT.has(name) ? this.byEvent : this.bySecond
  }

  private async problemOf({ name, of }: ChannelKey): Promise<string | undefined> {
    if (name === 'jobs') return (await this.ports.backtests.find(of[0] as string)) === undefined ? `no backtest ${of[0]}` : undefined
    if (CHANNELS[name].scope !== 'market:read') return undefined
    const open = [...this.channels.values()].filter(({ channel }) => CHANNELS[channel.name].scope === 'market:read').length
    if (open >= MARKET_MAX) return `more than ${MARKET_MAX} market channels are open`
    const symbols = await this.ports.portfolio.instruments()
    if (!symbols.ok) return `the exchange cannot be asked: ${symbols.error}`
    return symbols.value.some(({ symbol }) => symbol === of[0])
      ? undefined
      : `${of[0]} is not traded here; traded: ${symbols.value.map(({ symbol }) => symbol).join(', ')}`
  }

  private add(channel: ChannelKey): Numbered {
    const sid = `s${this.nextSid++}`
    const made = this.make(channel, [channel, sid, `${this.epoch}.${sid}`, this.ports.wallNow])
    this.channels.set(channel.key, made)
    return made
  }

  private make({ name, of }: ChannelKey, base: ConstructorParameters<typeof Numbered>): Numbered {
    const { ports } = this
    const { reads, market } = ports
    const [first = '', second = ''] = of
    switch (name) {
      case 'status':
        return new Conflated(base, () => statusOf(ports))
      case 'equity':
        return new Conflated(base, async () => {
          const [row] = await reads.equity({ limit: 1 })
          return row === undefined ? null : toEquity(row)
        })
      case 'risk':
        return new Conflated(base, async () => {
          const row = await reads.account()
          return row === undefined ? null : toAccount(row)
        })
      case 'balances':
        return new Keyed(
          base,
          async () => {
            const row = await reads.account()
            return new Map(row === undefined ? [] : [toBalance(row)].map((each) => [each.id, each]))
          },
          true,
        )
      case 'positions':
        return new Keyed(
          base,
          async () =>
            new Map(
              (await reads.positions(true))
                .filter((row) => signOf(row.quantity) !== 0 || signOf(row.externalQuantity) !== 0)
                .map(toPosition)
                .map((row) => [row.id, row]),
            ),
          true,
        )
      case 'orders':
        return new Keyed(
          base,
          async () => {
            const [open, last] = await Promise.all([reads.orders({ limit: BURST, isOpen: true }), reads.orders({ limit: SHOWN })])
            return new Map([...last, ...open].map(toOrder).map((row) => [row.id, row]))
          },
          false,
        )
      case 'trades':
        return new Keyed(
          base,
          async () => {
            const rows = await reads.trades({ limit: SHOWN })
            const notes = await ports.portfolio.notes.find(rows.map(({ number }) => number))
            return new Map(rows.map((row) => toTrade(row, notes.get(row.number))).map((row) => [row.id, row]))
          },
          false,
        )
      case 'fills':
        return new Append(base, async (limit, before) =>
          (await reads.fills({ limit, before })).map((row) => ({ at: row.seq, value: toFill(row) })),
        )
      // What strategies wanted to enter, and what became of it; of what they did beside, and operators, `decisions` has all.
      case 'signals':
        return new Append(base, async (limit, before) =>
          (await reads.decisions({ limit, before, class: 'entry', exceptStrategy: MANUAL_OWNER })).map(appendedDecision),
        )
      case 'decisions':
        return new Append(base, async (limit, before) => (await reads.decisions({ limit, before })).map(appendedDecision))
      case 'alerts':
        return new Append(base, async (limit, before) =>
          (await reads.alerts({ limit, before })).map((row) => ({ at: row.id, value: toAlert(row) })),
        )
      case 'audit':
        return new Append(base, async (limit, before) =>
          (await reads.riskChanges({ limit, before })).map((row) => ({ at: row.seq, value: toRiskChange(row, ports.system.riskSettings) })),
        )
      case 'events': {
        const types = first === '' ? undefined : (first.split(',') as EventType[])
        return new Append(base, async (limit, before) =>
          (await reads.events({ limit, before, types })).map((row) => ({ at: row.seq, value: toEvent(row) })),
        )
      }
      case 'confirmations': {
        const actor = first === '' ? undefined : `key:${first}`
        return new Ending(
          base,
          async () => {
            const rows = (await ports.confirmations.pending()).filter((row) => actor === undefined || row.actor === actor)
            return new Map(rows.map((row) => [row.id, toConfirmation(row)]))
          },
          async (id) => {
            const row = await ports.confirmations.find(id)
            return row === undefined ? undefined : toConfirmation(row.status === 'pending' ? { ...row, status: 'expired' } : row)
          },
        )
      }
      case 'logs':
        return this.logs(base)
      case 'jobs':
        return new Conflated(base, async () => {
          const row = await ports.backtests.find(first)
          return row === undefined ? null : toBacktest(row)
        })
      case 'ticker':
        return new Conflated(base, async () => {
          const symbols = [...this.channels.values()].flatMap(({ channel }) => (channel.name === 'ticker' ? (channel.of[0] as string) : []))
          const rows = await market.tickers([...new Set([...symbols, first])].sort())
          const row = rows.ok ? rows.value.find(({ symbol }) => symbol === first) : undefined
          return row === undefined ? null : toTicker(row)
        })
      case 'candles':
        return new Conflated(base, async () => {
          const rows = await market.candles({ symbol: first, interval: second, count: 1 })
          const row = rows.ok ? rows.value.at(-1) : undefined
          return row === undefined ? null : toCandle(row)
        })
      case 'book':
        return new Conflated(base, async () => {
          const book = await market.book(first, Number(second))
          return book.ok ? toBook(book.value) : null
        })
    }
  }

  private logs(base: ConstructorParameters<typeof Numbered>): Numbered {
    let seen = 0
    return new Conflated(base, async () => {
      const lines = this.ports.log.last()
      const lastId = lines.at(-1)?.id ?? 0
      const dropped = seen === 0 ? 0 : Math.max(0, lastId - seen - LOG_LINES)
      seen = lastId
      return { lines: lines.slice(-LOG_LINES).map(toLog), dropped }
    })
  }
}
