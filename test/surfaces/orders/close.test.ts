/**
 * Cards of a close at a price and of the panic of one symbol: what they say, and what then reaches the trader.
 */
import { describe, expect, test } from 'vitest'
import { CommandRunner } from '../../../api/commands/run/run.ts'
import { type World, by, makeWorld, position } from '../../support/command-world.ts'

const eth = { ...position, symbol: 'ETHUSDT', quantity: '-1.2', markPrice: '3000', entryPrice: '3010', stopPrice: '3100', tradeNumber: 13 }
const spot = { ...position, symbol: 'SOLUSDT-SPOT', quantity: '3', markPrice: '150', entryPrice: '149', stopPrice: '140', tradeNumber: 14 }

function world(...more: (typeof position)[]): World {
  const made = makeWorld()
  made.positions.push(...more)
  return made
}
async function yes(made: World, line: string) {
  const asked = await made.runner.runLine(line, by('trader'))
  await made.runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader'))
  return asked
}

describe('a close at a price', () => {
  test.each([
    ['close BTC limit=64500', [{ name: 'close', symbol: 'BTCUSDT', side: 'long', limit: '64500' }]],
    ['close BTC 50% limit', [{ name: 'close', symbol: 'BTCUSDT', side: 'long', fraction: '0.5', limit: 'best' }]],
    ['close BTC limit 50%', [{ name: 'close', symbol: 'BTCUSDT', side: 'long', fraction: '0.5', limit: 'best' }]],
    ['close BTC 0.02BTC limit=+1%', [{ name: 'close', symbol: 'BTCUSDT', side: 'long', quantity: '0.02', limit: '+1%' }]],
    ['close BTC market', [{ name: 'close', symbol: 'BTCUSDT', side: 'long' }]],
    ['close BTC algo=twap:10m limit=64000', [{ name: 'close', symbol: 'BTCUSDT', side: 'long', execution: 'twap:10m', limit: '64000' }]],
    [
      'close all limit',
      [
        { name: 'close', symbol: 'BTCUSDT', side: 'long', limit: 'best' },
        { name: 'close', symbol: 'ETHUSDT', side: 'short', limit: 'best' },
      ],
    ],
  ])('a close at a price: %s', async (line, expected) => {
    const made = world(eth)
    const asked = await yes(made, line)
    expect(asked.status).toBe('confirm')
    expect(made.sent).toEqual(expected)
  })

  test('a close at a price: its card counts with its price, and says that the stop stays', async () => {
    const { reply } = await world().runner.runLine('close BTC 50% limit=65000', by('trader'))
    const text = JSON.stringify(reply)
    // By hand: 0.025 x 65,000 x 0.055 % = 0.89; 0.025 x 1,000 - 0.89 = 24.11.
    for (const part of ['limit 65,000, reduce-only', 'est. price 65,000 (limit)', 'est. fee 0.89', 'est. realized +24.11 USDT'])
      expect(text).toContain(part)
    expect(text).toContain('stays at 63,000 until the close fills')
  })

  test.each([
    ['close SOL-SPOT limit', 'SOLUSDT-SPOT can only be closed at market (spot-order)'],
    ['close all limit', 'SOLUSDT-SPOT can only be closed at market (spot-order)'],
    ['close profit limit=64500', 'SOLUSDT-SPOT can only be closed at market (spot-order)'],
  ])('a close at a price: spot: %s is refused', async (line, title) => {
    const made = world(spot)
    const { status, reply } = await made.runner.runLine(line, by('trader'))
    expect([status, reply.title, made.sent]).toEqual(['refused', title, []])
    expect(reply.buttons.map((b) => b.label)).toEqual(['Close SOL-SPOT', 'Target 2 %'])
  })

  test('a close at a price: one price is for one symbol, and a worked close needs a price', async () => {
    const made = world(eth)
    expect((await made.runner.runLine('close all limit=64500', by('trader'))).reply.title).toBe('A limit price applies to one symbol only')
    expect((await made.runner.runLine('close BTC limit algo=twap:10m', by('trader'))).reply.title).toBe(
      'A close with an algorithm needs a price',
    )
    expect((await made.runner.runLine('close BTC limit=cheap', by('trader'))).status).toBe('invalid')
    expect(made.sent).toEqual([])
  })
})

describe('S7: panic of one symbol', () => {
  test('holds its entries at once, shows what is closed there, and panics there only', async () => {
    const made = world(eth)
    const asked = await made.runner.runLine('panic ETH delisted soon', by('trader'))
    expect(made.sent).toEqual([{ name: 'pause', scope: { type: 'symbol', symbol: 'ETHUSDT' }, reason: 'panic asked' }])
    expect(asked.reply.title).toBe('Close the position in ETHUSDT now?')
    const text = JSON.stringify(asked.reply.fields)
    expect(text).toContain('ETHUSDT HALTED until an admin resumes it; other symbols keep trading')
    expect(text).not.toContain('BTCUSDT')
    expect(asked.reply.buttons.map((b) => b.label)).toEqual(['Close ETHUSDT', 'Not now'])
    await made.runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader'))
    expect(made.sent.at(-1)).toEqual({ name: 'panic', reason: 'delisted soon', symbol: 'ETHUSDT' })
  })

  test.each([
    ['panic', { name: 'panic', reason: '' }, undefined],
    ['panic all BTC acts odd', { name: 'panic', reason: 'BTC acts odd' }, undefined],
    ['panic exchange hacked', { name: 'panic', reason: 'exchange hacked' }, 'all: exchange is not a symbol, so it is taken as your reason'],
  ])('panic of one symbol: %s is of all', async (line, command, readAs) => {
    const made = world(eth)
    const asked = await yes(made, line)
    expect(asked.reply.fields.find((f) => f.name === 'Read as')?.value).toBe(readAs)
    expect(made.sent).toEqual([{ name: 'pause', scope: { type: 'account' }, reason: 'panic asked' }, command])
  })

  test('S17: a key that needs no second request panics in a symbol at once, but is asked where its word names none', async () => {
    const made = world(eth)
    const request = { ...by('trader', { surface: 'rest' }), autoConfirm: true }
    expect((await made.runner.runArgs('panic', { target: 'ETHUSDT' }, request)).status).toBe('done')
    expect(made.sent).toEqual([{ name: 'panic', reason: '', symbol: 'ETHUSDT' }])
    const asked = await made.runner.runArgs('panic', { target: 'ETHUSTD' }, request)
    expect(asked.status).toBe('confirm')
    // Entries are held while it is asked.
    expect(made.sent.at(-1)).toEqual({ name: 'pause', scope: { type: 'account' }, reason: 'panic asked' })
  })

  test('a halt of one symbol does not keep a trader from resuming the rest; the symbol itself an admin resumes', async () => {
    const made = world(eth)
    const hold = { actor: 'cli', reason: '', since: 1, until: null }
    made.holds.push({ ...hold, holdId: 'panic-ETHUSDT', scope: 'symbol:ETHUSDT', effect: 'no-orders', cause: 'panic' })
    expect((await made.runner.runLine('resume', by('trader'))).status).toBe('refused')
    made.holds.push({ ...hold, holdId: 'pause-account', scope: 'account', effect: 'no-entries', cause: 'operator' })
    expect((await made.runner.runLine('resume', by('trader'))).status).toBe('confirm')
    expect((await made.runner.runLine('resume ETH', by('trader'))).reply.title).toBe('HALTED: only an admin can lift a halt')
    expect((await made.runner.runLine('resume ETH', by('admin'))).status).toBe('confirm')
  })
})

test('a close that waits is canceled by its number at once, a stop never', async () => {
  const made = makeWorld()
  const reads = made.ports.reads
  const waiting = await reads.order(7)
  if (waiting === undefined) throw new Error('no order')
  const runner = new CommandRunner({
    ...made.ports,
    reads: { ...reads, order: async () => ({ ...waiting, class: 'reduce', kind: 'limit', side: -1 as const, reduceOnly: true }) },
  })
  expect((await runner.runLine('cancel ord_00000000007', by('trader'))).status).toBe('done')
  expect(made.sent).toEqual([{ name: 'cancel', orderId: 7 }])
  expect((await made.runner.runLine('cancel ord_00000000008', by('trader'))).status).toBe('refused')
})
