/**
 * What each strategy begins with in this process: whether its code or parameters are others than its state's, and the bars that it reads back.
 */
import { type Ts, ts } from '../core/units.ts'
import type { ClosedBar, KernelInput, StrategyStarted } from '../kernel/input.ts'
import type { StrategyConfig } from '../kernel/config.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { warmupBarsOf } from '../strategy/market-set.ts'
import type { Venue } from '../venue/port/venue.ts'

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

/** One input for each strategy that is new here, that has changed, or that reads bars back. */
export async function strategyStarts({ kernel, venue, now, log }: StrategyStartPorts): Promise<readonly KernelInput[]> {
  const inputs: StrategyStarted[] = []
  for (const strategy of kernel.config.strategies) {
    const { id, identity, definition, params } = strategy
    if (identity === undefined) continue
    if (kernel.config.isSafe === true) {
      // It sees none of these bars: the next start is one with a state that it does not know.
      inputs.push({ type: 'strategy-started', strategy: id, identity: UNSEEN, isAnew: false, history: [], ts: ts(now()) })
      continue
    }
    const anew = isAnew(kernel, id, identity)
    const isNew = kernel.starts.identityOf(id) === undefined
    // Series of several symbols and intervals are part of the kernel's state: only one that begins is given its bars.
    const needsBars = anew || (definition.contract === 2 ? isNew : (definition.history?.(params) ?? 1) > 1)
    if (!needsBars && kernel.starts.identityOf(id) === identity) continue
    const back = definition.history?.(params) ?? 1
    const isWarm = anew || definition.contract === 2
    const count = isWarm ? Math.max(back, barsBefore(strategy, kernel.config.intervalMs)) : Math.min(BARS_MAX, back)
    const history: ClosedBar[] = []
    if (needsBars)
      for (const { instrument } of kernel.starts.runsOf(id)) {
        const until = kernel.portfolio.barTs(instrument.index)
        // Without any bar of it, the reading of what was missed begins the series.
        if (until === undefined) continue
        const read = await venue.candles(instrument.index, undefined, until, count)
        if (read.ok) history.push(...read.value.map((bar) => ({ instrument: instrument.index, bar })))
        else log('warn', `${id}: could not read earlier bars, starting without them (${instrument.symbol}: ${read.error.detail})`)
      }
    inputs.push({ type: 'strategy-started', strategy: id, identity, isAnew: anew, history, ts: ts(now()) })
  }
  return inputs
}

/** Reports once of each file that is another one now than what runs. */
export class FileWatch {
  private readonly reported = new Set<string>()
  private readonly strategies: () => readonly { readonly name: string }[]
  private readonly configs: () => readonly string[]

  constructor(strategies: () => readonly { readonly name: string }[], configs: () => readonly string[]) {
    this.strategies = strategies
    this.configs = configs
  }

  look(now: Ts): KernelInput[] {
    return [
      ...this.news(
        this.strategies().map(({ name }) => `${name}.ts`),
        'strategy.changed_on_disk',
        'The loaded code keeps running. Restart Ballast to use the new code; the strategy then starts from scratch, and its position keeps its stop.',
        now,
      ),
      ...this.news(
        this.configs(),
        'config.changed_on_disk',
        'It applies from the next start of Ballast. Check it with: ballast config validate',
        now,
      ),
    ]
  }

  private news(files: readonly string[], alert: string, what: string, now: Ts): KernelInput[] {
    return files
      .filter((file) => !this.reported.has(file))
      .map((file) => {
        this.reported.add(file)
        return { type: 'notice', alert, severity: 'P4', about: undefined, summary: `${file} has changed on disk. ${what}`, ts: now }
      })
  }
}

function isAnew(kernel: Kernel, id: StrategyStarted['strategy'], identity: string | undefined): boolean {
  const known = kernel.starts.identityOf(id)
  return known !== undefined && identity !== undefined && known !== identity
}
