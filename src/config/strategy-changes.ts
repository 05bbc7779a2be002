/**
 * What operators have changed of the list of strategies while Ballast ran: a file of the data directory that lies over the configuration.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Problem } from '../core/problem.ts'
import { type Result, err, ok } from '../core/result.ts'
import type { Config, LoadedConfig } from './config.ts'
import { universeSchema } from './sections/universe-config.ts'
import { DEFAULT_PLANS, type PlanSpec } from './strategy-plan.ts'

/** @example { id: 'ema-cross', spec: { strategy: 'ema-cross', symbols: ['BTCUSDT'], params: { fast: '9' } }, actor: 'cli', atMs: 1764460800000 } */
export interface StrategyChange {
  readonly id: string
  /** Instead of what the configuration says of it; absent: it is removed. */
  readonly spec?: PlanSpec | undefined
  readonly actor: string
  readonly atMs: number
}

const CONFIG_INVALID = 3
const fileOf = (root: string): string => join(root, 'strategy-changes.json')

const shape = z.array(
  z.strictObject({
    id: z.string().min(1),
    spec: z
      .strictObject({
        id: z.string().min(1).optional(),
        strategy: z.string().min(1),
        symbols: z.array(z.string().min(1)).min(1),
        params: z.record(z.string(), z.unknown()).optional(),
        execution: z.string().optional(),
        universe: universeSchema.optional(),
      })
      .optional(),
    actor: z.string(),
    atMs: z.number().int(),
  }),
)

export function readStrategyChanges(root: string): Result<readonly StrategyChange[], Problem> {
  const file = fileOf(root)
  if (!existsSync(file)) return ok([])
  try {
    return ok(shape.parse(JSON.parse(readFileSync(file, 'utf8'))))
  } catch {
    return err({
      sentence: `${file} is damaged: it is no longer a list of strategy changes.`,
      next: 'Remove it to go back to the strategies of the configuration.',
      exitCode: CONFIG_INVALID,
    })
  }
}

/** Whole or not at all, so that a start in between finds the list of before or the new one. */
export function keepStrategyChanges(root: string, changes: readonly StrategyChange[]): void {
  const file = fileOf(root)
  writeFileSync(`${file}.new`, `${JSON.stringify(changes, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

export const idOf = ({ id, strategy }: PlanSpec): string => id ?? strategy

/** The list with what was changed of it: in its place what is there, and at the end what is new. */
export function changedSpecs(specs: readonly PlanSpec[], changes: readonly StrategyChange[]): readonly PlanSpec[] {
  const kept = specs.flatMap((spec) => {
    const change = changes.find(({ id }) => id === idOf(spec))
    return change === undefined ? [spec] : change.spec === undefined ? [] : [change.spec]
  })
  const added = changes.flatMap(({ id, spec }) => (spec === undefined || specs.some((each) => idOf(each) === id) ? [] : [spec]))
  return [...kept, ...added]
}

/** A configuration as it counts with what was changed. */
export function counting(config: Config, changes: readonly StrategyChange[]): Config {
  if (changes.length === 0) return config
  const strategies = changedSpecs(config.strategies ?? DEFAULT_PLANS, changes).map(
    ({ id, strategy, symbols, params, execution, universe }) => ({
      ...(id === undefined ? {} : { id }),
      strategy,
      symbols: [...symbols],
      ...(params === undefined ? {} : { params: { ...params } }),
      ...(execution === undefined ? {} : { execution }),
      ...(universe === undefined ? {} : { universe }),
    }),
  )
  return { ...config, strategies }
}

/** The configuration as it counts in this data directory. */
export function withStrategyChanges(loaded: LoadedConfig, root: string): Result<LoadedConfig, Problem> {
  const changes = readStrategyChanges(root)
  if (!changes.ok) return changes
  if (changes.value.length === 0) return ok(loaded)
  return ok({
    values: counting(loaded.values, changes.value),
    origins: new Map([...loaded.origins, ['strategies', { kind: 'file', name: fileOf(root) }] as const]),
  })
}
