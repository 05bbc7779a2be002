/**
 * The user's strategies from their folder to a catalog, and what threads need to have the same.
 */
import { existsSync, readFileSync } from 'node:fs'
import { type Result, err, ok } from '../core/result.ts'
import { type LinePin, ModelStore, loadLine } from '../model-files/model-store.ts'
import { type Catalog, STRATEGIES, withModels, withStrategies } from '../strategy/registry.ts'
import type { StrategyDefinition } from '../strategy/strategy.ts'
import { compileStrategies } from './compile.ts'
import {
  type BrokenFile,
  type Pinned,
  type StrategyFileProblem,
  type StrategyModule,
  importOne,
  importStrategies,
  isCode,
  isLine,
} from './module.ts'
import { TRIAL_MS, endsItsImport } from './trial.ts'

export interface LoadedStrategies {
  /** Built-in ones and the user's. */
  readonly catalog: Catalog
  readonly modules: readonly StrategyModule[]
  readonly lines: readonly LinePin[]
  /** Files that are no strategies, each with what is wrong. */
  readonly broken: readonly BrokenFile[]
}

/**
 * What a supervisor compiled, for the processes that it starts: a file that changes meanwhile changes nothing of what runs (S18).
 * @throws where the list is not there.
 */
export async function loadPinned(listFile: string): Promise<Result<LoadedStrategies, StrategyFileProblem>> {
  const pinned = (JSON.parse(readFileSync(listFile, 'utf8')) as readonly Pinned[]).map(asDecided)
  const catalog = await importStrategies(pinned)
  return catalog.ok ? ok({ catalog: catalog.value, modules: pinned.filter(isCode), lines: pinned.filter(isLine), broken: [] }) : catalog
}

/** A promotion that a kill cut off after its decision was written counts; what was only added to the directory does not. */
function asDecided(pinned: Pinned): Pinned {
  if (!isLine(pinned)) return pinned
  const store = new ModelStore(pinned.root)
  const decided = store.championship(pinned.line)
  return !decided.ok || decided.value.champion === pinned.champion ? pinned : store.pinOf(pinned.line)
}

/** The compiled files of {@link loadPinned}, for threads that bring them in themselves; undefined where nothing is pinned. */
export const pinnedModules = (listFile: string | undefined): readonly Pinned[] | undefined =>
  listFile === undefined || !existsSync(listFile) ? undefined : (JSON.parse(readFileSync(listFile, 'utf8')) as readonly Pinned[])

/** What {@link loadPinned} reads. */
export const listOf = (loaded: LoadedStrategies): string => JSON.stringify(pinnedOf(loaded))

/** For processes and threads that bring them in themselves. */
export const pinnedOf = ({ modules, lines }: LoadedStrategies): readonly Pinned[] => [...modules, ...lines]

/** What is loaded, with the one strategy as it is in other files; undefined where it is neither there nor built in. */
export function withModule(loaded: LoadedStrategies, fresh: LoadedStrategies, name: string): LoadedStrategies | undefined {
  const module = fresh.modules.find((each) => each.name === name)
  const definition = fresh.catalog.get(name)
  if (definition === undefined) return undefined
  if (module === undefined) return loaded
  const modules = [...loaded.modules.filter((each) => each.name !== name), module]
  const own = modules.flatMap((each) => (each === module ? definition : (loaded.catalog.get(each.name) ?? [])))
  return withLines(
    { ...loaded, catalog: withStrategies(own), modules, broken: loaded.broken.filter((each) => each.name !== name) },
    loaded.lines,
  )
}

/** What is loaded, with these lines of models in place of its own. */
export const withLines = (loaded: LoadedStrategies, lines: readonly LinePin[]): LoadedStrategies => ({
  ...loaded,
  catalog: withModels(
    loaded.catalog,
    lines.map((pin) => loadLine(pin).line),
  ),
  lines,
})

/** Without any file. */
export const BUILT_IN: LoadedStrategies = { catalog: STRATEGIES, modules: [], lines: [], broken: [] }

/**
 * Compiles and imports the folder, and reads the models. A file that is no strategy is listed in `broken`, and stops only what needs it.
 * @param wanted names that have to be usable
 * @param only the one file that is looked at
 * @param modelsRoot the directory of lines of models
 */
export async function loadStrategies(
  directory: string,
  outDirectory: string,
  wanted: readonly string[] = [],
  only?: string,
  modelsRoot?: string,
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
    ? ok(
        withLines(
          { catalog: own.length === 0 ? STRATEGIES : withStrategies(own), modules, lines: [], broken },
          modelsRoot === undefined ? [] : new ModelStore(modelsRoot).pins(),
        ),
      )
    : err({ sentence: needed.sentence, next: needed.next })
}
