/**
 * `ballast user totp`: enrols, replaces or removes the one-time codes of a person in a chat, at this terminal only (S17).
 * Never shows a secret that was enrolled before, and never keeps one that was not proven by a code.
 */
import type { Command } from 'commander'
import encodeQR from 'qr'
import { PostgresChatUsers } from '../../../db/chat-users.ts'
import { connectDatabase } from '../../../db/client.ts'
import { PostgresCodes } from '../../../db/codes.ts'
import { PostgresAudit } from '../../../db/confirmations.ts'
import { sharedUrl } from '../../../db/embedded/embedded.ts'
import { makeSecret, matchedStep, otpauthUri, toBase32 } from '../../../db/totp-code.ts'
import type { Config } from '../../config/config-schema.ts'
import { pathsOf } from '../../system/paths.ts'
import { ask } from '../ui/ask.ts'
import { type CliContext, contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'

const TRIES = 3

export function register(program: Command): void {
  const user = program.command('user').description('one-time codes of people in chats')
  user
    .command('totp')
    .description('give somebody one-time codes for what adds risk on live, or take them away')
    .argument('<who>', 'name, id, or telegram:ID, discord:ID')
    .option('--remove', 'take them away')
    .action(runTotp)
}

async function runTotp(who: string, flags: { readonly remove?: boolean }, command: Command): Promise<void> {
  const context = contextOf(command)
  if (context.flags.json === true) throw new CliError(EXIT.usage, 'A secret is shown to people only.', 'Leave --json out.')
  const { values } = context.config()
  const paths = pathsOf(context.dataDir())
  const url = values.databaseUrl ?? sharedUrl(paths.root)
  if (url === undefined) throw new CliError(EXIT.error, 'Ballast does not run here.', 'Start it in another terminal: npm start')
  const connected = await connectDatabase({ url, max: 2 })
  if (!connected.ok) throw new CliError(EXIT.error, connected.error.sentence, connected.error.next)
  const { sql, close } = connected.value
  try {
    const actor = await actorOf(who, values, new PostgresChatUsers(sql))
    const codes = new PostgresCodes(sql, paths.codesKey, Date.now)
    const did = flags.remove === true ? await remove(context, codes, actor) : await enrol(context, codes, actor, values.profile)
    await new PostgresAudit(sql, (text) => context.out.note(text)).write({
      actor: 'terminal',
      surface: 'cli',
      command: 'user totp',
      args: { user: actor },
      role: 'admin',
      decision: 'done',
      result: did,
      requestId: `terminal-${Date.now().toString(36)}`,
    })
  } finally {
    await close()
  }
}

async function remove({ out }: CliContext, codes: PostgresCodes, actor: string): Promise<string> {
  if (!(await codes.remove(actor))) throw new CliError(EXIT.notFound, `${actor} has no one-time codes.`)
  out.line(`${actor} has no one-time codes any more: on live, what adds risk is refused to them in chat.`)
  return 'removed'
}

async function enrol({ out, flags }: CliContext, codes: PostgresCodes, actor: string, profile: string): Promise<string> {
  const { isEnrolled } = await codes.state(actor)
  if (isEnrolled && flags.yes !== true) {
    const answer = await ask(`${actor} has one-time codes. Replace them? [y/N] `, false)
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(EXIT.notConfirmed, 'They stay as they are.')
  }
  const secret = makeSecret()
  const uri = otpauthUri(secret, `Ballast ${profile}`, actor)
  out.line(`Add this to an authenticator app of ${actor}. It is shown this once.`)
  // Made of blocks, so that it is on no disk and in no clipboard.
  if (!out.options.plain) out.line(encodeQR(uri, 'ascii').trimEnd())
  out.line(`Key  ${(toBase32(secret).match(/.{1,4}/g) ?? []).join(' ')}`)
  out.line(`Link ${uri}`)
  for (let left = TRIES; left > 0; left--) {
    const code = await ask('Code that the app shows now: ', false)
    const step = matchedStep(secret, code.trim(), Date.now())
    if (step !== undefined) {
      await codes.enrol(actor, secret, step)
      out.line(`${actor} confirms with one-time codes from now on. To try one in the chat: /totp verify 123456`)
      return isEnrolled ? 'replaced' : 'enrolled'
    }
    if (left > 1) out.note('That is not the code of this key. Is the clock of the phone right?')
  }
  throw new CliError(EXIT.notConfirmed, 'No code was right: nothing was kept.', 'Set the clock of the phone to automatic and try again.')
}

/** The person in the one form in which commands know them: `telegram:501`. */
async function actorOf(who: string, { telegram, discord }: Config, users: PostgresChatUsers): Promise<string> {
  const known = [
    ...(await users.list('telegram')),
    ...(await users.list('discord')),
    ...telegram.admins.map((userId) => ({ platform: 'telegram', userId, name: '' })),
    ...discord.admins.map((userId) => ({ platform: 'discord', userId, name: '' })),
  ]
  const name = who.replace(/^@/, '').toLowerCase()
  const found = new Set(
    known
      .map((user) => ({ ...user, actor: `${user.platform}:${user.userId}` }))
      .filter((user) => user.actor === name || user.userId === name || user.name.toLowerCase() === name)
      .map((user) => user.actor),
  )
  const [only] = found
  if (found.size === 1 && only !== undefined) return only
  if (found.size > 1) throw new CliError(EXIT.usage, `${who} is more than one: ${[...found].join(', ')}.`, 'Name one of them.')
  const all = [...new Set(known.map((user) => `${user.platform}:${user.userId}${user.name === '' ? '' : ` (${user.name})`}`))]
  throw new CliError(
    EXIT.notFound,
    `Nobody here is called ${who}.`,
    all.length === 0 ? 'Pair somebody first: ballast telegram pair' : `Known: ${all.join(', ')}`,
  )
}
