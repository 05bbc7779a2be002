/**
 * What follows when an input had to be set aside: entries are held for the account, and somebody is woken.
 */
import type { Ts } from '../../core/units.ts'
import type { KernelInput } from '../../kernel/input.ts'

export function setAsideInputs(what: string, at: Ts): readonly KernelInput[] {
  const reason = `${what} ended the trader each time it was decided`
  return [
    {
      type: 'add-hold',
      ts: at,
      hold: { id: 'set-aside', scope: { type: 'account' }, effect: 'no-entries', cause: 'error', actor: 'trader', reason, since: at },
    },
    {
      type: 'notice',
      alert: 'trader.input_set_aside',
      severity: 'P1',
      about: undefined,
      summary: `${reason}. It is booked without a decision. Entries are on hold until /resume; stops stay and exits continue.`,
      ts: at,
    },
  ]
}
