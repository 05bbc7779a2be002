/**
 * The command handler's previews and panic: a preview books nothing and shows what would be sent, and a long panic does not block its answer.
 */
import { describe, expect, test } from 'vitest'
import type { CommandOutcome, KeyRefusal, TraderCommand } from '../../kernel/trader-command.ts'
import type { KernelFact } from '../../kernel/fact.ts'
import { BTC, Bench, ordersOf } from '../../../test/support/kernel/kernel-run.ts'
import { commandHandlerOn } from '../../../test/support/kernel/command-handler-on.ts'
import type { CommandHandler } from './command-handler.ts'

class Room {
  readonly bench = new Bench({ isManual: true })
  readonly facts: KernelFact[] = []
  readonly told: string[] = []
  /** What was asked of the limits of keys, with how much was decided before. */
  readonly judged: string[] = []
  keyRefusal: KeyRefusal | undefined
  problems: readonly string[] = []
  verdict: Promise<string> = Promise.resolve('FLAT: nothing is left')
  private readonly commandHandler: CommandHandler

  constructor() {
    this.commandHandler = commandHandlerOn(this.bench, this.facts, {
      spending: {
        check: async (...asked) => this.judgeKey('check', asked),
        spend: async (_id, ...asked) => this.judgeKey('spend', asked),
      },
      preflight: async () => this.problems,
      verifyFlat: () => this.verdict,
      tellVerdict: (text) => this.told.push(text),
      sleep: () => new Promise((resolve) => setTimeout(resolve, 20)),
    })
  }

  ask(command: TraderCommand, lateMs = 0, apiKeyId?: string): Promise<CommandOutcome> {
    return this.commandHandler.execute({ id: 1, actor: 'cli', command, askedAtMs: 0, apiKeyId }, lateMs)
  }

  private judgeKey(how: 'check' | 'spend', [keyId, symbol, notional]: readonly [string, string, string]): KeyRefusal | undefined {
    this.judged.push(`${how} ${keyId} ${symbol} ${notional}, ${this.facts.length} facts`)
    return this.keyRefusal
  }
}

const open = { name: 'open' as const, symbol: 'ETHUSDT', side: 'long' as const, quantity: '7', stop: '90' }

describe('a preview', () => {
  test('a preview of an entry says quantity, stop, loss and fee, and books nothing', async () => {
    const room = new Room()
    const { status, figures } = await room.ask({ name: 'preview', of: open })
    expect([status, room.facts]).toEqual(['done', []])
    const text = Object.fromEntries((figures ?? []).map(({ name, value }) => [name, value]))
    expect(Object.keys(text)).toEqual(['Quantity', 'Price', 'Stop', 'Planned loss', 'Fee'])
    expect(text.Quantity).toMatch(/^7 ETH ≈ /)
    expect(text.Stop).toMatch(/^90 \(-\d+\.\d\d %\)$/)
    // What it shows is what goes out.
    await room.ask(open)
    const sent = room.facts.find((fact) => fact.type === 'order-submitted')
    expect(sent?.type === 'order-submitted' && [sent.command.lots, sent.command.stop]).toEqual([7, 90])
  })

  test('a preview of an entry has its assessment; of one that is denied, too, with the rule and its figures', async () => {
    const room = new Room()
    const passing = await room.ask({ name: 'preview', of: open })
    // 7 ETH at 100 with a stop at 90, without costs: 70 of 10,000.
    expect(passing.risk).toMatchObject({ quantity: '7', lossAtStop: '70', lossR: 1, marginAfter: '70', liquidationPrice: null })
    expect(passing.denial).toBeUndefined()
    const owned = await room.ask({ name: 'preview', of: { ...open, symbol: 'BTCUSDT' } })
    expect(owned).toMatchObject({ status: 'refused', denial: { rule: 'symbol-owned' }, risk: { quantity: '7' } })
    const wrong = await room.ask({ name: 'preview', of: { ...open, stop: '500' } })
    expect(wrong).toMatchObject({ status: 'refused', denial: { rule: 'stop-side', figures: { stop: '500' } } })
    expect(room.facts).toEqual([])
    // What is kept with the order is what the card has shown.
    await room.ask(open)
    const sent = room.facts.find((fact) => fact.type === 'order-submitted')
    const score = sent?.type === 'order-submitted' ? sent.risk?.score : undefined
    expect(score).toBe(passing.risk?.score)
  })

  test('S10 of a second entry, and its answer, name the nearer stop that goes out', async () => {
    const room = new Room()
    await room.ask(open)
    const [first] = ordersOf(room.facts)
    if (first === undefined) throw new Error('the entry was denied')
    room.bench.give(room.bench.fillOf(first))
    const second = { ...open, quantity: '1', stop: '80' }
    const { figures } = await room.ask({ name: 'preview', of: second })
    expect(figures?.find(({ name }) => name === 'Stop')?.value).toMatch(/^90 \(/)
    expect((await room.ask(second)).text).toContain('stop 90 (the position’s stop, which is closer)')
    expect(ordersOf(room.facts).at(-1)?.stop).toBe(90)
  })

  test.each([
    ['an entry of a symbol with another owner', { ...open, symbol: 'BTCUSDT' }, '(symbol-owned)'],
    ['an entry whose stop is on the wrong side', { ...open, stop: '500' }, '(stop-side)'],
    ['a stop without a position', { name: 'protect' as const, symbol: 'ETHUSDT', stop: '90' }, 'There is no position'],
    ['an order that is not there', { name: 'change' as const, orderId: 9, limit: '80' }, 'Ballast has no open order #9'],
  ])('a preview of %s is refused as the command would be, and books no denial', async (_, of, words) => {
    const room = new Room()
    const preview = await room.ask({ name: 'preview', of })
    expect([preview.status, room.facts]).toEqual(['refused', []])
    expect(preview.text).toContain(words)
    expect((await room.ask(of)).text).toBe(preview.text)
  })

  test('a preview of a resume says what stands against it, and lifts nothing', async () => {
    const room = new Room()
    await room.ask({ name: 'pause', scope: { type: 'account' }, reason: '' })
    room.problems = ['the account is not reconciled']
    const resume = { name: 'resume' as const, scope: { type: 'account' as const }, isAdmin: true }
    expect(await room.ask({ name: 'preview', of: resume })).toMatchObject({
      status: 'refused',
      text: 'Not resumed: the account is not reconciled.',
    })
    room.problems = []
    expect((await room.ask({ name: 'preview', of: resume })).status).toBe('done')
    expect(room.bench.kernel.holds).toHaveLength(1)
  })
})

describe('S17 an entry by a key', () => {
  test('is counted before it is decided, only looked at in a preview, and not asked for without a key', async () => {
    const room = new Room()
    await room.ask({ name: 'preview', of: open }, 0, '1a2b3c4d')
    await room.ask(open, 0, '1a2b3c4d')
    await room.ask({ ...open, quantity: '1' })
    expect(room.judged).toEqual(['check 1a2b3c4d ETHUSDT 700, 0 facts', 'spend 1a2b3c4d ETHUSDT 700, 0 facts'])
  })

  test('of a pair the larger counts, and of a change what it adds', async () => {
    const room = new Room()
    await room.ask({ ...open, quantity: '1', limit: '98', or: '103' }, 0, '1a2b3c4d')
    await room.ask({ ...open, quantity: '1', limit: '95' })
    const order = ordersOf(room.facts).at(-1)
    if (order === undefined) throw new Error('the entry was denied')
    await room.ask({ name: 'change', orderId: order.orderId, limit: '94' }, 0, '1a2b3c4d')
    await room.ask({ name: 'change', orderId: order.orderId, quantity: '3' }, 0, '1a2b3c4d')
    expect(room.judged.map((line) => line.split(',')[0])).toEqual([
      'spend 1a2b3c4d ETHUSDT 103',
      'spend 1a2b3c4d ETHUSDT 0',
      'spend 1a2b3c4d ETHUSDT 190',
    ])
  })

  test('that its limits refuse decides nothing, and a close is never asked of them', async () => {
    const room = new Room()
    room.keyRefusal = { code: 'key-daily-notional', figures: { notional: '700', spent: '4500', most: '5000' } }
    const refused = await room.ask(open, 0, '1a2b3c4d')
    expect([refused, room.facts]).toEqual([
      {
        status: 'refused',
        text: 'This key may open 5000 USDT a day (key-daily-notional): 4500 are used since midnight UTC, and this is 700.',
        refusal: { code: 'key-daily-notional', figures: { notional: '700', spent: '4500', most: '5000' } },
      },
      [],
    ])
    expect((await room.ask({ name: 'preview', of: open }, 0, '1a2b3c4d')).text).toBe(refused.text)
    room.judged.length = 0
    await room.ask({ name: 'close', symbol: 'ETHUSDT' }, 0, '1a2b3c4d')
    expect(room.judged).toEqual([])
  })
})

describe('a panic', () => {
  test('a panic that is flat in time answers with the verdict', async () => {
    const room = new Room()
    expect((await room.ask({ name: 'panic', reason: '' })).text).toBe('FLAT: nothing is left')
    expect(room.told).toEqual([])
  })

  test('a panic that takes longer says that it has begun, and its verdict follows', async () => {
    const room = new Room()
    let tell: (text: string) => void = () => {}
    room.verdict = new Promise((resolve) => {
      tell = resolve
    })
    const { status, text } = await room.ask({ name: 'panic', reason: '' })
    expect([status, text]).toEqual(['done', expect.stringMatching(/^Closing, not verified yet\./)])
    tell('NOT FLAT: BTCUSDT 3 still open')
    await Promise.resolve()
    await Promise.resolve()
    expect(room.told).toEqual(['NOT FLAT: BTCUSDT 3 still open'])
  })
})

describe('what waited for minutes (S3)', () => {
  test.each([
    open,
    { name: 'resume' as const, scope: { type: 'account' as const }, isAdmin: true },
    { name: 'protect' as const, symbol: 'ETHUSDT', stop: '90' },
  ])('what waited for minutes (S3): $name is ignored', async (command) => {
    const room = new Room()
    expect((await room.ask(command, 180_000)).text).toBe('Ignored: sent 3 min ago. Send it again.')
    expect(room.facts).toEqual([])
  })

  test('a close is carried out all the same', async () => {
    const room = new Room()
    expect((await room.ask({ name: 'close', symbol: 'ETHUSDT' }, 180_000)).text).toBe(
      'Your close arrived 3 min late. There is no position in ETHUSDT.',
    )
  })
})

describe('a close says what goes out', () => {
  const close = (fraction?: string) => ({ name: 'close' as const, symbol: 'BTCUSDT', ...(fraction === undefined ? {} : { fraction }) })
  const held = (): Room => {
    const room = new Room()
    room.bench.enter()
    return room
  }

  test('of what is being closed already only the rest, and where nothing is left that it is being closed', async () => {
    const room = held()
    const lots = room.bench.kernel.portfolio.positionLots(BTC)
    const first = await room.ask(close('0.8'))
    expect(first).toMatchObject({
      status: 'done',
      text: `Closing ${lots * 0.8} BTCUSDT at market, reduce-only.`,
      orders: [expect.any(Number)],
    })
    const second = await room.ask(close('0.5'))
    expect(second).toMatchObject({ status: 'done', text: `Closing ${lots * 0.2} BTCUSDT at market, reduce-only.` })
    for (const part of ['0.5', undefined]) {
      const sent = ordersOf(room.facts).length
      expect(await room.ask(close(part))).toMatchObject({ status: 'refused', refusal: { code: 'closing-already' } })
      expect(ordersOf(room.facts)).toHaveLength(sent)
    }
  })
})
