/**
 * Compiled strategies of the user, brought into this process or thread.
 */
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { type Result, err, ok } from '../core/result.ts'
import { type LinePin, loadLine } from '../model-files/model-store.ts'
import { type Catalog, STRATEGIES, withModels, withStrategies } from '../strategy/registry.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'

/** Plain data: it goes to threads as it is. */
export interface StrategyModule {
  readonly name: string
  /** As the user wrote it, absolute. */
  readonly file: string
  /** As it runs, absolute. */
  readonly path: string
  /** First 12 digits of the sha256 of what runs, everything that the file imports in it. */
  readonly codeHash: string
  /** Of the file alone, as it was read. */
  readonly sourceHash: string
}

/** What a catalog is made of beside the built-in strategies: code of the user, and lines of models. Plain data: it goes to threads as it is. */
export type Pinned = StrategyModule | LinePin

export const isCode = (pinned: Pinned): pinned is StrategyModule => 'codeHash' in pinned
export const isLine = (pinned: Pinned): pinned is LinePin => 'line' in pinned

export interface StrategyFileProblem {
  readonly sentence: string
  readonly next: string
}

/** A file of the folder that is no strategy. */
export interface BrokenFile extends StrategyFileProblem {
  readonly name: string
}

const isFunction = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function', 'is missing')
const shape = z.object({
  name: z.string(),
  version: z.number().int(),
  summary: z.string(),
  params: z.custom((value) => typeof (value as { safeParse?: unknown } | undefined)?.safeParse === 'function', 'is not a zod schema'),
  protection: z.enum(['position-stop', 'none']),
  givesStop: z.boolean(),
  contract: z.literal(2).optional(),
  symbols: z.array(z.string().min(1)).min(1).optional(),
  intervals: isFunction.optional(),
  onFill: isFunction.optional(),
  onOrderEnd: isFunction.optional(),
  warmup: isFunction,
  init: isFunction,
  onBar: isFunction,
})

/** The built-in strategies and these. */
export async function importStrategies(pinned: readonly Pinned[]): Promise<Result<Catalog, StrategyFileProblem>> {
  const modules = pinned.filter(isCode)
  const lines = pinned.filter(isLine).map((pin) => loadLine(pin).line)
  if (modules.length === 0) return ok(withModels(STRATEGIES, lines))
  // What a strategy throws names the line that its author wrote.
  process.setSourceMapsEnabled(true)
  const own: StrategyDefinition[] = []
  for (const module of modules) {
    const found = await importOne(module)
    if (!found.ok) return found
    own.push(found.value)
  }
  return ok(withModels(withStrategies(own), lines))
}

export async function importOne({ name, file, path, codeHash }: StrategyModule): Promise<Result<StrategyDefinition, StrategyFileProblem>> {
  let loaded: { readonly default?: unknown }
  try {
    loaded = (await import(pathToFileURL(path).href)) as { readonly default?: unknown }
  } catch (thrown) {
    const what = thrown instanceof Error ? thrown.message : String(thrown)
    return err({ sentence: `${file} throws while it is loaded: ${what}.`, next: `Try it: ballast strategy test ${name}` })
  }
  const parsed = shape.safeParse(loaded.default)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const what = loaded.default === undefined ? 'has no default export' : `is not a strategy: ${issue?.path.join('.')} ${issue?.message}`
    return err({ sentence: `${file} ${what}.`, next: 'Write: export default defineStrategy({ … }), see docs/strategies.md.' })
  }
  if (parsed.data.name !== name)
    return err({
      sentence: `${file} holds a strategy named '${parsed.data.name}': file and strategy need the same name.`,
      next: `Name it '${name}', or the file ${parsed.data.name}.ts.`,
    })
  return STRATEGIES.has(name)
    ? err({ sentence: `${file} has the name of a built-in strategy.`, next: `Rename it, for example to my-${basename(name)}.` })
    : ok({ ...(loaded.default as StrategyDefinition), codeHash })
}
