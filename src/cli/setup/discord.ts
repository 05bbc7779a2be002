/**
 * `ballast discord setup`: checks the token, gives it to the running bot, makes a user admin, and makes the channels.
 * Never takes the token as a flag and never prints it.
 */
import type { Problem } from '../../core/problem.ts'
import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { PostgresChatUsers } from '../../../db/access/chat-users.ts'
import { runningDatabaseUrl, withDatabase } from './running-database.ts'
import { DiscordSetup } from '../../../bots/discord/setup.ts'
import { pathsOf, readDiscordFile } from '../../system/paths.ts'
import type { Result } from '../../core/result.ts'
import { ask } from '../ui/ask.ts'
import { contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { pairAdmin, waitForBot } from './pairing.ts'

const AGAIN = 'Run ballast discord setup again.'

export function register(program: Command): void {
  const discord = program.command('discord').description('set up the Discord bot')
  discord
    .command('setup')
    .description('store the bot’s token, make yourself admin and create its channels')
    .option('--guild <id>', 'server id; asked for if missing')
    .action(runSetup)
}

async function runSetup(flags: { readonly guild?: string }, command: Command): Promise<void> {
  const context = contextOf(command)
  const { out } = context
  const { values } = context.config()
  const paths = pathsOf(context.dataDir())
  const url = runningDatabaseUrl(context, ', so the bot cannot answer in the chat')
  const kept = readDiscordFile(paths)
  const token = values.discord.token ?? kept?.token ?? (await ask('Bot token from discord.com/developers (hidden): ', true)).trim()
  if (token === '')
    throw new CliError(EXIT.usage, 'No token entered.', 'Create one at discord.com/developers: your application, Bot, Reset Token.')
  const setup = new DiscordSetup(token, values.discord.apiRoot)
  const bot = settled(await setup.identity())
  const guild =
    flags.guild ?? values.discord.guild ?? kept?.guild ?? (await ask('Server id (right-click the server, Copy Server ID): ', false)).trim()
  if (!/^\d{1,20}$/.test(guild))
    throw new CliError(
      EXIT.usage,
      `'${guild}' is not a server id.`,
      'Turn on Developer Mode in Discord, then right-click the server and copy its id.',
    )
  const server = settled(await setup.server(guild, bot))
  out.line(`The bot ${bot.name} is on ${server}.`)
  if (values.discord.token === undefined) {
    writeFileSync(paths.discord, `${JSON.stringify({ token, guild })}\n`, { mode: 0o600 })
    out.note(`saved to ${paths.discord}, readable only by you`)
  }
  await withDatabase(url, async (sql) => {
    await waitForBot(sql, 'discord', 'Check with: ballast health. To use another token, remove discord.json from the data directory.')
    const users = new PostgresChatUsers(sql)
    const admins = new Set([...values.discord.admins, ...(await users.list('discord')).map((user) => user.userId)])
    if (admins.size === 0)
      admins.add(await pairAdmin(context, sql, 'discord', AGAIN, (code) => out.line(`On ${server}, send:  /start token:${code}`)))
    const made = settled(await setup.makeChannels(guild, bot, [...admins]))
    out.line(
      made.length === 0
        ? 'All channels exist.'
        : `Created ${made.map((name) => `#${name}`).join(' ')}; only the bot, the admins and the server’s owner can see them.`,
    )
  })
}

function settled<T>(result: Result<T, Problem>): T {
  if (result.ok) return result.value
  throw new CliError(EXIT.error, result.error.sentence, result.error.next)
}
