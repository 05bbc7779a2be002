/**
 * Makes a user of a chat admin: a code for the chat, and a question at this terminal (S17).
 */
import { randomInt } from 'node:crypto'
import { PostgresAudit } from '../../../db/access/audit.ts'
import { pathsOf } from '../../system/paths.ts'
import { PostgresChatUsers, PostgresPairing } from '../../../db/access/chat-users.ts'
import type { Sql } from '../../../db/client.ts'
import { readHealth } from '../../../db/health.ts'
import { ask } from '../ui/ask.ts'
import type { CliContext } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'

type Platform = ConstructorParameters<typeof PostgresPairing>[1]

const CODE_TTL_MS = 300_000
const BOT_START_MS = 20_000

/** Name of the bot, once the running Ballast has started it. @throws CliError where it does not. */
export async function waitForBot(sql: Sql, platform: Platform, next: string): Promise<string> {
  const limit = performance.now() + BOT_START_MS
  let last = 'the bot has not started'
  while (performance.now() < limit) {
    const part = (await readHealth(sql)).find((p) => p.part === platform)
    if (part?.status === 'ok') return part.detail
    if (part !== undefined) last = part.detail
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  throw new CliError(EXIT.error, `${platform === 'telegram' ? 'Telegram' : 'Discord'} does not answer: ${last}.`, next)
}

/** @param tell says where the code is to be sent */
export async function pairAdmin(
  context: CliContext,
  sql: Sql,
  platform: Platform,
  again: string,
  tell: (code: string) => void,
): Promise<string> {
  const pairing = new PostgresPairing(sql, platform)
  const code = String(randomInt(0, 1_000_000)).padStart(6, '0')
  await pairing.open(code, CODE_TTL_MS)
  context.out.line(`Code ${code}, valid for 5 minutes.`)
  tell(code)
  try {
    const audit = new PostgresAudit(sql, pathsOf(context.dataDir()).auditHead, (text) => context.out.note(text))
    return await decide(context, pairing, new PostgresChatUsers(sql), audit, platform, again)
  } finally {
    await pairing.close()
  }
}

async function decide(
  context: CliContext,
  pairing: PostgresPairing,
  users: PostgresChatUsers,
  audit: PostgresAudit,
  platform: Platform,
  again: string,
): Promise<string> {
  for (;;) {
    const state = await pairing.state()
    if (state === undefined || state.expiresAtMs < Date.now()) throw new CliError(EXIT.notConfirmed, 'The code has expired.', again)
    if (state.wrong >= 5) throw new CliError(EXIT.notConfirmed, 'Five wrong codes were sent: this code is now invalid.', again)
    if (state.candidate !== null) {
      const { userId, name } = state.candidate
      const answer = context.flags.yes === true ? 'y' : await ask(`@${name} (${userId}) wants admin [y/N] `, false)
      const isYes = /^y(es)?$/i.test(answer.trim())
      if (isYes) await users.put({ platform, userId, role: 'admin', name })
      await audit.write({
        actor: 'terminal',
        surface: 'cli',
        command: `${platform} pair`,
        args: { user: `${platform}:${userId}`, name },
        role: 'admin',
        decision: isYes ? 'done' : 'rejected',
        result: isYes ? 'admin' : 'unchanged',
        requestId: `terminal-${Date.now().toString(36)}`,
      })
      await pairing.decide(isYes ? 'yes' : 'no')
      // The bot reads the decision and informs the user.
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      if (!isYes) throw new CliError(EXIT.notConfirmed, `@${name} was not made admin.`)
      context.out.line(`@${name} is admin. Try /status in the chat.`)
      return userId
    }
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
