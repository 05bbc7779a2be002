/**
 * `ballast discord setup` on a whole Ballast with a Discord on loopback: token, admin, channels, and alerts in the right one (S17).
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FakeDiscord, textOf } from '../fakes/discord-api.ts'
import { Installation, until } from '../support/process/installation.ts'
import { CLI } from '../support/process/program.ts'

const TOKEN = 'ZmFrZQ.of-the.loopback-discord'
const discord = new FakeDiscord()
let ballast: Installation
let file = ''

beforeAll(async () => {
  discord.token = TOKEN
  const apiRoot = await discord.start()
  ballast = await Installation.make({
    speed: 120,
    config: { strategies: [{ strategy: 'ema-cross', symbols: ['BTCUSDT'], params: { fast: 2, slow: 5, stopAtr: 8, targetAtr: 0 } }] },
    env: { BALLAST__DISCORD__API_ROOT: apiRoot },
  })
  file = join(ballast.dataDir, 'discord.json')
  await ballast.start()
}, 120_000)
afterAll(async () => {
  await ballast?.remove()
  await discord.stop()
}, 60_000)

/** Runs the setup with a token typed; `said` grows while it runs. */
function setup(token: string, guild: string) {
  const run = { said: '', ended: Promise.resolve<number | null>(null) }
  const child = spawn(process.execPath, [CLI, '--data-dir', ballast.dataDir, '--yes', 'discord', 'setup', '--guild', guild], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, BALLAST__DISCORD__API_ROOT: discord.url },
  })
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      run.said += chunk.toString()
    })
  run.ended = new Promise((resolve) => child.once('exit', resolve))
  child.stdin.end(`${token}\n`)
  return run
}

async function start(user: string, token: string): Promise<string> {
  const id = discord.slash(user, 'start', { token })
  await until(() => (discord.answerTo(id)?.edits ?? 0) > 0, 'the answer to the code')
  // Only who sent it sees it.
  expect(discord.answerTo(id)?.first).toMatchObject({ type: 5, data: { flags: 64 } })
  return textOf(discord.answerTo(id)?.message)
}

test('a wrong token, and a server that the bot is not on, are one sentence and the next step; nothing is kept', async () => {
  const wrong = setup('not-the-token', FakeDiscord.guild)
  expect(await wrong.ended).toBe(1)
  expect(wrong.said).toContain('Discord rejected this token.')
  expect(wrong.said).not.toContain('not-the-token')
  const elsewhere = setup(TOKEN, '4711')
  expect(await elsewhere.ended).toBe(1)
  expect(elsewhere.said).toMatch(/not on the server 4711.*\n.*oauth2\/authorize\?client_id=901&scope=bot\+applications\.commands/)
  expect(existsSync(file)).toBe(false)
}, 60_000)

test('S17: the code by /start and a yes at the terminal make an admin, and the channels are for them alone', async () => {
  const run = setup(TOKEN, FakeDiscord.guild)
  await until(() => /Code \d{6}/.test(run.said), `the code; it said: ${run.said}`, 40_000)
  expect(run.said).not.toContain(TOKEN)
  const code = /Code (\d{6})/.exec(run.said)?.[1] ?? ''
  expect(await start('11', code === '000000' ? '000001' : '000000')).toContain('Wrong code')
  expect(await start('12', code)).toContain('Waiting for approval at the terminal')
  expect(await run.ended).toBe(0)
  expect(run.said).toContain('@user12 is admin')
  expect(run.said).toContain('Created #alerts-critical #trades #signals #reports #control;')
  expect(discord.channels.map((c) => c.name).sort()).toEqual(['alerts', 'alerts-critical', 'control', 'reports', 'signals', 'trades'])
  for (const channel of discord.channels.filter((c) => c.name !== 'alerts')) {
    const view = (id: string, right: 'allow' | 'deny'): boolean =>
      (BigInt(channel.overwrites.find((o) => o.id === id)?.[right] ?? '0') & 1_024n) !== 0n
    expect([view(FakeDiscord.guild, 'deny'), view('901', 'allow'), view('12', 'allow'), view('11', 'allow')]).toEqual([
      true,
      true,
      true,
      false,
    ])
  }
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ token: TOKEN, guild: FakeDiscord.guild })
  const status = discord.slash('12', 'status')
  await until(() => textOf(discord.answerTo(status)?.message).includes('Equity'), 'the status for the new admin')
}, 90_000)

test('entries go to #trades, and a second setup asks and makes nothing', async () => {
  const trades = discord.channels.find((c) => c.name === 'trades')?.id
  await until(
    () => discord.channelMessages.some((m) => m.channel === trades && /(OPENED|CLOSED)/.test(textOf(m.body))),
    'an entry in #trades',
    60_000,
  )
  const again = setup('', FakeDiscord.guild)
  expect(await again.ended).toBe(0)
  expect(again.said).toContain('All channels exist.')
  expect(again.said).not.toContain('Code ')
}, 120_000)
