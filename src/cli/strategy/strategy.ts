/**
 * `ballast strategy list` and `ballast strategy show NAME`: the strategies and their parameters, without a running Ballast.
 */
import { paramsOf } from '../../strategy/params.ts'
import { exampleSymbols, findStrategy } from '../research/chosen-strategy.ts'
import type { CliContext } from '../context.ts'

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
