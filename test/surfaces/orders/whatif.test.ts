/**
 * `whatif` and the card of `open`: the assessment in words, the rule that would deny it, and a trader that says nothing.
 */
import { describe, expect, test } from 'vitest'
import type { Reply } from '../../../api/commands/reply.ts'
import type { AssessmentDetail } from '../../../src/risk/assessment/assessment-detail.ts'
import { by, makeWorld } from '../../support/command-world.ts'
import { refusedAs } from '../../support/refused-as.ts'

const fieldsOf = (reply: Reply): Record<string, string> => Object.fromEntries(reply.fields.map(({ name, value }) => [name, value]))
const risk: AssessmentDetail = {
  score: 62,
  level: 'high',
  reasons: [
    { name: 'margin', weight: 15, points: 7 },
    { name: 'trade-loss', weight: 20, points: 20 },
    { name: 'correlation', weight: 10, points: 0 },
  ],
  quantity: '0.1',
  lossAtStop: '136.224',
  lossR: 1.5306,
  rewardR: 1.8265,
  marginAfter: '640',
  marginFraction: 0.064,
  liquidationPrice: '54306.8',
  liquidationFraction: 0.15145625,
  liquidationRanges: 193.864,
  fees: '6.9696',
  slippage: '1.2594',
  marginalVar95: '-157.8',
  var95After: '320.456',
  correlation: -0.8312,
}
const figures = [{ name: 'Quantity', value: '0.1 BTC ≈ 6,400.00 USDT' }]

describe('whatif', () => {
  test('a viewer sees the card, what was asked of the trader is a preview, and nothing is sent', async () => {
    const world = makeWorld()
    world.preview = { status: 'done', text: '', figures, risk }
    const { status, reply, confirmation } = await world.runner.runLine('whatif long BTC $6400 sl=2% tp=4%', by('viewer'))
    expect([status, confirmation, world.sent]).toEqual(['done', undefined, []])
    expect(world.previewed).toEqual([{ name: 'open', symbol: 'BTCUSDT', side: 'long', notional: '6400', stop: '2%', targets: ['4%'] }])
    expect(reply).toMatchObject({ title: 'What if: long BTC $6400', tone: 'warn', text: 'Nothing was sent.' })
    expect(fieldsOf(reply)).toEqual({
      Checks: 'would pass',
      Order: 'long BTCUSDT $6400, market',
      Quantity: '0.1 BTC ≈ 6,400.00 USDT',
      'Stop is': 'at market, on Bybit with the entry',
      Risk: '62 of 100, high: loss of the trade 20/20, margin 7/15',
      'Whole position': '-1.53 R at its stop',
      Reward: '+1.83 R at the targets, after fees',
      'Margin after': '640.00 USDT (6.4 % of equity)',
      Liquidation: 'est. 54,306.8 (15.1 % away, 194 ATR)',
      Costs: 'est. 8.23 USDT: fees in and out 6.97, slippage 1.26',
      'VaR 95': '-157.80 USDT a day, to 320.46; correlation with what is open -0.83',
    })
    expect(reply.buttons[0]?.action).toEqual({ type: 'command', text: '/open long BTC $6400 sl=2% tp=4%' })
  })

  test('one that would be refused says the rule with its figures, and offers no order', async () => {
    const world = makeWorld()
    world.preview = {
      ...refusedAs('stop-missing', 'BTCUSDT: an entry needs a stop (stop-missing).'),
      figures,
      risk: { ...risk, liquidationPrice: null, liquidationFraction: null, liquidationRanges: null, marginalVar95: null, var95After: null },
    }
    const { reply } = await world.runner.runLine('whatif short BTC 0.1BTC', by('viewer'))
    expect(fieldsOf(reply)).toMatchObject({
      Checks: 'would be refused: BTCUSDT: an entry needs a stop (stop-missing).',
      Liquidation: 'not by this symbol alone',
      'VaR 95': 'not known yet: too few bars',
    })
    expect(reply.buttons.map(({ label }) => label)).toEqual(['Limits', 'Risk'])
  })

  test.each([
    ['whatif long BTC 500', 'use a size such as $100'],
    ['whatif up BTC $500', 'long'],
    ['whatif long NOPE $500', 'Ballast does not trade NOPE.'],
    ['whatif long BTC 0.1ETH', 'has no unit'],
    ['whatif long BTC $500 algo=sideways', 'sideways'],
  ])('%s is answered in words', async (line, words) => {
    const world = makeWorld()
    const { reply } = await world.runner.runLine(line, by('viewer'))
    expect(`${reply.title} ${reply.text}`).toContain(words)
    expect(world.previewed).toEqual([])
  })

  test('a trader that says nothing, and words of which it makes no order', async () => {
    const world = makeWorld()
    expect((await world.runner.runLine('whatif long BTC $500', by('viewer'))).reply.title).toBe('The trader has not responded')
    world.preview = refusedAs('no-price', 'BTCUSDT has no price yet. Try again in a minute.', { symbol: 'BTCUSDT' })
    expect((await world.runner.runLine('whatif long BTC $500', by('viewer'))).reply.text).toBe(
      'BTCUSDT has no price yet. Try again in a minute.',
    )
  })

  test('the card of open has the same lines, before it asks', async () => {
    const world = makeWorld()
    world.preview = { status: 'done', text: '', figures, risk }
    const { status, reply } = await world.runner.runLine('open long BTC $6400 sl=2%', by('trader'))
    expect(status).toBe('confirm')
    expect(fieldsOf(reply)).toMatchObject({
      Risk: '62 of 100, high: loss of the trade 20/20, margin 7/15',
      Liquidation: 'est. 54,306.8 (15.1 % away, 194 ATR)',
      Checks: 'passed; checked again when sent',
    })
  })
})
