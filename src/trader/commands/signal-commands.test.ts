/**
 * Signals from outside in the trader: prices and sizes from words, whose symbol it is, and what a late one may still do (S4, S15).
 */
import { expect, test } from 'vitest'
import type { CommandOutcome, SignalCommand } from '../../kernel/trader-command.ts'
import type { KernelFact } from '../../kernel/fact.ts'
import { webhook } from '../../strategy/builtin/webhook.ts'
import { Bench, brief } from '../../../test/support/kernel/kernel-run.ts'
import { commandHandlerOn } from '../../../test/support/kernel/command-handler-on.ts'
import type { CommandHandler } from './command-handler.ts'

class Room {
  readonly bench = new Bench({ strategy: webhook })
  readonly facts: KernelFact[] = []
  private readonly commands: CommandHandler

  constructor() {
    this.commands = commandHandlerOn(this.bench, this.facts, { submit: async () => 1 })
  }

  send(wish: SignalCommand['wish'], more: Partial<SignalCommand> = {}, lateMs = 0): Promise<CommandOutcome> {
    const command: SignalCommand = {
      name: 'signal',
      signal: 7,
      source: 'tv',
      strategy: 's0',
      symbol: 'BTCUSDT',
      wish,
      mayEnter: true,
      stop: '10%',
      said: 'body',
      ...more,
    }
    return this.commands.execute({ id: 1, actor: 'signal:tv', command, askedAtMs: 0 }, lateMs)
  }

  async held(): Promise<Room> {
    await this.send('long')
    const entry = this.facts.find((fact) => fact.type === 'order-submitted')
    if (entry?.type !== 'order-submitted') throw new Error('no entry')
    this.bench.give(this.bench.fillOf(entry.command))
    this.facts.length = 0
    return this
  }
}

test('an entry says what was sent, with its stop in percent of the price', async () => {
  const room = new Room()
  expect(await room.send('short', { targets: [{ at: '20%', share: undefined }] })).toMatchObject({
    status: 'done',
    text: 'Selling 10 BTCUSDT, stop 110.',
    orders: [1],
  })
  expect(room.facts).toMatchObject([{ command: { side: -1, stop: 110, targets: [{ price: 80, share: 1 }] } }])
})

test.each([
  [{ ceiling: { mode: 'base', value: '3' } }, 3],
  [{ ceiling: { mode: 'quote', value: '450' } }, 4],
  [{ ceiling: { mode: 'equity', value: '2' } }, 2],
  [{ ceiling: { mode: 'risk', value: '0.5' } }, 5],
  [{ ceiling: { mode: 'base', value: '8' }, notionalMax: '600' }, 6],
  [{ notionalMax: '100000' }, 10],
] as const)('an entry with %j is of %i', async (more, size) => {
  const room = new Room()
  await room.send('long', more)
  // 10,000 of equity, a price of 100 and a stop at 90: 10 are lost with each.
  expect(room.facts).toMatchObject([{ type: 'order-submitted', command: { lots: size } }])
})

test.each([
  ['half', { mode: 'part', value: '50' }, 5],
  ['a third, to whole lots upwards', { mode: 'part', value: '33.3' }, 4],
  ['a quantity', { mode: 'base', value: '2.5' }, 3],
] as const)('an exit of %s closes so much', async (_, exit, size) => {
  const room = await new Room().held()
  await room.send('flat', { mayEnter: false, exit })
  expect(room.facts).toMatchObject([{ type: 'exit-aimed' }, { type: 'order-submitted', class: 'reduce', command: { lots: size } }])
  room.facts.length = 0
  expect((await room.send('flat', { mayEnter: false, exit, signal: 8, first: 7 })).status).toBe('done')
  expect(room.facts).toEqual([])
})

test('what is less than the exchange takes is refused with the least', async () => {
  const room = new Room()
  expect(await room.send('long', { ceiling: { mode: 'quote', value: '50' } })).toMatchObject({
    status: 'refused',
    text: expect.stringContaining('minimum order size of BTCUSDT is 1'),
  })
  expect(room.facts).toEqual([])
})

test('a target on the wrong side is refused', async () => {
  expect((await new Room().send('long', { targets: [{ at: '90', share: undefined }] })).text).toBe(
    'The target 90 is on the wrong side of 100.',
  )
})

test('nothing to do is said with what is held', async () => {
  expect((await (await new Room().held()).send('long')).text).toBe('Nothing to do: BTCUSDT is long 10 already.')
  expect((await new Room().send('flat')).text).toBe('Nothing to do: BTCUSDT is flat already.')
})

test('S4 a symbol of another owner, and a strategy that decides by itself, are refused with the next step', async () => {
  expect((await new Room().send('long', { strategy: 'other' })).text).toBe(
    'BTCUSDT belongs to s0, and the source trades for other (symbol-owned). Give it the symbol: /strategy other add BTCUSDT of webhook',
  )
  expect((await new Room().send('long', { strategy: 's1', symbol: 'ETHUSDT' })).text).toMatch(/^s1 runs told-1/)
})

test('S15 after a minute an exit is carried out, and an entry is not', async () => {
  const room = await new Room().held()
  expect(await room.send('long', {}, 61_000)).toMatchObject({ status: 'refused' })
  expect(await (await new Room().held()).send('short', {}, 61_000)).toMatchObject({ status: 'done', text: 'Closing 10 BTCUSDT.' })
  expect(room.facts).toEqual([])
  expect(await room.send('flat', {}, 3_600_000)).toMatchObject({ status: 'done', text: 'Closing 10 BTCUSDT.' })
  expect(brief(room.facts)).toEqual(['reduce sell 10'])
})
