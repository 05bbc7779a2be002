/**
 * The user's strategies from their folder to a catalog, and what threads need to have the same.
 * Never half of them: one file that cannot be used is an error that names it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { type Result, ok } from '../core/result.ts'
import { type Catalog, STRATEGIES } from '../strategy/registry.ts'
import { compileStrategies } from './compile.ts'
import { type StrategyFileProblem, type StrategyModule, importStrategies } from './module.ts'

export interface LoadedStrategies {
  /** Built-in ones and the user's. */
  readonly catalog: Catalog
  readonly modules: readonly StrategyModule[]
}

/**
 * What a supervisor compiled, for the processes that it starts: a file that changes meanwhile changes nothing of what runs (S18).
 * @throws where the list is not there.
 */
export async function loadPinned(listFile: string): Promise<Result<LoadedStrategies, StrategyFileProblem>> {
  const modules = JSON.parse(readFileSync(listFile, 'utf8')) as readonly StrategyModule[]
  const catalog = await importStrategies(modules)
  return catalog.ok ? ok({ catalog: catalog.value, modules }) : catalog
}

export const pin = (listFile: string, { modules }: LoadedStrategies): void => writeFileSync(listFile, JSON.stringify(modules))

/** Without any file. */
export const BUILT_IN: LoadedStrategies = { catalog: STRATEGIES, modules: [] }

export async function loadStrategies(directory: string, outDirectory: string): Promise<Result<LoadedStrategies, StrategyFileProblem>> {
  const modules = await compileStrategies(directory, outDirectory)
  if (!modules.ok) return modules
  const catalog = await importStrategies(modules.value)
  return catalog.ok ? ok({ catalog: catalog.value, modules: modules.value }) : catalog
}
