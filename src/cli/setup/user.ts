/**
 * `ballast user`: people of the chats, over the running Ballast; `user totp` enrols, replaces or removes the one-time codes of a user in a chat, at this terminal only (S17).
 * Never shows a secret that was enrolled before, and never keeps one that was not proven by a code.
 */
import type { Command } from 'commander'
import encodeQR from 'qr'
import { PostgresChatUsers } from '../../../db/access/chat-users.ts'
import { runningDatabaseUrl, withDatabase } from './running-database.ts'
import { PostgresCodes } from '../../../db/access/codes.ts'
import { PostgresAudit } from '../../../db/access/audit.ts'
import { makeSecret, matchedStep, otpauthUri, toBase32 } from '../../../db/access/totp-code.ts'
import type { Config } from '../../config/sections/config-schema.ts'
import { pathsOf } from '../../system/paths.ts'
import { ask } from '../ui/ask.ts'
import { type CliContext, contextOf } from '../context.ts'
import { clientOf } from '../control/api-access.ts'
import { once } from '../control/control.ts'
import { CliError, EXIT } from '../exit.ts'

const TRIES = 3

export function register(program: Command): void {
  const user = program.command('user').description('people of the chats: their roles and authenticator codes')
  const asked = (verb: string, words: readonly string[], command: Command): Promise<void> => {
    const context = contextOf(command)
    return once(context, clientOf(context), 'user', [verb, ...words])
  }
  user
    .command('list')
    .description('list people of the chats, with role and authenticator')
    .action((_flags: unknown, command: Command) => asked('list', [], command))
  user
    .command('add')
    .description('let a person use the chats; they see their id with /id')
    .argument('<id>', 'telegram:ID or discord:ID')
    .argument('<role>', 'viewer, operator, trader or admin')
    .argument('[name]', 'how they are called')
    .action((id: string, role: string, name: string | undefined, _flags: unknown, command: Command) =>
      asked('add', [id, role, ...(name === undefined ? [] : [name])], command),
    )
  user
    .command('role')
    .description('change what a person may do, from their next message on')
    .argument('<who>', 'name, id, telegram:ID or discord:ID')
    .argument('<role>', 'viewer, operator, trader or admin')
    .action((who: string, role: string, _flags: unknown, command: Command) => asked('role', [who, role], command))
  user
    .command('remove')
    .description('take a person’s access away, at once')
    .argument('<who>', 'name, id, telegram:ID or discord:ID')
    .action((who: string, _flags: unknown, command: Command) => asked('remove', [who], command))
  user
    .command('sessions')
    .description('list browsers that are logged in, or end a login')
    .argument('[end]', 'end')
    .argument('[id]', 'its id, or all')
    .action((verb: string | undefined, id: string | undefined, _flags: unknown, command: Command) => {
      const context = contextOf(command)
      return once(
        context,
        clientOf(context),
        'sessions',
        [verb, id].filter((word) => word !== undefined),
      )
    })
  user
    .command('totp')
    .description('enroll a user’s authenticator app, which confirms commands that add risk on live, or remove it')
    .argument('<who>', 'name, id, telegram:ID or discord:ID')
    .option('--remove', 'remove the authenticator')
    .action(runTotp)
}

async function runTotp(who: string, flags: { readonly remove?: boolean }, command: Command): Promise<void> {
  const context = contextOf(command)
  if (context.flags.json === true) throw new CliError(EXIT.usage, 'The secret cannot be shown with --json.', 'Run it without --json.')
  const { values } = context.config()
  const paths = pathsOf(context.dataDir())
  const url = runningDatabaseUrl(context)
  await withDatabase(url, async (sql) => {
    const actor = await actorOf(who, values, new PostgresChatUsers(sql))
    const codes = new PostgresCodes(sql, paths.codesKey, Date.now)
    const did = flags.remove === true ? await remove(context, codes, actor) : await enrol(context, codes, actor, values.profile)
    await new PostgresAudit(sql, paths.auditHead, (text) => context.out.note(text)).write({
      actor: 'terminal',
      surface: 'cli',
      command: 'user totp',
      args: { user: actor },
      role: 'admin',
      decision: 'done',
      result: did,
      requestId: `terminal-${Date.now().toString(36)}`,
    })
  })
}

async function remove({ out }: CliContext, codes: PostgresCodes, actor: string): Promise<string> {
  if (!(await codes.remove(actor))) throw new CliError(EXIT.notFound, `${actor} has no authenticator.`)
  out.line(`Removed the authenticator of ${actor}. On live, chat now refuses their commands that add risk.`)
  return 'removed'
}

async function enrol({ out, flags }: CliContext, codes: PostgresCodes, actor: string, profile: string): Promise<string> {
  const { isEnrolled } = await codes.state(actor)
  if (isEnrolled && flags.yes !== true) {
    const answer = await ask(`${actor} already has an authenticator. Replace it? [y/N] `, false)
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(EXIT.notConfirmed, 'Authenticator unchanged.')
  }
  const secret = makeSecret()
  const uri = otpauthUri(secret, `Ballast ${profile}`, actor)
  out.line(`Add this to the authenticator app of ${actor}. It is shown only once.`)
  // Made of blocks, so that it is on no disk and in no clipboard.
  if (!out.options.plain) out.line(encodeQR(uri, 'ascii').trimEnd())
  out.line(`Key  ${(toBase32(secret).match(/.{1,4}/g) ?? []).join(' ')}`)
  out.line(`Link ${uri}`)
  for (let left = TRIES; left > 0; left--) {
    const code = await ask('Current code from the app: ', false)
    const step = matchedStep(secret, code.trim(), Date.now())
    if (step !== undefined) {
      await codes.enrol(actor, secret, step)
      out.line(`${actor} now confirms with authenticator codes. To try one in the chat: /totp verify 123456`)
      return isEnrolled ? 'replaced' : 'enrolled'
    }
    if (left > 1) out.note('Wrong code. Is the phone’s clock correct?')
  }
  throw new CliError(EXIT.notConfirmed, 'No correct code entered. Nothing was saved.', 'Set the phone’s clock to automatic and try again.')
}

/** The user in the one form in which commands know them: `telegram:501`. */
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
  if (found.size > 1) throw new CliError(EXIT.usage, `${who} matches several users: ${[...found].join(', ')}.`, 'Name one of them.')
  const all = [...new Set(known.map((user) => `${user.platform}:${user.userId}${user.name === '' ? '' : ` (${user.name})`}`))]
  throw new CliError(
    EXIT.notFound,
    `There is no user ${who}.`,
    all.length === 0 ? 'Pair a user first: ballast telegram pair' : `Users: ${all.join(', ')}`,
  )
}
