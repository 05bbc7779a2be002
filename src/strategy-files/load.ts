/**
 * The user's strategies from their folder to a catalog, and what threads need to have the same.
 */
import { existsSync, readFileSync } from 'node:fs'
import { type Result, err, ok } from '../core/result.ts'
import { type Catalog, STRATEGIES, withStrategies } from '../strategy/registry.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'
import { compileStrategies } from './compile.ts'
import { type BrokenFile, type StrategyFileProblem, type StrategyModule, importOne, importStrategies } from './module.ts'
import { TRIAL_MS, endsItsImport } from './trial.ts'

export interface LoadedStrategies {
  /** Built-in ones and the user's. */
  readonly catalog: Catalog
  readonly modules: readonly StrategyModule[]
  /** Files that are no strategies, each with what is wrong. */
  readonly broken: readonly BrokenFile[]
}

/**
 * What a supervisor compiled, for the processes that it starts: a file that changes meanwhile changes nothing of what runs (S18).
 * @throws where the list is not there.
 */
export async function loadPinned(listFile: string): Promise<Result<LoadedStrategies, StrategyFileProblem>> {
  const modules = JSON.parse(readFileSync(listFile, 'utf8')) as readonly StrategyModule[]
  const catalog = await importStrategies(modules)
  return catalog.ok ? ok({ catalog: catalog.value, modules, broken: [] }) : catalog
}

/** The compiled files of {@link loadPinned}, for threads that bring them in themselves; undefined where nothing is pinned. */
export const pinnedModules = (listFile: string | undefined): readonly StrategyModule[] | undefined =>
  listFile === undefined || !existsSync(listFile) ? undefined : (JSON.parse(readFileSync(listFile, 'utf8')) as readonly StrategyModule[])

/** What {@link loadPinned} reads. */
export const listOf = ({ modules }: LoadedStrategies): string => JSON.stringify(modules)

/** What is loaded, with the one strategy as it is in other files; undefined where it is neither there nor built in. */
export function withModule(loaded: LoadedStrategies, fresh: LoadedStrategies, name: string): LoadedStrategies | undefined {
  const module = fresh.modules.find((each) => each.name === name)
  const definition = fresh.catalog.get(name)
  if (definition === undefined) return undefined
  if (module === undefined) return loaded
  const modules = [...loaded.modules.filter((each) => each.name !== name), module]
  const own = modules.flatMap((each) => (each === module ? definition : (loaded.catalog.get(each.name) ?? [])))
  return { catalog: withStrategies(own), modules, broken: loaded.broken.filter((each) => each.name !== name) }
}

/** Without any file. */
export const BUILT_IN: LoadedStrategies = { catalog: STRATEGIES, modules: [], broken: [] }

/**
 * Compiles and imports the folder. A file that is no strategy is listed in `broken`, and stops only what needs it.
 * @param wanted names that have to be usable
 * @param only the one file that is looked at
 */
export async function loadStrategies(
  directory: string,
  outDirectory: string,
  wanted: readonly string[] = [],
  only?: string,
): Promise<Result<LoadedStrategies, StrategyFileProblem>> {
  const compiled = await compileStrategies(directory, outDirectory, only)
  const broken: BrokenFile[] = [...compiled.broken]
  const modules: StrategyModule[] = []
  const own: StrategyDefinition[] = []
  // What a strategy throws names the line that its author wrote.
  if (compiled.modules.length > 0) process.setSourceMapsEnabled(true)
  for (const module of compiled.modules) {
    const { name, file } = module
    const found = (await endsItsImport(module.path))
      ? await importOne(module)
      : err({
          sentence: `Importing ${file} did not finish within ${TRIAL_MS / 1_000} s.`,
          next: 'Code outside its functions must not wait or loop.',
        })
    if (found.ok) {
      own.push(found.value)
      modules.push(module)
    } else broken.push({ name, ...found.error })
  }
  const needed = broken.find(({ name }) => wanted.includes(name))
  return needed === undefined
    ? ok({ catalog: own.length === 0 ? STRATEGIES : withStrategies(own), modules, broken })
    : err({ sentence: needed.sentence, next: needed.next })
}
