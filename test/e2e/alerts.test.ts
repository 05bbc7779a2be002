/**
 * Alerts end to end: raised by a whole Ballast, told in a Telegram on loopback, acknowledged by a tap, silenced, repaired.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FakeTelegram } from '../fakes/telegram-api.ts'
import { Installation, until } from '../support/process/installation.ts'

const TOKEN = '1234567:fake-token-for-the-loopback-api-1'
const ADMIN = 501

let telegram: FakeTelegram
let ballast: Installation

beforeAll(async () => {
  telegram = new FakeTelegram(TOKEN)
  ballast = await Installation.make({
    config: {
      strategies: [{ strategy: 'donchian-breakout', symbols: ['ETHUSDT'], params: { entry: 500 } }],
      notify: { types: { 'strategy.mode': 'off' } },
    },
    env: {
      BALLAST__TELEGRAM__TOKEN: TOKEN,
      BALLAST__TELEGRAM__API_ROOT: await telegram.start(),
      BALLAST__TELEGRAM__ADMINS: String(ADMIN),
      BALLAST__TELEGRAM__CHATS: '-4567',
    },
  })
  await ballast.start()
  await until(() => telegram.calls.some((c) => c.method === 'getUpdates'), 'the Telegram bot to poll')
}, 120_000)
afterAll(async () => {
  await ballast?.remove()
  await telegram?.stop()
}, 60_000)

const told = (word: string, chat = String(ADMIN)) => telegram.messages.filter(({ chatId, text }) => chatId === chat && text.includes(word))
const told1 = async (word: string, chat?: string) => {
  await until(() => told(word, chat).length > 0, `a message with ${word}`)
  return told(word, chat)[0] as (typeof telegram.messages)[number]
}

test('a sample of a P1 comes with a sound and the buttons that help', async () => {
  const answer = await ballast.cli(['alerts', 'test', 'position.unprotected'])
  expect(answer.stdout).toContain('is on its way')
  const message = await told1('TEST: BTCUSDT is unprotected')
  expect(message.isQuiet).toBe(false)
  expect(message.keyboard.flat().map(({ text }) => text)).toEqual(['Close BTCUSDT', 'BTCUSDT'])
  await ballast.cli(['alerts', 'test', 'rate_limit.near'])
  expect((await told1('TEST: Bybit reports too many requests')).isQuiet).toBe(true)
})

test('a problem is open until it is acknowledged by a tap, and its messages say so', async () => {
  await fetch(`${ballast.sim}/_sim/account`, { method: 'POST', body: JSON.stringify({ positionMode: 'hedge' }) })
  await ballast.cli(['resume', '-y'])
  const message = await told1('ETHUSDT is in hedge')
  const statusOf = async () => {
    const { data } = JSON.parse((await ballast.cli(['alerts', '--json'])).stdout) as {
      data: { type: string; symbol: string; status: string }[]
    }
    return data.find(({ type, symbol }) => type === 'account.position_mode' && symbol === 'ETHUSDT')?.status
  }
  expect(await statusOf()).toBe('open')
  telegram.tap(ADMIN, message, 'Acknowledge')
  await until(() => message.text.includes('Acknowledged by'), 'the message to say who has seen it')
  expect(message.keyboard.flat().some(({ text }) => text.startsWith('Acknowledge'))).toBe(false)
  expect(await statusOf()).toBe('acked')
})

test('a private chat that has subscribed is told of that and of what is urgent; a topic by the terminal', async () => {
  await ballast.cli(['subscribe', 'signals', `to=telegram:${ADMIN}`])
  await ballast.cli(['subscribe', 'reports', 'to=telegram:-4567/77'])
  await ballast.cli(['alerts', 'test', 'strategy.changed'])
  await ballast.cli(['alerts', 'test', 'report.daily'])
  await ballast.cli(['alerts', 'test', 'signal.stale'])
  await told1('it is 90 s old')
  expect((await told1('4 trades, 75 % won', '-4567')).topic).toBe(77)
  expect(told('restarts from scratch')).toEqual([])
  expect(told('restarts from scratch', '-4567')).toEqual([])
  await ballast.cli(['unsubscribe', 'all', `to=telegram:${ADMIN}`])
}, 60_000)

test('a group that became a supergroup is told under its new address, and its commands are answered there', async () => {
  telegram.faults.push({
    code: 400,
    description: 'Bad Request: group chat was upgraded to a supergroup chat',
    chat: '-4567',
    migrateTo: -1004567,
    times: 1_000,
  })
  await ballast.cli(['alerts', 'test', 'clock.skew'])
  await told1('clock is 900 ms ahead', '-1004567')
  expect(told('clock is 900 ms ahead', '-4567')).toEqual([])
  telegram.say(ADMIN, '/alerts', { id: -1004567, type: 'supergroup' })
  await told1('alerts are open', '-1004567')
})

test('a type that the configuration misspells keeps Ballast from starting, with the right name', async () => {
  const answer = await ballast.cli(['config', 'validate'], { BALLAST__NOTIFY__TYPES: '{"exit.fill":"on"}' })
  expect(answer.code).toBe(3)
  expect(answer.stdout + answer.stderr).toContain("did you mean 'exit.filled'")
})
