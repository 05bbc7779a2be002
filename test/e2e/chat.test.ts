/**
 * Chat end to end: a whole Ballast with a Telegram and a Discord on loopback, used as a user uses them.
 */
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { FakeDiscord, textOf } from '../fakes/discord-api.ts'
import { FakeTelegram, type SentMessage } from '../fakes/telegram-api.ts'
import { readTrials } from '../../src/backtest/trials/trial-ledger.ts'
import { pathsOf } from '../../src/system/paths.ts'
import { Installation, until } from '../support/process/installation.ts'

const TOKEN = '1234567:fake-token-for-the-loopback-api-1'
const ADMIN = 501
const STRANGER = 777
const DISCORD_ADMIN = '601'

let telegram: FakeTelegram
let discord: FakeDiscord
let ballast: Installation

beforeAll(async () => {
  telegram = new FakeTelegram(TOKEN)
  discord = new FakeDiscord()
  const [telegramUrl, discordUrl] = await Promise.all([telegram.start(), discord.start()])
  ballast = await Installation.make({
    speed: 120,
    config: {
      // Small enough that no day of losses ends the trading before the last test, however slow the machine.
      risk: { tradeLoss: '0.1%' },
      strategies: [
        { strategy: 'ema-cross', symbols: ['BTCUSDT'], params: { fast: 2, slow: 5, stopAtr: 8, targetAtr: 0 } },
        { strategy: 'donchian-breakout', symbols: ['ETHUSDT'], params: { entry: 5, exit: 40, stopAtr: 8 } },
      ],
    },
    env: {
      BALLAST__TELEGRAM__TOKEN: TOKEN,
      BALLAST__TELEGRAM__API_ROOT: telegramUrl,
      BALLAST__TELEGRAM__ADMINS: String(ADMIN),
      BALLAST__DISCORD__TOKEN: 'ZmFrZQ.fake.discord-token',
      BALLAST__DISCORD__API_ROOT: discordUrl,
      BALLAST__DISCORD__GUILD: FakeDiscord.guild,
      BALLAST__DISCORD__ADMINS: DISCORD_ADMIN,
    },
  })
  await ballast.start()
  await until(() => telegram.calls.some((c) => c.method === 'getUpdates'), 'the Telegram bot to poll')
  await until(() => discord.commands.length > 0, 'the Discord commands')
}, 120_000)

afterAll(async () => {
  await ballast?.remove()
  await telegram?.stop()
  await discord?.stop()
}, 60_000)

/** Sends a line and answers the message that comes back. */
async function ask(line: string, user = ADMIN): Promise<SentMessage> {
  const before = telegram.messages.length
  telegram.say(user, line)
  let answer: SentMessage | undefined
  await until(() => {
    answer = telegram.messages.slice(before).find((m) => m.chatId === String(user) && !isAlert(m))
    return answer !== undefined
  }, `an answer to ${line}`)
  return answer as SentMessage
}

/**
 * A card of an alert ends with its instant, and then with who has seen it or that it is over; a card of many says how many.
 * An answer says of what its time is.
 */
const isAlert = ({ text }: SentMessage): boolean =>
  /\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC(\n(Acknowledged by|Over) .*)?$/.test(text) ||
  /\d+ alerts in one|You missed \d+ message|P1 alerts? (is|are) not acknowledged/.test(text)

async function slash(name: string, options: Readonly<Record<string, string>> = {}, user = DISCORD_ADMIN) {
  const id = discord.slash(user, name, options)
  await until(() => (discord.answerTo(id)?.edits ?? 0) > 0, `an answer to /${name}`)
  return discord.answerTo(id) as NonNullable<ReturnType<FakeDiscord['answerTo']>>
}

test('a stranger gets their id once, and gets no data; an admin is told who wrote', async () => {
  const answer = await ask('/positions', STRANGER)
  const notice = (m: SentMessage): boolean => m.chatId === String(ADMIN) && m.text.includes('Unknown user wrote to the bot')
  await until(() => telegram.messages.some(notice), 'the notice to the admin')
  expect(answer.text).toContain(String(STRANGER))
  expect(answer.text).not.toContain('BTC')
  const before = telegram.messages.filter((m) => m.chatId === String(STRANGER)).length
  telegram.say(STRANGER, '/panic')
  telegram.say(STRANGER, '/status')
  expect((await ask('/id')).text).toContain(`Id: telegram:${ADMIN}`)
  expect(telegram.messages.filter((m) => m.chatId === String(STRANGER)).length).toBe(before)
  expect(telegram.messages.filter(notice).length).toBe(1)
})

test('every command is in the Telegram menu of an admin and among the Discord commands', () => {
  const menu = telegram.calls.filter((c) => c.method === 'setMyCommands').map((c) => JSON.stringify(c.body))
  for (const { name } of discord.commands)
    expect(
      menu.some((body) => body.includes(`"${name}"`) || body.includes(`\\"${name}\\"`)),
      name,
    ).toBe(true)
  for (const name of [
    'start',
    'help',
    'id',
    'status',
    'positions',
    'orders',
    'trades',
    'trade',
    'why',
    'balance',
    'flows',
    'pnl',
    'risk',
    'strategies',
    'strategy',
    'pause',
    'resume',
    'close',
    'cancel',
    'panic',
    'halt',
    'backtest',
    'chart',
    'health',
    'version',
  ])
    expect(discord.commands.map((c) => c.name)).toContain(name)
})

test('who did what, a login link, a zone and a report in the chat of a person', async () => {
  expect((await ask('/tz vienna')).text).toContain('Times are in Europe/Vienna now')
  expect((await ask('/audit 5')).text).toMatch(/tz/)
  expect((await ask('/audit verify')).text).toContain('as it was written')
  expect((await ask('/link')).text).toMatch(/http:\/\/127\.0\.0\.1:\d+\/login#[\w-]{43}/)
  expect((await ask('/tz vienna')).text).toContain('Times are in Europe/Vienna now')
  expect((await ask('/status')).text).toMatch(/UTC\+[12]/)
  expect((await ask('/tz off')).text).toContain('UTC')
  expect((await ask('/report daily at 08:00')).text).toContain('each day at 08:00 (UTC)')
  expect((await ask('/report daily off')).text).toContain('No daily report any more')
})

test('Discord has a thread for each trade, which its close ends', async () => {
  const isOver = (): boolean => discord.threads.some((thread) => thread.isArchived)
  await until(isOver, 'a thread to end with its trade', 90_000)
  const thread = discord.threads.find(({ isArchived }) => isArchived)
  expect(thread?.name).toMatch(/^#\d+ (BTC|ETH)USDT (long|short)$/)
  expect(discord.channelMessages.some(({ channel, body }) => channel === thread?.id && JSON.stringify(body).includes('CLOSED'))).toBe(true)
  expect(discord.channelEdits.some(({ message, body }) => message === thread?.id && JSON.stringify(body).includes('CLOSED'))).toBe(true)
})

test('positions agree: exchange, REST, WebSocket, Telegram and Discord', async () => {
  await until(async () => (await ballast.simState()).positions.some((p) => Number(p.size) > 0), 'a position', 60_000)
  let problem = ''
  await until(
    async () => {
      problem = await disagreement()
      return problem === ''
    },
    'all five to agree',
    40_000,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${problem}`)
  })
}, 120_000)

/** Reads the exchange before and after the others: only a moment in which it stood still counts. */
async function disagreement(): Promise<string> {
  const signed = (state: Awaited<ReturnType<Installation['simState']>>): Record<string, number> =>
    Object.fromEntries(
      state.positions.filter((p) => Number(p.size) > 0).map((p) => [p.symbol, (p.side === 'Sell' ? -1 : 1) * Number(p.size)]),
    )
  const before = signed(await ballast.simState())
  const rest = await ballast.get<{ data: { symbol: string; side: string; quantity: string; stopLoss: string | null }[] }>('/positions')
  const socket = await snapshotOf('positions')
  const chat = await ask('/positions')
  const card = await slash('positions')
  const after = signed(await ballast.simState())
  if (JSON.stringify(before) !== JSON.stringify(after) || Object.keys(before).length === 0) return 'the exchange moved on'
  const byRest = Object.fromEntries(rest.data.map((p) => [p.symbol, (p.side === 'short' ? -1 : 1) * Number(p.quantity)]))
  const bySocket = Object.fromEntries(socket.map((p) => [p.symbol, (p.side === 'short' ? -1 : 1) * Number(p.quantity)]))
  const same = (other: Record<string, number>): boolean =>
    Object.keys(before).length === Object.keys(other).length && Object.entries(before).every(([symbol, size]) => other[symbol] === size)
  if (!same(byRest)) return `REST says ${JSON.stringify(byRest)}, the exchange ${JSON.stringify(before)}`
  if (!same(bySocket)) return `WebSocket says ${JSON.stringify(bySocket)}, the exchange ${JSON.stringify(before)}`
  if (rest.data.some((p) => p.stopLoss === null)) return 'a position without a stop'
  for (const [symbol, size] of Object.entries(before)) {
    const coin = symbol.replace('USDT', '')
    for (const [where, text] of [
      ['Telegram', chat.text],
      ['Discord', textOf(card.message)],
    ] as const)
      if (!new RegExp(`${coin}\\s+${size < 0 ? 'S' : 'L'}\\s+${Math.abs(size)}`).test(text))
        return `${where} does not show ${symbol} ${size}: ${text}`
  }
  return ''
}

function snapshotOf(channel: string): Promise<{ symbol: string; side: string; quantity: string }[]> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${ballast.api.replace('http', 'ws')}/api/v1/ws`)
    socket.on('open', () => socket.send(JSON.stringify({ op: 'auth', token: ballast.key })))
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as {
        op?: string
        t?: string
        ok?: boolean
        data?: { symbol: string; side: string; quantity: string }[]
      }
      if (frame.op === 'ack' && frame.ok === false) reject(new Error(String(data)))
      if (frame.op === 'ack' && frame.t === undefined && !subscribed) {
        subscribed = true
        socket.send(JSON.stringify({ op: 'subscribe', args: [{ ch: channel }] }))
      }
      if (frame.t === 'snapshot') {
        socket.close()
        resolve(frame.data ?? [])
      }
    })
    socket.on('error', reject)
    let subscribed = false
  })
}

test('closing asks once with a verb, and a tap closes', async () => {
  let card: SentMessage | undefined
  await until(
    async () => {
      const open = (await ballast.simState()).positions.find((p) => Number(p.size) > 0)
      if (open === undefined) return false
      const answer = await ask(`/close ${open.symbol.replace('USDT', '')} 50%`)
      // The position may have been closed meanwhile.
      if (answer.keyboard.length === 0 || !answer.text.includes('→')) return false
      card = answer
      return true
    },
    'a card to close',
    60_000,
  )
  const labels = (card as SentMessage).keyboard.flat().map((b) => b.text)
  expect(labels.some((l) => l.startsWith('Close '))).toBe(true)
  expect(labels).toContain('Keep it')
  const tapped = telegram.tap(ADMIN, card as SentMessage, 'Close ')
  await until(() => telegram.answered.some((a) => a.id === tapped), 'the tap to be answered')
  await until(() => (card as SentMessage).edits > 0, 'the card to be edited')
  expect((card as SentMessage).text).toMatch(/Clos|refused|no position|changed side|below/i)
  const again = telegram.tapData(ADMIN, card as SentMessage, `c:${'x'.repeat(8)}:y`)
  await until(() => telegram.answered.some((a) => a.id === again), 'a dead button to be answered')
}, 90_000)

test('pictures come with /pnl and /chart', async () => {
  await until(async () => (await ask('/pnl')).photoBytes > 5_000, 'a picture of the equity', 60_000)
  const chart = await ask('/chart BTC')
  expect(chart.photoBytes).toBeGreaterThan(5_000)
}, 90_000)

test('a backtest shows its progress in one message and ends with figures, doubts and a picture', async () => {
  let card: SentMessage | undefined
  await until(
    async () => {
      card = await ask('/backtest ema-cross BTC')
      return card.text.includes('bt_')
    },
    'candles to be stored',
    60_000,
  )
  const message = card as SentMessage
  await until(() => message.photoBytes > 5_000 && message.text.includes('done'), 'the end of the run', 60_000)
  expect(message.text).toMatch(/Warnings: .*in-sample only/s)
  // Counted as one of the terminal is.
  expect(readTrials(pathsOf(ballast.dataDir).trials).entries).toMatchObject([
    { command: 'backtest', strategy: 'ema-cross', trials: [expect.any(String)] },
  ])
}, 130_000)

test('alerts of entries arrive in both chats, in order and once', async () => {
  await until(
    () => telegram.messages.some((m) => m.chatId === String(ADMIN) && /#\d+/.test(m.text) && /(OPENED|CLOSED)/.test(m.text)),
    'an alert in Telegram',
    60_000,
  )
  await until(() => discord.channelMessages.some((m) => /(OPENED|CLOSED)/.test(textOf(m.body))), 'an alert in Discord', 60_000)
  const entries = telegram.messages.filter((m) => m.chatId === String(ADMIN) && isAlert(m)).map((m) => m.text)
  expect(new Set(entries).size).toBe(entries.length)
}, 120_000)

test('429 with retry_after delays an alert and loses none', async () => {
  telegram.faults.push({ method: 'sendMessage', code: 429, description: 'Too Many Requests: retry after 1', retryAfter: 1, times: 1 })
  await until(() => telegram.faults.every((f) => f.times === 0), 'the limit to be met', 60_000)
  const count = telegram.messages.length
  await until(() => telegram.messages.slice(count).some(isAlert), 'the alerts to go on', 60_000)
}, 130_000)

test('Discord answers first within 3 s, keeps money private, and completes symbols', async () => {
  const answer = await slash('status')
  expect(answer.firstAfterMs).toBeLessThan(3_000)
  expect(textOf(answer.message)).toMatch(/SIM/)
  const id = discord.autocomplete(
    DISCORD_ADMIN,
    'positions',
    discord.commands.find((c) => c.name === 'positions')?.options[0]?.name ?? 'symbol',
    'BT',
  )
  await until(() => discord.answerTo(id) !== undefined, 'suggestions')
  expect(JSON.stringify(discord.answerTo(id)?.first)).toContain('BTCUSDT')
  const stranger = await slash('positions', {}, '999')
  expect(textOf(stranger.message)).toMatch(/not authorized/i)
}, 60_000)

test('panic from chat asks, flattens, and says what the exchange reports', async () => {
  const card = await ask('/panic')
  expect(card.keyboard.flat().length).toBeGreaterThan(1)
  const yes = card.keyboard.flat()[0]?.text ?? ''
  expect(yes).not.toMatch(/^(yes|confirm|ok)$/i)
  telegram.tap(ADMIN, card, yes)
  await until(() => card.edits > 0, 'the card to end', 40_000)
  expect(card.text).toMatch(/FLAT: 0 positions, 0 open orders/)
  const state = await ballast.simState()
  expect(state.positions.every((p) => Number(p.size) === 0)).toBe(true)
  const status = await ask('/status')
  expect(status.text).toMatch(/HALTED/)
}, 90_000)

test('a Discord that closes the gateway for good is reported on the other surfaces, tried again, and reported when it is back', async () => {
  const parts = async () => (await ballast.get<{ data: { id: string; status: string; detail: string }[] }>('/health')).data
  const discordIs = async () => (await parts()).find((part) => part.id === 'discord')
  discord.closesWith = 4_004
  const before = discord.connections
  discord.close(4_004)
  await until(async () => (await discordIs())?.status === 'down', 'health to say so')
  await until(
    () => telegram.messages.some((m) => m.text.includes('Commands from Discord are not received')),
    'the alert in Telegram',
    60_000,
  )
  await until(() => discord.connections > before + 1, 'more than one attempt', 60_000)
  discord.closesWith = undefined
  await until(async () => (await discordIs())?.status === 'ok', 'the gateway', 120_000)
  await until(() => telegram.messages.some((m) => m.text.includes('Commands from Discord work again')), 'the end in Telegram', 60_000)
  const alerts = (await ballast.get<{ data: { type: string }[] }>('/alerts')).data.map((alert) => alert.type)
  expect([alerts.filter((type) => type === 'discord.down').length, alerts.filter((type) => type === 'discord.back').length]).toEqual([1, 1])
  expect(textOf((await slash('version')).message)).toContain('Ballast')
}, 240_000)

test('a database that is frozen is reported in both chats, and what was asked meanwhile is answered when it continues', async () => {
  const postmaster = ballast.pidOf('postgres')
  const children = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid, parent]) => (parent === postmaster && pid !== undefined ? [pid] : []))
  const signal = (name: 'SIGSTOP' | 'SIGCONT'): void => {
    for (const pid of [postmaster, ...children])
      try {
        process.kill(pid, name)
      } catch {
        // A session that ended meanwhile.
      }
  }
  signal('SIGSTOP')
  try {
    const told = await ask('/panic')
    expect(told.text).toContain('The database does not answer')
    expect(told.text).toContain('ballast panic --direct')
    const id = discord.slash(DISCORD_ADMIN, 'pause')
    await until(() => (discord.answerTo(id)?.edits ?? 0) > 0, 'an answer on Discord')
    expect(textOf(discord.answerTo(id)?.message)).toContain('The database does not answer')
  } finally {
    signal('SIGCONT')
  }
  await until(async () => /SIM/.test((await ask('/version')).text), 'an answer again', 60_000)
}, 120_000)
