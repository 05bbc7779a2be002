/**
 * Risk settings on the surfaces: listed with their origin, a stricter one set at once, a looser one asked.
 */
import { describe, expect, test } from 'vitest'
import { by, makeWorld } from '../../support/command-world.ts'

const judged = (change: 'stricter' | 'looser', from: string, to: string, text = '') => ({
  status: 'done' as const,
  text,
  figures: [
    { name: 'change', value: change },
    { name: 'key', value: 'dayLoss' },
    { name: 'from', value: from },
    { name: 'to', value: to },
  ],
})

describe('S1 setting a limit', () => {
  test('stricter: at once, without a question, and audited', async () => {
    const { runner, sent, audit } = Object.assign(makeWorld(), { preview: judged('stricter', '5%', '3%') })
    const { status, reply } = await runner.runLine('/risk set day-loss 3%', by('admin'))
    expect([status, reply.title]).toEqual(['done', 'dayLoss changed'])
    expect(sent).toEqual([{ name: 'set-limit', key: 'dayLoss', value: '3%', scope: { type: 'account' } }])
    expect(audit.at(-1)).toMatchObject({ command: 'limits', decision: 'done', args: { action: 'set', key: 'day-loss', value: '3%' } })
  })

  test('looser: asked with what it is and will be, and sent only after the yes', async () => {
    const { runner, sent } = Object.assign(makeWorld(), { preview: judged('looser', '5%', '8%') })
    const asked = await runner.runLine('/risk set dayLoss 8% for 4h', by('admin'))
    expect(asked.status).toBe('confirm')
    expect(asked.reply.title).toBe('Loosen dayLoss?')
    expect(asked.reply.fields.map(({ value }) => value)).toEqual(expect.arrayContaining(['5%', '8%', '4 h, then it goes back by itself']))
    expect(asked.reply.buttons.map(({ label }) => label)).toEqual(['Set dayLoss to 8%', 'Keep 5%'])
    expect(sent).toEqual([])
    await runner.answer(asked.confirmation?.id ?? '', 'yes', by('admin'))
    expect(sent).toEqual([{ name: 'set-limit', key: 'dayLoss', value: '8%', scope: { type: 'account' }, forMs: 14_400_000 }])
  })

  test('what a trader that does not answer has not judged is asked, whatever it is', async () => {
    const { runner, sent } = makeWorld()
    expect((await runner.runLine('/risk set dayLoss 1%', by('admin'))).status).toBe('confirm')
    expect(sent).toEqual([])
  })

  test('live asks for the word, and a chat on live for a code', async () => {
    const live = Object.assign(makeWorld('live'), { preview: judged('looser', '2%', '3%') })
    expect((await live.runner.runLine('/risk set dayLoss 3%', by('admin', { surface: 'cli' }))).demand).toEqual({
      type: 'word',
      word: 'live',
    })
    expect((await live.runner.runLine('/risk set dayLoss 3%', by('admin'))).reply.title).toBe('limits on live needs an authenticator code')
    // What is stricter needs neither.
    Object.assign(live, { preview: judged('stricter', '2%', '1%') })
    expect((await live.runner.runLine('/risk set dayLoss 1%', by('admin'))).status).toBe('done')
  })

  test.each([
    ['/risk set dayLoss 500 USDT', { key: 'dayLoss', value: '500 USDT', scope: { type: 'account' } }],
    ['/risk set position 10% BTC', { key: 'position', value: '10%', scope: { type: 'symbol', symbol: 'BTCUSDT' } }],
    ['/limits set gross 50 % of ema-cross', { key: 'gross', value: '50 %', scope: { type: 'strategy', strategy: 'ema-cross' } }],
    ['/risk set openPositions 2 manual', { key: 'openPositions', value: '2', scope: { type: 'strategy', strategy: 'manual' } }],
    ['/risk reset dayLoss', { key: 'dayLoss', scope: { type: 'account' } }],
  ])('%s is understood', async (line, command) => {
    const { runner, sent } = Object.assign(makeWorld(), { preview: judged('stricter', 'a', 'b') })
    await runner.runLine(line, by('admin'))
    expect(sent).toEqual([{ name: 'set-limit', ...command }])
  })

  test.each([
    ['/risk set', 'refused', 'Which setting?'],
    ['/risk set dayLoss', 'refused', 'What should dayLoss be?'],
    ['/risk set dayLos 3%', 'refused', 'There is no risk setting dayLos'],
    ['/risk set dayLoss 3% NOPE', 'refused', 'NOPE is no strategy and no symbol of Ballast'],
    ['/risk set dayLoss 3% for ever', 'invalid', 'Invalid command'],
    ['/limits nothing', 'refused', 'nothing is no setting, strategy or symbol'],
  ])('%s: %s, and nothing is sent', async (line, status, title) => {
    const { runner, sent } = Object.assign(makeWorld(), { preview: judged('stricter', 'a', 'b') })
    const answer = await runner.runLine(line, by('admin'))
    expect([answer.status, answer.reply.title, sent]).toEqual([status, title, []])
  })

  test('the refusal of the trader is shown in its words', async () => {
    const { runner } = Object.assign(makeWorld(), { preview: { status: 'refused', text: 'dayLoss cannot be 90%: use less.' } as const })
    expect((await runner.runLine('/risk set dayLoss 90%', by('admin'))).reply.text).toBe('dayLoss cannot be 90%: use less.')
  })

  test.each(['viewer', 'operator', 'trader'] as const)('%s sets nothing, and may look', async (role) => {
    const { runner, sent } = Object.assign(makeWorld(), { preview: judged('stricter', '5%', '3%') })
    expect((await runner.runLine('/risk set dayLoss 3%', by(role))).status).toBe('forbidden')
    expect((await runner.runLine('/limits', by(role))).status).toBe('done')
    expect(sent).toEqual([])
  })
})

describe('the list', () => {
  test('names each setting, its value in money where it is a part of equity, and where it comes from', async () => {
    const world = Object.assign(makeWorld(), {
      riskSettings: [{ target: 'account', key: 'dayLoss', value: '3%', actor: 'telegram:7', since: 40_000, until: null }],
    })
    const { reply } = await world.runner.runLine('/limits', by('viewer'))
    const rows = new Map(reply.table?.rows.map((row) => [row[0], row]))
    expect(rows.get('dayLoss')).toEqual(['dayLoss', '3% 500', 'set by telegram:7, 60 s ago'])
    expect(rows.get('gross')).toEqual(['gross', '300% 30,000', 'profile sim'])
    expect(rows.get('leverage')).toEqual(['leverage', '10x', 'profile sim'])
    // On a phone the origin is left out of the table, and what was changed stands below it.
    expect(reply.fields).toEqual([{ name: 'dayLoss', value: 'set by telegram:7, 60 s ago' }])
  })

  test('of a symbol shows what it has of its own, and one setting what it means and allows', async () => {
    const world = Object.assign(makeWorld(), {
      riskSettings: [{ target: 'symbol BTCUSDT', key: 'position', value: '10%', actor: 'cli', since: 100_000, until: 3_700_000 }],
    })
    const { reply } = await world.runner.runLine('/limits BTC', by('viewer'))
    expect(reply.table?.rows).toEqual([['position', '10% 1,000', 'set by cli; ends in 60 min']])
    expect((await world.runner.runLine('/limits', by('viewer'))).reply.text).toContain('Of their own: BTCUSDT.')
    const one = (await world.runner.runLine('/limits dayLoss', by('viewer'))).reply
    expect(Object.fromEntries(one.fields.map(({ name, value }) => [name, value]))).toMatchObject({
      Value: '5%',
      For: 'account, strategy, symbol',
    })
  })
})
