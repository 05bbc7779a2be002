/**
 * The commands of the registry as tools of an agent: which it may use, what each takes, and an answer in words.
 */
import { z } from 'zod'
import { type Actor, type Command, hasRole } from '../commands/command.ts'
import type { CommandResult } from '../commands/run/result.ts'
import type { Reply } from '../commands/reply.ts'

/** About a chat, or about who somebody is, which an agent has not; and what shows or makes secrets. */
const NOT_FOR_AGENTS: ReadonlySet<string> = new Set([
  'start',
  'id',
  'totp',
  'quiet',
  'subscribe',
  'unsubscribe',
  'alert',
  'confirm',
  'web',
  'sessions',
  'tz',
  'report',
  'key',
  'user',
  'webhook',
  'signal',
])
const BECAUSE_MAX = 300

export interface Tool {
  readonly name: string
  readonly description: string
  readonly inputSchema: { readonly type: 'object'; readonly [key: string]: unknown }
  readonly annotations: { readonly readOnlyHint: boolean; readonly destructiveHint: boolean; readonly openWorldHint: false }
}

/** Those that the key of an agent may use at all; its arguments may still need a scope that it lacks. */
export const toolsOf = (commands: readonly Command[], { role }: Actor, scopes: readonly string[]): Tool[] =>
  commands
    .filter(
      (command) =>
        !NOT_FOR_AGENTS.has(command.name) && hasRole(role, command.role) && (scopes.includes(command.scope) || command.role === 'any'),
    )
    .map(toolOf)

function toolOf({ name, summary, usage, examples, args, action }: Command): Tool {
  const { properties, required, ...schema } = z.toJSONSchema(args, { unrepresentable: 'any', io: 'input' }) as {
    properties?: Record<string, unknown>
    required?: readonly string[]
  }
  const changes = action !== undefined
  return {
    name,
    description: [
      `${summary}.`,
      usage === '' ? '' : `As people type it: ${name} ${usage}.`,
      examples.length === 0 ? '' : `For example: ${examples.join('; ')}.`,
      changes ? 'What is more than a pause waits for a person, who is shown your reason.' : '',
    ]
      .filter((part) => part !== '')
      .join(' '),
    inputSchema: {
      ...schema,
      type: 'object',
      properties: {
        ...properties,
        ...(changes
          ? {
              because: {
                type: 'string',
                minLength: 1,
                maxLength: BECAUSE_MAX,
                description: 'your reason: shown to people and kept with what is done',
              },
            }
          : {}),
      },
      required: [...(required ?? []), ...(changes ? ['because'] : [])],
    },
    annotations: { readOnlyHint: !changes, destructiveHint: changes, openWorldHint: false },
  }
}

/** A reply as lines of text; tables with tabs. */
export const wordsOf = ({ title, fields, table, text }: Reply): string =>
  [
    title,
    ...fields.map(({ name, value }) => `${name}: ${value}`),
    ...(table === undefined ? [] : [table.columns.map((column) => column.title), ...table.rows].map((cells) => cells.join('\t'))),
    ...(text === undefined ? [] : [text]),
  ].join('\n')

const FAILED: ReadonlySet<CommandResult['status']> = new Set(['refused', 'failed', 'invalid', 'forbidden', 'unknown'])
export const isFailure = ({ status }: CommandResult): boolean => FAILED.has(status)
