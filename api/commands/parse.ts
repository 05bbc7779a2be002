/**
 * From a line to a command and its arguments: the same for every surface.
 */
import { issueWords } from '../../src/core/issue-words.ts'
import { nearestOf } from '../../src/core/nearest.ts'
import { z } from 'zod'
import type { Command } from './command.ts'
import { untrusted } from './reply.ts'

export type Parsed =
  | { readonly ok: true; readonly args: unknown }
  /** One sentence, with an example that works. */
  | { readonly ok: false; readonly problem: string }

const LINE_MAX = 500

/** Words of a text; quotes keep words together. */
export function wordsOf(text: string): string[] {
  const words: string[] = []
  for (const match of text.slice(0, LINE_MAX).matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)) words.push(match[1] ?? match[2] ?? match[3] ?? '')
  return words.filter((word) => word !== '')
}

/** `/close@my_bot BTC 50%` is the name `close` and the rest `BTC 50%`. */
export function splitLine(line: string): { readonly name: string; readonly rest: string } {
  const match = /^\s*\/?([\w-]+)(?:@\w+)?\s*([\s\S]*)$/.exec(line.slice(0, LINE_MAX))
  if (match === null) return { name: '', rest: '' }
  const name = (match[1] ?? '').toLowerCase()
  const rest = (match[2] ?? '').trim()
  // What traders type: a limit is a matter of risk, and setting it asks, where looking does not.
  return name === 'risk' && /^(set|reset|limits)\b/i.test(rest) ? { name: 'limits', rest: rest.replace(/^limits\s*/i, '') } : { name, rest }
}

export const findCommand = (commands: readonly Command[], name: string): Command | undefined =>
  commands.find((command) => command.name === name || command.aliases.includes(name))

export const nearestCommand = (commands: readonly Command[], name: string): string | undefined =>
  nearestOf(
    name,
    commands.flatMap((command) => [command.name, ...command.aliases]),
  )

/** Arguments of a line's rest. */
export const parseArgs = (command: Command, text: string): Parsed => judge(command, command.read(wordsOf(text)), false)

/** Arguments that came as an object (REST, options of a platform). */
export const parseObject = (command: Command, raw: unknown): Parsed => judge(command, raw ?? {}, true)

function judge(command: Command, raw: unknown, isByName: boolean): Parsed {
  const result = command.args.safeParse(raw)
  return result.success
    ? { ok: true, args: result.data }
    : { ok: false, problem: isByName ? problemByName(command, result.error) : problemOf(command, result.error) }
}

/** For programs, which have names and no words. */
function problemByName(command: Command, error: z.ZodError): string {
  const issue = error.issues[0]
  const name = issue?.path.join('.') ?? ''
  const [unknown] = issue?.code === 'unrecognized_keys' ? issue.keys : []
  if (unknown !== undefined) return `${command.name} has no argument ${untrusted(unknown)}. ${argumentsText(command)}`
  if (issue?.code === 'invalid_type' && name !== '' && issue.message.includes('undefined'))
    return `${command.name} needs the argument ${name}. ${argumentsText(command)}`
  return `${command.name}: ${name === '' ? '' : `${name}: `}${issue === undefined ? 'invalid arguments' : untrusted(issueWords(issue))}`
}

function argumentsText({ args, name }: Command): string {
  const { properties = {}, required = [] } = z.toJSONSchema(args, { unrepresentable: 'any', io: 'input' }) as {
    properties?: object
    required?: readonly string[]
  }
  const names = Object.keys(properties).map((each) => (required.includes(each) ? each : `${each}?`))
  return names.length === 0 ? `${name} takes no arguments.` : `Arguments: ${names.join(', ')}.`
}

function problemOf(command: Command, error: z.ZodError): string {
  const issue = error.issues[0]
  const name = issue?.path.join('.') ?? ''
  const what =
    issue === undefined
      ? 'has invalid arguments'
      : issue.code === 'unrecognized_keys'
        ? `accepts ${command.usage === '' ? 'no arguments' : command.usage}`
        : issue.code === 'invalid_type' && name !== '' && issue.message.includes('undefined')
          ? `needs ${neededWords(command.usage)}`
          : `${name === '' ? '' : `${name}: `}${untrusted(issueWords(issue))}`
  return `/${command.name} ${what}. Example: /${command.examples[0] ?? command.name}`
}

/** What stands before the first part that may be left out: `<name> [on|off] | add <sym>…` needs a name. */
function neededWords(usage: string): string {
  const needed = usage
    .split(/[[|]/)[0]
    ?.match(/<[^>]+>/g)
    ?.join(' ')
  return needed ?? usage.match(/<[^>]+>/g)?.join(' ') ?? usage
}
