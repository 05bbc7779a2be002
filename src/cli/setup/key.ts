/**
 * `ballast key`: API keys of the running Ballast, for programs: which there are, a new one, an end to one.
 * Never shows a key again after it was made: it goes to stdout this once.
 */
import { type Command, Option } from 'commander'
import { ROLES } from '../../../api/commands/command.ts'
import { contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { clientOf, failureOf, once } from '../control/control.ts'

export function register(program: Command): void {
  const key = program.command('key').description('API keys: which there are, a new one, or an end to one')
  key
    .command('list')
    .description('all keys, without their secrets')
    .action((_flags: unknown, command: Command) => runLine(command, 'list'))
  key
    .command('new')
    .description('make a key and print it, this once')
    .addOption(
      new Option('--role <role>', 'what it may do; a trader key closes and steers, and opens nothing').choices(ROLES).makeOptionMandatory(),
    )
    .requiredOption('--name <name>', 'what it is for')
    .option('--days <days>', 'how long it is good', '90')
    .action(runNew)
  key
    .command('revoke')
    .description('end a key: whoever has it is refused, and its open connections end within seconds')
    .argument('<id>', 'of key list: eight letters and digits')
    .action((id: string, _flags: unknown, command: Command) => runLine(command, 'revoke', id))
}

function runLine(command: Command, ...words: string[]): Promise<void> {
  const context = contextOf(command)
  return once(context, clientOf(context), 'key', words)
}

async function runNew(flags: { readonly role: string; readonly name: string; readonly days: string }, command: Command): Promise<void> {
  const context = contextOf(command)
  const days = Number(flags.days)
  if (!Number.isInteger(days)) throw new CliError(EXIT.usage, `--days '${flags.days}' is not a number of days.`, 'Give 1 to 3650.')
  const made = await clientOf(context).makeKey({ name: flags.name, role: flags.role, days })
  if (!made.ok) throw failureOf(made.error, context)
  const { id, token, role, expiresAt } = made.value
  context.out.answer(made.value, () => {
    context.out.note(`The key ${id} (${role}), good until ${expiresAt.slice(0, 10)}. It is shown this once:`)
    context.out.line(token)
  })
}
