/**
 * The list of strategies out of files while the trader runs: user's code, configuration, and what operators have changed of them.
 */
import { resolve } from 'node:path'
import { gateDoubts } from '../backtest/trials/gate-doubts.ts'
import type { Problem } from '../core/problem.ts'
import { type Result, err, ok } from '../core/result.ts'
import { type ConfigText, changedConfig, currentTexts, pin } from '../config/pinned-config.ts'
import type { Config } from '../config/sections/config-schema.ts'
import { DEFAULT_PLANS, type PlanSpec, type StrategyPlan } from '../config/strategy-plan.ts'
import { universeAmong } from '../config/sections/universe-config.ts'
import { configuredStrategies, plansOf } from '../config/plans.ts'
import { type StrategyChange, changedSpecs, counting, idOf, keepStrategyChanges, readStrategyChanges } from '../config/strategy-changes.ts'
import type { StrategyAsk } from '../kernel/trader-command.ts'
import type { PlanPort, PreparedPlan } from '../trader/strategies/plan-port.ts'
import { nearestOf } from '../core/nearest.ts'
import { changedSince } from '../strategy-files/compile.ts'
import { ModelStore } from '../model-files/model-store.ts'
import { ML } from '../strategy/builtin/ml/ml.ts'
import { type LoadedStrategies, listOf, loadStrategies, withLines, withModule } from '../strategy-files/load.ts'
import { type ChampionChange, championChange } from './champion-change.ts'
import { startProblem } from '../strategy-files/trial.ts'
import type { RoleContext } from './roles/role-context.ts'

/** What is read again where it changes; all else of a configuration counts from the next start. */
const RELOADED: readonly string[] = ['strategies', 'manual']

type Wanted = Pick<RoleContext, 'paths' | 'reread'>

/** What counts, and what would. */
interface Files {
  /** Without what operators have changed. */
  readonly config: Config
  readonly changes: readonly StrategyChange[]
  readonly strategies: LoadedStrategies
  /** The configuration files that `config` was read from, where they were read again. */
  readonly texts?: readonly ConfigText[] | undefined
  /** Another champion of a line of models. */
  readonly champion?: ChampionChange
}

export class PlanSource implements PlanPort {
  private readonly context: Wanted
  private files: Files
  private readonly around: (plan: StrategyPlan) => StrategyPlan
  private readonly wallMs: () => number

  /** @param around put around each plan before it runs */
  constructor(context: Wanted, files: Files, around: (plan: StrategyPlan) => StrategyPlan, wallMs: () => number) {
    this.context = context
    this.files = files
    this.around = around
    this.wallMs = wallMs
  }

  changedFiles(): readonly { readonly name: string }[] {
    return changedSince(this.files.strategies.modules)
  }

  changedConfig(): readonly string[] {
    return changedConfig(this.context.paths.run)
  }

  async prepare(ask: StrategyAsk, actor: string): Promise<Result<PreparedPlan, Problem>> {
    const read = await this.wanted(ask, actor)
    if (!read.ok) return read
    const next = read.value
    const plan = plansOf(counting(next.config, next.changes), next.strategies, next.changes)
    // Nobody edits a file for what was asked here.
    if (!plan.ok) return ask.type === 'reload' ? plan : err({ ...plan.error, next: 'Nothing was changed.' })
    const stuck = await this.stuck(plan.value.plans, next)
    if (stuck !== undefined) return err(stuck)
    const { paths } = this.context
    const later = Object.keys(next.config).filter(
      (key) => !RELOADED.includes(key) && JSON.stringify(sectionOf(next.config, key)) !== JSON.stringify(sectionOf(this.files.config, key)),
    )
    return ok({
      plan: { plans: plan.value.plans.map(this.around), manual: plan.value.manual },
      later,
      ...(next.champion === undefined ? {} : { also: [next.champion.sentence] }),
      doubts: gateDoubts(next.config.profile, paths.trials, this.fresh(plan.value.plans)),
      keep: () => {
        // What was decided before what rests on it: a start in between goes by it (load.ts).
        next.champion?.keep()
        // Code before the list that names it: a start in between finds code that nothing needs yet.
        if (next.strategies !== this.files.strategies || next.texts !== undefined)
          pin(paths.run, { config: next.texts, strategies: listOf(next.strategies) })
        if (next.changes !== this.files.changes) keepStrategyChanges(paths.root, next.changes)
        this.files = { config: next.config, changes: next.changes, strategies: next.strategies, texts: next.texts }
      },
    })
  }

  private async wanted(ask: StrategyAsk, actor: string): Promise<Result<Files, Problem>> {
    switch (ask.type) {
      case 'reload':
        return ask.only === undefined ? this.reloaded() : this.recompiled(ask.only)
      case 'put':
        return this.put(ask, actor)
      case 'remove':
      case 'reset':
        return this.without(ask, actor)
      case 'promote':
      case 'rollback':
        return this.withChampion(ask, actor)
    }
  }

  private async reloaded(): Promise<Result<Files, Problem>> {
    const texts = currentTexts(this.context.paths.run)
    const config = this.context.reread()
    if (!config.ok) return config
    const changes = readStrategyChanges(this.context.paths.root)
    if (!changes.ok) return changes
    const next = { config: config.value, changes: changes.value, strategies: this.files.strategies, texts }
    const strategies = await this.load(configuredStrategies(counting(next.config, next.changes)))
    return strategies.ok ? ok({ ...next, strategies: strategies.value }) : strategies
  }

  /** The code of one strategy as its file is now; all others stay as they are loaded. */
  private async recompiled(name: string): Promise<Result<Files, Problem>> {
    const specs = this.specs()
    const spec = specs.find((each) => idOf(each) === name) ?? specs.find(({ strategy }) => strategy === name)
    if (spec === undefined) return err(unknown(name, specs.map(idOf)))
    if (spec.strategy === ML) return ok(this.withNewestLines(this.files))
    if (!this.files.strategies.modules.some((module) => module.name === spec.strategy) && this.files.strategies.catalog.has(spec.strategy))
      return err({
        sentence: `${spec.strategy} is built in: its code comes with Ballast.`,
        next: `Its parameters change with: /strategy ${name} set name=value`,
      })
    return this.withCode(spec.strategy)
  }

  private async withCode(name: string): Promise<Result<Files, Problem>> {
    const fresh = await this.load([name], name)
    if (!fresh.ok) return fresh
    const strategies = withModule(this.files.strategies, fresh.value, name)
    return strategies === undefined
      ? err({
          sentence: `There is no strategy '${name}': it is neither built in nor a file of ${this.files.config.strategiesDir}/.`,
          next: 'ballast strategy list shows what there is.',
        })
      : ok({ ...this.files, strategies })
  }

  private load(wanted: readonly string[], only?: string): Promise<Result<LoadedStrategies, Problem>> {
    return loadStrategies(resolve(this.files.config.strategiesDir), this.context.paths.strategies, wanted, only, this.context.paths.models)
  }

  private async put(ask: Extract<StrategyAsk, { readonly type: 'put' }>, actor: string): Promise<Result<Files, Problem>> {
    const known = this.specs().find((spec) => idOf(spec) === ask.id)
    if (known !== undefined && ask.strategy !== undefined && ask.strategy !== known.strategy)
      return err({
        sentence: `${ask.id} already exists and runs ${known.strategy}.`,
        next: `Add it under another name, or remove it first: /strategy ${ask.id} remove`,
      })
    const strategy = known?.strategy ?? ask.strategy ?? ask.id
    const symbols =
      ask.symbols === undefined || ask.isMore === true ? [...new Set([...(known?.symbols ?? []), ...(ask.symbols ?? [])])] : ask.symbols
    if (symbols.length === 0)
      return err({ sentence: `${ask.id} needs at least one symbol.`, next: `For example: /strategy ${ask.id} add BTCUSDT` })
    const isLoaded = this.files.strategies.catalog.has(strategy)
    const files = strategy === ML ? ok(this.withNewestLines(this.files)) : isLoaded ? ok(this.files) : await this.withCode(strategy)
    if (!files.ok) return files
    const params = { ...known?.params, ...ask.params }
    const spec: PlanSpec = {
      ...(ask.id === strategy ? {} : { id: ask.id }),
      strategy,
      symbols,
      ...(Object.keys(params).length === 0 ? {} : { params }),
      ...(known?.execution === undefined ? {} : { execution: known.execution }),
      ...(known?.universe === undefined ? {} : { universe: universeAmong(known.universe, symbols) }),
    }
    return ok({ ...files.value, changes: [...this.others(ask.id), { id: ask.id, spec, actor, atMs: this.wallMs() }] })
  }

  private without(ask: Extract<StrategyAsk, { readonly type: 'remove' | 'reset' }>, actor: string): Result<Files, Problem> {
    const { id } = ask
    const isConfigured = (this.files.config.strategies ?? DEFAULT_PLANS).some((spec) => idOf(spec) === id)
    const isChanged = this.files.changes.some((change) => change.id === id)
    if (ask.type === 'reset')
      return isChanged
        ? ok({ ...this.files, changes: this.others(id) })
        : err({ sentence: `${id} is already as configured: there is nothing to reset.`, next: '/strategies shows what runs.' })
    if (!this.specs().some((spec) => idOf(spec) === id)) return err(unknown(id, this.specs().map(idOf)))
    const change: StrategyChange = { id, actor, atMs: this.wallMs() }
    return ok({ ...this.files, changes: isConfigured ? [...this.others(id), change] : this.others(id) })
  }

  private withChampion(ask: Extract<StrategyAsk, { readonly type: 'promote' | 'rollback' }>, actor: string): Result<Files, Problem> {
    const store = new ModelStore(this.context.paths.models)
    const change = championChange(store, ask, actor, this.wallMs())
    if (!change.ok) return change
    const others = this.files.strategies.lines.filter(({ line }) => line !== ask.line)
    const strategies = withLines(this.files.strategies, [...others, store.pinWith(ask.line, change.value.to)])
    return ok({ ...this.files, strategies, champion: change.value })
  }

  /** With models that came since, as challengers or in lines of their own. */
  private withNewestLines(files: Files): Files {
    return { ...files, strategies: withLines(files.strategies, new ModelStore(this.context.paths.models).pins()) }
  }

  private others(id: string): readonly StrategyChange[] {
    return this.files.changes.filter((change) => change.id !== id)
  }

  private specs(): readonly PlanSpec[] {
    return changedSpecs(this.files.config.strategies ?? DEFAULT_PLANS, this.files.changes)
  }

  /** Code that is new here begins in a thread first: one that does not return would hold the trader. */
  private async stuck(plans: readonly StrategyPlan[], next: Files): Promise<Problem | undefined> {
    for (const { definition, params, id } of this.fresh(plans)) {
      const module = next.strategies.modules.find(({ name }) => name === definition.name)
      if (module === undefined) continue
      const problem = await startProblem(module.path, params)
      if (problem !== undefined) return { sentence: `${id}: ${problem}`, next: `Fix ${module.file}, then try again.` }
    }
    return undefined
  }

  /** Those whose code or parameters do not run yet. */
  private fresh(plans: readonly StrategyPlan[]): StrategyPlan[] {
    const running = plansOf(counting(this.files.config, this.files.changes), this.files.strategies)
    const known = running.ok ? running.value.plans.map(({ identity }) => identity) : []
    return plans.filter(({ identity }) => !known.includes(identity))
  }
}

const sectionOf = (config: Config, key: string): unknown => Object.entries(config).find(([name]) => name === key)?.[1]

function unknown(id: string, names: readonly string[]): Problem {
  const near = nearestOf(id, names)
  return {
    sentence: `There is no strategy '${id}'.${near === undefined ? '' : ` Did you mean ${near}?`}`,
    next: names.length === 0 ? 'No strategy is running.' : `Running: ${names.join(', ')}.`,
  }
}
