/**
 * The fault plan rule by rule: what matches, when it fires, what comes of it, and that a seed repeats itself.
 */
import { describe, expect, test } from 'vitest'
import { type FaultEffect, FaultPlan, type FaultRule, type FaultWhen } from './faults.ts'

const at = (wallMs: number, ts = 0) => ({ wallMs, ts })
const CREATE = { path: '/v5/order/create', symbol: 'BTCUSDT' }
const LOST: FaultEffect = { type: 'drop-reply-after', way: 'hang' }
const plan = (rules: readonly Partial<FaultRule>[], seed = 1): FaultPlan =>
  new FaultPlan({ seed, rules: rules.map((r) => ({ match: {}, when: {}, effect: LOST, ...r })) }, 1_000)

/** Which of `count` equal requests, one a second, were hit. */
const hits = (when: FaultWhen, count = 6): number[] => {
  const made = plan([{ when }])
  return Array.from({ length: count }, (_, k) => k + 1).filter(
    (k) => made.onRequest(CREATE, at(k * 1_000, k * 60_000)).reply.type === 'lost',
  )
}

describe('when', () => {
  test.each<[string, FaultWhen, number[]]>([
    ['always', {}, [1, 2, 3, 4, 5, 6]],
    ['the third', { nth: 3 }, [3]],
    ['every second', { every: 2 }, [2, 4, 6]],
    ['twice at most', { times: 2 }, [1, 2]],
    ['never', { probability: 0 }, []],
    ['with certainty', { probability: 1 }, [1, 2, 3, 4, 5, 6]],
    ['from 2 s to 4 s after it was set', { fromMs: 2_000, untilMs: 4_000 }, [3, 4]],
    ['between two market times', { fromTs: 120_000, untilTs: 240_000 }, [2, 3]],
    ['the second within a window', { fromMs: 2_000, nth: 2 }, [4]],
  ])('when: %s', (_, when, expected) => {
    expect(hits(when)).toEqual(expected)
  })

  test('a probability is a rate, and a seed repeats itself', () => {
    const draw = (seed: number): string => {
      const made = plan([{ when: { probability: 0.3 } }], seed)
      return Array.from({ length: 1_000 }, () => (made.onRequest(CREATE, at(1_000)).reply.type === 'lost' ? 'x' : '.')).join('')
    }
    expect(draw(7)).toBe(draw(7))
    expect(draw(7)).not.toBe(draw(8))
    const count = draw(7).split('x').length - 1
    // Six standard deviations of a binomial around 300.
    expect(Math.abs(count - 300)).toBeLessThan(6 * Math.sqrt(1_000 * 0.3 * 0.7))
  })
})

describe('match', () => {
  test.each<[string, FaultRule['match'], object, boolean]>([
    ['a path', { path: '/v5/order/create' }, CREATE, true],
    ['another path', { path: '/v5/order/cancel' }, CREATE, false],
    ['the beginning of a path', { path: '/v5/order/*' }, CREATE, true],
    ['a symbol', { symbol: 'BTCUSDT' }, CREATE, true],
    ['another symbol', { symbol: 'ETHUSDT' }, CREATE, false],
    ['an operation of the trade stream', { op: 'order.create' }, { op: 'order.create', symbol: 'BTCUSDT' }, true],
    ['the trade stream, not HTTP', { stream: 'trade' }, CREATE, false],
    ['a topic, which no request has', { topic: 'order' }, CREATE, false],
  ])('match: %s', (_, match, request, isHit) => {
    const verdict = plan([{ match }]).onRequest({ symbol: undefined, ...request }, at(1_000))
    expect(verdict.reply.type === 'lost').toBe(isHit)
  })

  test.each<[string, FaultRule['match'], number]>([
    ['a topic', { topic: 'kline' }, 2],
    ['a longer topic', { topic: 'kline.1.BTCUSDT' }, 2],
    ['another topic that begins alike', { topic: 'kl' }, 1],
    ['a stream', { stream: 'public' }, 2],
    ['another stream', { stream: 'private' }, 1],
    ['a symbol by the topic', { symbol: 'BTCUSDT' }, 2],
    ['a path, which no frame has', { path: '/v5/order/create' }, 1],
  ])('match: frames by %s', (_, match, copies) => {
    expect(plan([{ match, effect: { type: 'duplicate' } }]).onFrame('public', 'kline.1.BTCUSDT', '{}', at(1_000)).copies).toBe(copies)
  })

  test('private frames by the symbol that they hold', () => {
    const made = plan([{ match: { symbol: 'BTCUSDT' }, effect: { type: 'reorder' } }])
    expect(made.onFrame('private', 'order', '{"data":[{"symbol":"BTCUSDT"}]}', at(1_000)).isReordered).toBe(true)
    expect(made.onFrame('private', 'order', '{"data":[{"symbol":"ETHUSDT"}]}', at(1_000)).isReordered).toBe(false)
  })
})

describe('effect', () => {
  test.each<[FaultEffect, boolean, string]>([
    [{ type: 'drop-reply-before', way: 'reset' }, false, 'lost'],
    [{ type: 'drop-reply-after', way: 'reset' }, true, 'lost'],
    [{ type: 'error', retCode: 10016, retMsg: '' }, false, 'error'],
    [{ type: 'http', status: 503 }, false, 'http'],
    [{ type: 'rate-limit', waitMs: 100 }, false, 'rate-limit'],
    [{ type: 'html-200', isDone: true }, true, 'html-200'],
    [{ type: 'html-200', isDone: false }, false, 'html-200'],
    [{ type: 'no-ret-code', isDone: true }, true, 'no-ret-code'],
    [{ type: 'maintenance' }, false, 'error'],
    [{ type: 'delay-reply', ms: 5 }, true, 'true'],
  ])('%o: done %s, reply %s', (effect, isDone, reply) => {
    const verdict = plan([{ effect }]).onRequest(CREATE, at(1_000))
    expect([verdict.isDone, verdict.reply.type]).toEqual([isDone, reply])
  })

  test('delays add up, the first reply that is bent stands', () => {
    const verdict = plan([
      { effect: { type: 'delay-request', ms: 3 } },
      { effect: { type: 'delay-request', ms: 4 } },
      { effect: { type: 'http', status: 503 } },
      { effect: LOST },
    ]).onRequest(CREATE, at(1_000))
    expect(verdict).toEqual({ requestDelayMs: 7, isDone: false, reply: { type: 'http', status: 503 }, replyDelayMs: 0 })
  })

  test('maintenance refuses requests and breaks streams; silence and disconnect touch no request', () => {
    const down = plan([{ effect: { type: 'maintenance' } }])
    expect(down.breaks('private', at(1_000))).toBe(true)
    const mute = plan([{ match: { stream: 'private' }, effect: { type: 'silence' } }])
    expect([mute.isSilent('private', at(1_000)), mute.isSilent('public', at(1_000))]).toEqual([true, false])
    expect(mute.onRequest(CREATE, at(1_000)).reply.type).toBe('true')
    expect(plan([{ when: { times: 1 }, effect: { type: 'disconnect' } }]).breaks('public', at(1_000))).toBe(true)
  })

  test('a frame is dropped or crossed by its topic, and by no other', () => {
    const made = plan([
      { match: { topic: 'orderbook', symbol: 'BTCUSDT' }, when: { nth: 2 }, effect: { type: 'drop-frame' } },
      { match: { topic: 'orderbook.50.ETHUSDT' }, effect: { type: 'cross-book' } },
    ])
    const verdict = (topic: string) => {
      const { isDropped, isCrossed } = made.onFrame('public', topic, '{}', at(1_000))
      return [isDropped, isCrossed]
    }
    expect(verdict('orderbook.50.BTCUSDT')).toEqual([false, false])
    expect(verdict('orderbook.50.BTCUSDT')).toEqual([true, false])
    expect(verdict('orderbook.50.BTCUSDT')).toEqual([false, false])
    expect(verdict('orderbook.50.ETHUSDT')).toEqual([false, true])
    expect(verdict('tickers.ETHUSDT')).toEqual([false, false])
  })

  test('effect: one connection of many is chosen by a symbol that it carries', () => {
    const carries = (symbol: string) => symbol === 'ETHUSDT'
    const match = { stream: 'public', symbol: 'ETHUSDT' } as const
    const other = { stream: 'public', symbol: 'BTCUSDT' } as const
    expect(plan([{ match, effect: { type: 'silence' } }]).isSilent('public', at(1_000), carries)).toBe(true)
    expect(plan([{ match: other, effect: { type: 'silence' } }]).isSilent('public', at(1_000), carries)).toBe(false)
    expect(plan([{ match: other, effect: { type: 'disconnect' } }]).breaks('public', at(1_000), carries)).toBe(false)
  })

  test('what fired is counted by rule', () => {
    const made = plan([{ when: { nth: 2 } }, { match: { path: '/nowhere' } }])
    for (let k = 0; k < 3; k++) made.onRequest(CREATE, at(1_000))
    expect(made.counts()).toEqual([
      { rule: 0, effect: 'drop-reply-after', matched: 3, fired: 1 },
      { rule: 1, effect: 'drop-reply-after', matched: 0, fired: 0 },
    ])
  })
})
