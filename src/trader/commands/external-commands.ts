/**
 * What operators decide about what is not Ballast's, and about differences to the exchange: adopt, ignore, compare, fix.
 */
import { type Side, lots, strategyId } from '../../core/units.ts'
import type { CommandOutcome, TraderCommand } from '../../kernel/trader-command.ts'
import { externalHoldId } from '../../kernel/handlers/external-activity.ts'
import type { KernelInput } from '../../kernel/input.ts'
import { MANUAL_OWNER } from '../../trading/manual-owner.ts'
import { type Instrument, formatQuantity, shownPrice } from '../../market/instrument.ts'
import type { AccountDifference } from '../account/account-differences.ts'
import { priceAt } from './asked-order.ts'
import { commandRefusal, isRefusal, refused } from '../../trading/command-refusal.ts'
import { type OrderCommandPorts, denialOf } from './order-commands.ts'

export interface ExternalCommandPorts extends OrderCommandPorts {
  readonly submit: (inputs: () => readonly KernelInput[]) => Promise<number>
  /** Reads the account now and compares; a sentence where it cannot be read. */
  readonly compare: () => Promise<readonly AccountDifference[] | string>
  /** Starts a reconciliation, which looks up, books what two readings agree on, and lifts its own doubts. */
  readonly reconcile: () => void
}

const COLUMNS = ['what', 'about', 'here', 'Bybit', 'fix']

export class ExternalCommands {
  private readonly ports: ExternalCommandPorts

  constructor(ports: ExternalCommandPorts) {
    this.ports = ports
  }

  async adopt(command: Extract<TraderCommand, { readonly name: 'adopt' }>, instrument: Instrument, actor: string): Promise<CommandOutcome> {
    const { kernel, now } = this.ports
    const i = instrument.index
    const external: number = kernel.portfolio.externalLots(i)
    if (external === 0) return refused(commandRefusal('no-external', { symbol: instrument.symbol }))
    const owner = kernel.portfolio.ownerOf(i) ?? MANUAL_OWNER
    if (command.strategy !== undefined && command.strategy !== owner)
      return refused(commandRefusal('owner-is-another', { symbol: instrument.symbol, owner }))
    const mark = kernel.portfolio.mark(i)
    if (mark <= 0) return refused(commandRefusal('no-price', { symbol: instrument.symbol }))
    const side: Side = external > 0 ? 1 : -1
    const stop = command.stop === undefined ? undefined : priceAt(command.stop, instrument, mark, side, -1)
    if (isRefusal(stop)) return refused(stop)
    if (stop !== undefined && (mark - stop) * side <= 0)
      return refused(commandRefusal('stop-triggers-now', { stop: shownPrice(instrument, stop), mark: shownPrice(instrument, mark) }))
    const asked = await this.ports.ask(() => ({
      type: 'adopt-external',
      instrument: i,
      strategy: strategyId(owner),
      stop,
      actor,
      ts: now(),
    }))
    const denial = denialOf(asked.facts, instrument)
    if (denial !== undefined) return { ...refused(denial), seq: asked.seq }
    const set = asked.facts.find((f) => f.type === 'external-adopted')
    const at = set?.type === 'external-adopted' ? shownPrice(instrument, set.stop) : ''
    return {
      status: 'done',
      text: `${owner} now owns ${formatQuantity(instrument, lots(Math.abs(external)))} ${instrument.symbol}. Stop ${at}, sent to Bybit.`,
      seq: asked.seq,
    }
  }

  async ignore(instrument: Instrument, actor: string): Promise<CommandOutcome> {
    const { kernel, now } = this.ports
    const { symbol } = instrument
    const isHeld = kernel.holds.some((hold) => hold.id === externalHoldId(symbol))
    if (kernel.portfolio.externalLots(instrument.index) === 0 && !isHeld) return refused(commandRefusal('no-external', { symbol }))
    const seq = await this.ports.submit(() => [{ type: 'ignore-external', instrument: instrument.index, actor, ts: now() }])
    return { status: 'done', text: `It is left untouched and counts toward risk limits. Entries on ${symbol} are allowed.`, seq }
  }

  async reconcile(keys: readonly string[] | undefined, actor: string): Promise<CommandOutcome> {
    const items = await this.ports.compare()
    if (typeof items === 'string') return { ...refused(commandRefusal('account-unread', { problem: items })), status: 'failed' }
    if (keys !== undefined) return this.fix(items, keys, actor)
    if (items.length === 0)
      return { status: 'done', text: 'Positions, orders, stops and wallet agree with Bybit, read just now.', keys: [] }
    const fixable = items.filter((item) => item.fix.type !== 'none')
    return {
      status: 'done',
      text: `${items.length} ${items.length === 1 ? 'difference' : 'differences'} from Bybit, read just now. ${fixable.length === 0 ? '' : 'To apply the proposed corrections: /reconcile fix'}`.trim(),
      table: tableOf(items),
      keys: fixable.map((item) => item.key),
    }
  }

  /** Only what was shown and still stands. */
  private async fix(items: readonly AccountDifference[], keys: readonly string[], actor: string): Promise<CommandOutcome> {
    const wanted = items.filter((item) => keys.includes(item.key) && item.fix.type !== 'none')
    if (wanted.length === 0) return { status: 'done', text: 'Nothing left to fix: the differences have settled.' }
    const ts = this.ports.now()
    const inputs = wanted.flatMap(({ fix }): KernelInput[] => {
      if (fix.type === 'set-stop') return [{ type: 'protection-missing', instrument: fix.instrument, bareMs: 0, ts }]
      if (fix.type !== 'cancel-leftover') return []
      const { instrument, orderId, clientOrderId, venueOrderId } = fix
      return [{ type: 'cancel-leftover', instrument, orderId, clientOrderId, venueOrderId, actor, ts }]
    })
    const seq = inputs.length === 0 ? undefined : await this.ports.submit(() => inputs)
    const needsReading = wanted.some(({ fix }) => fix.type === 'book' || fix.type === 'look-up')
    if (needsReading) this.ports.reconcile()
    return {
      status: 'done',
      text: `${wanted.length} in progress.${needsReading ? ' Bookings need two readings five seconds apart: compare again in ten seconds.' : ''}`,
      table: tableOf(wanted),
      ...(seq === undefined ? {} : { seq }),
    }
  }
}

const tableOf = (items: readonly AccountDifference[]): NonNullable<CommandOutcome['table']> => ({
  columns: COLUMNS,
  rows: items.map((item) => [item.what, item.about, item.here, item.there, item.proposal]),
})
