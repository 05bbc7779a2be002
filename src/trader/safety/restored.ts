/**
 * The first start on a database that was restored: nothing that the backup left undecided is decided, entries are on hold until a person
 * resumes, and what has happened since the backup is read from the exchange (S6).
 */
import { isEmergencyOrderId, numbersBelow, ownerOfClientOrderId } from '../../trading/order.ts'
import type { Ts } from '../../core/units.ts'
import type { KernelInput } from '../../kernel/input.ts'
import type { Kernel } from '../../kernel/kernel.ts'

export interface RestoredNotice {
  /** `ballast-sim-20261130T195634Z-0022.backup of 2026-11-30 19:56 UTC` */
  readonly what: string
  /** The hold stands in the journal: the next start is one as any other. */
  held(): Promise<void>
}

export const RESTORED_HOLD = 'restored'

/** Entries are held, resting ones canceled, and execution algorithms end: what they have sent since the backup is not in the records. */
export function restoredInputs(kernel: Kernel, what: string, at: Ts): readonly KernelInput[] {
  const actor = 'the restore'
  const reason = `the database was restored from ${what}`
  return [
    {
      type: 'add-hold',
      ts: at,
      hold: { id: RESTORED_HOLD, scope: { type: 'account' }, effect: 'no-entries', cause: 'error', actor: 'trader', reason, since: at },
    },
    ...kernel.parentOrders.active.map(({ id }): KernelInput => ({ type: 'steer-algorithm', id, to: 'ended', actor, ts: at })),
    { type: 'cancel-orders', orderId: undefined, actor, ts: at },
    {
      type: 'notice',
      alert: 'trader.restored',
      severity: 'P2',
      about: undefined,
      summary: `The database was restored from ${what}. What happened since is read from the exchange; positions opened since are external until /adopt. Entries are on hold until /resume; stops stay and exits continue.`,
      ts: at,
    },
  ]
}

/**
 * Entries that Ballast sent after the backup and that still stand at the exchange: nobody waits for them. What protects or closes a position stays.
 */
export function lostEntries(kernel: Kernel, at: Ts): readonly KernelInput[] {
  const { tag, earlierTags = [], instruments } = kernel.config
  return instruments.flatMap(({ index, category }) =>
    kernel.orders.open(index).flatMap((order): KernelInput[] => {
      const { clientOrderId, venueOrderId, origin, side, reduceOnly } = order
      if (origin !== 'external' || venueOrderId === undefined || isEmergencyOrderId(clientOrderId)) return []
      const isLost =
        ownerOfClientOrderId(clientOrderId, tag, earlierTags) === 'ours' && Number.isFinite(numbersBelow(clientOrderId, earlierTags))
      const isEntry = category === 'spot' ? side === 1 : !reduceOnly
      if (!isLost || !isEntry) return []
      const { orderId } = order
      return [{ type: 'cancel-leftover', instrument: index, orderId, clientOrderId, venueOrderId, actor: 'the restore', ts: at }]
    }),
  )
}
