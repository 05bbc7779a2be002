/**
 * What the command palette offers for what was typed: pages and commands, those first whose name begins so.
 */
import { PAGES, addressOf } from './places.ts'
import { mayRun } from './roles.ts'
import type { CommandRow, Role } from './types.ts'

export type Suggestion =
  | { readonly type: 'page'; readonly title: string; readonly address: string }
  | { readonly type: 'command'; readonly title: string; readonly row: CommandRow }

const SHOWN = 12

const score = (words: readonly string[], about: string, typed: string): number =>
  words.some((word) => word === typed) ? 3 : words.some((word) => word.startsWith(typed)) ? 2 : about.toLowerCase().includes(typed) ? 1 : 0

/** @param typed a line: its first word names the command, what follows are its arguments */
export function suggestionsFor(typed: string, commands: readonly CommandRow[], role: Role): readonly Suggestion[] {
  const [first = '', ...rest] = typed.trim().replace(/^\//, '').toLowerCase().split(/\s+/)
  const pages = PAGES.map(([name, text]): [number, Suggestion] => [
    rest.length > 0 ? 0 : score([name, ...text.toLowerCase().split(' ')], text, first),
    { type: 'page', title: `Go to ${text}`, address: addressOf(name) },
  ])
  const rows = commands
    .filter((row) => mayRun(role, row))
    .map((row): [number, Suggestion] => [
      score([row.name, ...row.aliases], rest.length > 0 ? '' : row.summary, first),
      { type: 'command', title: row.name, row },
    ])
  return [...rows, ...pages]
    .filter(([points]) => points > 0)
    .sort(([a], [b]) => b - a)
    .slice(0, SHOWN)
    .map(([, suggestion]) => suggestion)
}

/** Whether a line can be run as it stands: arguments that are not in brackets have to be there. */
export function isComplete(line: string, { usage }: Pick<CommandRow, 'usage'>): boolean {
  const given = line.trim().split(/\s+/).length - 1
  const first = usage.trim()
  return given > 0 || first === '' || first.startsWith('[') || /\|\s*list\b|^list\b/.test(first)
}
