/**
 * The commands of the registry at the terminal: `ballast status`, `close BTC 50%`, `why 12`, through the API of the running Ballast.
 */
import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import type { ApiClient, ApiFailure, CommandAnswer } from '../../../api/client.ts'
import { clientOf, failureOf } from './api-access.ts'
import type { Result } from '../../core/result.ts'
import { type CliContext, contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import type { PanicDirectFlags } from './panic-direct.ts'
import { printReply } from '../ui/reply-text.ts'
import type { MeasuresFlags } from '../research/measures.ts'
import { STEERING } from './control-commands.ts'
import { timeOf } from '../flags/time-flag.ts'
import { auditWords, sinceOf } from '../../../api/commands/access/audit-words.ts'
import { twinSpan } from '../../../api/commands/strategies/twin-span.ts'
import { TEMPLATES } from '../../strategy-files/template.ts'
import { watch } from './watch.ts'

const WATCH_SEC = 2

/** `30d`, `ytd`, `all`, `2026-01-01..2026-02-01`: right or wrong, it is meant as a period. */
const PERIOD = /^(\d+[a-z]|ytd|all|.*\.\..*)$/i

const periodsPath = (unit: string, [n]: readonly string[]): string =>
  `/api/v1/periods?${new URLSearchParams({ unit, ...(n === undefined ? {} : { n }) })}`

/** As the command reads them: a number, a person, `--user`, `--since`. */
function auditPath(words: readonly string[]): string | undefined {
  const { n, user, since, verb } = auditWords(words)
  const from = since === undefined ? undefined : sinceOf(since, Date.now())
  // What cannot be read goes as it is: the API says what is right.
  const asked = since === undefined ? {} : { since: from === undefined ? since : new Date(from).toISOString() }
  return verb === 'verify'
    ? undefined
    : `/api/v1/audit?${new URLSearchParams({ limit: String(n ?? 10), ...(user === undefined ? {} : { user }), ...asked })}`
}

/** Where no strategy is named the command finds the only one. */
function twinPath(words: readonly string[]): string | undefined {
  const span = words.find((word) => /^\d+d$/.test(word) || word.includes('..'))
  const name = words.find((word) => word !== span && !/^\d+$/.test(word))
  if (name === undefined) return undefined
  const asked = span === undefined ? {} : twinSpan(span)
  const query = {
    ...(asked.days === undefined ? {} : { days: String(asked.days) }),
    ...(asked.from === undefined ? {} : { from: isoOf(asked.from) }),
    ...(asked.to === undefined ? {} : { to: isoOf(asked.to) }),
  }
  return `/api/v1/strategies/${encodeURIComponent(name)}/twin?${new URLSearchParams(query)}`
}

/** What is no instant goes as it is: the API says what is right. */
const isoOf = (ms: number): string => (Number.isFinite(ms) ? new Date(ms).toISOString() : 'invalid')

/** What programs get with --json where the API has rows of its own. */
const ROWS: Readonly<Record<string, (words: readonly string[]) => string | undefined>> = {
  status: () => '/api/v1/status',
  positions: () => '/api/v1/positions',
  orders: () => '/api/v1/orders?status=open&limit=500',
  trades: (words) => `/api/v1/trades?status=closed&limit=${words.find((word) => /^\d+$/.test(word)) ?? '10'}`,
  trade: (words) => `/api/v1/trades/${encodeURIComponent(words[0] ?? '')}`,
  why: (words) => (/^(#?\d+|trd_\w+)$/.test(words[0] ?? '') ? `/api/v1/trades/${encodeURIComponent(words[0] ?? '')}/why` : undefined),
  whynot: (words) => {
    const limit = words.find((word) => /^\d+$/.test(word))
    const of = words.find((word) => word !== limit)
    return `/api/v1/denials?${new URLSearchParams({ ...(of === undefined ? {} : { of }), ...(limit === undefined ? {} : { limit }) })}`
  },
  compare: twinPath,
  balance: () => '/api/v1/balances',
  strategies: () => '/api/v1/strategies',
  strategy: ([name, verb, step]) =>
    verb === 'canary' && step === undefined ? `/api/v1/strategies/${encodeURIComponent(name ?? '')}/canary` : undefined,
  health: () => '/api/v1/health',
  stress: ([scenario]) => `/api/v1/risk/stress${scenario === undefined ? '' : `?scenario=${encodeURIComponent(scenario)}`}`,
  measures: ([what]) => `/api/v1/risk/measures${what === undefined ? '' : `?of=${encodeURIComponent(what)}`}`,
  stats: (words) => {
    const period = words.find((word) => PERIOD.test(word))
    const of = words.find((word) => word !== period)
    const query = { ...(period === undefined ? {} : { period: period.toLowerCase() }), ...(of === undefined ? {} : { of }) }
    return `/api/v1/stats?${new URLSearchParams(query)}`
  },
  daily: (words) => periodsPath('day', words),
  weekly: (words) => periodsPath('week', words),
  monthly: (words) => periodsPath('month', words),
  performance: (words) =>
    `/api/v1/performance?period=${encodeURIComponent((words.find((word) => PERIOD.test(word)) ?? 'all').toLowerCase())}`,
  exposure: () => '/api/v1/exposure',
  funding: ([period]) => `/api/v1/funding?period=${encodeURIComponent((period ?? '30d').toLowerCase())}`,
  signals: ([n]) => `/api/v1/signals?limit=${n ?? '20'}`,
  signal: (words) => (words.join(' ') === 'source list' || words.length === 0 ? '/api/v1/signal-sources' : undefined),
  alerts: (words) =>
    words.length === 0 || words[0] === 'list' || words[0] === 'active'
      ? '/api/v1/alerts/open'
      : words[0] === 'history'
        ? `/api/v1/alerts?limit=${words[1] ?? '20'}`
        : undefined,
  webhook: ([verb, name]) =>
    verb === undefined || verb === 'list'
      ? '/api/v1/webhooks'
      : verb === 'deliveries' && name !== undefined
        ? `/api/v1/webhooks/${encodeURIComponent(name)}/deliveries`
        : undefined,
  silences: () => '/api/v1/silences',
  audit: auditPath,
  sessions: (words) => (words.length === 0 ? '/api/v1/sessions' : undefined),
  confirm: (words) => (words.length === 0 ? '/api/v1/confirmations' : undefined),
  key: (words) => (words[0] === 'list' ? '/api/v1/keys' : undefined),
}

export const registerSteering =
  (name: string) =>
  (program: Command): void => {
    const { summary, usage } = STEERING.find((command) => command.name === name) as (typeof STEERING)[number]
    const command = program
      .command(name)
      .description(summary)
      .argument('[words...]', name === 'measures' ? `${usage}, or a file: CSV, JSON, Parquet or Feather, also compressed` : usage)
      // A word may be a negative number; what else begins with a dash is refused where it is read.
      .allowUnknownOption()
      .action(runCommand)
    if (ROWS[name] !== undefined || name === 'risk' || name === 'pnl') command.option('-w, --watch [seconds]', 'refresh until q or Ctrl-C')
    if (name === 'risk')
      command
        .option('--png <file>', 'with curves: save them as a PNG file')
        .addHelpText(
          'after',
          [
            '',
            '  risk set KEY VALUE [SYMBOL|STRATEGY]   set a limit; what it may be: ballast limits KEY',
            '  risk limits                           list all risk settings and where they come from',
            '  risk curves                           draw risk by balance and drawdown; needs nothing that runs',
          ].join('\n'),
        )
    if (name === 'measures')
      command
        .description(`${summary}; or of a file with a time and an equity or close column`)
        .option('--benchmark <file>', 'with a file: a series of equity or prices over the same time, for beta')
        .option('--daily', 'with a file: measure UTC daily closes instead of rows')
        .option('--periods-per-year <n>', 'with a file: rows per year (default: from the times)')
        .option('--var-backtest [rows]', 'with a file: test VaR forecasts from this many rows each (default: 250)')
    if (name === 'strategy')
      command
        .option('--template <name>', 'with new: template to start from (default: trend)')
        .option('--from <time>', 'with compare live: trades decided after this (UTC)')
        .option('--to <time>', 'with compare live: trades decided up to this (UTC)')
        .option('--days <n>', 'with compare live: instead of --from, so many days before the end')
        .addHelpText(
          'after',
          [
            '',
            'Of a running Ballast:',
            '  strategy compare live [NAME]   its trades beside those of the same code replayed, each difference explained',
            '  strategy canary NAME [start PARAM=VALUE…|promote|stop]   a new version as a shadow beside it, and what the test says',
            '',
            'Without a running Ballast:',
            '  strategy list         list built-in and your own strategies',
            '  strategy show NAME    describe a strategy and its parameters',
            `  strategy new NAME     create your own strategy with a test; --template ${[...TEMPLATES.keys()].join('|')}`,
            '  strategy lint NAME    find what decides otherwise live than in a backtest, with line and what to do',
            '  strategy test NAME    run the standard checks, lint and its own test',
          ].join('\n'),
        )
    if (name === 'signal')
      command.addHelpText(
        'after',
        [
          '',
          'Also at the terminal:',
          '  signal source add NAME --format tradingview-target --symbols BTC --mode trade --stop 2% --cidr tradingview',
          '  signal test FILE --source NAME   say what a body in a file would do; or --format FORMAT',
          '  signal tail                      show signals as they come, until Ctrl-C',
        ].join('\n'),
      )
    if (name === 'webhook')
      command.addHelpText(
        'after',
        [
          '',
          'For example:',
          '  webhook add ops https://example.org/hook sev:P2',
          '  webhook add chat https://hooks.slack.com/services/… --preset slack fills',
          '  webhook add pager --preset pagerduty --token KEY sev:P1',
          '  webhook rotate ops --overlap 24h',
          '',
          'Which alerts, and what is sent: docs/alerts.md',
        ].join('\n'),
      )
    if (name === 'confirm')
      command.addHelpText('after', '\nWithout a question:\n  confirm yes ID [WORD]   confirm one\n  confirm no ID           refuse one')
    if (name === 'reconcile')
      command.addHelpText(
        'after',
        '\nAgainst a statement:\n  reconcile statement FILE.csv   compare Bybit’s exported transaction log with the records, to the cent',
      )
    if (name === 'panic')
      command
        .option('--direct', 'bypass database, trader and API; needs only the key file')
        .option(
          '--symbol <symbol>',
          'with --direct: close this symbol (on spot, sell all of the coin); repeatable',
          (value, before: readonly string[] = []) => [...before, value],
        )
        .option('--all', 'with --direct: close every position of the account, and on spot sell only coins bought by Ballast')
        .option('--timeout <seconds>', 'with --direct: keep retrying for this long (default: 60)')
  }

/** What reduces risk has a way past the trader. */
const URGENT = new Set(['pause', 'halt', 'panic', 'close'])

interface Flags extends PanicDirectFlags, MeasuresFlags {
  readonly direct?: boolean
  readonly watch?: string | true
  readonly png?: string
  readonly template?: string
  readonly from?: string
  readonly to?: string
  readonly days?: string
}

async function runCommand(words: readonly string[], flags: Flags, command: Command): Promise<void> {
  const context = contextOf(command)
  // The words of a source are written as options are.
  const stray = ['signal', 'webhook', 'audit'].includes(command.name()) ? undefined : words.find((word) => /^-(?![\d.])/.test(word))
  if (stray !== undefined)
    throw new CliError(EXIT.usage, `There is no option '${stray}' of ${command.name()}.`, `Its options: ballast ${command.name()} --help`)
  if (flags.direct === true) return (await import('./panic-direct.ts')).runPanicDirect(context, flags)
  const name = command.name()
  if (name === 'strategy' && (await isAboutFiles(context, words, flags))) return
  // As in chat, or with the noun first.
  if (name === 'strategy' && words[0] === 'canary')
    return once(context, clientOf(context), name, [words[1] ?? '', 'canary', ...words.slice(2)])
  if (name === 'strategy' && words[0] === 'compare') return once(context, clientOf(context), 'compare', twinWords(words.slice(1), flags))
  if (name === 'measures' && (await isMeasuredFile(context, words, flags))) return
  if (name === 'risk' && words[0] === 'curves') return (await import('../research/risk-curves.ts')).riskCurves(context, flags.png)
  if (name === 'reconcile' && words[0] === 'statement')
    return (await import('./statement.ts')).reconcileStatement(context, words[1], () => walletRows(context))
  if (name === 'audit' && words[0] === 'verify') return (await import('./audit-verify.ts')).runAuditVerify(context)
  const client = clientOf(context)
  if (name === 'signal' && words[0] === 'test')
    return (await import('./signal-file.ts')).testSignal(client, words.slice(1), (first) => settle(context, client, name, first))
  if (name === 'signal' && words[0] === 'tail')
    return (await import('./signal-tail.ts')).tailSignals(context, client, (failure) => failureOf(failure, context))
  if (name === 'confirm' && (words[0] === 'yes' || words[0] === 'no')) return answerCard(context, client, words[0], words.slice(1))
  if (flags.watch === undefined) return once(context, client, name, words)
  const seconds = flags.watch === true ? WATCH_SEC : Number(flags.watch)
  if (!(seconds >= 0.2 && seconds <= 3600))
    throw new CliError(EXIT.usage, `--watch '${flags.watch}' is not a number of seconds.`, 'Give 0.2 to 3600.')
  await watch(
    process,
    context.out.options.json ? false : process.stdout.isTTY === true,
    seconds,
    () => once(context, client, name, words),
    (text) => context.out.line(context.out.style('dim', text)),
  )
}

async function walletRows(context: CliContext): Promise<readonly (readonly string[])[]> {
  const answer = await clientOf(context).get<{ readonly rows: readonly (readonly string[])[] }>('/api/v1/export/wallet?format=json')
  if (!answer.ok) throw failureOf(answer.error, context)
  return answer.value.rows
}

/** `strategy list`, `show NAME`, `new NAME`, `lint NAME` and `test NAME` are about files, and need nothing that runs. */
async function isAboutFiles(context: CliContext, [verb, strategy]: readonly string[], { template }: Flags): Promise<boolean> {
  if (verb === 'list') await (await import('../strategy/strategy.ts')).listStrategies(context)
  else if (verb === 'show' && strategy !== undefined) await (await import('../strategy/strategy.ts')).showStrategy(context, strategy)
  else if (verb === 'new') (await import('../strategy/strategy-new.ts')).newStrategy(context, strategy, template)
  else if (verb === 'lint') await (await import('../strategy/strategy-lint.ts')).lintStrategy(context, strategy)
  else if (verb === 'test') await (await import('../strategy/strategy-test.ts')).testStrategy(context, strategy)
  else return false
  return true
}

/** `strategy compare live NAME --days 7` as the command reads it: `NAME 7d`. */
function twinWords([what, ...words]: readonly string[], { from, to, days }: Flags): readonly string[] {
  if (what !== 'live')
    throw new CliError(
      EXIT.usage,
      what === undefined ? 'compare needs what with: live.' : `A strategy is compared with live, and not with '${what}'.`,
      'For example: ballast strategy compare live ema-cross --days 7',
    )
  if (days !== undefined && from !== undefined)
    throw new CliError(EXIT.usage, '--days and --from both say where it begins.', 'Give one of them.')
  if (days !== undefined && !/^[1-9]\d?$/.test(days))
    throw new CliError(EXIT.usage, `--days '${days}' is not a number of days.`, 'Give 1 to 99.')
  if (days !== undefined && to !== undefined)
    return [
      ...words,
      `${new Date(timeOf('to', to) - Number(days) * 86_400_000).toISOString()}..${new Date(timeOf('to', to)).toISOString()}`,
    ]
  if (days !== undefined) return [...words, `${days}d`]
  const at = (flag: string, text: string | undefined): string => (text === undefined ? '' : new Date(timeOf(flag, text)).toISOString())
  return from === undefined && to === undefined ? words : [...words, `${at('from', from)}..${at('to', to)}`]
}

/** `measures EQUITY.csv` needs nothing that runs. */
async function isMeasuredFile(context: CliContext, words: readonly string[], flags: Flags): Promise<boolean> {
  const { isFile, measureFile } = await import('../research/measures.ts')
  const [file, ...more] = words
  if (isFile(file)) {
    if (more.length > 0)
      throw new CliError(
        EXIT.usage,
        `measures takes one file, and '${more[0]}' is another word.`,
        'A second series goes after --benchmark.',
      )
    await measureFile(context, file, flags)
    return true
  }
  const given = (['benchmark', 'daily', 'periodsPerYear', 'varBacktest'] as const).find((flag) => flags[flag] !== undefined)
  if (given !== undefined)
    throw new CliError(
      EXIT.usage,
      'These options are for a file, and none was named.',
      'For example: ballast measures equity.csv --benchmark btc.csv',
    )
  return false
}

export async function once(context: CliContext, client: ApiClient, name: string, words: readonly string[]): Promise<void> {
  const path = ROWS[name]?.(words)
  if (context.flags.json === true && path !== undefined) {
    const answer = await client.get<object>(path)
    if (!answer.ok) throw failureOf(answer.error, context)
    context.out.answer(answer.value, () => undefined)
    return
  }
  const line = [name, ...words.map((word) => (/\s/.test(word) ? `"${word.replaceAll('"', '')}"` : word))].join(' ')
  await settle(context, client, name, await client.runLine(line))
}

/** `confirm yes ID`: of a card that an agent, or another surface, has asked. */
async function answerCard(
  context: CliContext,
  client: ApiClient,
  decision: 'yes' | 'no',
  [id, word, ...more]: readonly string[],
): Promise<void> {
  if (id === undefined || more.length > 0)
    throw new CliError(EXIT.usage, `confirm ${decision} takes the id of a card.`, 'List them with: ballast confirm')
  await settle(context, client, 'confirm', await client.answer(id, decision, word))
}

/** Asks what a command asks, until it is done. @throws CliError where it is not */
export async function settle(
  context: CliContext,
  client: ApiClient,
  name: string,
  first: Result<CommandAnswer, ApiFailure>,
): Promise<void> {
  let answer = answerOf(first, context)
  // A card may be followed by another, when something turned meanwhile.
  while (answer.confirmation !== undefined) {
    if (answer.confirmation.waitsForSecond === true) {
      printReply(context.out, { ...answer.reply, buttons: [] })
      throw new CliError(
        EXIT.notConfirmed,
        'Not sent: it waits for a second person.',
        `They confirm with: ballast confirm ${answer.confirmation.id}`,
      )
    }
    const given = await ask(context, answer)
    answer = answerOf(await client.answer(answer.confirmation.id, given.decision, given.word), context)
    if (given.decision === 'no') {
      context.out.answer(answer, () => printReply(context.out, answer.reply))
      throw new CliError(EXIT.notConfirmed, 'Not confirmed.', answer.reply.text ?? '')
    }
  }
  context.out.answer(answer, () => printReply(context.out, answer.reply))
  if (answer.status === 'queued')
    throw new CliError(
      EXIT.timeout,
      // What the trader has taken is not queued any more, though the exchange has not said yet what became of it.
      answer.reply.title.endsWith(': queued')
        ? 'The trader has not responded yet; the command stays queued.'
        : 'The exchange has not confirmed it yet.',
      URGENT.has(name) ? 'If you cannot wait: ballast panic --direct' : 'Check with: ballast status',
    )
}

async function ask(context: CliContext, answer: CommandAnswer): Promise<{ readonly decision: 'yes' | 'no'; readonly word?: string }> {
  const { reply, confirmation } = answer
  const word = confirmation?.word ?? null
  const verb = reply.buttons.find((button) => button.action.type === 'answer' && button.action.decision === 'yes')?.label ?? 'Continue'
  if (context.flags.yes === true && word === null) return { decision: 'yes' }
  if (!context.out.options.json) printReply(context.out, { ...reply, buttons: [] })
  if (!process.stdin.isTTY) {
    context.out.note(
      word === null
        ? `This needs a confirmation, and there is no terminal to ask at: add --yes to confirm "${verb}".`
        : `This needs the word ${word}, typed at a terminal.`,
    )
    return { decision: 'no' }
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const said = (await terminal.question(word === null ? `${verb}? [y/N] ` : `${verb}? Type ${word}: `)).trim().toLowerCase()
    if (word === null) return { decision: said === 'y' || said === 'yes' ? 'yes' : 'no' }
    return said === word ? { decision: 'yes', word: said } : { decision: 'no' }
  } finally {
    terminal.close()
  }
}

function answerOf(result: Result<CommandAnswer, ApiFailure>, context: CliContext): CommandAnswer {
  if (result.ok) return result.value
  throw failureOf(result.error, context)
}
