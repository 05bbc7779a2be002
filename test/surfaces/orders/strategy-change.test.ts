/**
 * Strategies changed from the surfaces: read as they are typed, shown before they change, and who may do it.
 */
import { describe, expect, test } from 'vitest'
import { by, makeWorld } from '../../support/command-world.ts'

const shown = (text = 'ema-cross: fast 12 to 9.') => ({ status: 'done' as const, text, keys: ['k1'] })

test('S3 what would change is shown, and goes with its key after the yes', async () => {
  const { runner, sent, previewed } = Object.assign(makeWorld(), { preview: shown() })
  const asked = await runner.runLine('/strategy ema-cross set fast=9 slow=30', by('admin'))
  const ask = { type: 'put', id: 'ema-cross', params: { fast: '9', slow: '30' } }
  expect([asked.status, asked.reply.title, asked.reply.text]).toEqual([
    'confirm',
    'Change ema-cross?',
    'ema-cross: fast 12 to 9.; expires in 60 s',
  ])
  expect([previewed, sent]).toEqual([[{ name: 'strategies', ask, closes: false }], []])
  await runner.answer(asked.confirmation?.id ?? '', 'yes', by('admin'))
  expect(sent).toEqual([{ name: 'strategies', ask, closes: false, seen: 'k1' }])
})

test.each([
  ['/strategy ema-cross reload', { ask: { type: 'reload', only: 'ema-cross' }, closes: false }],
  ['/reload', { ask: { type: 'reload' }, closes: false }],
  ['/reload_config', { ask: { type: 'reload' }, closes: false }],
  ['/strategy ema-cross remove', { ask: { type: 'remove', id: 'ema-cross' }, closes: false }],
  ['/strategy ema-cross remove close', { ask: { type: 'remove', id: 'ema-cross' }, closes: true }],
  ['/strategy ema-cross reset', { ask: { type: 'reset', id: 'ema-cross' }, closes: false }],
  ['/strategy ema-cross symbols btc,eth/usdt', { ask: { type: 'put', id: 'ema-cross', symbols: ['BTCUSDT', 'ETHUSDT'] }, closes: false }],
  [
    '/strategy Trend-2 add doge 1000PEPEUSDT of ema-cross fast=9',
    {
      ask: {
        type: 'put',
        id: 'trend-2',
        strategy: 'ema-cross',
        symbols: ['DOGEUSDT', '1000PEPEUSDT'],
        isMore: true,
        params: { fast: '9' },
      },
      closes: false,
    },
  ],
  ['/strategy grid add on spot:BTC', { ask: { type: 'put', id: 'grid', symbols: ['BTCUSDT-SPOT'], isMore: true }, closes: false }],
])('%s', async (line, command) => {
  const { runner, previewed } = Object.assign(makeWorld(), { preview: shown() })
  expect((await runner.runLine(line, by('admin'))).status).toBe('confirm')
  expect(previewed).toEqual([{ name: 'strategies', ...command }])
})

describe('what is not done', () => {
  test('only an admin changes the list, and live asks for the word', async () => {
    const { runner, previewed } = Object.assign(makeWorld(), { preview: shown() })
    for (const line of ['/reload', '/strategy ema-cross remove', '/strategy ema-cross set fast=9'])
      for (const role of ['viewer', 'operator', 'trader'] as const)
        expect((await runner.runLine(line, by(role))).status, `${line} by ${role}`).toBe('forbidden')
    expect(previewed).toEqual([])
    const live = Object.assign(makeWorld('live'), { preview: shown() })
    expect((await live.runner.runLine('/reload', by('admin', { surface: 'cli' }))).demand).toEqual({ type: 'word', word: 'live' })
  })

  test.each([
    ['/strategy ema-cross set', 'Which parameter of ema-cross?'],
    ['/strategy ema-cross symbols', 'Which symbols should ema-cross trade?'],
  ])('%s asks for what is missing', async (line, title) => {
    const { runner, previewed } = Object.assign(makeWorld(), { preview: shown() })
    const { status, reply } = await runner.runLine(line, by('admin'))
    expect([status, reply.title, previewed]).toEqual(['refused', title, []])
  })

  test('a refusal, a list that is the same, and a trader that does not answer change nothing', async () => {
    const refused = Object.assign(makeWorld(), {
      preview: { status: 'refused' as const, text: 'symbol-owned: BTCUSDT belongs to ema-cross.' },
    })
    const answer = await refused.runner.runLine('/strategy two add BTC of ema-cross', by('admin'))
    expect([answer.status, answer.reply.text]).toEqual(['refused', 'symbol-owned: BTCUSDT belongs to ema-cross.'])
    const same = Object.assign(makeWorld(), { preview: { status: 'done' as const, text: 'Nothing has changed.' } })
    expect((await same.runner.runLine('/reload', by('admin'))).reply.title).toBe('Nothing has changed.')
    const silent = makeWorld()
    expect((await silent.runner.runLine('/reload', by('admin'))).reply.title).toBe('The trader does not answer')
    expect([...refused.sent, ...same.sent, ...silent.sent]).toEqual([])
  })

  test('words that mean nothing are refused by name', async () => {
    const { runner } = Object.assign(makeWorld(), { preview: shown() })
    for (const line of ['/strategy ema-cross remove now', '/strategy ema-cross reload all', '/reload now'])
      expect((await runner.runLine(line, by('admin'))).status, line).toBe('invalid')
  })
})
