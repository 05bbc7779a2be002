/**
 * What is not Ballast's, as users see it: in the list of positions, on the cards of adopt, ignore and reconcile, on the alerts.
 */
import { describe, expect, test } from 'vitest'
import { findCommand, parseArgs, splitLine } from '../../../api/commands/parse.ts'
import { COMMANDS } from '../../../api/commands/registry.ts'
import { alertCard } from '../../../bots/alert-card.ts'
import type { PositionRow } from '../../../src/journal/row.ts'
import { by, makeWorld, position } from '../../support/command-world.ts'

const external: PositionRow = {
  ...position,
  quantity: '0',
  entryPrice: null,
  stopPrice: null,
  strategy: null,
  tradeNumber: null,
  externalQuantity: '-0.2',
}
const worldWith = (row: PositionRow) => Object.assign(makeWorld(), { positions: [row] })

describe('S8 on the surfaces', () => {
  test('positions show it apart, with its ways on', async () => {
    const { reply } = await worldWith(external).runner.runLine('positions', by('viewer'))
    expect(reply.title).toBe('No open positions')
    expect(reply.fields).toContainEqual({ name: 'External', value: 'BTCUSDT short 0.2' })
    expect(reply.buttons.map((button) => button.label)).toEqual(expect.arrayContaining(['Adopt BTC', 'Ignore BTC']))
  })

  test('a panic names it as not touched and does not count it', async () => {
    const { reply } = await worldWith(external).runner.runLine('panic', by('trader'))
    expect(reply.title).toBe('Close whatever is open now?')
    expect(reply.fields).toContainEqual({ name: 'Not touched', value: 'BTCUSDT short 0.2' })
  })

  test('adopt asks with owner, stop and mark, and sends what was shown', async () => {
    const { runner, sent } = worldWith(external)
    const asked = await runner.runLine('adopt BTC sl=66000', by('trader'))
    expect(asked.status).toBe('confirm')
    const text = JSON.stringify(asked.reply)
    for (const part of ['BTCUSDT short 0.2', 'ema-cross', '66000, set on Bybit immediately', '64,250']) expect(text).toContain(part)
    expect(sent).toEqual([])
    await runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader'))
    expect(sent).toEqual([{ name: 'adopt', symbol: 'BTCUSDT', strategy: 'ema-cross', stop: '66000' }])
  })

  test.each([
    ['adopt BTC manual', 'BTCUSDT belongs to ema-cross'],
    ['adopt BTC sl=low', 'use a price'],
    ['adopt ETHH', 'Ballast does not trade'],
  ])('on the surfaces: %s is asked back', async (line, words) => {
    const { runner, sent } = worldWith(external)
    expect(JSON.stringify((await runner.runLine(line, by('admin'))).reply)).toContain(words)
    expect(sent).toEqual([])
  })

  test('where nothing is external, neither adopt nor ignore asks', async () => {
    for (const line of ['adopt BTC', 'ignore BTC']) {
      const { reply, status } = await makeWorld().runner.runLine(line, by('admin'))
      expect([status, reply.title]).toEqual(['refused', 'Nothing in BTCUSDT is external'])
    }
  })

  test('ignore says what it means, and clears a hold whose position is gone', async () => {
    const world = worldWith({ ...external, externalQuantity: '0' })
    world.holds = [
      {
        holdId: 'external-BTCUSDT',
        scope: 'symbol:BTCUSDT',
        effect: 'no-entries',
        cause: 'external',
        actor: 'outside',
        reason: '',
        since: 1,
        until: null,
      },
    ]
    const asked = await world.runner.runLine('ignore BTC', by('trader'))
    expect(JSON.stringify(asked.reply)).toContain('closed meanwhile')
    await world.runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader'))
    expect(world.sent).toEqual([{ name: 'ignore', symbol: 'BTCUSDT' }])
  })
})

describe('/reconcile', () => {
  const table = { columns: ['what', 'about', 'here', 'Bybit', 'fix'], rows: [['stop', 'BTCUSDT', '63000', 'none', 'set it to 63000']] }

  test('shows what the trader lists, at once', async () => {
    const world = makeWorld()
    world.outcome = { status: 'done', text: '1 difference from Bybit, read just now.', table, keys: ['stop/BTCUSDT'] }
    const { reply, status } = await world.runner.runLine('reconcile', by('operator'))
    expect([status, reply.table?.rows]).toEqual(['done', table.rows])
    expect(world.sent).toEqual([{ name: 'reconcile' }])
  })

  test('fix reads, asks with each proposal, and names what was shown', async () => {
    const world = makeWorld()
    world.outcome = { status: 'done', text: '1 difference from Bybit, read just now.', table, keys: ['stop/BTCUSDT'] }
    const asked = await world.runner.runLine('reconcile fix', by('trader'))
    expect(asked.reply.fields).toContainEqual({ name: 'stop BTCUSDT', value: 'set it to 63000' })
    expect(world.sent).toEqual([{ name: 'reconcile' }])
    await world.runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader'))
    expect(world.sent[1]).toEqual({ name: 'reconcile', keys: ['stop/BTCUSDT'] })
  })

  test('fix of nothing asks nothing', async () => {
    const world = makeWorld()
    world.outcome = { status: 'done', text: 'All agrees.', keys: [] }
    expect((await world.runner.runLine('reconcile fix', by('trader'))).reply.title).toBe('All agrees.')
  })
})

test.each([
  ['external.reduced', ['Keep out', 'Re-enter']],
  ['external.position', ['Adopt BTCUSDT', 'Ignore it']],
  ['liquidation.near', ['Reduce BTCUSDT by half', 'Close BTCUSDT', 'Positions', 'Risk']],
  ['symbol.delisting', ['Close BTCUSDT']],
  ['reconcile.mismatch', ['Show', 'Fix', 'Pause']],
  ['key.invalid', ['Health', 'Status']],
  ['exchange.maintenance', ['Health', 'Positions']],
])('the card of %s has buttons that are commands', (type, labels) => {
  const card = alertCard({ id: 1, type, severity: 'P1', symbol: 'BTCUSDT', summary: 's', detail: {}, ts: 0 }, '⚙️ SIM')
  expect(card.buttons.map((button) => button.label)).toEqual(labels)
  for (const { action } of card.buttons) {
    if (action.type !== 'command') continue
    const { name, rest } = splitLine(action.text)
    const command = findCommand(COMMANDS, name)
    expect(command, action.text).toBeDefined()
    if (command !== undefined) expect(parseArgs(command, rest), action.text).toMatchObject({ ok: true })
  }
})
