/**
 * `ballast key`: API keys of the running Ballast, for programs: which there are, a new one, an end to one.
 */
import { type Command, Option } from 'commander'
import { ROLES } from '../../../api/commands/command.ts'
import { contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { clientOf, failureOf, once } from '../control/control.ts'

export function register(program: Command): void {
  const key = program.command('key').description('list, create and revoke API keys')
  key
    .command('list')
    .description('list all keys, without their secrets')
    .action((_flags: unknown, command: Command) => runLine(command, 'list'))
  key
    .command('new')
    .description('create a key and print it once')
    .addOption(
      new Option('--role <role>', 'permissions; a trader key can close positions and control trading, but not open')
        .choices(ROLES)
        .makeOptionMandatory(),
    )
    .requiredOption('--name <name>', 'label of the key')
    .option('--days <days>', 'days until it expires', '90')
    .action(runNew)
  key
    .command('revoke')
    .description('revoke a key; its requests are refused and its open connections close within seconds')
    .argument('<id>', 'id from key list: eight letters and digits')
    .action((id: string, _flags: unknown, command: Command) => runLine(command, 'revoke', id))
}

function runLine(command: Command, ...words: string[]): Promise<void> {
  const context = contextOf(command)
  return once(context, clientOf(context), 'key', words)
}

async function runNew(flags: { readonly role: string; readonly name: string; readonly days: string }, command: Command): Promise<void> {
  const context = contextOf(command)
  const days = Number(flags.days)
  if (!Number.isInteger(days)) throw new CliError(EXIT.usage, `--days '${flags.days}' is not a number of days.`, 'Use 1 to 3650.')
  const made = await clientOf(context).makeKey({ name: flags.name, role: flags.role, days })
  if (!made.ok) throw failureOf(made.error, context)
  const { id, token, role, expiresAt } = made.value
  context.out.answer(made.value, () => {
    context.out.note(`Key ${id} (${role}), valid until ${expiresAt.slice(0, 10)}. It is shown only once:`)
    context.out.line(token)
  })
}
