/**
 * The command line: finds the noun, loads its module and runs it.
 */
import { Command, CommanderError, type Option } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { hintFor } from './config/hint.ts'
import { CliError, EXIT } from './cli/exit.ts'
import { STEERING } from './cli/control/control-commands.ts'
import { nearestOf } from './core/nearest.ts'

interface Noun {
  /** Heading in the help. */
  readonly group: string
  readonly name: string
  readonly summary: string
  readonly alias?: string
  readonly load: () => Promise<{ register(program: Command): void }>
}

const UPKEEP = 'Set up and run:'
const RESEARCH = 'Research:'
const LOOK = 'Inspect a running Ballast:'
const STEER = 'Trade and control:'
/** Of the commands that talk to the running Ballast, those that only look. */
const LOOKS: ReadonlySet<string> = new Set([
  'signals',
  'status',
  'positions',
  'orders',
  'trades',
  'trade',
  'why',
  'note',
  'tag',
  'balance',
  'flows',
  'pnl',
  'daily',
  'weekly',
  'monthly',
  'performance',
  'exposure',
  'funding',
  'risk',
  'stats',
  'measures',
  'stress',
  'strategies',
  'algos',
  'health',
  'audit',
])

const NOUNS: readonly Noun[] = [
  {
    group: UPKEEP,
    name: 'run',
    alias: 'start',
    summary: 'run everything in the foreground; the same as npm start',
    load: () => import('./cli/setup/run.ts'),
  },
  {
    group: UPKEEP,
    name: 'init',
    summary: 'enter, verify and store your Bybit API key',
    load: () => import('./cli/setup/init.ts'),
  },
  {
    group: UPKEEP,
    name: 'doctor',
    summary: 'check that this machine is ready to trade',
    load: () => import('./cli/setup/doctor.ts'),
  },
  { group: UPKEEP, name: 'config', summary: 'show and check the configuration', load: () => import('./cli/setup/config.ts') },
  { group: UPKEEP, name: 'telegram', summary: 'pair the Telegram bot', load: () => import('./cli/setup/telegram.ts') },
  { group: UPKEEP, name: 'discord', summary: 'set up the Discord bot', load: () => import('./cli/setup/discord.ts') },
  {
    group: UPKEEP,
    name: 'user',
    summary: 'people of the chats: their roles and authenticator codes',
    load: () => import('./cli/setup/user.ts'),
  },
  {
    group: UPKEEP,
    name: 'api',
    summary: 'list, create, rotate and revoke API keys',
    load: () => import('./cli/setup/api.ts'),
  },
  {
    group: UPKEEP,
    name: 'drill',
    summary: 'inject a failure into a running sim or demo and time the recovery',
    load: () => import('./cli/drill/drill.ts'),
  },
  { group: UPKEEP, name: 'db', summary: 'verify the journal, or rebuild its tables', load: () => import('./cli/setup/db.ts') },
  {
    group: UPKEEP,
    name: 'exchange',
    summary: 'run the simulated exchange: Bybit v5 on a local port',
    load: () => import('./cli/data/exchange.ts'),
  },
  {
    group: RESEARCH,
    name: 'data',
    summary: 'import, download, list and verify stored candles and funding rates',
    load: () => import('./cli/data/data.ts'),
  },
  {
    group: RESEARCH,
    name: 'backtest',
    summary: 'run a strategy over stored candles or a CSV file',
    load: () => import('./cli/research/backtest.ts'),
  },
  {
    group: RESEARCH,
    name: 'sweep',
    alias: 'optimize',
    summary: 'run a strategy with many parameters over the same bars',
    load: () => import('./cli/research/sweep.ts'),
  },
  {
    group: RESEARCH,
    name: 'overfit',
    summary: 'test whether the best of many trials beats luck',
    load: () => import('./cli/research/overfit.ts'),
  },
  {
    group: RESEARCH,
    name: 'indicator',
    summary: 'compute an indicator over a file of candles, as CSV',
    load: () => import('./cli/research/indicator.ts'),
  },
  {
    group: RESEARCH,
    name: 'allocate',
    summary: 'compute portfolio weights from returns, by nine methods',
    load: () => import('./cli/research/allocate.ts'),
  },
  {
    group: RESEARCH,
    name: 'metrics',
    summary: 'compute performance figures of an equity series',
    load: () => import('./cli/research/metrics.ts'),
  },
  {
    group: RESEARCH,
    name: 'size',
    summary: 'size an entry by risk, step by step',
    load: () => import('./cli/research/size.ts'),
  },
  {
    group: STEER,
    name: 'rebalance',
    summary: 'bring the weights of hand-traded symbols to targets; shown first',
    load: () => import('./cli/control/rebalance.ts'),
  },
  {
    group: STEER,
    name: 'allocator',
    summary: 'share capital among strategies by risk and drawdown; shown first',
    load: () => import('./cli/control/allocator.ts'),
  },
  {
    group: LOOK,
    name: 'export',
    summary: 'export trades, tax lots or ledger entries of a year as CSV',
    load: () => import('./cli/control/export.ts'),
  },
  ...STEERING.map(({ name, summary }) => ({
    group: LOOKS.has(name) ? LOOK : STEER,
    name,
    summary,
    load: () => import('./cli/control/control.ts').then(({ registerSteering }) => ({ register: registerSteering(name) })),
  })),
]

const collect = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value]

function makeProgram(): Command {
  return new Command('ballast')
    .description('Trading platform for Bybit.')
    .version(packageJson.version, '-V, --version', 'print the version')
    .option('--json', 'print the result as JSON')
    .option('--plain', 'tab-separated tables without color')
    .option('-q, --quiet', 'hide messages and progress')
    .option('-v, --verbose', 'show more messages')
    .option('--no-color', 'no color, as with NO_COLOR')
    .option('--data-dir <dir>', 'data directory (default: .ballast, or BALLAST__DATA_DIR)')
    .option('-p, --profile <profile>', 'sim, paper, testnet, demo, observe or live')
    .option('-c, --config <file>', 'configuration file, repeatable (default: ballast.config.json)', collect)
    .option('-y, --yes', 'answer yes to all questions')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .showSuggestionAfterError(false)
    .configureOutput({ outputError: () => {} })
    .exitOverride()
}

/** The first word that is neither an option nor the value of one. */
function firstWord(program: Command, words: readonly string[]): string | undefined {
  const takesValue = new Set(program.options.filter((option) => option.required).flatMap((option) => [option.short, option.long]))
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as string
    if (takesValue.has(word)) at += 1
    else if (!word.startsWith('-')) return word
  }
  return undefined
}

async function run(words: readonly string[]): Promise<number> {
  const program = makeProgram()
  const first = firstWord(program, words)
  const asked = first === 'help' ? firstWord(program, words.slice(words.indexOf('help') + 1)) : first
  if (asked !== undefined && !NOUNS.some(({ name, alias }) => name === asked || alias === asked)) throw await unknownNoun(asked)
  for (const noun of NOUNS) {
    if (noun.name === asked || (noun.alias !== undefined && noun.alias === asked)) {
      const { register } = await noun.load()
      register(program)
    } else program.command(noun.name).description(noun.summary).helpGroup(noun.group)
  }
  inheritSettings(program)
  if (first === undefined && !words.some((word) => word.startsWith('-'))) {
    program.outputHelp()
    return EXIT.ok
  }
  try {
    await program.parseAsync(words, { from: 'user' })
  } catch (cause) {
    if (cause instanceof CommanderError) return answerUsage(program, cause)
    throw cause
  }
  return EXIT.ok
}

function inheritSettings(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command)
    inheritSettings(child)
  }
}

/** Commander reports help and version as errors too. */
function answerUsage(program: Command, error: CommanderError): number {
  if (error.exitCode === 0) return EXIT.ok
  if (error.code === 'commander.help') return EXIT.usage
  const message = error.message.replace(/^error: /, '').replace(/\.$/, '')
  const name = /'([^']+)'/.exec(message)?.[1] ?? ''
  if (error.code === 'commander.unknownOption')
    throw unknown(
      'option',
      name,
      optionsOf(program).flatMap((option) => option.long ?? []),
    )
  if (error.code === 'commander.unknownCommand') throw unknown('command', name, namesOf(program))
  throw new CliError(EXIT.usage, `${message.charAt(0).toUpperCase()}${message.slice(1)}.`, 'See --help for the usage of this command.')
}

const optionsOf = (command: Command): Option[] => [...command.options, ...command.commands.flatMap(optionsOf)]
const namesOf = (command: Command): string[] => command.commands.flatMap((child) => [child.name(), ...namesOf(child)])

/** Users come with the commands of other trading programs in their fingers. */
async function unknownNoun(name: string): Promise<CliError> {
  const { typedHere } = await import('../api/commands/other-programs.ts')
  const ours = typedHere(name.replaceAll('-', '_').toLowerCase())
  return ours === undefined
    ? unknown('command', name, [...NOUNS.map((noun) => noun.name), 'help'])
    : new CliError(EXIT.usage, `There is no command '${name}'.`, ours)
}

function unknown(what: 'command' | 'option', name: string, known: readonly string[]): CliError {
  const nearest = nearestOf(name, known)
  return new CliError(
    EXIT.usage,
    `There is no ${what} '${name}'.${nearest === undefined ? '' : ` Did you mean '${nearest}'?`}`,
    'List the commands with: ballast --help',
  )
}

function report(cause: unknown): number {
  if (cause instanceof CliError) {
    const hint = hintFor(process.argv.slice(2), process.argv[1])
    process.stderr.write(`ballast: ${hint(cause.message)}\n${cause.next === '' ? '' : `  ${hint(cause.next)}\n`}`)
    return cause.code
  }
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
  process.stderr.write(`ballast: this is a bug in Ballast. Please report it with these lines.\n${text}\n`)
  return EXIT.error
}

// `ballast … | head` closes the pipe early, which is no failure of the command.
process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
  if (cause.code !== 'EPIPE') throw cause
  process.exit(EXIT.ok)
})

const code = await run(process.argv.slice(2)).catch(report)
// A command that ended well may have said itself that what it looked at is not: it keeps the code that it has set.
if (code !== EXIT.ok) process.exitCode = code
