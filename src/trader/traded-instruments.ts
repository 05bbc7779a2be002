/**
 * The instruments that the trader counts in, and the exchange adapter with it: both take over other steps at the same moment (S12).
 */
import { type Result, err, ok } from '../core/result.ts'
import type { KernelInput } from '../kernel/input.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Instrument, InstrumentSpec } from '../market/instrument.ts'
import { symbolsOf } from '../config/strategy-plan.ts'
import { type BootFailure, untilAnswered } from './boot.ts'
import { afterNews, isFirstReading, isSameNews, newsAtStart } from './instrument-changes.ts'
import { instrumentsOf, listedAgain, registeredInstruments, unreadable } from './instrument-registry.ts'
import type { LiveDriver } from './live-driver.ts'
import type { OrderSender } from './orders/order-sender.ts'
import type { TraderOptions } from './trader-options.ts'

const SECOND_READ_MS = 5_000

/** What must be answered before other steps are taken over. */
interface UnderWay {
  readonly sender: Pick<OrderSender, 'whenIdle'>
  readonly driver: Pick<LiveDriver, 'whenIdle' | 'submit'>
}

export class TradedInstruments {
  private readonly options: TraderOptions
  private all: readonly Instrument[] = []
  /** What the exchange said of each at the start; undefined where it lists one no more. */
  listed: readonly (InstrumentSpec | undefined)[] = []

  constructor(options: TraderOptions) {
    this.options = options
  }

  /** By number. */
  get list(): readonly Instrument[] {
    return this.all
  }

  of(symbol: string): Instrument | undefined {
    return this.all.find((each) => each.symbol === symbol)
  }

  use(instruments: readonly Instrument[]): void {
    this.all = instruments
    this.options.venue.use(instruments)
  }

  /** What the exchange says of each symbol now, beside the steps that the journal counts in. */
  async read(): Promise<Result<void, BootFailure>> {
    const { venue, wallClock, journal, waitsForExchange } = this.options
    const registered = await registeredInstruments(symbolsOf(this.options), venue, journal, wallClock, waitsForExchange)
    if (!registered.ok) return registered
    this.listed = registered.value.listed
    this.use(registered.value.instruments)
    return ok(undefined)
  }

  /**
   * Numbers for symbols that are new, and with them for those that an earlier attempt has left without a place.
   *
   * @param known how many instruments have their places already
   * @returns those from there on, by number
   */
  async register(symbols: readonly string[], known: number): Promise<Result<readonly Instrument[], BootFailure>> {
    const { venue, wallClock, journal } = this.options
    const specs = await untilAnswered(wallClock, () => venue.instruments(symbols))
    if (!specs.ok) return specs
    const registered = await journal.register(specs.value.map(({ symbol, tickSize, lotSize }) => ({ symbol, tickSize, lotSize })))
    if (!registered.ok) return err(unreadable(registered.error))
    const joined = await instrumentsOf(registered.value.slice(known), specs.value, venue, wallClock, known)
    if (!joined.ok) return joined
    this.listed = [...this.listed.slice(0, known), ...joined.value.listed]
    return ok(joined.value.instruments)
  }

  /**
   * What the exchange has changed since, taken over while nothing is under way and no stream is open: before it all counts in the old steps,
   * after it in the new ones.
   */
  async takeTerms(kernel: Kernel, { sender, driver }: UnderWay, now: () => KernelInput['ts']): Promise<Result<void, BootFailure>> {
    const { venue, wallClock } = this.options
    await sender.whenIdle()
    await driver.whenIdle()
    let news = newsAtStart(kernel, this.listed, now())
    if (news.length === 0) return ok(undefined)
    if (!news.every((each) => isFirstReading(kernel, each))) {
      // One odd reading alone is not acted on (S13).
      await wallClock.sleep(SECOND_READ_MS)
      const again = await listedAgain(kernel.config.instruments, venue, wallClock)
      if (!again.ok) return again
      const confirmed = newsAtStart(kernel, again.value, now())
      news = confirmed.filter((each) => news.some((first) => isSameNews(first, each)))
    }
    this.use(afterNews(kernel, news))
    if (news.length > 0) await driver.submit(() => news)
    return ok(undefined)
  }

  /** Changed steps that a crash left undecided: what the decision sends counts in them, and so must the venue from then on. */
  async useTermsOf(input: KernelInput, kernel: Kernel, { sender }: Pick<UnderWay, 'sender'>): Promise<void> {
    if (input.type !== 'instrument-changed' || input.terms === undefined) return
    await sender.whenIdle()
    this.use(afterNews(kernel, [input]))
  }
}
