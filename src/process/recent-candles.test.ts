/**
 * Candles read a moment ago: asked for once, and again when they are old or were not there.
 */
import { expect, test } from 'vitest'
import type { CandleReader } from '../../api/ports/ports.ts'
import { recentCandles } from './recent-candles.ts'

const row = { ts: 0, open: 1, high: 1, low: 1, close: 1 }

test('who asks twice within five seconds gets the same candles of one request; other bars, a later time and a failure ask again', async () => {
  const asked: string[] = []
  let now = 1_000
  let answer: Awaited<ReturnType<CandleReader>> = [row]
  const candles = recentCandles(
    async (symbol, interval, bars) => {
      asked.push(`${symbol} ${interval} ${bars}`)
      return answer
    },
    () => now,
  )
  const [first, second] = await Promise.all([candles('BTCUSDT', '1h', 10), candles('BTCUSDT', '1h', 10)])
  expect(first).toBe(second)
  expect(asked).toHaveLength(1)
  await candles('BTCUSDT', '1h', 11)
  expect(asked).toHaveLength(2)
  now += 5_000
  answer = undefined
  expect(await candles('BTCUSDT', '1h', 10)).toBeUndefined()
  expect(await candles('BTCUSDT', '1h', 10)).toBeUndefined()
  expect(asked).toHaveLength(4)
})

test('a reader that throws is asked again', async () => {
  let times = 0
  const candles = recentCandles(
    async () => {
      times += 1
      if (times === 1) throw new Error('no exchange')
      return [row]
    },
    () => 0,
  )
  await expect(candles('BTCUSDT', '1h', 10)).rejects.toThrow('no exchange')
  expect(await candles('BTCUSDT', '1h', 10)).toEqual([row])
})
