/**
 * `ballast allocator`: the plan that shares capital among strategies, and, after a yes, its moves.
 */
import type { Command } from 'commander'
import { ALLOCATOR_METHODS } from '../../portfolio/allocator/plan.ts'
import { contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { clientOf, failureOf } from './api-access.ts'
import { settle } from './control.ts'

interface AllocatorFlags {
  readonly method?: string
  readonly dryRun?: boolean
}

export function register(program: Command): void {
  program
    .command('allocator')
    .description('share capital among strategies by risk and drawdown; shown first')
    .option('--method <method>', `${ALLOCATOR_METHODS.join(', ')} (default: allocator.method, or erc)`)
    .option('--dry-run', 'show the plan, change nothing; with --json as data')
    .action(runAllocator)
}

async function runAllocator({ method, dryRun }: AllocatorFlags, command: Command): Promise<void> {
  const context = contextOf(command)
  if (method !== undefined && !ALLOCATOR_METHODS.some((name) => name === method))
    throw new CliError(EXIT.usage, `There is no method '${method}'.`, `Methods: ${ALLOCATOR_METHODS.join(', ')}.`)
  const client = clientOf(context)
  if (dryRun === true && context.flags.json === true) {
    const plan = await client.get<object>(`/api/v1/allocator${method === undefined ? '' : `?method=${method}`}`)
    if (!plan.ok) throw failureOf(plan.error, context)
    context.out.answer(plan.value, () => undefined)
    return
  }
  const args = { ...(method === undefined ? {} : { method }), ...(dryRun === true ? { dryRun } : {}) }
  await settle(context, client, 'allocator', await client.runArgs('allocator', args))
}
