/**
 * The registry as a whole: every command has its help, its examples are understood, no text makes it throw or act, roles hold.
 * Never needs a database: the ports are plain and count what is done through them.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Actor, type CommandPorts, ROLES, type Role, hasRole } from '../../api/commands/command.ts'
import { findCommand, parseArgs, splitLine } from '../../api/commands/parse.ts'
import { COMMANDS } from '../../api/commands/registry.ts'
import { CONFIRM_TTL_MS, CommandRunner } from '../../api/commands/run.ts'
import type { AuditEntry, Confirmation, NewConfirmation } from '../../api/ports.ts'
import { STEERING } from '../../src/cli/steering.ts'
import type { AccountRow, HoldRow, OrderRow, PositionRow } from '../../src/journal/row.ts'
import type { CommandOutcome, TraderCommand } from '../../src/kernel/command.ts'

const account: AccountRow = {
  state: 'running',
  stateSince: 1_000,
  equity: '10000',
  wallet: '10000',
  unrealized: '12.5',
  dayPnl: '-20',
  dayLoss: '20',
  drawdown: 0.01,
  openRisk: '50',
  grossNotional: '3200',
  marginUsed: '320',
  barsClosedAt: 1_000,
  lastFillAt: 1_000,
  updatedTs: 100_000,
}
const position: PositionRow = {
  symbol: 'BTCUSDT',
  quantity: '0.05',
  entryPrice: '64000',
  markPrice: '64250',
  unrealizedPnl: '12.5',
  stopPrice: '63000',
  targetPrice: null,
  strategy: 'ema-cross',
  tradeNumber: 12,
  openedTs: 1_000,
  updatedTs: 100_000,
}
const entry: OrderRow = {
  orderId: 7,
  clientOrderId: 'b1-tests1-7',
  venueOrderId: null,
  origin: 'ours',
  parentOrderId: null,
  strategy: 'ema-cross',
  symbol: 'BTCUSDT',
  class: 'entry',
  side: 1,
  kind: 'limit',
  quantity: '0.05',
  filledQuantity: '0',
  averagePrice: null,
  limitPrice: '63500',
  triggerPrice: null,
  stopPrice: '63000',
  targetPrice: null,
  status: 'accepted',
  isOpen: true,
  reduceOnly: false,
  tradeNumber: null,
  submittedTs: 1_000,
  updatedTs: 1_000,
}

interface World {
  readonly ports: CommandPorts
  readonly runner: CommandRunner
  readonly sent: TraderCommand[]
  readonly audit: AuditEntry[]
  readonly cards: Map<string, Confirmation>
  positions: PositionRow[]
  holds: HoldRow[]
  outcome: CommandOutcome | undefined
  now: number
}

function makeWorld(profile = 'sim'): World {
  const sent: TraderCommand[] = []
  const audit: AuditEntry[] = []
  const cards = new Map<string, Confirmation>()
  const orders = [entry, { ...entry, orderId: 8, class: 'protective', origin: 'attached-stop', triggerPrice: '63000' }]
  const world: World = {
    sent,
    audit,
    cards,
    positions: [position],
    holds: [],
    outcome: { status: 'done', text: 'Done.' },
    now: 1_000_000,
    ports: {
      reads: {
        account: async () => account,
        positions: async () => world.positions,
        orders: async (query) => orders.filter((o) => query.symbol === undefined || o.symbol === query.symbol),
        order: async (id) => orders.find((o) => o.orderId === id),
        fills: async () => [],
        trades: async () => [],
        trade: async () => undefined,
        decisions: async () => [],
        equity: async () => [],
        strategies: async () => [{ strategy: 'ema-cross', symbol: 'BTCUSDT', definition: 'ema-cross', version: 1, mode: 'running', lastSignalTs: null }],
        holds: async () => world.holds,
        alerts: async () => [],
        events: async () => [],
        health: async () => [],
        ping: async () => true,
      },
      control: {
        send: async (command) => {
          sent.push(command)
          return world.outcome
        },
      },
      confirmations: {
        create: async (row: NewConfirmation) => {
          const { ttlMs, ...rest } = row
          const card: Confirmation = { ...rest, id: `card${cards.size}`, createdAt: world.now, expiresAt: world.now + ttlMs, status: 'pending' }
          cards.set(card.id, card)
          return card
        },
        find: async (id) => cards.get(id),
        pending: async () => [...cards.values()].filter((card) => card.status === 'pending'),
        settle: async (id, status) => {
          const card = cards.get(id)
          if (card === undefined || card.status !== 'pending' || card.expiresAt <= world.now) return false
          cards.set(id, { ...card, status })
          return true
        },
      },
      audit: {
        write: async (row) => {
          audit.push(row)
        },
      },
      backtests: { enqueue: async () => 'No candles are stored.', find: async () => undefined, list: async () => [], cancel: async () => false },
      charts: undefined,
      system: { profile, version: '0.1.0', startedAtMs: 0, dataDirId: 'tests1', exchange: 'simulator', limits: {} },
      wallNow: () => world.now,
    },
    runner: undefined as never,
  }
  return { ...world, runner: new CommandRunner(world.ports) } satisfies World as World
}

const by = (role: Role | undefined, over: Partial<Actor> = {}) => ({ actor: { id: 'telegram:1', role, surface: 'telegram' as const, ...over }, requestId: 'req_1' })

describe('the list', () => {
  test('names and aliases are unique, and issue by issue all asked commands are there', () => {
    const names = COMMANDS.flatMap((command) => [command.name, ...command.aliases])
    expect(new Set(names).size).toBe(names.length)
    const asked =
      'start help id status positions orders trades trade why balance pnl risk strategies strategy pause resume close cancel panic halt backtest chart health version'.split(' ')
    expect(COMMANDS.map((command) => command.name).sort()).toEqual(asked.sort())
  })

  test.each(COMMANDS.map((command) => [command.name, command] as const))('%s has a summary, fits a menu line, and its examples are understood', (name, command) => {
    // 256 characters is Telegram's bound, 100 Discord's.
    expect(command.summary.length).toBeGreaterThan(10)
    expect(command.summary.length).toBeLessThanOrEqual(100)
    expect(name).toMatch(/^[a-z]{1,32}$/)
    expect(command.examples.length).toBeGreaterThanOrEqual(command.usage === '' ? 1 : 2)
    for (const example of command.examples) {
      const { name: word, rest } = splitLine(example)
      expect(findCommand(COMMANDS, word)).toBe(command)
      expect(parseArgs(command, rest), example).toMatchObject({ ok: true })
    }
  })

  test('the terminal has the same words as the registry', () => {
    for (const { name, summary, usage } of STEERING) {
      const command = findCommand(COMMANDS, name)
      expect({ summary: command?.summary, usage: command?.usage }, name).toEqual({ summary, usage })
    }
  })

  test('help shows each command that a role may use and no other, and explains each', async () => {
    const { runner } = makeWorld()
    for (const role of [undefined, ...ROLES]) {
      const { reply } = await runner.runLine('/help', by(role))
      const shown = reply.fields.flatMap((f) => f.value.split(' ').map((word) => word.slice(1))).sort()
      expect(shown).toEqual(
        COMMANDS.filter((command) => hasRole(role, command.role))
          .map((command) => command.name)
          .sort(),
      )
    }
    for (const command of COMMANDS) expect((await runner.runLine(`/help ${command.name}`, by('admin'))).reply.fields.map((f) => f.name)).toContain('Examples')
  })
})

describe('text from outside', () => {
  test('2,000 texts: no throw, no command to the trader without a role for it, and nothing added', async () => {
    const word = fc.oneof(
      fc.constantFrom(...COMMANDS.flatMap((c) => [c.name, ...c.aliases]), 'BTC', '50%', '$100', 'all', '#3', '"', "'", '@bot', '--', 'for', '2h', '\u0000', '🙂', '../..', "'; drop table orders;--"),
      fc.string({ unit: 'binary', maxLength: 30 }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 8 }), fc.constantFrom(undefined, 'viewer' as const), async (words, role) => {
        const { runner, sent } = makeWorld()
        const result = await runner.runLine(`/${words.join(' ')}`, by(role))
        expect(result.reply.badge).toBe('⚙️ SIM')
        expect(result.reply.title.length).toBeGreaterThan(0)
        expect(sent).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })

  test('an admin who types nonsense changes nothing that adds risk', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (text) => {
        const { runner, sent } = makeWorld()
        await runner.runLine(text, by('admin'))
        expect(sent.filter((command) => command.name !== 'pause' && command.name !== 'halt')).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test('an unknown command offers the nearest as a button and does not run it', async () => {
    const { runner, sent } = makeWorld()
    const result = await runner.runLine('/pausee', by('admin'))
    expect(result.status).toBe('unknown')
    expect(result.reply.buttons[0]).toEqual({ label: '/pause', action: { type: 'command', text: '/pause' } })
    expect(sent).toEqual([])
  })
})

describe('roles', () => {
  const lines: readonly (readonly [line: string, lowest: Role])[] = [
    ['status', 'viewer'],
    ['positions', 'viewer'],
    ['why BTC', 'viewer'],
    ['strategy ema-cross', 'viewer'],
    ['pause', 'operator'],
    ['halt news', 'operator'],
    ['strategy ema-cross off', 'operator'],
    ['backtest list', 'operator'],
    ['strategy ema-cross on', 'trader'],
    ['resume', 'trader'],
    ['close BTC', 'trader'],
    ['cancel all', 'trader'],
    ['panic', 'trader'],
  ]
  test.each(lines.flatMap(([line, lowest]) => [undefined, ...ROLES].map((role) => [line, role, hasRole(role, lowest)] as const)))('%s by %s: allowed %s', async (line, role, isAllowed) => {
    const { runner, sent } = makeWorld()
    const { status } = await runner.runLine(line, by(role))
    expect(status === 'forbidden').toBe(!isAllowed)
    if (!isAllowed) expect(sent).toEqual([])
  })

  test('scopes of a key bound it as well as its role', async () => {
    const { runner, sent } = makeWorld()
    const request = { ...by('admin'), scopes: ['trade:read'] }
    expect((await runner.runLine('positions', request)).status).toBe('done')
    expect((await runner.runLine('pause', request)).status).toBe('forbidden')
    expect(sent).toEqual([])
  })
})

describe('cards', () => {
  test('S19: a card has verbs with their object, never confirm or cancel', async () => {
    for (const line of ['close BTC 50%', 'close all', 'panic', 'cancel all', 'strategy ema-cross on']) {
      const world = makeWorld()
      const actionable = line.startsWith('strategy') ? { ...world.ports.reads, strategies: async () => [{ strategy: 'ema-cross', symbol: 'BTCUSDT', definition: 'ema-cross', version: 1, mode: 'off', lastSignalTs: null }] } : world.ports.reads
      const { reply, status } = await new CommandRunner({ ...world.ports, reads: actionable }).runLine(line, by('admin'))
      expect(status, line).toBe('confirm')
      expect(reply.buttons).toHaveLength(2)
      for (const button of reply.buttons) expect(button.label).not.toMatch(/confirm|cancel$|^yes$|^no$|^ok$/i)
    }
  })

  test('close: the card has size, price, fee, result and what stays; yes closes what was shown, once', async () => {
    const { runner, sent } = makeWorld()
    const asked = await runner.runLine('close BTC 50%', by('trader'))
    expect(sent).toEqual([])
    const text = JSON.stringify(asked.reply)
    // By hand: 0.025 x 64,250 x 0.055 % = 0.88; 0.025 x 250 - 0.88 = 5.37.
    for (const part of ['0.05 → 0.025', 'est. price 64,250', 'est. fee 0.88', 'est. realized +5.37 USDT', 'stays for 0.025 at 63,000', 'Close 0.025 BTC']) expect(text).toContain(part)
    const id = asked.confirmation?.id ?? ''
    expect((await runner.answer(id, 'yes', by('trader'))).status).toBe('done')
    expect(sent).toEqual([{ name: 'close', symbol: 'BTCUSDT', side: 'long', fraction: '0.5' }])
    expect((await runner.answer(id, 'yes', by('trader'))).reply.title).toBe('This card is over')
    expect(sent).toHaveLength(1)
  })

  test.each([
    ['close BTC 50', 'of what?'],
    ['close BTC 0%', 'no part of a position'],
    ['close BTC 5ETH', 'of what?'],
    ['close BTC -5%', 'give 50%'],
    ['close DOGE', 'There is no symbol'],
    ['close', 'Example'],
  ])('S19: %s is asked back', async (line, expected) => {
    const { runner, sent } = makeWorld()
    const { reply, status } = await runner.runLine(line, by('trader'))
    expect(['refused', 'invalid']).toContain(status)
    expect(`${reply.title} ${reply.text ?? ''}`).toContain(expected)
    expect(sent).toEqual([])
  })

  test('S3: a drifted price closes as asked; a turned side asks again', async () => {
    const world = makeWorld()
    const first = await world.runner.runLine('close BTC', by('trader'))
    world.positions.splice(0, 1, { ...position, markPrice: '50000' })
    expect((await world.runner.answer(first.confirmation?.id ?? '', 'yes', by('trader'))).status).toBe('done')
    const second = await world.runner.runLine('close BTC', by('trader'))
    world.positions.splice(0, 1, { ...position, quantity: '-0.05' })
    const again = await world.runner.answer(second.confirmation?.id ?? '', 'yes', by('trader'))
    expect(again.status).toBe('confirm')
    expect(again.reply.text).toContain('has turned since you asked')
    expect(world.sent).toHaveLength(1)
  })

  test('expired, foreign and repeated answers do nothing; an admin may answer for another', async () => {
    const ask = async () => {
      const world = makeWorld()
      const { confirmation } = await world.runner.runLine('close BTC', by('trader'))
      return { ...world, id: confirmation?.id ?? '', ports: world.ports }
    }
    const foreign = await ask()
    expect((await foreign.runner.answer(foreign.id, 'yes', by('trader', { id: 'telegram:2' }))).status).toBe('forbidden')
    expect(foreign.sent).toEqual([])
    expect((await foreign.runner.answer(foreign.id, 'yes', by('admin', { id: 'discord:9', surface: 'discord' }))).status).toBe('done')
    expect(foreign.sent).toHaveLength(1)
    const rejected = await ask()
    expect((await rejected.runner.answer(rejected.id, 'no', by('trader'))).reply.title).toBe('Nothing was done')
    expect((await rejected.runner.answer(rejected.id, 'yes', by('trader'))).status).toBe('refused')
    expect(rejected.sent).toEqual([])
  })

  test('a card is over after its time', async () => {
    const world = makeWorld()
    const asked = await world.runner.runLine('close BTC', by('trader'))
    const id = asked.confirmation?.id ?? ''
    const card = world.cards.get(id) as Confirmation
    expect(card.expiresAt - card.createdAt).toBe(CONFIRM_TTL_MS)
    world.cards.set(id, { ...card, expiresAt: 0 })
    expect((await world.runner.answer(id, 'yes', by('trader'))).status).toBe('refused')
    expect(world.sent).toEqual([])
  })

  test('S1: a panic pauses at once; declining it leaves the pause; yes panics', async () => {
    const world = makeWorld()
    const asked = await world.runner.runLine('panic fire', by('trader'))
    expect(asked.status).toBe('confirm')
    expect(world.sent.map((command) => command.name)).toEqual(['pause'])
    const declined = await world.runner.answer(asked.confirmation?.id ?? '', 'no', by('trader'))
    expect(declined.reply.text).toBe('Entries stay paused until you resume.')
    expect(world.sent.map((command) => command.name)).toEqual(['pause'])
    const again = await world.runner.runLine('panic fire', by('trader'))
    await world.runner.answer(again.confirmation?.id ?? '', 'yes', by('trader'))
    expect(world.sent.at(-1)).toEqual({ name: 'panic', reason: 'fire' })
  })

  test('S17: a key that needs no second request panics at once, and closes nothing else that way', async () => {
    const world = makeWorld()
    const request = { ...by('trader', { surface: 'rest' }), autoConfirm: true }
    expect((await world.runner.runLine('panic', request)).status).toBe('done')
    expect(world.sent.map((command) => command.name)).toEqual(['panic'])
    expect((await world.runner.runLine('close BTC', request)).status).toBe('confirm')
  })

  test('S11: the card of a resume lists what it lifts and what waits; a new hold asks again; a halt needs an admin', async () => {
    const world = makeWorld()
    const hold: HoldRow = { holdId: 'pause-account', scope: 'account', effect: 'no-entries', cause: 'operator', actor: 'cli', reason: 'lunch', since: 1, until: null }
    expect((await world.runner.runLine('resume', by('trader'))).reply.title).toBe('Nothing is held: trading runs')
    world.holds.push(hold)
    const asked = await world.runner.runLine('resume', by('trader'))
    const text = JSON.stringify(asked.reply.fields)
    expect(text).toContain('lunch')
    expect(text).toContain('ema-cross BTCUSDT')
    expect(text).toContain('signals that came while held are dead')
    world.holds.push({ ...hold, holdId: 'breaker', cause: 'breaker', actor: 'breaker' })
    const again = await world.runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader'))
    expect(again.status).toBe('confirm')
    expect(world.sent).toEqual([])
    await world.runner.answer(again.confirmation?.id ?? '', 'yes', by('trader'))
    expect(world.sent).toEqual([{ name: 'resume', scope: { type: 'account' }, isAdmin: false }])
    world.holds.push({ ...hold, holdId: 'halt', effect: 'no-orders' })
    expect((await world.runner.runLine('resume', by('trader'))).status).toBe('refused')
    expect((await world.runner.runLine('resume', by('admin'))).status).toBe('confirm')
  })

  test('S17: on live, chat cannot add risk without a code, and the terminal types the word', async () => {
    const world = makeWorld('live')
    world.holds.push({ holdId: 'pause-account', scope: 'account', effect: 'no-entries', cause: 'operator', actor: 'cli', reason: '', since: 1, until: null })
    const chat = await world.runner.runLine('resume', by('admin'))
    expect([chat.status, chat.reply.badge]).toEqual(['refused', '🔴 LIVE'])
    expect((await world.runner.runLine('close BTC', by('admin'))).status).toBe('confirm')
    const cli = by('admin', { surface: 'cli', id: 'key:1' })
    const asked = await world.runner.runLine('resume', cli)
    expect(asked.word).toBe('live')
    expect((await world.runner.answer(asked.confirmation?.id ?? '', 'yes', cli)).status).toBe('refused')
    expect(world.sent).toEqual([])
    expect((await world.runner.answer(asked.confirmation?.id ?? '', 'yes', cli, 'LIVE')).status).toBe('done')
  })

  test('S5: a protective stop is never canceled; one entry goes at once, several after a card', async () => {
    const world = makeWorld()
    const stop = await world.runner.runLine('cancel ord_00000000008', by('trader'))
    expect([stop.status, stop.reply.title]).toEqual(['refused', 'ord_00000000008 is a stop: it is not canceled'])
    expect((await world.runner.runLine('cancel ord_00000000007', by('trader'))).status).toBe('done')
    expect(world.sent).toEqual([{ name: 'cancel', orderId: 7 }])
    expect((await world.runner.runLine('cancel all', by('trader'))).status).toBe('confirm')
  })
})

describe('time and record', () => {
  test('S3: a late pause, halt or panic pauses and says so; any other late action is not done', async () => {
    for (const line of ['pause', 'halt fire', 'panic']) {
      const world = makeWorld()
      const { reply } = await world.runner.runLine(line, { ...by('admin'), askedAtMs: world.now - 420_000 })
      expect(world.sent.map((command) => command.name), line).toEqual(['pause'])
      expect(reply.text).toContain('is 7 min old, so it took effect as a pause')
    }
    const world = makeWorld()
    const { reply } = await world.runner.runLine('close BTC', { ...by('admin'), askedAtMs: world.now - 420_000 })
    expect(reply.title).toBe('Ignored, 7 min old: send it again')
    expect([world.sent, world.cards.size]).toEqual([[], 0])
  })

  test('every command leaves its row: who, what, decision, result', async () => {
    const world = makeWorld()
    await world.runner.runLine('status', by('viewer'))
    await world.runner.runLine('close BTC', by('viewer'))
    const asked = await world.runner.runLine('close BTC', by('trader'))
    await world.runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader'))
    expect(world.audit.map((row) => [row.command, row.role, row.decision])).toEqual([
      ['status', 'viewer', 'read'],
      ['close', 'viewer', 'forbidden'],
      ['close', 'trader', 'asked'],
      ['close', 'trader', 'done'],
    ])
  })

  test('a pause names its scope, time and reason; a word that names nothing is a reason', async () => {
    const world = makeWorld()
    await world.runner.runLine('pause BTC for 2h news ahead', by('operator'))
    await world.runner.runLine('pause ema-cross', by('operator'))
    await world.runner.runLine('pause drawdown', by('operator'))
    expect(world.sent).toEqual([
      { name: 'pause', scope: { type: 'symbol', symbol: 'BTCUSDT' }, reason: 'news ahead', forMs: 7_200_000 },
      { name: 'pause', scope: { type: 'strategy', strategy: 'ema-cross' }, reason: '' },
      { name: 'pause', scope: { type: 'account' }, reason: 'drawdown' },
    ])
  })

  test('a trader that does not answer is told as queued, a refusal with its reason', async () => {
    const silent = makeWorld()
    const quiet = new CommandRunner({ ...silent.ports, control: { send: async () => undefined } })
    expect((await quiet.runLine('pause', by('operator'))).status).toBe('queued')
    const refusing = new CommandRunner({ ...silent.ports, control: { send: async () => ({ status: 'refused' as const, text: 'There is no strategy x.' }) } })
    const { status, reply } = await refusing.runLine('pause', by('operator'))
    expect([status, reply.text]).toEqual(['refused', 'There is no strategy x.'])
  })
})
