/**
 * The ledger's balances as a row, after an input that may have moved money.
 */
import type { InstrumentIndex } from '../core/units.ts'
import type { KernelFact } from '../kernel/fact.ts'
import type { KernelInput } from '../kernel/input.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Instrument } from '../market/instrument.ts'
import { money } from './state-row.ts'
import type { LedgerRow } from './row.ts'

type LedgerCause = Pick<LedgerRow, 'reference' | 'symbol' | 'cause'>

/** Facts that book money beside what their input says. */
const BOOKING_FACTS: ReadonlySet<KernelFact['type']> = new Set(['external-adopted', 'dust-left'])

export function ledgerRow(kernel: Kernel, input: KernelInput, facts: readonly KernelFact[], seq: number): LedgerRow | undefined {
  const cause = causeOf(kernel, input) ?? (facts.some((fact) => BOOKING_FACTS.has(fact.type)) ? NO_CAUSE : undefined)
  if (cause === undefined) return undefined
  const { wallet, capital, trading, fees, funding, external, flows, unexplained, adjustments } = kernel.portfolio.ledger
  return {
    seq,
    type: input.type,
    ...cause,
    wallet: money(wallet),
    capital: money(capital),
    trading: money(trading),
    fees: money(fees),
    funding: money(funding),
    external: money(external),
    flows: money(flows),
    unexplained: money(unexplained),
    adjustments: money(adjustments),
    ts: 'ts' in input ? input.ts : kernel.portfolio.now,
  }
}

const NO_CAUSE: LedgerCause = { reference: '', symbol: null, cause: '' }

function causeOf(kernel: Kernel, input: KernelInput): LedgerCause | undefined {
  const symbolOf = (i: InstrumentIndex): string => (kernel.config.instruments[i] as Instrument).symbol
  switch (input.type) {
    case 'order-filled':
      return { reference: input.tradeId, symbol: symbolOf(input.instrument), cause: '' }
    case 'funding-settled':
      return { reference: input.settlementId, symbol: symbolOf(input.instrument), cause: '' }
    case 'position-adjusted':
      return { reference: '', symbol: symbolOf(input.instrument), cause: input.cause }
    case 'wallet-adjusted':
      return { reference: input.flowId ?? '', symbol: input.symbol ?? null, cause: input.cause }
    default:
      return undefined
  }
}
