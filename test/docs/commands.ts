/**
 * docs/commands.md: every command of the registry and of the terminal, made from the registry, the API and commander.
 */
import { Command } from 'commander'
import { type Command as Registered, GROUPS } from '../../api/commands/command.ts'
import { COMMANDS } from '../../api/commands/registry.ts'
import { EXIT } from '../../src/cli/exit.ts'
import { registerSteering } from '../../src/cli/control/control.ts'
import { filesBelow } from '../support/repository.ts'
import { type Described, openApi } from './openapi.ts'
import { TERMINAL_COMMANDS } from './terminal-words.ts'

const CLI = 'src/cli'
const EXIT_WORDS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'done',
  error: 'a defect, or a fault that has no code of its own',
  usage: 'the command line is not understood',
  config: 'the configuration is not valid',
  auth: 'the exchange or Ballast rejected the API key',
  unreachable: 'Ballast, the exchange or the database does not answer',
  refused: 'refused, with the reason',
  notConfirmed: 'a question was not answered with yes',
  notFound: 'there is no such thing',
  conflict: 'something else stands in the way',
  checksFailed: 'it ran, and what it looked at is not well',
  timeout: 'not finished in the time that was given',
  interrupted: 'ended by Ctrl-C',
}
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``

function tiersOf({ action, examples, read, args }: Registered): string {
  if (action === undefined) return ''
  const asked = (profile: string): string[] =>
    [...new Set(examples.map((line) => action.tier(args.parse(read(line.split(' ').slice(1))), profile)))].sort()
  const [sim, live] = [asked('sim').join(' or '), asked('live').join(' or ')]
  return sim === live ? sim : `${sim}; live ${live}`
}

function registryRow(command: Registered, api: Described): string {
  const { name, aliases, usage, summary, role } = command
  const isAtTerminal = TERMINAL_COMMANDS.includes(command)
  const route = `/control/${name}`
  const cells = [
    isAtTerminal ? code(`ballast ${name}`) : '',
    [name, ...aliases].map((word) => code(`/${word}`)).join(' '),
    usage === '' ? '' : code(usage),
    code(`/api/v1${route}` in api.paths ? route : `/commands/${name}`),
    role,
    tiersOf(command),
    cell(summary),
  ]
  return `| ${cells.join(' | ')} |`
}

function registryTables(api: Described): string {
  return GROUPS.map((group) => {
    const commands = COMMANDS.filter((command) => command.group === group)
    return [
      `### ${group}`,
      '',
      '| terminal | chat | what follows | REST | role | asks | what it does |',
      '|---|---|---|---|---|---|---|',
      ...commands.map((command) => registryRow(command, api)),
      '',
      `For example: ${commands.flatMap(({ examples }) => examples.map((line) => code(line))).join(' ')}`,
    ].join('\n')
  }).join('\n\n')
}

const routeRows = (api: Described): string =>
  Object.entries(api.paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { summary }]) => `| ${method.toUpperCase()} | ${code(path)} | ${cell(summary ?? '')} |`),
    )
    .join('\n')

/** Modules of the terminal that register commands of their own. */
async function terminalProgram(): Promise<Command> {
  const program = new Command('ballast')
  for (const path of filesBelow(CLI, '.ts').filter((each) => !each.endsWith('.test.ts'))) {
    const module = (await import(`../../${path}`)) as { readonly register?: unknown }
    // A part of another command's module registers with that one.
    const isPart = path.endsWith('/data-download.ts')
    if (typeof module.register === 'function' && !isPart) module.register(program)
  }
  for (const { name } of TERMINAL_COMMANDS) registerSteering(name)(program)
  return program
}

const isOfRegistry = (command: Command): boolean => TERMINAL_COMMANDS.some(({ name }) => name === command.name())

/** What the terminal adds to commands of the registry. */
const addedOptions = (program: Command): string =>
  program.commands
    .filter(isOfRegistry)
    .flatMap((command) =>
      command.options.map(({ flags, description }) => `| ${code(`ballast ${command.name()} ${flags}`)} | ${cell(description)} |`),
    )
    .join('\n')

function terminalSections(command: Command, prefix: string): string[] {
  const name = `${prefix} ${command.name()}`
  const words = command.registeredArguments.map((argument) => {
    const text = argument.variadic ? `${argument.name()}...` : argument.name()
    return argument.required ? `<${text}>` : `[${text}]`
  })
  const own = [
    `### ${[name, ...words].join(' ')}`.replaceAll('<', '\\<'),
    '',
    `${command.description()}.`,
    ...(command.options.length === 0
      ? []
      : [
          '',
          '| option | what it does |',
          '|---|---|',
          ...command.options.map(({ flags, description, defaultValue }) => {
            const standard = defaultValue === undefined ? '' : `; ${JSON.stringify(defaultValue)} unless given`
            return `| ${code(flags)} | ${cell(description)}${cell(standard)} |`
          }),
        ]),
  ].join('\n')
  const isGroup = command.commands.length > 0 && command.options.length === 0
  return [...(isGroup ? [] : [own]), ...command.commands.flatMap((child) => terminalSections(child, name))]
}

export async function commandsPage(): Promise<string> {
  const [api, program] = [await openApi(), await terminalProgram()]
  const own = program.commands.filter((command) => !isOfRegistry(command))
  return `# Commands

Made by \`npm run docs\` from the registry of commands, the API and the terminal; not edited by hand.

## To a running Ballast

The same on every surface: at the terminal, in Telegram and Discord, and over REST under \`/api/v1\`, by \`POST\` with \`{"args": {…}}\` or \`{"text": "BTC 50%"}\` and an \`Idempotency-Key\`. **Role** is the least one that may; a higher one may too: viewer, operator, trader, admin.
**Asks**: C0 acts at once, C1 shows a card with two verbs first, C2 wants a word or a one-time code with the yes ([cards and codes](operating.md#cards-and-codes-for-live)); what adds risk from a chat on live is always C2.

A stop that moves nearer and a single order that is taken back act at once, whatever the table says.

${registryTables(api)}

The terminal adds:

| command | what it does |
|---|---|
${addedOptions(program)}
| \`ballast strategy list\`, \`show NAME\`, \`new NAME\`, \`test NAME\` | without a running Ballast: what there is, what it does, one of your own, and its test ([strategies](strategies.md)) |

## REST

Fields and answers of each route: [openapi.json](openapi.json), and \`/docs\` of the running API.

| method | route | what it does |
|---|---|---|
${routeRows(api)}

## At the terminal only

\`ballast --help\` and \`ballast COMMAND --help\` say the same. All of them take \`--json\`, \`--plain\`, \`--quiet\`, \`--data-dir\`, \`--profile\`, \`--config\` and \`--yes\`.

${own.flatMap((command) => terminalSections(command, 'ballast')).join('\n\n')}

## Exit codes

| code | what it means |
|---|---|
${Object.entries(EXIT)
  .map(([name, number]) => `| ${number} | ${EXIT_WORDS[name as keyof typeof EXIT]} |`)
  .join('\n')}
`
}
