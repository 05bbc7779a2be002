/**
 * The list of commands behind Telegram's menu button: that of strangers, and that of each known user in their own chat. It changes what is
 * shown, not what is allowed.
 */
import type { Telegram } from 'telegraf'
import { hasRole } from '../../api/commands/command.ts'
import type { BotPorts } from '../ports.ts'
import { textOf } from './error.ts'

const SAFE_FOR_ALL = ['start', 'id', 'help']
const DESCRIPTION_MAX = 256

export async function setMenus(telegram: Telegram, admins: readonly string[], { runner, users, log }: BotPorts): Promise<void> {
  const entry = (command: { readonly name: string; readonly summary: string }) => ({
    command: command.name,
    description: command.summary.slice(0, DESCRIPTION_MAX),
  })
  await telegram.setMyCommands(runner.commands.filter((c) => SAFE_FOR_ALL.includes(c.name)).map(entry))
  const known = [
    ...admins.map((userId) => ({ userId, role: 'admin' as const })),
    ...(await users.list('telegram')).map(({ userId, role }) => ({ userId, role })),
  ]
  for (const { userId, role } of known) {
    const commands = runner.commands.filter((c) => hasRole(role, c.role)).map(entry)
    await telegram.setMyCommands(commands, { scope: { type: 'chat', chat_id: Number(userId) } }).catch((thrown: unknown) => {
      // A user who has not opened the bot yet has no chat.
      log('info', `telegram: no menu for ${userId} yet (${textOf(thrown)})`)
    })
  }
}
