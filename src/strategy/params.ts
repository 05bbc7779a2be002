/**
 * The parameters of a strategy as its schema describes them.
 */
import { z } from 'zod'
import type { StrategyDefinition } from './strategy.ts'

export interface Param {
  readonly name: string
  readonly default: unknown
  readonly range: string
  readonly description: string
}

const property = z.object({
  type: z.string().optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  enum: z.array(z.unknown()).optional(),
})
const schema = z.object({ properties: z.record(z.string(), property).default({}) })

export function paramsOf(definition: StrategyDefinition): readonly Param[] {
  const { properties } = schema.parse(z.toJSONSchema(definition.params, { io: 'input' }))
  // The JSON schema leaves out a default whose text is read first, as that of a flag.
  const defaults: Readonly<Record<string, unknown>> = { ...(definition.params.safeParse({}).data ?? {}) }
  return Object.entries(properties).map(([name, p]) => ({
    name,
    default: p.default ?? defaults[name],
    range: rangeOf(p),
    description: p.description ?? '',
  }))
}

function rangeOf(p: z.infer<typeof property>): string {
  if (p.enum !== undefined) return p.enum.map(String).join(', ')
  if (p.type === 'boolean') return 'true or false'
  const low = p.minimum !== undefined ? `from ${p.minimum}` : p.exclusiveMinimum !== undefined ? `above ${p.exclusiveMinimum}` : ''
  const high = p.maximum !== undefined ? `to ${p.maximum}` : p.exclusiveMaximum !== undefined ? `below ${p.exclusiveMaximum}` : ''
  return [low, high, p.type === 'integer' ? 'whole' : ''].filter((word) => word !== '').join(' ')
}
