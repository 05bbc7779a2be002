/**
 * The query that asks for a part of the account: a strategy by its name, or a symbol as in chat.
 */
import { z } from '@hono/zod-openapi'
import type { CommandPorts } from '../commands/command.ts'
import type { MeasuredScope } from '../commands/reports/measures-report.ts'
import { scopeOf } from '../commands/scope.ts'
import { problem } from '../problem.ts'

export const PartOf = z
  .string()
  .min(1)
  .max(60)
  .optional()
  .openapi({ description: 'A strategy by its name, or a symbol such as BTCUSDT, BTC or BTC-SPOT', example: 'ema-cross' })

/** @throws ProblemError 404 that names what there is. */
export async function partAsked(ports: CommandPorts, of: string | undefined): Promise<MeasuredScope> {
  const scope = await scopeOf({ ports }, of, '{}')
  if (!('problem' in scope)) return scope
  throw problem('not_found', [scope.problem.title, scope.problem.text].filter((text) => text !== undefined).join(' '))
}
