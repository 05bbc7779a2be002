/**
 * `ballast telegram pair`: gives the running bot its token and makes a person admin, asked at this terminal (S17).
 * Never takes the token as a flag and never prints it.
 */
import { randomInt } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { connectDatabase } from '../../db/client.ts'
import { PostgresChatUsers, PostgresPairing } from '../../db/chat-users.ts'
import { sharedUrl } from '../../db/embedded.ts'
import { readHealth } from '../../db/health.ts'
import { pathsOf } from '../app/paths.ts'
import { ask } from './ask.ts'
import { type CliContext, contextOf } from './context.ts'
import { CliError, EXIT } from './exit.ts'

const CODE_TTL_MS = 300_000
const BOT_START_MS = 20_000
const TOKEN = /^\d{5,}:[\w-]{20,}$/

export function register(program: Command): void {
  const telegram = program.command('telegram').description('pair the Telegram bot')
  telegram.command('pair').description('give the bot its token and make yourself admin').action(runPair)
}

async function runPair(_flags: unknown, command: Command): Promise<void> {
  const context = contextOf(command)
  const { out } = context
  const { values } = context.config()
  const paths = pathsOf(context.dataDir())
  const url = values.databaseUrl ?? sharedUrl(paths.root)
  if (url === undefined)
    throw new CliError(
      EXIT.error,
      'Ballast does not run here, so that nobody could answer in the chat.',
      'Start it in another terminal: npm start',
    )
  if (values.telegram.token === undefined && !existsSync(paths.telegramToken)) {
    const token = (await ask('Token that @BotFather gave (it is not shown): ', true)).trim()
    if (!TOKEN.test(token))
      throw new CliError(EXIT.usage, 'That does not look like a token of Telegram.', 'Ask @BotFather for one: /newbot')
    writeFileSync(paths.telegramToken, `${token}\n`, { mode: 0o600 })
    out.note(`kept in ${paths.telegramToken}, readable by you only`)
  }
  const connected = await connectDatabase({ url, max: 2 })
  if (!connected.ok) throw new CliError(EXIT.error, connected.error.sentence, connected.error.next)
  const { sql, close } = connected.value
  try {
    const bot = await waitForBot(sql)
    const pairing = new PostgresPairing(sql)
    const code = String(randomInt(0, 1_000_000)).padStart(6, '0')
    await pairing.open(code, CODE_TTL_MS)
    out.line(`Code ${code}, valid for 5 minutes.`)
    out.line(`Send it to ${bot} from a private chat, or open https://t.me/${bot.replace(/^@/, '')}?start=pair-${code}`)
    await decide(context, pairing, new PostgresChatUsers(sql))
    await pairing.close()
  } finally {
    await close()
  }
}

/** Name of the bot, once the running Ballast has started it. */
async function waitForBot(sql: Parameters<typeof readHealth>[0]): Promise<string> {
  const limit = Date.now() + BOT_START_MS
  let last = 'the bot has not started'
  while (Date.now() < limit) {
    const part = (await readHealth(sql)).find((p) => p.part === 'telegram')
    if (part?.status === 'ok') return part.detail
    if (part !== undefined) last = part.detail
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  throw new CliError(
    EXIT.error,
    `Telegram does not answer: ${last}.`,
    'Check the token with @BotFather; to give another one remove telegram.token from the data directory.',
  )
}

async function decide(context: CliContext, pairing: PostgresPairing, users: PostgresChatUsers): Promise<void> {
  for (;;) {
    const state = await pairing.state()
    if (state === undefined || state.expiresAtMs < Date.now())
      throw new CliError(EXIT.notConfirmed, 'The code has expired.', 'Run ballast telegram pair again.')
    if (state.wrong >= 5)
      throw new CliError(EXIT.notConfirmed, 'Five wrong codes were sent: this one is burned.', 'Run ballast telegram pair again.')
    if (state.candidate !== null) {
      const { userId, name } = state.candidate
      const answer = context.flags.yes === true ? 'y' : await ask(`@${name} (${userId}) wants admin [y/N] `, false)
      const isYes = /^y(es)?$/i.test(answer.trim())
      if (isYes) await users.put({ platform: 'telegram', userId, role: 'admin', name })
      await pairing.decide(isYes ? 'yes' : 'no')
      // The bot reads the decision and tells the person.
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      if (!isYes) throw new CliError(EXIT.notConfirmed, `@${name} was not made admin.`)
      context.out.line(`@${name} is admin. Try /status in the chat.`)
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
