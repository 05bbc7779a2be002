/**
 * Rebalancing as its users meet it: the card, what reaches the trader and in which order, and what stops it (S16).
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRebalance } from '../../../api/commands/rebalance/args.ts'
import { renderTelegram } from '../../../bots/telegram/render.ts'
import { by } from '../../support/command-world.ts'
import { type RebalanceWorld, makeRebalanceWorld } from '../../support/rebalance-world.ts'
import { refusedAs } from '../../support/refused-as.ts'

const ASKED = 'rebalance XRP=10%,ADA=20%,SOL=15% band=1%'

async function yes(world: RebalanceWorld, line: string) {
  const asked = await world.runner.runLine(line, by('trader'))
  expect(asked.status).toBe('confirm')
  return world.runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader'))
}
const shown = (world: RebalanceWorld): string => world.rows.at(-1)?.progress.join('\n') ?? ''

test.each([
  ['rebalance XRP=10%, ADA=20% band=1%', { weights: 'XRP=10%,ADA=20%', band: '1%' }],
  ['rebalance erc XRP ADA, SOL', { what: 'erc', symbols: 'XRP,ADA,SOL' }],
  ['rebalance STOP', { what: 'stop' }],
])('%s is read with commas, blanks or both', (line, expected) => {
  expect(readRebalance(line.split(' ').slice(1))).toEqual(expected)
})

test.each([
  ['rebalance status', 'viewer', 'done'],
  ['rebalance XRP=10%', 'viewer', 'forbidden'],
  ['rebalance XRP=10%', 'operator', 'forbidden'],
  ['rebalance stop', 'viewer', 'forbidden'],
  ['rebalance stop', 'operator', 'refused'],
] as const)('%s by a %s is %s', async (line, role, status) => {
  expect((await makeRebalanceWorld().runner.runLine(line, by(role))).status).toBe(status)
})

describe('the card', () => {
  // By hand: XRP 2,500 -> 1,000 USDT, SOL 0 -> 1,500 USDT; on 9,998.05 of equity 14.9 SOL and 3,000.4 XRP: cost 0.065 % of 2,990.2.
  test('shows orders, cost and weights after, and fits 30 columns', async () => {
    const world = makeRebalanceWorld()
    const { status, reply } = await world.runner.runLine(ASKED, by('trader'))
    expect(status).toBe('confirm')
    expect(reply.table?.rows).toEqual([
      ['XRP', '-3000.4', '25.0', '10.0', '10.0'],
      ['SOL', '+14.9', '0.0', '14.9', '15.0'],
      ['ADA', '–', '20.0', '20.0', '20.0'],
    ])
    const fields = Object.fromEntries(reply.fields.map(({ name, value }) => [name, value]))
    expect(fields.Turnover).toBe('29.9 % of 10,000.00 USDT')
    expect(fields.Cost).toBe('est. 1.94 USDT, fees and slippage')
    expect(world.sent).toEqual([])
  })

  test.each([
    ['rebalance BTC=50%', 'BTCUSDT belongs to ema-cross (symbol-owned)'],
    ['rebalance XRP=10%,XRPUSDT=20%', 'XRPUSDT is named twice'],
    ['rebalance DOGE=10%', 'Ballast does not trade DOGE.'],
    ['rebalance', 'What shall the portfolio be?'],
    ['rebalance erc XRP=10%', 'Give weights or a method, not both'],
    ['rebalance stop', 'No rebalance is running'],
  ])('%s is refused with its reason', async (line, title) => {
    const world = makeRebalanceWorld()
    const { status, reply } = await world.runner.runLine(line, by('trader'))
    expect([status, reply.title, world.sent]).toEqual(['refused', title, []])
  })

  test('fits a phone, whatever a symbol is called', async () => {
    for (const symbol of ['10000000AIDOGEUSDT', 'SHIB1000USDT-SPOT']) {
      const { reply } = await makeRebalanceWorld(symbol).runner.runLine(`rebalance ${symbol}=1%,SOL=15% band=0.5%`, by('trader'))
      expect(reply.table?.rows.length).toBe(2)
      const { text, entities } = renderTelegram(reply, '/rebalance')
      const [table] = entities.filter(({ type }) => type === 'pre')
      const lines = text.slice(table?.offset, (table?.offset ?? 0) + (table?.length ?? 0)).split('\n')
      expect(lines.length).toBeGreaterThan(2)
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(30)
    }
  })

  test('weights of a method come in the order of the symbols, and gross scales them', async () => {
    const world = makeRebalanceWorld()
    const { reply } = await world.runner.runLine('rebalance erc XRP,ADA,SOL gross=50% band=1%', by('trader'))
    expect(reply.table?.rows.map((row) => [row[0], row[4]]).sort()).toEqual([
      ['ADA', '15.0'],
      ['SOL', '10.0'],
      ['XRP', '25.0'],
    ])
  })

  test('what the risk check refuses is left out of the plan, with its sentence', async () => {
    const world = makeRebalanceWorld()
    world.preview = refusedAs('planned-loss', 'SOLUSDT: planned loss is above the limit (planned-loss).', {
      planned: '60.00',
      limit: '50.00',
    })
    const { reply } = await world.runner.runLine('rebalance SOL=15% band=1%', by('trader'))
    expect(reply.title).toBe('Nothing to rebalance')
    expect(reply.fields).toContainEqual({
      name: 'SOL left out',
      value: 'planned loss 60.00 USDT at the stop is above the limit of 50.00 USDT per trade (planned-loss).',
    })
  })

  test('the calendar counts from the last one that was done', async () => {
    const world = makeRebalanceWorld()
    await yes(world, ASKED)
    const { reply } = await world.runner.runLine('rebalance XRP=30% every=7d', by('trader'))
    expect(reply.title).toBe('Not due yet')
    expect(reply.text).toContain('the next is due in 7 d')
  })
})

describe('S16: carried out', () => {
  test('reductions first, then additions with their stop, and the end says that every weight is there', async () => {
    const world = makeRebalanceWorld()
    const { status } = await yes(world, ASKED)
    expect(status).toBe('done')
    expect(world.sent).toEqual([
      { name: 'close', symbol: 'XRPUSDT', side: 'long', quantity: '3000.4' },
      { name: 'open', symbol: 'SOLUSDT', side: 'long', quantity: '14.9', stop: '5%' },
    ])
    expect(shown(world)).toContain('Every weight is inside its band; traded 2,990.20 USDT')
  })

  test('one that a restart stopped says where each weight is and how to plan the rest; nothing is sent by itself, and the rest is what was left', async () => {
    const world = makeRebalanceWorld()
    world.share = '0.6'
    // The process ends while the second order is under way.
    world.before = () => {
      if (world.sent.length === 2) void world.ports.portfolio.rebalances.end(1, 'stopped', 'Stopped: Ballast was restarted.')
      return undefined
    }
    await yes(world, ASKED)
    const before = world.sent.length
    const { reply } = await world.runner.runLine('rebalance status', by('viewer'))
    expect(world.sent).toHaveLength(before)
    expect(Object.fromEntries(reply.fields.map(({ name, value }) => [name, value]))).toMatchObject({
      ADA: '20.00 % now, 20.00 % wanted',
      SOL: '0.00 % now, 15.00 % wanted',
    })
    const again = /To plan the rest: (\/rebalance .*)$/.exec(reply.text ?? '')?.[1]
    expect(again).toBe('/rebalance XRPUSDT=10%,ADAUSDT=20%,SOLUSDT=15% band=1% sl=5%')
    world.share = '1'
    world.before = () => undefined
    expect((await yes(world, again ?? '')).status).toBe('done')
    const bought = world.sent.flatMap((command) => (command.name === 'open' ? [command.quantity] : []))
    expect(bought).toEqual(['14.9'])
    expect((await world.runner.runLine('rebalance status', by('viewer'))).reply.text ?? '').not.toContain('plan the rest')
  })

  test('by calendar and band: carried out when it is due, after its yes, and not before', async () => {
    const world = makeRebalanceWorld()
    const line = `${ASKED} every=7d`
    expect((await yes(world, line)).status).toBe('done')
    const first = world.sent.length
    expect(first).toBeGreaterThan(0)
    const early = await world.runner.runLine(line, by('trader'))
    expect(world.sent).toHaveLength(first)
    expect(early.confirmation).toBeUndefined()
    // A week later a price has moved one weight out of its band.
    world.rows.splice(0, 1, { ...(world.rows[0] as (typeof world.rows)[number]), marketTs: -8 * 86_400_000 })
    world.positions = world.positions.map((row) => (row.symbol === 'ADAUSDT' ? { ...row, markPrice: '0.3' } : row))
    expect((await yes(world, line)).status).toBe('done')
    expect(world.sent.slice(first)).toMatchObject([{ name: 'close', symbol: 'ADAUSDT', side: 'long' }])
  })

  test('a shortfall is planned again, and no more is traded than was confirmed', async () => {
    const world = makeRebalanceWorld()
    world.share = '0.6'
    await yes(world, ASKED)
    const closes = world.sent.flatMap((command) => (command.name === 'close' ? [command] : []))
    expect(closes.map(({ quantity }) => quantity)).toEqual(['3000.4', '1200', '480'])
    const xrp = world.positions.find(({ symbol }) => symbol === 'XRPUSDT')
    expect(Number(xrp?.quantity)).toBeGreaterThanOrEqual(5_000 - 3_000.4)
  })

  test('an addition that the trader refuses is left out, and the rest goes on', async () => {
    const world = makeRebalanceWorld()
    world.before = (command) =>
      command.name === 'open' ? refusedAs('margin', 'SOLUSDT: margin (margin).', { problem: 'margin' }) : undefined
    await yes(world, ASKED)
    expect(world.rows[0]?.status).toBe('done')
    expect(shown(world)).toContain('Left out: SOL (margin (margin).)')
  })

  test.each(['account', 'strategy:manual', 'symbol:SOLUSDT'])(
    'a hold on %s between the steps stops it and names what is undone',
    async (scope) => {
      const world = makeRebalanceWorld()
      world.before = () => {
        world.holds = [
          { holdId: 'h', scope, effect: 'no-entries', cause: 'operator', actor: 'ann', reason: 'lunch', since: 1, until: null },
        ]
        return undefined
      }
      await yes(world, ASKED)
      expect(world.sent.map(({ name }) => name)).toEqual(['close'])
      expect(world.rows[0]?.status).toBe('stopped')
      expect(shown(world)).toMatch(/Stopped: hold on .*: lunch\. Left undone: buy 14\.9 SOL\./)
    },
  )

  test('a hold on a symbol that it does not trade is no obstacle', async () => {
    const world = makeRebalanceWorld()
    world.holds = [
      { holdId: 'h', scope: 'symbol:BTCUSDT', effect: 'no-entries', cause: 'operator', actor: 'ann', reason: '', since: 1, until: null },
    ]
    await yes(world, ASKED)
    expect(world.rows[0]?.status).toBe('done')
  })

  test.each([
    [
      'a hold',
      (world: RebalanceWorld) =>
        world.holds.push({
          holdId: 'h',
          scope: 'account',
          effect: 'no-entries',
          cause: 'breaker',
          actor: 'trader',
          reason: 'day loss',
          since: 1,
          until: null,
        }),
    ],
    [
      'a stream that is down',
      (world: RebalanceWorld) => world.health.push({ part: 'stream-public', status: 'down', detail: '', updatedAt: 1_000_000 }),
    ],
    [
      'an account that is not reconciled',
      (world: RebalanceWorld) => world.health.push({ part: 'reconcile', status: 'warn', detail: '', updatedAt: 1_000_000 }),
    ],
  ])('%s refuses the start', async (_, spoil) => {
    const world = makeRebalanceWorld()
    spoil(world)
    const { status, reply } = await world.runner.runLine(ASKED, by('trader'))
    expect([status, reply.title, world.sent]).toEqual(['refused', 'Not rebalanced', []])
  })

  test('an order that fills nothing is not tried for ever', async () => {
    const world = makeRebalanceWorld()
    world.share = '0'
    await yes(world, ASKED)
    expect(world.sent).toHaveLength(2)
    expect(shown(world)).toContain('its order filled nothing')
  })

  test('an error on the way ends it, and is in the log and not on the card', async () => {
    const world = makeRebalanceWorld()
    const logged: string[] = []
    Object.assign(world.ports.portfolio, { log: (text: string) => logged.push(text) })
    world.before = () => {
      throw new Error('connect ECONNREFUSED 127.0.0.1:5432')
    }
    await yes(world, ASKED)
    expect(world.rows[0]?.status).toBe('stopped')
    expect(shown(world)).not.toContain('ECONNREFUSED')
    expect(logged).toEqual(['rebalance #1: connect ECONNREFUSED 127.0.0.1:5432'])
  })

  test('a trader that does not answer ends it: the order may still be sent', async () => {
    const world = makeRebalanceWorld()
    Object.assign(world.ports.control, { send: async () => undefined })
    await yes(world, ASKED)
    expect(world.rows[0]?.status).toBe('stopped')
    expect(shown(world)).toContain('the trader has not answered in time; the order may still be sent')
  })

  test('however orders fill and prices move, no symbol is traded beyond what was confirmed, and reductions precede additions', async () => {
    const step = fc.record({ share: fc.constantFrom('0', '0.3', '0.7', '1'), move: fc.integer({ min: -30, max: 30 }), refused: fc.nat(9) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 8 }), async (drawn) => {
        const world = makeRebalanceWorld()
        const asked = await world.runner.runLine(ASKED, by('trader'))
        const approved = new Map(asked.reply.table?.rows.map(([symbol = '', order = '']) => [`${symbol}USDT`, Number(order) || 0]))
        const before = new Map(world.positions.map(({ symbol, quantity }) => [symbol, Number(quantity)]))
        world.before = () => {
          const { share, move, refused } = drawn[world.sent.length % drawn.length] ?? { share: '1', move: 0, refused: 1 }
          world.share = share
          world.positions = world.positions.map((each) => ({
            ...each,
            markPrice: (Number(each.markPrice) * (1 + move / 1_000)).toFixed(4),
          }))
          return refused === 0 ? refusedAs('no-price', 'no') : undefined
        }
        await world.runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader'))
        expect(world.rows[0]?.status).not.toBe('running')
        for (const { symbol, quantity } of world.positions) {
          const change = Number(quantity) - (before.get(symbol) ?? 0)
          const most = approved.get(symbol) ?? 0
          expect(change * Math.sign(most || 1)).toBeGreaterThanOrEqual(-1e-9)
          expect(Math.abs(change)).toBeLessThanOrEqual(Math.abs(most) + 1e-9)
        }
        const names = world.sent.map(({ name }) => name)
        const firstAddition = names.indexOf('open')
        if (firstAddition >= 0) expect(names.slice(0, firstAddition).every((name) => name === 'close')).toBe(true)
      }),
      { numRuns: 40 },
    )
  })
})
