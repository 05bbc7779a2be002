/**
 * The terminal's copy of the registry: names, summaries and usages, so that `ballast --help` loads nothing.
 */
import { COMMANDS } from '../../api/commands/registry.ts'

export const TERMINAL_WORDS_PATH = 'src/cli/control/control-commands.ts'

/** Commands of the registry that the terminal has in a form of its own, or that only make sense in a chat. */
const OTHERWISE = new Set([
  'backtest',
  'optimize',
  'key',
  'user',
  'help',
  'version',
  'start',
  'id',
  'totp',
  'chart',
  'rebalance',
  'export',
  'allocator',
])

export const TERMINAL_COMMANDS = COMMANDS.filter(({ name }) => !OTHERWISE.has(name))

const LINE_MAX = 140
const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

function entry({ name, summary, usage }: (typeof COMMANDS)[number]): string {
  const fields = Object.entries({ name, summary, usage }).map(([key, text]) => [key, quoted(text)] as const)
  const line = `  { ${fields.map(([key, text]) => `${key}: ${text}`).join(', ')} },`
  return line.length <= LINE_MAX ? line : `  {\n${fields.map(fieldLines).join('\n')}\n  },`
}

function fieldLines([key, text]: readonly [key: string, text: string]): string {
  const line = `    ${key}: ${text},`
  return line.length <= LINE_MAX ? line : `    ${key}:\n      ${text},`
}

export const terminalWords = (): string => `/**
 * Which commands of the registry the terminal has, with their words for the help: a plain list, so that \`--help\` loads nothing.
 * Made from the registry by \`npm run docs\`: a change by hand is lost.
 */
export const STEERING = [
${TERMINAL_COMMANDS.map(entry).join('\n')}
] as const
`
