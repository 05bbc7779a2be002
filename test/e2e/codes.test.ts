/**
 * S17 end to end: codes enrolled at the terminal, then given in Telegram and Discord for what adds risk on live.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CommandRunner } from '../../api/commands/run/run.ts'
import type { AccessList } from '../../bots/access.ts'
import { DiscordBot } from '../../bots/discord/bot.ts'
import type { BotPorts } from '../../bots/ports.ts'
import { SeenUpdates } from '../../bots/seen-updates.ts'
import { TelegramBot } from '../../bots/telegram/bot.ts'
import { PostgresChatUsers, PostgresPairing } from '../../db/access/chat-users.ts'
import { PostgresCodes } from '../../db/access/codes.ts'
import { codeOf, stepAt } from '../../db/access/totp-code.ts'
import { FakeDiscord, buttonsOf, textOf } from '../fakes/discord-api.ts'
import { FakeTelegram, type SentMessage } from '../fakes/telegram-api.ts'
import { makeWorld } from '../support/command-world.ts'
import { until } from '../support/process/installation.ts'
import { makeTemporaryDatabase } from '../support/process/temporary-database.ts'
import { CLI } from '../support/process/program.ts'

const TOKEN = '1234567:fake-token-for-the-loopback-api-2'
const temporary = await makeTemporaryDatabase()
const dataDir = mkdtempSync(join(tmpdir(), 'ballast-e2e-codes-'))
const children: ChildProcess[] = []

/** `ballast user totp WHO` as a user runs it; `answer` is typed when the code is asked for. */
async function enrol(who: string, answer: (secret: Buffer) => string) {
  const child = spawn(process.execPath, [CLI, '--data-dir', dataDir, '--profile', 'live', '--yes', 'user', 'totp', who], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...process.env,
      DATABASE_URL: temporary?.url,
      BALLAST__TELEGRAM__ADMINS: '501',
      BALLAST__DISCORD__ADMINS: '601',
    },
  })
  children.push(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await until(() => said.includes('Current code from the app') || child.exitCode !== null, 'the question')
  const key = /^Key {2}([A-Z2-7 ]+)$/m.exec(said)?.[1]?.replaceAll(' ', '') ?? ''
  const secret = fromBase32(key)
  child.stdin.end(`${answer(secret)}\n`)
  return { code: await ended, said, secret, key }
}

function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

describe.skipIf(temporary === undefined)('codes', () => {
  const telegram = new FakeTelegram(TOKEN)
  const discord = new FakeDiscord()
  const world = makeWorld('live')
  const clock = { ms: Date.now() }
  const logged: string[] = []
  let bots: { stop(): Promise<void> }[] = []
  let secrets: { telegram: Buffer; discord: Buffer }

  beforeAll(async () => {
    const { sql } = (temporary as NonNullable<typeof temporary>).database
    world.now = clock.ms
    world.positions.push({
      ...(world.positions[0] as (typeof world.positions)[number]),
      symbol: 'XRPUSDT',
      quantity: '0',
      markPrice: '0.6',
    })
    const runner = new CommandRunner({
      ...world.ports,
      codes: new PostgresCodes(sql, join(dataDir, 'codes.key'), () => clock.ms),
      wallNow: () => world.now,
    })
    const ports = (platform: 'telegram' | 'discord'): BotPorts => ({
      runner,
      users: new PostgresChatUsers(sql),
      pairing: new PostgresPairing(sql, platform),
      database: { downSinceMs: () => undefined, onDown: () => () => {}, troubleOf: () => undefined },
      seen: new SeenUpdates({ begin: async () => true, end: async () => {} }, (text) => void logged.push(text)),
      badge: '🔴 LIVE',
      nowMs: () => world.now,
      log: (_, text) => void logged.push(text),
      health: () => {},
    })
    const access = (admin: string): AccessList => ({ admins: [admin], chats: [] })
    const telegramBot = new TelegramBot(
      { token: TOKEN, apiRoot: await telegram.start(), access: access('501'), webhook: undefined },
      ports('telegram'),
    )
    const discordBot = new DiscordBot(
      { token: 'ZmFrZQ.fake.discord-token', apiRoot: await discord.start(), guild: FakeDiscord.guild, access: access('601') },
      ports('discord'),
      { suggest: async () => [] },
    )
    expect([await telegramBot.start(), await discordBot.start()]).toEqual([undefined, undefined])
    bots = [telegramBot, discordBot]
  }, 60_000)

  afterAll(async () => {
    for (const bot of bots) await bot.stop()
    await telegram.stop()
    await discord.stop()
    await temporary?.remove()
    rmSync(dataDir, { recursive: true, force: true })
  }, 60_000)

  async function ask(line: string): Promise<SentMessage> {
    const before = telegram.messages.length
    telegram.say(501, line, undefined, world.now)
    await until(() => telegram.messages.length > before, `an answer to ${line}`)
    return telegram.messages[before] as SentMessage
  }
  /** The next code: a minute later, since each counts once. */
  function nextCode(of: 'telegram' | 'discord'): string {
    clock.ms += 60_000
    return codeOf(secrets[of], stepAt(clock.ms))
  }
  const opened = () => world.sent.filter((c) => c.name === 'open').length

  test('before enrolment the chat says how to enrol, and shows no card', async () => {
    const answer = await ask('/open long XRP $100 sl=2%')
    expect(answer.text).toContain('ballast user totp telegram:501')
    expect(answer.keyboard.flat().map((b) => b.text)).not.toContain('Buy XRP')
  })

  test('the terminal enrols who proves it with a code, and nobody else', async () => {
    const wrong = await enrol('501', () => '12345')
    expect(wrong.code).toBe(7)
    expect((await ask('/totp verify')).text).toContain('ballast user totp')
    const right = await enrol('telegram:501', (secret) => codeOf(secret, stepAt(Date.now())))
    expect(right.said).toContain('otpauth://totp/Ballast%20live:telegram%3A501?secret=')
    expect(right.said).toMatch(/[█▀▄]{10}/)
    expect([right.code, right.key]).toEqual([0, expect.stringMatching(/^[A-Z2-7]{32}$/)])
    const other = await enrol('601', (secret) => codeOf(secret, stepAt(Date.now())))
    expect(other.code).toBe(0)
    expect((await enrol('nobody', () => '')).code).toBe(8)
    secrets = { telegram: right.secret, discord: other.secret }
    const { sql } = (temporary as NonNullable<typeof temporary>).database
    const rows = await sql<
      { actor: string; command: string; args: unknown; result: string }[]
    >`select actor, command, args, result from audit`
    expect(rows.map((row) => [row.command, row.result])).toEqual([
      ['user totp', 'enrolled'],
      ['user totp', 'enrolled'],
    ])
    for (const secret of [right.key, other.key]) expect(JSON.stringify(rows)).not.toContain(secret)
  }, 60_000)

  test('Telegram: a tap asks for the code, a wrong one may be corrected, the right one is done, and no code counts twice', async () => {
    const card = await ask('/open long XRP $100 sl=2%')
    const before = telegram.messages.length
    telegram.tap(501, card, 'Buy XRP')
    await until(() => telegram.messages.length > before, 'the question for the code')
    expect(telegram.messages[before]?.text).toContain('6-digit code')
    expect((await ask('000000')).text).toMatch(/Wrong code. 4 tries left/)
    const code = nextCode('telegram')
    expect((await ask(code)).text).toContain('Sent')
    await until(() => card.edits > 0 && card.keyboard.length === 0, 'the card to lose its buttons')
    expect(opened()).toBe(1)
    const second = await ask('/open long XRP $100 sl=2%')
    const count = telegram.messages.length
    telegram.tap(501, second, 'Buy XRP')
    await until(() => telegram.messages.length > count, 'the question for the code')
    expect((await ask(code)).text).toContain('already used')
    expect(opened()).toBe(1)
    expect((await ask(nextCode('telegram'))).text).toContain('Sent')
    expect(opened()).toBe(2)
  }, 60_000)

  test('Telegram: a minute after the tap a code is no answer any more', async () => {
    const card = await ask('/open long XRP $100 sl=2%')
    const before = telegram.messages.length
    telegram.tap(501, card, 'Buy XRP')
    await until(() => telegram.messages.length > before, 'the question for the code')
    world.now += 60_000
    expect((await ask(nextCode('telegram'))).text).not.toContain('Sent')
    expect(opened()).toBe(2)
  }, 60_000)

  test('Telegram: a price that moved asks again in a card of its own', async () => {
    const card = await ask('/open long XRP $100 sl=2%')
    const before = telegram.messages.length
    telegram.tap(501, card, 'Buy XRP')
    await until(() => telegram.messages.length > before, 'the question for the code')
    world.positions.splice(1, 1, { ...(world.positions[1] as (typeof world.positions)[number]), markPrice: '0.61' })
    const again = await ask(nextCode('telegram'))
    expect(again.text).toContain('price moved +1.7 % since you asked: 0.6 → 0.61')
    expect(again.keyboard.flat().map((b) => b.text)).toEqual(['Buy XRP', 'Leave it'])
    expect(opened()).toBe(2)
  }, 60_000)

  test('Discord: the tap opens a modal as its first answer, and the code in it is done; a close takes one tap', async () => {
    const slash = async (name: string, options: Readonly<Record<string, string>>) => {
      const id = discord.slash('601', name, options)
      await until(() => (discord.answerTo(id)?.edits ?? 0) > 0, `an answer to /${name}`)
      return discord.answerTo(id) as NonNullable<ReturnType<FakeDiscord['answerTo']>>
    }
    // The clock of the interactions is the machine's.
    world.now = Date.now()
    const card = await slash('open', { side: 'long', symbol: 'XRP', size: '$100', sl: '2%' })
    const tap = discord.tap('601', card, 'Buy XRP')
    await until(() => discord.answerTo(tap) !== undefined, 'the modal')
    const modal = discord.answerTo(tap) as NonNullable<ReturnType<FakeDiscord['answerTo']>>
    expect(modal.first).toMatchObject({ type: 9, data: { title: 'Authenticator code' } })
    const wrong = discord.submit('601', modal, '000000')
    await until(() => (discord.answerTo(wrong)?.edits ?? 0) > 0, 'the refusal')
    expect(textOf(discord.answerTo(wrong)?.message)).toMatch(/Wrong code. 4 tries left/)
    const sent = discord.submit('601', modal, nextCode('discord'))
    await until(() => (discord.answerTo(sent)?.edits ?? 0) > 0, 'the word that it is sent')
    expect(textOf(discord.answerTo(sent)?.message)).toContain('Sent')
    expect(opened()).toBe(3)
    const close = await slash('close', { what: 'BTC' })
    const label = buttonsOf(close.message)[0]?.label ?? ''
    const yes = discord.tap('601', close, label)
    await until(() => discord.answerTo(yes) !== undefined, 'the answer to the tap')
    expect(discord.answerTo(yes)?.first.type).not.toBe(9)
    await until(() => world.sent.some((c) => c.name === 'close'), 'the close')
  }, 60_000)

  test('five wrong codes lock both chats of nobody else, with an alert', async () => {
    for (const left of [4, 3, 2, 1])
      expect((await ask('/totp verify 000000')).text).toContain(`Wrong code. ${left} ${left === 1 ? 'try' : 'tries'} left`)
    expect((await ask('/totp verify 000000')).text).toContain('locked')
    expect((await ask('/open long XRP $100 sl=2%')).text).toContain('Your authenticator codes are locked')
    expect((await ask('/close BTC')).keyboard.flat().map((b) => b.text)).toContain('Close 0.05 BTC')
    const { sql } = (temporary as NonNullable<typeof temporary>).database
    expect(await sql`select severity from alerts where type = 'access.codes_locked'`).toEqual([{ severity: 'P2' }])
    const slash = discord.slash('601', 'totp', { action: 'verify', code: nextCode('discord') })
    await until(() => (discord.answerTo(slash)?.edits ?? 0) > 0, 'the answer to the other person')
    expect(textOf(discord.answerTo(slash)?.message)).toContain('Your code is correct')
  }, 60_000)

  test('no secret and no code is in what was logged or recorded', () => {
    const kept = JSON.stringify([logged, world.audit, [...world.cards.values()]])
    expect(kept).not.toContain(codeOf(secrets.telegram, stepAt(clock.ms)))
    expect(world.audit.filter((row) => row.command === 'totp').every((row) => !('code' in row.args))).toBe(true)
  })
})
