/**
 * What figures are asked of: the whole account, a strategy by its name, or a symbol as operators write it.
 */
import type { CommandContext } from './command.ts'
import type { MeasuredScope } from './reports/measures-report.ts'
import type { Reply } from './reply.ts'
import { resolveSymbol } from './symbol.ts'

/** `line` is what a button says with the symbol in place of `{}`. */
export async function scopeOf(
  context: Pick<CommandContext, 'ports'>,
  what: string | undefined,
  line: string,
): Promise<MeasuredScope | { readonly problem: Reply }> {
  if (what === undefined) return { type: 'portfolio' }
  const strategies = await context.ports.reads.strategies()
  const named = strategies.find(({ strategy }) => strategy.toLowerCase() === what.toLowerCase())
  if (named !== undefined) return { type: 'strategy', name: named.strategy }
  const resolved = await resolveSymbol(context, what, line)
  return 'problem' in resolved ? resolved : { type: 'symbol', name: resolved.symbol }
}
