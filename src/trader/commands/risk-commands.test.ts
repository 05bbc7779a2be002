/**
 * Setting a limit: what is refused, what is stricter, what a time is for, and what is said of what is open.
 */
import { describe, expect, test } from 'vitest'
import { HOUR_MS, lots, ts } from '../../core/units.ts'
import type { KernelFact } from '../../kernel/fact.ts'
import { PROFILE_VALUES } from '../../risk/profiles.ts'
import { BTC, Bench, ordersOf, signal } from '../../../test/support/kernel/kernel-run.ts'
import { RiskCommands, type SetLimitCommand } from './risk-commands.ts'

class Room {
  readonly bench = new Bench({
    settings: { account: PROFILE_VALUES.sim, strategies: {}, symbols: { ETHUSDT: { position: '20%' } } },
    sizing: { type: 'fixed', lots: lots(10) },
  })
  readonly facts: KernelFact[] = []
  checks = 0
  readonly commands = new RiskCommands({
    kernel: this.bench.kernel,
    now: () => ts(this.bench.now),
    submit: async (inputs) => {
      for (const input of inputs()) this.facts.push(...this.bench.give(input))
      return 1
    },
    checkConditions: () => {
      this.checks += 1
    },
  })

  set(key: string, value?: string, more: Partial<SetLimitCommand> = {}) {
    const command: SetLimitCommand = {
      name: 'set-limit',
      key,
      scope: { type: 'account' },
      ...(value === undefined ? {} : { value }),
      ...more,
    }
    return this.commands.set(command, 'me')
  }
  /** What counts for the account now. */
  textOf(key: 'dayLoss' | 'gross'): string | undefined {
    return this.bench.kernel.limits.settings?.account[key]
  }
  open(): void {
    const [entry] = ordersOf(this.bench.say(signal(1, 90)))
    if (entry === undefined) throw new Error('the entry was denied')
    this.bench.give(this.bench.fillOf(entry))
  }
}

const symbol = (name: string) => ({ scope: { type: 'symbol' as const, symbol: name } })
const strategy = (name: string) => ({ scope: { type: 'strategy' as const, strategy: name } })

test.each<readonly [string, string | undefined, Partial<SetLimitCommand>, RegExp]>([
  ['dayLos', '3%', {}, /^There is no risk setting 'dayLos'\. Did you mean dayLoss\?/],
  ['dayLoss', '3', {}, /^dayLoss cannot be '3': use a part of equity from 0\.1% to 20%, or money such as 500 USDT\.$/],
  ['dayLoss', '30%', {}, /^dayLoss cannot be '30%'/],
  ['drawdownOrange', '20%', {}, /^drawdownOrange \(20%\) must be below drawdownRed \(15%\)\.$/],
  ['riskMin', '2%', { scope: { type: 'symbol', symbol: 'NOPE' } }, /^Ballast does not trade 'NOPE'\. Traded: /],
  ['dayLoss', '3%', { scope: { type: 'strategy', strategy: 'nope' } }, /^There is no strategy 'nope'\. Running: s0, s1\.$/],
  ['staleAfter', '1min', symbol('BTCUSDT'), /^staleAfter is set for the account only\.$/],
  ['leverage', '2x', strategy('s0'), /^leverage is set for the account or a symbol only\.$/],
  ['dayLoss', '3%', { forMs: HOUR_MS }, /^3% is stricter than 5%: a stricter limit stays until you change it\. Leave out the time\.$/],
  ['dayLoss', undefined, {}, /^dayLoss already is what the configuration says \(5%\)\.$/],
])('%s to %s is refused in words, and nothing changes', async (key, value, more, words) => {
  const room = new Room()
  const { status, text } = await room.set(key, value, more)
  expect(status).toBe('refused')
  expect(text).toMatch(words)
  expect(room.facts).toEqual([])
})

test('a value that counts already changes nothing', async () => {
  const room = new Room()
  expect(await room.set('dayLoss', '5.0 %')).toEqual({ status: 'done', text: 'dayLoss already is 5%.' })
  expect(room.facts).toEqual([])
})

test.each<readonly [string, string, Partial<SetLimitCommand>, string]>([
  ['dayLoss', '3%', {}, 'dayLoss: 5% → 3% (stricter).'],
  ['dayLoss', '400 USDT', {}, 'dayLoss: 5% → 400 USDT (stricter).'],
  ['gross', '400%', {}, 'gross: 300% → 400% (looser).'],
  // One more limit is stricter, however wide; and what it takes the place of is the account's.
  ['gross', '900%', strategy('s0'), 'gross of s0: not set → 900% (looser).'],
  ['gross', '50%', strategy('s0'), 'gross of s0: not set → 50% (stricter).'],
  ['position', '30%', symbol('ETHUSDT'), 'position of ETHUSDT: 20% → 30% (looser).'],
  ['balanceScaling', 'none', {}, 'balanceScaling: linear → none (looser).'],
])('%s to %s', async (key, value, more, sentence) => {
  const room = new Room()
  expect((await room.commands.preview({ name: 'set-limit', key, value, scope: { type: 'account' }, ...more }, 'me')).status).toBe('done')
  expect(room.facts).toEqual([])
  expect((await room.set(key, value, more)).text).toBe(sentence)
})

describe('S1 a time', () => {
  test('ends a looser setting by itself, with what was set before it, also over a restart', async () => {
    const room = new Room()
    await room.set('gross', '200%')
    expect((await room.set('gross', '400%', { forMs: HOUR_MS })).text).toBe(
      'gross: 200% → 400% (looser). It goes back by itself when the time is over.',
    )
    room.bench.now += HOUR_MS - 1
    expect(room.commands.ended()).toEqual([])
    room.bench.kernel.restore(JSON.parse(JSON.stringify(room.bench.kernel.snapshot())))
    room.bench.now += 1
    for (const input of room.commands.ended()) room.bench.give(input)
    expect([room.textOf('gross'), room.commands.ended()]).toEqual(['200%', []])
  })

  test('without one before it, the configuration counts again', async () => {
    const room = new Room()
    await room.set('gross', '400%', { forMs: HOUR_MS })
    room.bench.now += HOUR_MS
    for (const input of room.commands.ended()) room.bench.give(input)
    expect([room.textOf('gross'), room.bench.kernel.limits.overrides]).toEqual(['300%', []])
  })
})

test('reset gives a setting back to the configuration', async () => {
  const room = new Room()
  await room.set('position', '5%', symbol('ETHUSDT'))
  expect((await room.set('position', undefined, symbol('ETHUSDT'))).text).toBe('position of ETHUSDT: 5% → 20% (looser).')
  await room.set('order', '5%', symbol('ETHUSDT'))
  expect((await room.set('order', undefined, symbol('ETHUSDT'))).text).toBe('order of ETHUSDT: 5% → not set (looser).')
})

describe('a limit below what is open closes nothing and says what happens', () => {
  test.each<readonly [string, string, Partial<SetLimitCommand>, string]>([
    ['gross', '5%', {}, '1,000.00 USDT are open, more than 500.00.'],
    ['net', '5%', {}, '1,000.00 USDT net are open, more than 500.00.'],
    ['position', '5%', symbol('BTCUSDT'), 'BTCUSDT 10 is worth 1,000.00 USDT: more than 500.00.'],
    ['gross', '5%', strategy('s0'), '1,000.00 USDT are open, more than 500.00.'],
  ])('%s to %s', async (key, value, more, sentence) => {
    const room = new Room()
    room.open()
    const { text } = await room.set(key, value, more)
    expect(text).toContain(sentence)
    expect(text).toContain('Nothing is closed: entries are denied until it fits, exits and stops continue.')
    expect(room.bench.kernel.portfolio.positionLots(BTC)).toBe(10)
  })

  test('leverage is set at the exchange once the position closes', async () => {
    const room = new Room()
    await room.set('leverage', '5x')
    expect(room.checks).toBe(1)
    room.open()
    expect((await room.set('leverage', '3x')).text).toContain('It is set at Bybit for BTCUSDT once the position closes')
  })

  test('a day that has lost more already is on hold at once', async () => {
    const room = new Room()
    room.open()
    room.bench.prices[BTC] = 70
    room.bench.bar()
    expect((await room.set('dayLoss', '2%')).text).toContain('The day has lost 300.00 USDT already: entries are put on hold at once')
    room.bench.bar()
    expect(room.bench.kernel.holds.map(({ id }) => id)).toContain('day-loss')
  })
})
