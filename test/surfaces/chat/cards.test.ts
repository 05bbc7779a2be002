/**
 * Confirmation, lateness and the record: what each card says, who may answer it, and what then reaches the trader.
 */
import { refusedAs } from '../../support/refused-as.ts'
import { describe, expect, test } from 'vitest'
import { CONFIRM_TTL_MS } from '../../../api/commands/confirm-rules.ts'
import { CommandRunner } from '../../../api/commands/run/run.ts'
import type { Confirmation } from '../../../api/ports/ports.ts'
import type { HoldRow } from '../../../src/journal/row.ts'
import { by, makeWorld, position } from '../../support/command-world.ts'
import { strategyRowOf } from '../../support/strategy-row.ts'

describe('cards', () => {
  test('S19: a card has verbs with their object, never confirm or cancel', async () => {
    for (const line of ['close BTC 50%', 'close all', 'panic', 'cancel all', 'strategy ema-cross on']) {
      const world = makeWorld()
      const actionable = line.startsWith('strategy')
        ? {
            ...world.ports.reads,
            strategies: async () => [strategyRowOf('ema-cross', 'BTCUSDT', { mode: 'off' })],
          }
        : world.ports.reads
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
    for (const part of [
      '0.05 → 0.025',
      'est. price 64,250',
      'est. fee 0.88',
      'est. realized +5.37 USDT',
      'stays for 0.025 at 63,000',
      'Close 0.025 BTC',
    ])
      expect(text).toContain(part)
    const id = asked.confirmation?.id ?? ''
    expect((await runner.answer(id, 'yes', by('trader'))).status).toBe('done')
    expect(sent).toEqual([{ name: 'close', symbol: 'BTCUSDT', side: 'long', fraction: '0.5' }])
    expect((await runner.answer(id, 'yes', by('trader'))).reply.title).toBe('This confirmation has expired')
    expect(sent).toHaveLength(1)
  })

  test.each([
    ['$100', 'notional'],
    ['100usdt', 'notional'],
    ['100USDT', 'notional'],
    ['0.05btc', 'quantity'],
    ['1%', 'riskPercent'],
  ])('cards: open: %s is a size', async (size, field) => {
    const { runner, previewed } = makeWorld()
    await runner.runLine(`open long BTC ${size} sl=2%`, by('trader'))
    expect(previewed.at(-1)).toHaveProperty(field)
  })

  test('open: a size that the shell has eaten is reported as that', async () => {
    const { reply } = await makeWorld().runner.runLine('open long BTC 00 sl=2%', by('trader'))
    expect(JSON.stringify(reply)).toContain("put '$100' in quotes, or use 100usdt")
  })

  test('sl: a tighter price is done at once, a looser one is asked, and so is a percent, which follows the mark', async () => {
    const moves = async (line: string) => {
      const { runner, sent } = makeWorld()
      const { status } = await runner.runLine(line, by('trader'))
      return [status, ...sent]
    }
    expect(await moves('sl BTC 63500')).toEqual(['done', { name: 'protect', symbol: 'BTCUSDT', stop: '63500' }])
    expect(await moves('sl BTC be')).toEqual(['done', { name: 'protect', symbol: 'BTCUSDT', stop: 'be' }])
    for (const line of ['sl BTC 62000', 'sl BTC 1%', 'sl BTC 63000', 'sl BTC trail 1%', 'tp BTC 66000'])
      expect(await moves(line)).toEqual(['confirm'])
    expect(await moves('sl BTC 64300')).toEqual(['refused'])
  })

  test.each([
    ['close BTC 50', 'has no unit'],
    ['close BTC 0%', 'not a part of a position'],
    ['close BTC 5ETH', 'has no unit'],
    ['close BTC -5%', 'use 50%'],
    ['close DOGE', 'Ballast does not trade'],
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
    expect(again.reply.text).toContain('changed side since you asked')
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
    const hold: HoldRow = {
      holdId: 'pause-account',
      scope: 'account',
      effect: 'no-entries',
      cause: 'operator',
      actor: 'cli',
      reason: 'lunch',
      since: 1,
      until: null,
    }
    expect((await world.runner.runLine('resume', by('trader'))).reply.title).toBe('No hold is in place: trading is running')
    world.holds.push(hold)
    const asked = await world.runner.runLine('resume', by('trader'))
    const text = JSON.stringify(asked.reply.fields)
    expect(text).toContain('lunch')
    expect(text).toContain('ema-cross BTCUSDT')
    expect(text).toContain('signals from the time on hold are discarded')
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
    world.holds.push({
      holdId: 'pause-account',
      scope: 'account',
      effect: 'no-entries',
      cause: 'operator',
      actor: 'cli',
      reason: '',
      since: 1,
      until: null,
    })
    const chat = await world.runner.runLine('resume', by('admin'))
    expect([chat.status, chat.reply.badge]).toEqual(['refused', '🔴 LIVE'])
    expect((await world.runner.runLine('close BTC', by('admin'))).status).toBe('confirm')
    const cli = by('admin', { surface: 'cli', id: 'key:1' })
    const asked = await world.runner.runLine('resume', cli)
    expect(asked.demand).toEqual({ type: 'word', word: 'live' })
    expect((await world.runner.answer(asked.confirmation?.id ?? '', 'yes', cli)).status).toBe('refused')
    expect(world.sent).toEqual([])
    expect((await world.runner.answer(asked.confirmation?.id ?? '', 'yes', cli, 'LIVE')).status).toBe('done')
  })

  test('S5: a protective stop is never canceled; one entry goes at once, several after a card', async () => {
    const world = makeWorld()
    const stop = await world.runner.runLine('cancel ord_00000000008', by('trader'))
    expect([stop.status, stop.reply.title]).toEqual(['refused', 'ord_00000000008 is a stop and cannot be canceled'])
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
      expect(
        world.sent.map((command) => command.name),
        line,
      ).toEqual(['pause'])
      expect(reply.text).toContain('was sent 7 min ago, so it took effect as a pause')
    }
    const world = makeWorld()
    const { reply } = await world.runner.runLine('close BTC', { ...by('admin'), askedAtMs: world.now - 420_000 })
    expect(reply.title).toBe('Ignored: sent 7 min ago. Send it again')
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
      ['close', 'trader', 'begun'],
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

  test('a trader that does not answer is reported as queued, a refusal with its reason', async () => {
    const silent = makeWorld()
    const quiet = new CommandRunner({ ...silent.ports, control: { send: async () => undefined, preview: async () => undefined } })
    expect((await quiet.runLine('pause', by('operator'))).status).toBe('queued')
    const refusing = new CommandRunner({
      ...silent.ports,
      control: {
        send: async () => refusedAs('unknown-strategy', 'There is no strategy x.'),
        preview: async () => undefined,
      },
    })
    const { status, reply } = await refusing.runLine('pause', by('operator'))
    expect([status, reply.text]).toEqual(['refused', 'There is no strategy x.'])
  })
})
