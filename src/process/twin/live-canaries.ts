/**
 * Canaries: a new version of a strategy as a shadow beside the running one. It decides on the bars that the journal keeps, in a replay, and has no
 * way to the exchange. What is kept is what it tries and since when; all else follows from the journal, so that no crash loses any of it.
 */
import { existsSync, utimesSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Canaries, CanaryCandidate, CanaryReport, TwinProblem } from '../../../api/ports/twin-ports.ts'
import type { Sql } from '../../../db/client.ts'
import { type CanaryRow, CanaryRows } from '../../../db/reads/canaries.ts'
import { paramsProblem } from '../../config/strategy-plan.ts'
import { strategyId } from '../../core/units.ts'
import { parseInterval } from '../../market/candles/interval.ts'
import { loadStrategies } from '../../strategy-files/load.ts'
import { type StrategyModule, importStrategies, isCode } from '../../strategy-files/module.ts'
import type { StrategyDefinition } from '../../strategy/strategy.ts'
import { barsBefore } from '../../trader/strategies/strategy-start.ts'
import type { CurrentStrategies } from '../current-strategies.ts'
import type { RoleContext } from '../roles/role-context.ts'
import type { CanaryLook } from './canary-work.ts'
import type { TwinReplay } from './replay.ts'
import { type StrategyReader, twinProblem } from './strategy-reader.ts'

const NEXT_START = (name: string): string => `Begin it again: /strategy ${name} canary start …`

export class LiveCanaries implements Canaries {
  private readonly context: Pick<RoleContext, 'config' | 'paths' | 'log'>
  private readonly sql: Sql
  private readonly rows: CanaryRows
  private readonly strategies: Pick<CurrentStrategies, 'catalog' | 'modules'>
  private readonly reader: StrategyReader
  private readonly replay: TwinReplay

  constructor(
    context: Pick<RoleContext, 'config' | 'paths' | 'log'>,
    sql: Sql,
    strategies: Pick<CurrentStrategies, 'catalog' | 'modules'>,
    reader: StrategyReader,
    replay: TwinReplay,
  ) {
    this.context = context
    this.sql = sql
    this.rows = new CanaryRows(sql)
    this.strategies = strategies
    this.reader = reader
    this.replay = replay
  }

  async start(strategy: string, params: Readonly<Record<string, string>>, actor: string): Promise<CanaryCandidate | TwinProblem> {
    const found = await this.reader.plan(strategy)
    if ('problem' in found) return found
    const { plan, given: configured } = found
    const { name } = plan.definition
    const runs = this.strategies
      .modules()
      .filter(isCode)
      .find((module) => module.name === name)
    const isParams = Object.keys(params).length > 0
    let module: StrategyModule | null = null
    let definition: StrategyDefinition = plan.definition
    if (!isParams) {
      if (runs === undefined)
        return twinProblem(
          'refused',
          `${name} is built in: only its parameters can be tried.`,
          `For example: /strategy ${strategy} canary start name=value`,
        )
      const fresh = await this.compiled(name)
      if ('problem' in fresh) return fresh
      if (fresh.module.codeHash === runs.codeHash)
        return twinProblem('refused', `${runs.file} is what runs: there is nothing to try.`, 'Change the file first, or name parameters.')
      module = fresh.module
      definition = fresh.definition
    }
    const parsed = definition.params.safeParse({ ...configured, ...params })
    if (!parsed.success) {
      const given = { ...configured, ...params }
      return twinProblem('refused', `${strategy}: ${paramsProblem(parsed.error, definition, given)}`, 'Nothing was begun.')
    }
    if (isParams && JSON.stringify(parsed.data) === JSON.stringify(plan.params))
      return twinProblem('refused', `${strategy} runs with these parameters already.`, 'Name others.')
    const [newest] = await this.sql<{ ts: number }[]>`select ts from journal where type = 'bars-closed' order by seq desc limit 1`
    if (newest === undefined) return twinProblem('not-ready', 'No bar has closed here yet.', 'Try again in a minute.')
    const row: CanaryRow = { strategy, params, module, identity: plan.identity, startedTs: newest.ts, startedBy: actor, told: null }
    await this.rows.put(row)
    return candidateOf(row)
  }

  async find(strategy: string): Promise<CanaryReport | TwinProblem | undefined> {
    const row = await this.rows.find(strategy)
    return row === undefined ? undefined : this.look(row)
  }

  async candidate(strategy: string): Promise<CanaryCandidate | TwinProblem | undefined> {
    const row = await this.rows.find(strategy)
    if (row === undefined) return undefined
    const found = await this.reader.plan(strategy)
    if ('problem' in found) return found
    if (found.plan.identity !== row.identity) return replaced(strategy)
    if (row.module === null) return candidateOf(row)
    const fresh = await this.compiled(row.module.name)
    if ('problem' in fresh) return fresh
    return fresh.module.codeHash === row.module.codeHash
      ? candidateOf(row)
      : twinProblem(
          'refused',
          `${row.module.file} has changed since the canary began: what was tried is not what is there.`,
          NEXT_START(strategy),
        )
  }

  end(strategy: string): Promise<boolean> {
    return this.rows.remove(strategy)
  }

  /** Looks at all of them, and tells of each decision once. */
  async watch(): Promise<void> {
    for (const row of await this.rows.list()) {
      const report = await this.look(row)
      if ('problem' in report) {
        this.context.log('warn', `canary of ${row.strategy}: ${report.sentence}`)
        continue
      }
      const { verdict, decidedTs, shadow, running, count } = report
      if (verdict === 'go-on' || row.told === verdict) continue
      const failed = shadow.failure === null ? '' : ` It failed: ${shadow.failure}`
      const summary =
        verdict === 'promote'
          ? `The canary of ${row.strategy} earns more than what runs, after ${count} bars that differ. Promote it: /strategy ${row.strategy} canary promote`
          : `The canary of ${row.strategy} should not be promoted.${failed} End it: /strategy ${row.strategy} canary stop`
      const detail = { strategy: row.strategy, verdict, count, decidedTs, running: running.result, shadow: shadow.result }
      await this.rows.tell(row, verdict, summary, detail, report.to)
    }
  }

  private async look(row: CanaryRow): Promise<CanaryReport | TwinProblem> {
    const { strategy, startedTs, startedBy } = row
    const found = await this.reader.plan(strategy)
    if ('problem' in found) return found
    const { plan, given } = found
    if (plan.identity !== row.identity) return replaced(strategy)
    const modules =
      row.module === null
        ? this.strategies.modules()
        : [...this.strategies.modules().filter((each) => !isCode(each) || each.name !== row.module?.name), row.module]
    // Compiled files that nothing has used for long are removed.
    if (row.module !== null && existsSync(row.module.path)) utimesSync(row.module.path, new Date(), new Date())
    const catalog = row.module === null ? await this.strategies.catalog() : await importStrategies(modules)
    const known = 'ok' in catalog ? (catalog.ok ? catalog.value : undefined) : catalog
    const definition = known?.get(plan.definition.name)
    if (definition === undefined)
      return twinProblem('refused', `The code that the canary of ${strategy} tries is not there any more.`, NEXT_START(strategy))
    const params = definition.params.safeParse({ ...given, ...row.params })
    if (!params.success) return twinProblem('refused', `${strategy}: the canary’s parameters are invalid.`, NEXT_START(strategy))
    const intervalMs = parseInterval(this.context.config.interval) as number
    const warmBars = barsBefore({ id: strategyId(strategy), definition, params: params.data, instruments: [] }, intervalMs)
    const read = await this.reader.read({ strategy, from: startedTs }, { warmBars, mayBeEmpty: true })
    if ('problem' in read) return read
    if (read.work.from > startedTs) return replaced(strategy)
    const { notes: _, ...work } = read.work
    const seen = await this.replay.run<CanaryLook>({ ...work, candidate: { modules, params: params.data } })
    if (typeof seen === 'string') return twinProblem('refused', seen, `End it with: /strategy ${strategy} canary stop`)
    return { strategy, candidate: candidateOf(row), startedTs, startedBy, ...seen }
  }

  private async compiled(
    name: string,
  ): Promise<{ readonly module: StrategyModule; readonly definition: StrategyDefinition } | TwinProblem> {
    const { config, paths } = this.context
    const loaded = await loadStrategies(resolve(config.strategiesDir), paths.strategies, [name], name)
    if (!loaded.ok) return twinProblem('refused', loaded.error.sentence, loaded.error.next)
    const module = loaded.value.modules.find((each) => each.name === name)
    const definition = loaded.value.catalog.get(name)
    return module === undefined || definition === undefined
      ? twinProblem('refused', `There is no file of ${name} in ${config.strategiesDir}/.`, 'ballast strategy list shows what there is.')
      : { module, definition }
  }
}

const candidateOf = ({ params, module }: CanaryRow): CanaryCandidate => ({ params, codeHash: module?.codeHash ?? null })

const replaced = (strategy: string): TwinProblem =>
  twinProblem(
    'refused',
    `${strategy} has changed since its canary began: there is nothing to compare it with any more.`,
    `End it: /strategy ${strategy} canary stop`,
  )
