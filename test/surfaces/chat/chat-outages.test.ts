/**
 * Chats when something goes wrong: updates delivered twice, topics, a first answer that fails, a gateway that is closed, a poll that
 * is refused, a database that is away. The bots against platforms on loopback.
 */
import { HooksPort } from '../../../api/hooks/hooks-port.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DiscordBot } from '../../../bots/discord/bot.ts'
import type { BotPorts } from '../../../bots/ports.ts'
import { SeenUpdates } from '../../../bots/seen-updates.ts'
import { TelegramBot } from '../../../bots/telegram/bot.ts'
import { troubleOf } from '../../../db/error.ts'
import { ChatOutage } from '../../../src/process/watch/chat-outage.ts'
import { FakeDiscord, buttonsOf, textOf } from '../../fakes/discord-api.ts'
import { type Fault, FakeTelegram, type SentMessage } from '../../fakes/telegram-api.ts'
import { type World, makeWorld } from '../../support/command-world.ts'
import { freePorts, until } from '../../support/process/installation.ts'

const TOKEN = '1234567:fake-token-for-the-loopback-api-1'
const GROUP = { id: -1001, type: 'supergroup', topic: 77 }

let telegram: FakeTelegram
let discord: FakeDiscord
let world: World
const bots: { stop(): Promise<void> }[] = []
let health: string[] = []
let logged: string[] = []
let begun: Set<string>
let database: { since: number | undefined; waiting: Set<() => void> }

beforeEach(() => {
  telegram = new FakeTelegram(TOKEN)
  discord = new FakeDiscord()
  world = makeWorld()
  world.now = Date.now()
  health = []
  logged = []
  begun = new Set()
  database = { since: undefined, waiting: new Set() }
})
afterEach(async () => {
  for (const bot of bots.splice(0)) await bot.stop()
  await telegram.stop()
  await discord.stop()
})

const ports = (): BotPorts => ({
  runner: world.runner,
  users: { find: async () => undefined, list: async () => [], put: async () => {} },
  pairing: { present: async () => 'none' },
  database: {
    downSinceMs: () => database.since,
    onDown: (callback) => {
      database.waiting.add(callback)
      return () => database.waiting.delete(callback)
    },
    troubleOf,
  },
  seen: new SeenUpdates(
    {
      begin: async (id) => {
        if (begun.has(id)) return false
        begun.add(id)
        return true
      },
      end: async () => {},
    },
    () => {},
  ),
  badge: '⚙️ SIM',
  nowMs: () => world.now,
  log: (_, text) => void logged.push(text),
  health: (status, detail) => void health.push(`${status} ${detail}`),
})

const lose = (): void => {
  database.since = Date.UTC(2026, 0, 1, 17, 12, 49)
  for (const callback of database.waiting) callback()
}

let apiRoot = ''
async function startTelegram(webhookPort?: number): Promise<TelegramBot> {
  if (apiRoot === '' || bots.length === 0) apiRoot = await telegram.start()
  const hooks = webhookPort === undefined ? undefined : new HooksPort(webhookPort)
  const webhook =
    hooks === undefined
      ? undefined
      : {
          url: 'https://example.org/telegram',
          secret: 's3cret',
          take: (path: string, handler: Parameters<HooksPort['openPath']>[1]) => hooks.openPath(path, handler),
        }
  const bot = new TelegramBot({ token: TOKEN, apiRoot, access: { admins: ['501'], chats: ['-1001:admin'] }, webhook }, ports())
  expect(await bot.start()).toBeUndefined()
  bots.push(bot)
  return bot
}
async function startDiscord(): Promise<DiscordBot> {
  const options = {
    token: 'ZmFrZQ.fake.discord-token',
    apiRoot: await discord.start(),
    guild: FakeDiscord.guild,
    access: { admins: ['601'], chats: [] },
  }
  const bot = new DiscordBot(options, ports(), { suggest: async () => [] })
  expect(await bot.start()).toBeUndefined()
  bots.push(bot)
  return bot
}
async function asked(line: string, chat?: typeof GROUP): Promise<SentMessage> {
  const before = telegram.messages.length
  telegram.say(501, line, chat)
  await until(() => telegram.messages.length > before, `an answer to ${line}`)
  return telegram.messages[before] as SentMessage
}

test('Telegram: answers, cards and their ends are in the topic of the command', async () => {
  await startTelegram()
  expect((await asked('/positions', GROUP)).topic).toBe(77)
  const card = await asked('/close BTC 50%', GROUP)
  expect(card.topic).toBe(77)
  telegram.tap(501, card, 'Close ')
  await until(() => card.edits > 0, 'the card to be edited')
  const shown = telegram.messages.length
  telegram.tapData(501, card, 'x:positions')
  await until(() => telegram.messages.length > shown, 'an answer to a button')
  expect(telegram.messages.at(-1)?.topic).toBe(77)
  expect((await asked('/positions')).topic).toBeUndefined()
})

test('Telegram: an update that a webhook delivers twice is handled once', async () => {
  const [port = 0] = await freePorts(1)
  await startTelegram(port)
  const tell = (id: number, text: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/telegram`, {
      method: 'POST',
      headers: { 'x-telegram-bot-api-secret-token': 's3cret' },
      body: JSON.stringify({
        update_id: id,
        message: {
          message_id: id,
          date: Math.floor(Date.now() / 1000),
          text,
          chat: { id: 501, type: 'private' },
          from: { id: 501, is_bot: false, first_name: 'a' },
        },
      }),
    })
  for (const [id, text] of [
    [1, '/status'],
    [2, '/open long XRP $100 sl=2%'],
    [3, '/pause'],
  ] as const)
    await Promise.all([tell(id, text), tell(id, text), tell(id, text)])
  await tell(4, '/version')
  await until(() => telegram.messages.some((m) => m.text.includes('Ballast 0.1.0')), 'the last answer')
  expect(telegram.messages).toHaveLength(4)
  expect(world.sent.filter((command) => command.name === 'pause')).toHaveLength(1)
})

test('Telegram: what is delivered again after a restart is not done again, but for what reduces risk', async () => {
  const bot = await startTelegram()
  await asked('/open long XRP $100 sl=2%')
  await asked('/pause')
  await asked('/status')
  await bot.stop()
  const before = telegram.messages.length
  // This Telegram keeps what was fetched: a new bot gets all of it again.
  await startTelegram()
  await until(() => telegram.messages.length >= before + 2, 'the answers of the second bot')
  await asked('/version')
  const again = telegram.messages.slice(before).map((m) => m.text)
  expect(again.filter((text) => /XRP/.test(text))).toEqual([])
  expect(world.sent.filter((command) => command.name === 'pause')).toHaveLength(2)
})

test('Telegram: a refused poll is down until one succeeds, and then well again', async () => {
  await startTelegram()
  await asked('/status')
  telegram.faults.push({ method: 'getUpdates', code: 409, description: 'Conflict: terminated by other getUpdates request', times: 1 })
  telegram.say(501, '/version')
  await until(() => health.some((line) => line.startsWith('down')), 'the refusal', 20_000)
  expect(health.at(-1)).toContain('409')
  await until(() => health.at(-1)?.startsWith('ok') === true, 'the next success', 20_000)
  expect((await asked('/status')).text).toContain('SIM')
}, 40_000)

const faultsOf: readonly [string, Omit<Fault, 'times'>][] = [
  ['asked to wait', { code: 429, description: 'Too Many Requests: retry after 1', retryAfter: 1 }],
  ['a gateway that fails', { code: 502, description: 'Bad Gateway' }],
]
test.each(faultsOf)(
  'Telegram: %s delays an answer and the end of its card, and no command after it',
  async (_, fault) => {
    await startTelegram()
    telegram.faults.push({ ...fault, method: 'sendMessage', times: 2 })
    telegram.say(501, '/close BTC 50%')
    await until(() => telegram.faults.some((f) => f.times === 1), 'the fault')
    telegram.say(501, '/pause')
    await until(() => world.sent.some((command) => command.name === 'pause'), 'the pause, before its answer can be sent')
    await until(() => telegram.messages.length === 2, 'both answers')
    const card = telegram.messages.find((m) => m.keyboard.flat().some((b) => b.text === 'Keep it')) as SentMessage
    telegram.faults.push({ ...fault, method: 'editMessageText', times: 1 })
    telegram.tap(501, card, 'Close ')
    await until(() => card.edits > 0, 'the end of the card')
    expect(card.keyboard.flat().map((b) => b.text)).not.toContain('Keep it')
    expect(telegram.messages).toHaveLength(2)
  },
  30_000,
)

test('Telegram: an answer that Telegram refuses is given up at once, and the log has its title', async () => {
  await startTelegram()
  telegram.faults.push({ method: 'sendMessage', code: 403, description: 'Forbidden: bot was blocked by the user', times: 1 })
  telegram.say(501, '/version')
  await until(() => logged.length > 0, 'a line in the log')
  expect(logged).toEqual(["telegram: 'Ballast 0.1.0' could not be sent (403 Forbidden: bot was blocked by the user)"])
  expect((await asked('/version')).text).toContain('Ballast 0.1.0')
})

test('Discord: a first answer that is refused keeps no pause from being done, and it is reported in the channel', async () => {
  await startDiscord()
  discord.firstFaults.push(10_062)
  discord.slash('601', 'pause')
  await until(() => discord.channelMessages.length > 0, 'a message in the channel')
  expect(world.sent.map((command) => command.name)).toEqual(['pause'])
  discord.firstFaults.push(10_062)
  discord.slash('601', 'close', { what: 'BTC', amount: '50%' })
  await until(() => discord.channelMessages.length > 1, 'the card in the channel')
  expect(buttonsOf(discord.channelMessages[1]?.body).map((b) => b.label)).toContain('Keep it')
  discord.firstFaults.push(10_062)
  discord.slash('601', 'open', { side: 'long', symbol: 'XRP', size: '$100', sl: '2%' })
  discord.slash('601', 'version')
  await until(() => discord.answers.some((a) => textOf(a.message).includes('Ballast 0.1.0')), 'another answer')
  expect([world.sent.length, world.cards.size, discord.channelMessages.length]).toEqual([1, 1, 2])
}, 30_000)

test('Discord: a gateway that is closed for good is down with the reason; a broken one reconnects', async () => {
  const bot = await startDiscord()
  discord.close(4_000)
  await until(() => health.at(-1) === 'ok gateway resumed' || discord.connections > 1, 'another connection', 20_000)
  expect(bot.isLost).toBe(false)
  await until(() => health.at(-1)?.startsWith('ok') === true, 'the connection', 20_000)
  discord.close(4_004)
  await until(() => bot.isLost, 'the end')
  expect(health.at(-1)).toBe('down Discord closed the gateway: 4004 the token is not valid')
}, 60_000)

test('an outage of a chat is reported once after ten seconds, with its reason, and once when it is over', async () => {
  const told: string[] = []
  const clock = { ms: 0 }
  const outage = new ChatOutage('discord', {
    alert: async ({ type, summary }) => void told.push(`${type}: ${summary}`),
    wallMs: () => clock.ms,
    steadyMs: () => clock.ms,
  })
  await outage.look()
  expect(told).toEqual([])
  outage.onStatus('ok', '')
  await outage.look()
  // Whether one was reported before is for the table to know: its end is reported only then.
  expect(told.splice(0)).toEqual(['discord.back: Commands from Discord work again.'])
  outage.onStatus('down', '4004')
  for (clock.ms = 1_000; clock.ms < 60_000; clock.ms += 1_000) {
    outage.onStatus('down', '4004')
    await outage.look()
  }
  expect(told.splice(0)).toEqual([
    'discord.down: Commands from Discord are not received: 4004. Retrying; the terminal and the API still work.',
  ])
  outage.onStatus('ok', '')
  await outage.look()
  await outage.look()
  expect(told.splice(0)).toEqual(['discord.back: Commands from Discord work again.'])
  outage.onStatus('warn', 'gateway reconnecting')
  clock.ms += 5_000
  await outage.look()
  outage.onStatus('ok', '')
  await outage.look()
  expect(told).toEqual([])
})

test('S14: while the database is away chats say so, what flattens, and whether it may come yet', async () => {
  await startTelegram()
  await startDiscord()
  // Lost while it is asked: it hangs, as a frozen server does.
  world.ports.reads.account = () => new Promise(() => {})
  telegram.say(501, '/status')
  await until(() => database.waiting.size > 0, 'the question')
  lose()
  await until(() => telegram.messages.length > 0, 'an answer')
  expect(telegram.messages[0]?.text).toContain('The database does not answer (since 17:12:49 UTC).')
  expect(telegram.messages[0]?.text).toContain('Your request may still be carried out when it is back')
  expect(telegram.messages[0]?.text).toContain('ballast panic --direct')
  // Away before: not begun.
  const told = await asked('/pause')
  expect(told.text).toContain('Not done')
  expect(told.text).toContain('ballast panic --direct')
  const id = discord.slash('601', 'panic')
  await until(() => (discord.answerTo(id)?.edits ?? 0) > 0, 'an answer on Discord')
  expect(textOf(discord.answerTo(id)?.message)).toContain('ballast panic --direct')
  expect(world.sent).toEqual([])
  // A stranger learns nothing.
  const before = telegram.messages.length
  telegram.say(777, '/status')
  expect((await asked('/version')).text).toContain('Not done')
  expect(telegram.messages.slice(before).every((m) => m.chatId !== '777')).toBe(true)
  database.since = undefined
  expect((await asked('/version')).text).toContain('Ballast 0.1.0')
}, 30_000)

test('a database that refuses, and a defect, are answered too', async () => {
  await startTelegram()
  world.ports.reads.account = async () => {
    throw Object.assign(new Error('write CONNECTION_CLOSED 127.0.0.1:1'), { code: 'CONNECTION_CLOSED' })
  }
  expect((await asked('/status')).text).toContain('The database does not answer')
  world.ports.reads.account = async () => {
    throw new TypeError('secret detail')
  }
  const failed = await asked('/status')
  expect(failed.text).toContain('Internal error in Ballast')
  expect(failed.text).not.toContain('secret detail')
})
