/**
 * Pairing and webhook mode of the Telegram bot, on a whole Ballast with a Telegram on loopback (S17).
 */
import { spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { FakeTelegram } from '../fakes/telegram-api.ts'
import { Installation, until } from '../support/process/installation.ts'
import { CLI } from '../support/process/program.ts'

const TOKEN = '7654321:another-fake-token-for-loopback'
let telegram: FakeTelegram | undefined
let ballast: Installation | undefined

afterEach(async () => {
  await ballast?.remove()
  await telegram?.stop()
}, 60_000)

test('S17: a code from a private chat and a yes at the terminal make an admin; a wrong code does not', async () => {
  telegram = new FakeTelegram(TOKEN)
  ballast = await Installation.make({ env: { BALLAST__TELEGRAM__API_ROOT: await telegram.start() } })
  await ballast.start()
  const pair = spawn(process.execPath, [CLI, '--data-dir', ballast.dataDir, '--yes', 'telegram', 'pair'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let said = ''
  pair.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const ended = new Promise<number | null>((resolve) => pair.once('exit', resolve))
  pair.stdin.end(`${TOKEN}\n`)
  await until(() => /Code \d{6}/.test(said), 'the code', 30_000)
  expect(said).not.toContain(TOKEN)
  const code = /Code (\d{6})/.exec(said)?.[1] ?? ''
  const wrong = code === '000000' ? '000001' : '000000'
  telegram.say(11, wrong)
  await until(() => telegram?.lastTo(11)?.text.includes('wrong') === true, 'the refusal of a wrong code')
  telegram.say(12, `/start pair-${code}`)
  expect(await ended).toBe(0)
  expect(said).toContain('@user12 is admin')
  await until(() => telegram?.messages.some((m) => m.chatId === '12' && m.text.includes('admin')) === true, 'the welcome')
  telegram.say(12, '/status')
  await until(() => telegram?.messages.some((m) => m.chatId === '12' && m.text.includes('Equity')) === true, 'the status for the new admin')
  telegram.say(11, '/status')
  await until(
    () => telegram?.messages.some((m) => m.chatId === '11' && m.text.includes('not authorized')) === true,
    'the refusal of the other',
  )
  const file = join(ballast.dataDir, 'telegram.token')
  expect(existsSync(file)).toBe(true)
  expect(statSync(file).mode & 0o077).toBe(0)
}, 120_000)

test('S17: webhook mode answers only who knows the secret', async () => {
  telegram = new FakeTelegram(TOKEN)
  ballast = await Installation.make({
    env: {
      BALLAST__TELEGRAM__API_ROOT: await telegram.start(),
      BALLAST__TELEGRAM__TOKEN: TOKEN,
      BALLAST__TELEGRAM__ADMINS: '21',
      BALLAST__TELEGRAM__WEBHOOK_URL: 'https://hooks.example.test/telegram',
      BALLAST__TELEGRAM__WEBHOOK_SECRET: 'a-secret-of-the-test',
    },
  })
  await ballast.start()
  await until(() => telegram?.calls.some((c) => c.method === 'setWebhook') === true, 'the webhook to be set')
  const set = telegram.calls.find((c) => c.method === 'setWebhook')?.body
  expect(set).toMatchObject({ url: 'https://hooks.example.test/telegram', secret_token: 'a-secret-of-the-test' })
  const update = {
    update_id: 1,
    message: {
      message_id: 1,
      date: Math.floor(Date.now() / 1000),
      text: '/status',
      chat: { id: 21, type: 'private' },
      from: { id: 21, is_bot: false, first_name: 'a', username: 'a' },
    },
  }
  const post = (headers: Record<string, string>) =>
    fetch(`${ballast?.hooks}/telegram`, {
      method: 'POST',
      body: JSON.stringify(update),
      headers: { 'content-type': 'application/json', ...headers },
    })
  expect((await post({})).status).toBe(401)
  expect((await post({ 'x-telegram-bot-api-secret-token': 'a-secret-of-the-tesT' })).status).toBe(401)
  // Alerts may be told by then; nobody was answered.
  expect(telegram.messages.some(({ text }) => text.includes('Equity'))).toBe(false)
  expect((await post({ 'x-telegram-bot-api-secret-token': 'a-secret-of-the-test' })).status).toBe(200)
  await until(() => telegram?.lastTo(21)?.text.includes('Equity') === true, 'the answer')
  expect(telegram.calls.some((c) => c.method === 'getUpdates')).toBe(false)
}, 90_000)
