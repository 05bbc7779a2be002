/**
 * Lets symbols join a trader that runs: numbers in the journal, places in the kernel, market data, and all that a start reads of a symbol
 * before anything may be entered in it. The connections and books of the other symbols stay as they are.
 */
import type { Ts } from '../../core/units.ts'
import type { KernelInput, StrategiesChanged } from '../../kernel/input.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { type CommandRefusal, commandRefusal } from '../../trading/command-refusal.ts'
import type { TradedVenue } from '../../venue/port/venue.ts'
import type { AccountMonitor } from '../account/account-monitor.ts'
import { setLeverages } from '../boot.ts'
import { newsAtStart } from '../instrument-changes.ts'
import type { MarketFeed } from '../market/market-feed.ts'
import type { EnvironmentMonitor } from '../safety/environment-monitor.ts'
import type { TradedInstruments } from '../traded-instruments.ts'

export interface JoiningPorts {
  readonly kernel: Kernel
  readonly instruments: TradedInstruments
  readonly venue: TradedVenue
  readonly feed: Pick<MarketFeed, 'add' | 'backfill'>
  readonly account: Pick<AccountMonitor, 'run'>
  readonly environment: Pick<EnvironmentMonitor, 'checkConditions'>
  readonly isObserving: boolean
  readonly now: () => Ts
  readonly submit: (inputs: () => readonly KernelInput[]) => Promise<number>
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
}

export class JoiningSymbols {
  private readonly ports: JoiningPorts

  constructor(ports: JoiningPorts) {
    this.ports = ports
  }

  /**
   * Afterwards the kernel knows the symbols as after a start: terms, earlier bars, and what the account holds in them. A process that ends in
   * between leaves numbers that nobody uses yet.
   */
  async join(symbols: readonly string[], actor: string): Promise<CommandRefusal | undefined> {
    const { kernel, instruments, venue, feed, account, environment, isObserving, now, submit, log } = this.ports
    const registered = await instruments.register(symbols, kernel.config.instruments.length)
    if (!registered.ok) {
      const { sentence, next } = registered.error
      return commandRefusal('plan-invalid', { problem: sentence, next })
    }
    const joined = registered.value
    kernel.addInstruments(joined)
    instruments.use(kernel.config.instruments)
    feed.add(joined)
    // Before anything else that is heard of them: a replay, whose list may name an owner, must not see one earlier.
    const unowned: StrategiesChanged = {
      type: 'strategies-changed',
      owners: kernel.config.instruments.map(({ index }) => kernel.portfolio.ownerOf(index) ?? null),
      added: [],
      changed: [],
      removed: [],
      actor,
      ts: now(),
    }
    const news = newsAtStart(kernel, instruments.listed, now()).filter(({ instrument }) => joined.some(({ index }) => index === instrument))
    await submit(() => [unowned, ...news])
    venue.follow(joined)
    // Without an owner yet, no bar of these leads to a decision.
    await feed.backfill(symbols)
    // What others hold in them is theirs (S8): it is known before a strategy may trade there.
    await account.run(false)
    if (isObserving) return undefined
    await environment.checkConditions()
    await setLeverages(kernel, joined, venue, log)
    return undefined
  }
}
