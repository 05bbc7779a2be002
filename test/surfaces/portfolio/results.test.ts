/**
 * Cards of what adds risk or takes it off: judged before they are asked, with the figures that are sent, and ended with what happened.
 */
import { describe, expect, test } from 'vitest'
import { CommandRunner } from '../../../api/commands/run/run.ts'
import type { FillRow, OrderRow, TradeRow } from '../../../src/journal/row.ts'
import { type World, by, makeWorld } from '../../support/command-world.ts'
import { refusedAs } from '../../support/refused-as.ts'

const filled = (
  world: World,
  orderId: number,
  rows: readonly (readonly [string, string, string])[],
  more: Partial<OrderRow> = {},
): void => {
  const [first] = world.orders
  world.orders.push({ ...(first as OrderRow), orderId, isOpen: false, status: 'filled', ...more })
  for (const [quantity, price, fee] of rows)
    world.fills.push({ orderId, quantity, price, fee, feeCoin: 'USDT', symbol: 'BTCUSDT', side: -1 } as FillRow)
}
async function yes(world: World, line: string) {
  const asked = await world.runner.runLine(line, by('trader'))
  return world.runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader'))
}

describe('a close', () => {
  test('ends with quantity, price, fee, result, and what is left with its stop', async () => {
    const world = makeWorld()
    world.outcome = { status: 'done', text: 'Closing 0.02 BTCUSDT at market, reduce-only.', orders: [31] }
    filled(world, 31, [
      ['0.01', '64300', '0.35'],
      ['0.01', '64200', '0.35'],
    ])
    const [held] = world.positions
    const asked = await world.runner.runLine('close BTC 0.02BTC', by('trader'))
    world.positions = [{ ...(held as NonNullable<typeof held>), quantity: '0.03' }]
    const done = await world.runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader'))
    // By hand: 0.02 x (64,250 - 64,000) - 0.70 = 4.30.
    expect([done.status, done.reply.title]).toEqual(['done', 'Closed 0.02 BTC @ 64,250, fee 0.70, +4.30 USDT; 0.03 left, stop 63,000'])
  })

  test('a close that has not filled in the time that one waits says so', async () => {
    const world = makeWorld()
    world.outcome = { status: 'done', text: 'Closing 0.05 BTCUSDT at market, reduce-only.', orders: [31] }
    filled(world, 31, [], { isOpen: true, status: 'submitted' })
    const done = await yes(world, 'close BTC')
    expect([done.reply.title, done.reply.tone]).toEqual(['Close sent, not filled yet', 'ok'])
  }, 10_000)

  test('a close that the exchange refused is not called closed', async () => {
    const world = makeWorld()
    world.outcome = { status: 'done', text: 'Closing.', orders: [31] }
    filled(world, 31, [], { status: 'rejected' })
    expect((await yes(world, 'close BTC')).reply.title).toBe('Not closed: the order was rejected')
  })

  test('shows the quantity in lots, as it is sent', async () => {
    const world = makeWorld()
    world.preview = { status: 'done', text: '', figures: [{ name: 'quantity', value: '0.016' }] }
    const asked = await world.runner.runLine('close BTC 33%', by('trader'))
    expect(asked.reply.title).toBe('Close 0.016 BTC?')
    expect(JSON.stringify(asked.reply.fields)).toContain('long 0.05 → 0.034')
    expect(world.previewed).toEqual([{ name: 'close', symbol: 'BTCUSDT', fraction: '0.33' }])
    await world.runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader'))
    // What the button names, also where the position has doubled while the card waited.
    expect(world.sent).toEqual([{ name: 'close', symbol: 'BTCUSDT', side: 'long', quantity: '0.016' }])
  })

  test('a close is reckoned with the rate that the exchange takes of the account, else with the expected one, and says which', async () => {
    const world = makeWorld()
    // By hand: 0.025 x 64,250 x 0.1 % = 1.61; at the expected 0.055 % it is 0.88.
    world.preview = { status: 'done', text: '', figures: [{ name: 'feeRate', value: '0.001' }] }
    expect(JSON.stringify((await world.runner.runLine('close BTC 50%', by('trader'))).reply)).toContain('est. fee 1.61 (your rate)')
    world.preview = undefined
    expect(JSON.stringify((await world.runner.runLine('close BTC 50%', by('trader'))).reply)).toContain('est. fee 0.88 (expected rate)')
  })

  test('a close is asked about whatever the preview says: an exit is never refused by it', async () => {
    const world = makeWorld()
    world.preview = refusedAs('no-price', 'no')
    expect((await world.runner.runLine('close BTC 33%', by('trader'))).status).toBe('confirm')
  })
})

describe('what adds risk is judged before it is asked', () => {
  test.each(['open long BTC $500 sl=2%', 'sl BTC 62000', 'amend BTC limit=63600', 'resume'])('%s: a denial has no card', async (line) => {
    const world = makeWorld()
    world.holds = [
      {
        holdId: 'pause-account',
        scope: 'account',
        effect: 'no-entries',
        cause: 'operator',
        actor: 'cli',
        reason: '',
        since: 0,
        until: null,
      },
    ]
    world.preview = refusedAs('gap-test', 'BTCUSDT: the day may lose 3 USDT more (gap-test).')
    const { status, reply, confirmation } = await world.runner.runLine(line, by('admin'))
    expect([status, confirmation, world.sent]).toEqual(['refused', undefined, []])
    expect(reply.text).toContain('(gap-test)')
    expect(world.previewed).toHaveLength(1)
  })

  test('an entry shows quantity, stop, money at risk and fee as they are sent, and ends with its fill', async () => {
    const world = makeWorld()
    world.preview = {
      status: 'done',
      text: '',
      figures: [
        { name: 'Quantity', value: '0.008 BTC ≈ 514.00 USDT' },
        { name: 'Stop', value: '62,965 (-2.00 %)' },
        { name: 'May lose', value: '10.60 USDT at the stop (0.11 % of equity)' },
      ],
    }
    const asked = await world.runner.runLine('open long BTC $520 sl=2%', by('trader'))
    expect(asked.reply.title).toBe('Buy 0.008 BTC ≈ 514.00 USDT?')
    expect(asked.reply.fields.map(({ name }) => name)).toEqual(expect.arrayContaining(['Stop', 'May lose', 'Checks']))
    world.outcome = { status: 'done', text: 'BUY 0.008', orders: [32] }
    filled(world, 32, [['0.008', '64250', '0.28']], { side: 1 })
    const done = await world.runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader'))
    expect(done.reply.title).toBe('Bought 0.008 BTC @ 64,250, fee 0.28; 0.05 held, stop 63,000')
  })

  test('a trader that does not answer is said to have judged nothing', async () => {
    const { reply } = await makeWorld().runner.runLine('open long BTC $520 sl=2%', by('trader'))
    expect(JSON.stringify(reply.fields)).toContain('not checked: the trader has not responded')
  })

  test('a stop is shown as it is sent, in steps of the symbol', async () => {
    const world = makeWorld()
    world.preview = { status: 'done', text: '', figures: [{ name: 'stop', value: '62322.5' }] }
    expect((await world.runner.runLine('sl BTC 3%', by('trader'))).reply.title).toBe('Move the stop of BTCUSDT to 62,322.5?')
  })
})

test('a stop that the exchange has not confirmed is not called moved', async () => {
  const world = makeWorld()
  world.outcome = { status: 'done', text: 'BTCUSDT: stop 63500, sent to Bybit.', stop: '63500' }
  const { status, reply } = await world.runner.runLine('sl BTC 63500', by('trader'))
  expect([status, reply.title]).toEqual(['queued', 'Stop NOT moved yet'])
  expect(reply.text).toBe('BTCUSDT: Bybit has not confirmed 63,500; it is at 63,000. Check: /positions BTC')
  const moved = makeWorld()
  moved.outcome = { status: 'done', text: 'BTCUSDT: stop 63500, sent to Bybit.', stop: '63500' }
  const asked = moved.runner.runLine('sl BTC 63500', by('trader'))
  const [held] = moved.positions
  setTimeout(() => {
    moved.positions = [{ ...(held as NonNullable<typeof held>), stopPrice: '63500.0' }]
  }, 300)
  expect((await asked).reply.title).toBe('Stop of BTCUSDT is at 63,500 on Bybit')
}, 15_000)

describe('a target', () => {
  test.each([
    ['66000', '66000', 'Target of BTCUSDT is at 66,000'],
    ['off', null, 'Target of BTCUSDT removed'],
  ])('%s is reported as it stands', async (to, stands, title) => {
    const world = makeWorld()
    const [held] = world.positions
    world.outcome = { status: 'done', text: 'sent', target: to }
    world.positions = [{ ...(held as NonNullable<typeof held>), targetPrice: stands }]
    expect((await yes(world, `tp BTC ${to}`)).reply.title).toBe(title)
  })

  test('a target that is not confirmed is not called set', async () => {
    const world = makeWorld()
    world.outcome = { status: 'done', text: 'sent', target: '66000' }
    const { status, reply } = await yes(world, 'tp BTC 66000')
    expect([status, reply.title]).toEqual(['queued', 'Target NOT changed yet'])
    expect(reply.text).toContain('there is none')
  }, 10_000)
})

describe('a cancel', () => {
  const ended = (status: string) => {
    const world = makeWorld()
    world.orders = world.orders.map((order) => (order.orderId === 7 ? { ...order, status, isOpen: status === 'accepted' } : order))
    const { reads } = world.ports
    // It stands when it is asked about.
    let isAsked = false
    const order = async (id: number) => {
      const row = await reads.order(id)
      const was = isAsked || row === undefined ? row : { ...row, isOpen: true, status: 'accepted' }
      isAsked = true
      return was
    }
    return new CommandRunner({ ...world.ports, reads: { ...reads, order } }).runLine('cancel ord_00000000007', by('trader'))
  }
  test.each([
    ['canceled', '1 of 1 canceled'],
    ['filled', '0 of 1 canceled; 1 filled before the cancel arrived'],
    ['accepted', '0 of 1 canceled; 1 not confirmed by Bybit yet'],
  ])('a cancel of an order that is %s then', async (status, title) => expect((await ended(status)).reply.title).toBe(title), 10_000)
})

test('a panic ends with what it made of each trade, in all, and how trading continues', async () => {
  const world = makeWorld()
  world.outcome = { status: 'done', text: 'FLAT: 0 positions.' }
  let trade = { number: 12, symbol: 'BTCUSDT', side: 1, quantity: '0.05', exitPrice: '64250', pnl: '-8.09', isOpen: false } as TradeRow
  const runner = new CommandRunner({ ...world.ports, reads: { ...world.ports.reads, trade: async () => trade } })
  const told = async (surface: 'cli' | 'telegram') => {
    const asked = await runner.runLine('panic', by('trader', { surface }))
    return (await runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader', { surface }))).reply
  }
  const reply = await told('cli')
  expect(reply.fields).toEqual([
    { name: 'BTCUSDT', value: 'long 0.05 closed @ 64,250, -8.09 USDT' },
    { name: 'Result', value: '-8.09 USDT, including fees' },
  ])
  expect(reply.text).toBe('FLAT: 0 positions. To trade again: ballast resume')
  trade = { ...trade, quantity: '0.2' }
  expect((await told('cli')).fields?.[0]?.value).toBe('long 0.05 closed, the last of 0.2, on average @ 64,250, -8.09 USDT')
  expect((await told('telegram')).text).toContain('To trade again: /resume')
})
