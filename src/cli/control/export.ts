/**
 * `ballast export`: trades, tax lots or ledger entries of the running Ballast as CSV, and whether the ledger is right.
 */
import { renameSync, writeFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { EXPORTS } from '../../../api/commands/export/books.ts'
import { LOT_METHODS } from '../../portfolio/lots/tax-lots.ts'
import { type CliContext, contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { clientOf, failureOf } from './api-access.ts'

interface ExportFlags {
  readonly year?: string
  readonly method: string
  readonly out?: string
  readonly check?: boolean
}
interface Rows {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly sums: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
}
interface Check {
  readonly isRight: boolean
  readonly entries: number
  readonly wallet: string
  readonly account: string
  readonly sum: string
}

export function register(program: Command): void {
  program
    .command('export')
    .description('export trades, tax lots or ledger entries as CSV (UTC, exact decimals)')
    .argument('<what>', EXPORTS.join(', '))
    .option('--year <year>', 'of the exit, the disposal or the entry, in UTC (default: all)')
    .addOption(new Option('--method <method>', 'of lots').choices(LOT_METHODS).default('fifo'))
    .option('--out <file>', 'write to this file (default: stdout)')
    .option('--check', 'of ledger: compare it with the account instead of printing it')
    .action(runExport)
}

async function runExport(what: string, flags: ExportFlags, command: Command): Promise<void> {
  const context = contextOf(command)
  if (!EXPORTS.some((name) => name === what))
    throw new CliError(EXIT.usage, `There is no export '${what}'.`, `Exports: ${EXPORTS.join(', ')}.`)
  if (flags.year !== undefined && !/^20\d\d$/.test(flags.year))
    throw new CliError(EXIT.usage, `--year '${flags.year}' is not a year.`, 'Example: --year 2025')
  if (flags.check === true) return check(context, what)
  const query = `${flags.year === undefined ? '' : `&year=${flags.year}`}&method=${flags.method}`
  const client = clientOf(context)
  const rows = await client.get<Rows>(`/api/v1/export/${what}?format=json${query}`)
  if (!rows.ok) throw failureOf(rows.error, context)
  for (const warning of rows.value.warnings) context.out.note(warning)
  if (context.out.options.json) return context.out.answer(rows.value, () => undefined)
  const text = await client.text(`/api/v1/export/${what}?format=csv${query}`)
  if (!text.ok) throw failureOf(text.error, context)
  if (flags.out === undefined) process.stdout.write(text.value)
  else {
    write(flags.out, text.value)
    context.out.note(`${rows.value.rows.length} rows in ${flags.out}.`)
  }
  for (const [name, amount] of Object.entries(rows.value.sums)) context.out.note(`${name}: ${amount} USDT`)
}

function write(path: string, text: string): void {
  const beside = `${path}.${process.pid}.part`
  try {
    writeFileSync(beside, text)
    renameSync(beside, path)
  } catch (cause) {
    throw new CliError(EXIT.error, `${path} cannot be written.`, 'Check the folder and its rights.', { cause })
  }
}

async function check(context: CliContext, what: string): Promise<void> {
  if (what !== 'ledger') throw new CliError(EXIT.usage, '--check belongs to ledger.', 'Example: ballast export ledger --check')
  const answer = await clientOf(context).get<Check>('/api/v1/ledger/check')
  if (!answer.ok) throw failureOf(answer.error, context)
  const { isRight, entries, wallet, account, sum } = answer.value
  context.out.answer(answer.value, () => {
    context.out.fields([
      ['Entries', String(entries)],
      ['Ledger', `${wallet} USDT`],
      ['Account', `${account} USDT`],
      ['Sum of accounts', sum],
    ])
  })
  if (!isRight)
    throw new CliError(
      EXIT.checksFailed,
      'The ledger does not end where the account stands.',
      'Run ballast reconcile, then ballast db rebuild to make the ledger again from the journal.',
    )
}
