/**
 * The user's strategies as they are loaded now: an operator may have reloaded them since this process began.
 */
import { pinnedStrategies } from '../config/pinned-config.ts'
import { type LoadedStrategies, pinnedModules, pinnedOf } from '../strategy-files/load.ts'
import { type Pinned, importStrategies } from '../strategy-files/module.ts'
import type { Catalog } from '../strategy/registry.ts'

export class CurrentStrategies {
  private readonly run: string
  private readonly atStart: LoadedStrategies
  private read: { readonly file: string; readonly catalog: Catalog } | undefined

  /** @param run the directory in which processes find what is pinned */
  constructor(run: string, atStart: LoadedStrategies) {
    this.run = run
    this.atStart = atStart
  }

  modules(): readonly Pinned[] {
    return pinnedModules(pinnedStrategies(this.run)) ?? pinnedOf(this.atStart)
  }

  /** The file's name is that of what it holds: the same one is not brought in twice. */
  async catalog(): Promise<Catalog> {
    const file = pinnedStrategies(this.run)
    if (file === undefined || file === '') return this.atStart.catalog
    if (this.read?.file === file) return this.read.catalog
    const catalog = await importStrategies(this.modules())
    // The trader has brought them in: what cannot be brought in here is said by the job that needs it.
    if (!catalog.ok) return this.atStart.catalog
    this.read = { file, catalog: catalog.value }
    return catalog.value
  }
}
