/**
 * Slash commands as Discord takes them: options from a command's own schema, and their names back to arguments.
 */
import { z } from 'zod'
import type { Command } from '../../api/commands/command.ts'

/** Of options, and of suggestions for one. */
export const CHOICES_MAX = 25
const COMPLETED = /symbol|sym|strategy|name|id|number/i

interface CommandOption {
  readonly type: 3
  readonly name: string
  readonly description: string
  readonly required: boolean
  readonly autocomplete: boolean
}

/** Options of a slash command, from the command's own schema. All are text: the schema judges them. */
export function optionsOf(command: Command): CommandOption[] {
  const schema = z.toJSONSchema(command.args, { io: 'input', unrepresentable: 'any' }) as {
    readonly properties?: Readonly<Record<string, { readonly description?: string }>>
    readonly required?: readonly string[]
  }
  return Object.entries(schema.properties ?? {})
    .map(([name, property]) => ({
      type: 3 as const,
      name: name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      description: (property.description ?? command.usage ?? name).slice(0, 100) || name,
      required: schema.required?.includes(name) ?? false,
      autocomplete: COMPLETED.test(name),
    }))
    .sort((a, b) => Number(b.required) - Number(a.required))
    .slice(0, CHOICES_MAX)
}

export const argumentName = (option: string): string => option.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
