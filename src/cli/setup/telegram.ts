/**
 * `ballast telegram pair`: gives the running bot its token and makes a user admin, asked at this terminal (S17).
 * Never takes the token as a flag and never prints it.
 */
import { existsSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { runningDatabaseUrl, withDatabase } from './running-database.ts'
import { pathsOf } from '../../system/paths.ts'
import { ask } from '../ui/ask.ts'
import { contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { pairAdmin, waitForBot } from './pairing.ts'

const TOKEN = /^\d{5,}:[\w-]{20,}$/

export function register(program: Command): void {
  const telegram = program.command('telegram').description('pair the Telegram bot')
  telegram.command('pair').description('store the bot’s token and make yourself admin').action(runPair)
}

async function runPair(_flags: unknown, command: Command): Promise<void> {
  const context = contextOf(command)
  const { out } = context
  const { values } = context.config()
  const paths = pathsOf(context.dataDir())
  const url = runningDatabaseUrl(context, ', so the bot cannot answer in the chat')
  if (values.telegram.token === undefined && !existsSync(paths.telegramToken)) {
    const token = (await ask('Bot token from @BotFather (hidden): ', true)).trim()
    if (!TOKEN.test(token))
      throw new CliError(EXIT.usage, 'That does not look like a Telegram bot token.', 'Get one from @BotFather: /newbot')
    writeFileSync(paths.telegramToken, `${token}\n`, { mode: 0o600 })
    out.note(`saved to ${paths.telegramToken}, readable only by you`)
  }
  await withDatabase(url, async (sql) => {
    const bot = await waitForBot(
      sql,
      'telegram',
      'Check the token with @BotFather. To use another one, remove telegram.token from the data directory.',
    )
    await pairAdmin(context, sql, 'telegram', 'Run ballast telegram pair again.', (code) =>
      out.line(`Send it to ${bot} from a private chat, or open https://t.me/${bot.replace(/^@/, '')}?start=pair-${code}`),
    )
  })
}
