/**
 * `ballast api keys`: API keys of the running Ballast, for programs: which there are, a new one, another secret, an end.
 */
import { type Command, Option } from 'commander'
import type { ApiFailure, NewKeyAnswer } from '../../../api/client.ts'
import { KEY_PRESETS, KEY_PRESET_NAMES } from '../../../api/commands/access/key-scopes.ts'
import type { Result } from '../../core/result.ts'
import { parseDuration } from '../../core/duration.ts'
import { type CliContext, contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { clientOf, failureOf } from '../control/api-access.ts'
import { once } from '../control/control.ts'

const HOUR_MS = 3_600_000

export function register(program: Command): void {
  const keys = program
    .command('api')
    .description('access of programs')
    .command('keys')
    .description('list, create, rotate and revoke API keys')
  keys
    .command('list')
    .description('list all keys: what each may do and open, its time left, its last use; never a secret')
    .action((_flags: unknown, command: Command) => runLine(command, 'list'))
  keys
    .command('create')
    .description('create a key and print it once')
    .requiredOption('--name <name>', 'label of the key')
    .addOption(new Option('--preset <preset>', 'permissions by name').choices(KEY_PRESET_NAMES))
    .option('--scopes <scopes>', 'permissions one by one instead, separated by commas')
    .option('--symbols <symbols>', 'what it may open, separated by commas; needed by a key that opens positions')
    .option('--daily-notional <usdt>', 'how much it may open in a day (UTC); needed by a key that opens positions')
    .option('--cidr <networks>', 'where it may come from, separated by commas (default: anywhere)')
    .option('--auto-confirm', 'panic without a confirmation; other commands still need one')
    .option('--days <days>', 'days until it expires', '90')
    .addHelpText(
      'after',
      ['', 'Presets:', ...KEY_PRESET_NAMES.map((name) => `  ${name.padEnd(10)} ${KEY_PRESETS[name].join(' ')}`)].join('\n'),
    )
    .action(runCreate)
  keys
    .command('rotate')
    .description('print another secret for a key; the one before works until the overlap ends')
    .argument('<id>', 'id from api keys list: eight letters and digits')
    .option('--overlap <time>', 'how long the old secret works, at most 7d; 0s: not at all', '24h')
    .option('--days <days>', 'days until it expires', '90')
    .action(runRotate)
  keys
    .command('revoke')
    .description('revoke a key; its requests are refused and its open connections close within seconds')
    .argument('<id>', 'id from api keys list: eight letters and digits')
    .action((id: string, _flags: unknown, command: Command) => runLine(command, 'revoke', id))
}

function runLine(command: Command, ...words: string[]): Promise<void> {
  const context = contextOf(command)
  return once(context, clientOf(context), 'key', words)
}

interface CreateFlags {
  readonly name: string
  readonly preset?: string
  readonly scopes?: string
  readonly symbols?: string
  readonly dailyNotional?: string
  readonly cidr?: string
  readonly autoConfirm?: boolean
  readonly days: string
}

async function runCreate(flags: CreateFlags, command: Command): Promise<void> {
  const context = contextOf(command)
  const { name, preset, scopes, symbols, dailyNotional, cidr, autoConfirm } = flags
  if ((preset === undefined) === (scopes === undefined))
    throw new CliError(EXIT.usage, 'Say what the key may do: --preset or --scopes, and not both.', 'For example: --preset read-only')
  const days = daysOf(flags.days)
  const made = await clientOf(context).makeKey({
    name,
    days,
    ...(preset === undefined ? {} : { preset }),
    ...(scopes === undefined ? {} : { scopes: listOf(scopes) }),
    ...(symbols === undefined ? {} : { symbols: listOf(symbols) }),
    ...(dailyNotional === undefined ? {} : { dailyNotional: dailyNotional.replace(/^\$/, '') }),
    ...(cidr === undefined ? {} : { networks: listOf(cidr) }),
    ...(autoConfirm === true ? { autoConfirm } : {}),
  })
  show(context, made, '')
}

async function runRotate(id: string, flags: { readonly overlap: string; readonly days: string }, command: Command): Promise<void> {
  const context = contextOf(command)
  const overlapMs = /^0\w*$/.test(flags.overlap) ? 0 : parseDuration(flags.overlap)
  if (overlapMs === undefined) throw new CliError(EXIT.usage, `--overlap '${flags.overlap}' is not a time.`, 'Use a time such as 24h.')
  const days = daysOf(flags.days)
  const made = await clientOf(context).rotateKey(id, { days, overlapHours: overlapMs / HOUR_MS })
  show(context, made, overlapMs === 0 ? ' The old secret is refused from now on.' : ` The old secret works for ${flags.overlap} more.`)
}

function show(context: CliContext, made: Result<NewKeyAnswer, ApiFailure>, more: string): void {
  if (!made.ok) throw failureOf(made.error, context)
  const { id, token, role, expiresAt } = made.value
  context.out.answer(made.value, () => {
    context.out.note(`Key ${id} (${role}), valid until ${expiresAt.slice(0, 10)}.${more} It is shown only once:`)
    context.out.line(token)
  })
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')

function daysOf(text: string): number {
  const days = Number(text)
  if (!Number.isInteger(days)) throw new CliError(EXIT.usage, `--days '${text}' is not a number of days.`, 'Use 1 to 3650.')
  return days
}
