/**
 * `ballast strategy list` and `ballast strategy show NAME`: the strategies and their parameters, without a running Ballast.
 */
import { z } from 'zod'
import type { StrategyDefinition } from '../../strategy/strategy.ts'
import { exampleSymbols, findStrategy } from '../research/backtest.ts'
import type { CliContext } from '../context.ts'

interface Param {
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

export async function listStrategies({ out, strategies }: CliContext): Promise<void> {
  const rows = [...(await strategies()).catalog.values()]
  out.answer({ data: rows.map((d) => ({ name: d.name, version: d.version, summary: d.summary, params: paramsOf(d) })) }, () =>
    out.table(
      [{ title: 'strategy' }, { title: 'description' }],
      rows.map((d) => [d.name, d.summary]),
    ),
  )
}

export async function showStrategy({ out, strategies }: CliContext, name: string): Promise<void> {
  const definition = findStrategy((await strategies([name])).catalog, name)
  const params = paramsOf(definition)
  const { version, summary, protection, givesStop, symbols } = definition
  out.answer(
    { name: definition.name, version, summary, protection, givesStop, ...(symbols === undefined ? {} : { symbols }), params },
    () => {
      out.line(`${out.style('bold', definition.name)}  version ${version}`)
      out.line(summary)
      if (symbols !== undefined) out.line(`symbols, in this order: ${symbols.join(', ')}`)
      out.line()
      out.table(
        [{ title: 'param' }, { title: 'default', align: 'right' }, { title: 'range' }, { title: 'description' }],
        params.map((p) => [p.name, String(p.default), p.range, p.description]),
      )
      out.line()
      out.line(
        `Try: ballast backtest ${definition.name} ${exampleSymbols(definition)
          .map((symbol) => `--symbol ${symbol}`)
          .join(' ')}${params[0] === undefined ? '' : ` --param ${params[0].name}=${String(params[0].default)}`}`,
      )
    },
  )
}
