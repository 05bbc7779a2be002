/**
 * What each strategy begins with in this process: whether its code or parameters have changed since its state was made, and the bars that it reads back.
 */
import { type InstrumentIndex, type Ts, ts } from '../../core/units.ts'
import type { ClosedBar, KernelInput, StrategiesChanged, StrategyStarted } from '../../kernel/input.ts'
import type { StrategyConfig } from '../../kernel/config.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { warmupBarsOf } from '../../strategy/market-set.ts'
import type { Venue } from '../../venue/port/venue.ts'
import type { PlanPort } from './plan-port.ts'

export interface StrategyStartPorts {
  readonly kernel: Kernel
  readonly venue: Pick<Venue, 'candles'>
  readonly now: () => Ts
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
}

/** Identity of a state that has missed bars in safe mode: no code has it, so that the strategy starts from scratch. */
const UNSEEN = 'safe mode'
/** Of a strategy of one symbol and interval: the exchange's most in one reply. */
const BARS_MAX = 1_000
/** Of one that looks at longer intervals, which many base bars make. */
const SERIES_BARS_MAX = 20_000

/** How many base bars of each symbol a strategy is given before its first decision. */
export function barsBefore({ definition, params }: StrategyConfig, intervalMs: number): number {
  try {
    return Math.min(definition.contract === 2 ? SERIES_BARS_MAX : BARS_MAX, warmupBarsOf(definition, params, intervalMs))
  } catch {
    // Its intervals do not fit: the kernel stops it and says so.
    return 0
  }
}

/** States of other code and parameters are given up before anything is decided with them; the journal hears of it by {@link strategyStarts}. */
export function giveUpChanged(kernel: Kernel): void {
  if (kernel.config.isSafe === true) return
  for (const { id, identity } of kernel.config.strategies)
    if (isAnew(kernel, id, identity)) for (const run of kernel.starts.runsOf(id)) run.restart()
}

/** What the journal has to hear before anything else: who owns what from now on, and which strategies came and went while nobody ran. */
export function ownersChange(kernel: Kernel, now: Ts): readonly StrategiesChanged[] {
  const owners = kernel.ownersToTell()
  const removed = kernel.starts.left()
  if (owners === undefined && removed.length === 0) return []
  const known = kernel.config.strategies.some(({ id }) => kernel.starts.identityOf(id) !== undefined)
  return [
    {
      type: 'strategies-changed',
      owners: owners ?? kernel.config.instruments.map(({ index }) => kernel.portfolio.ownerOf(index) ?? null),
      added: known ? kernel.config.strategies.flatMap(({ id }) => (kernel.starts.isAway(id) ? [id] : [])) : [],
      changed: [],
      removed,
      actor: 'the configuration',
      ts: now,
    },
  ]
}

/** One input for each strategy that is new here, that has changed, or that reads bars back. */
export async function strategyStarts(ports: StrategyStartPorts): Promise<readonly KernelInput[]> {
  const { kernel, now } = ports
  const { strategies } = kernel.config
  return kernel.config.isSafe === true
    ? unseen(strategies, now)
    : startsOf(kernel, strategies, await StartHistory.read(ports, strategies), now)
}

/** They see none of these bars: the next start is one with a state that they do not know. */
const unseen = (strategies: readonly StrategyConfig[], now: () => Ts): readonly StrategyStarted[] =>
  strategies.flatMap(({ id, identity }) =>
    identity === undefined ? [] : [{ type: 'strategy-started', strategy: id, identity: UNSEEN, isAnew: false, history: [], ts: ts(now()) }],
  )

/** Bars that strategies are given before they begin, as they were when they were read. */
export class StartHistory {
  private readonly kernel: Kernel
  private readonly rows = new Map<InstrumentIndex, { readonly until: Ts; readonly bars: readonly ClosedBar[] }>()

  private constructor(kernel: Kernel) {
    this.kernel = kernel
  }

  static async read({ kernel, venue, log }: StrategyStartPorts, strategies: readonly StrategyConfig[]): Promise<StartHistory> {
    const history = new StartHistory(kernel)
    for (const strategy of strategies) {
      const { count, needsBars } = beginningOf(kernel, strategy)
      if (!needsBars || strategy.identity === undefined) continue
      for (const i of strategy.instruments) {
        const until = kernel.portfolio.barTs(i)
        // Without any bar of it, the reading of what was missed begins the series.
        if (until === undefined) continue
        const read = await venue.candles(i, undefined, until, count)
        if (read.ok) history.rows.set(i, { until, bars: read.value.map((bar) => ({ instrument: i, bar })) })
        else
          log(
            'warn',
            `${strategy.id}: could not read earlier bars, starting without them (${kernel.config.instruments[i]?.symbol ?? ''}: ${read.error.detail})`,
          )
      }
    }
    return history
  }

  /** Whether no bar has closed since. */
  isCurrent(): boolean {
    return [...this.rows].every(([i, { until }]) => this.kernel.portfolio.barTs(i) === until)
  }

  of({ instruments }: StrategyConfig): readonly ClosedBar[] {
    return instruments.flatMap((i) => this.rows.get(i)?.bars ?? [])
  }
}

/** The inputs with which strategies begin, where they have something to begin with. */
export function startsOf(
  kernel: Kernel,
  strategies: readonly StrategyConfig[],
  history: StartHistory,
  now: () => Ts,
): readonly StrategyStarted[] {
  return strategies.flatMap((strategy): StrategyStarted[] => {
    const { id, identity } = strategy
    const { anew, only, needsBars } = beginningOf(kernel, strategy)
    if (identity === undefined || (!needsBars && kernel.starts.identityOf(id) === identity)) return []
    return [
      {
        type: 'strategy-started',
        strategy: id,
        identity,
        isAnew: anew || only.length > 0,
        ...(anew || only.length === 0 ? {} : { only }),
        history: needsBars ? history.of(strategy) : [],
        ts: ts(now()),
      },
    ]
  })
}

interface Beginning {
  /** Whether its state belongs to other code or parameters. */
  readonly anew: boolean
  /** Symbols that it has never decided for, and that the kernel has seen bars of. */
  readonly only: readonly InstrumentIndex[]
  readonly needsBars: boolean
  readonly count: number
}

function beginningOf(kernel: Kernel, strategy: StrategyConfig): Beginning {
  const { id, identity, definition, params } = strategy
  const anew = isAnew(kernel, id, identity)
  const isNew = kernel.starts.identityOf(id) === undefined
  const only = anew
    ? []
    : strategy.instruments.filter((i) => {
        const run = kernel.starts.runsOf(id).find((each) => each.instrument.index === i)
        const isUnknown = run === undefined || (run.keepsState && !run.hasState && run.mode !== 'errored')
        return isUnknown && kernel.portfolio.barTs(i) !== undefined
      })
  // Series of several symbols and intervals are part of the kernel's state: only one that begins is given its bars.
  const needsBars = anew || only.length > 0 || (definition.contract === 2 ? isNew : (definition.history?.(params) ?? 1) > 1)
  const back = definition.history?.(params) ?? 1
  const isWarm = anew || only.length > 0 || definition.contract === 2
  return {
    anew,
    only,
    needsBars,
    count: isWarm ? Math.max(back, barsBefore(strategy, kernel.config.intervalMs)) : Math.min(BARS_MAX, back),
  }
}

/** Reports each file that has changed since it was loaded. */
export class FileWatch {
  private readonly reported = new Set<string>()
  private readonly files: Pick<PlanPort, 'changedFiles' | 'changedConfig'>

  constructor(files: Pick<PlanPort, 'changedFiles' | 'changedConfig'>) {
    this.files = files
  }

  look(now: Ts): KernelInput[] {
    const strategies = this.files.changedFiles().map(({ name }) => `${name}.ts`)
    const configs = this.files.changedConfig()
    // One that was loaded meanwhile is reported again when it changes again.
    for (const file of this.reported) if (!strategies.includes(file) && !configs.includes(file)) this.reported.delete(file)
    return [
      ...strategies.flatMap((file) =>
        this.news(
          file,
          'strategy.changed_on_disk',
          `The loaded code keeps running. To use the new code: /strategy ${file.slice(0, -3)} reload. The strategy then starts from scratch, and its position keeps its stop.`,
          now,
        ),
      ),
      ...configs.flatMap((file) =>
        this.news(
          file,
          'config.changed_on_disk',
          'To use its strategies and symbols: /reload. The rest applies from the next start of Ballast. Check it with: ballast config validate',
          now,
        ),
      ),
    ]
  }

  private news(file: string, alert: string, what: string, now: Ts): KernelInput[] {
    if (this.reported.has(file)) return []
    this.reported.add(file)
    return [{ type: 'notice', alert, severity: 'P4', about: undefined, summary: `${file} has changed on disk. ${what}`, ts: now }]
  }
}

function isAnew(kernel: Kernel, id: StrategyStarted['strategy'], identity: string | undefined): boolean {
  const known = kernel.starts.identityOf(id)
  return known !== undefined && identity !== undefined && known !== identity
}
