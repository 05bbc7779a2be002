/**
 * The command line: finds the noun, loads its module and runs it.
 */
import { Command, CommanderError, type Option } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { hintFor } from './config/hint.ts'
import { CliError, EXIT } from './cli/exit.ts'
import { NOUNS } from './cli/nouns.ts'
import { nearestOf } from './core/nearest.ts'

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
    .option('--remote <url>', 'connect to the Ballast at this address instead of the one of the data directory')
    .option('--token-file <file>', 'with --remote: a file with the token of an API key')
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
  if (first === 'complete') return complete(program, words.slice(words.indexOf('complete') + 1))
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

/** What a shell asks at Tab: one candidate per line, with its summary after a tab. Never fails: a shell shows nothing then. */
async function complete(program: Command, given: readonly string[]): Promise<number> {
  const typed = given[0] === '--' ? given.slice(1) : given
  const [{ candidatesOf }, { knownNames }] = await Promise.all([
    import('./cli/completion/candidates.ts'),
    import('./cli/completion/known-names.ts'),
  ])
  const asked = firstWord(program, typed.slice(0, -1))
  for (const noun of NOUNS) {
    if (noun.name === asked || noun.alias === asked) (await noun.load()).register(program)
    else program.command(noun.name).description(noun.summary)
  }
  for (const { word, summary } of candidatesOf(program, typed, knownNames())) process.stdout.write(`${word}\t${summary}\n`)
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
