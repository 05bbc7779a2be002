/**
 * What the key of a program lets it open: asked of each entry and each larger order (S17).
 */
import { formatDecimal } from '../../core/decimal.ts'
import { CASH_SCALE, type Cash } from '../../core/units.ts'
import { type CommandRefusal, commandRefusal } from '../../trading/command-refusal.ts'
import type { KeyRefusal, KeySpending, QueuedCommand } from '../../kernel/trader-command.ts'

/** Why the key may not open so much of a symbol; undefined where it may, or nobody asked with a key. */
export type KeyAllowance = (symbol: string, notional: Cash) => Promise<CommandRefusal | undefined>

/** Of what is only looked at nothing is counted. */
export function allowanceOf({ id, apiKeyId, command }: QueuedCommand, spending: KeySpending): KeyAllowance {
  if (apiKeyId === undefined) return async () => undefined
  return async (symbol, amount) => {
    const notional = formatDecimal(amount, CASH_SCALE)
    const refusal =
      command.name === 'preview' ? await spending.check(apiKeyId, symbol, notional) : await spending.spend(id, apiKeyId, symbol, notional)
    return refusal === undefined ? undefined : refusalOf(refusal)
  }
}

function refusalOf({ code, figures }: KeyRefusal): CommandRefusal {
  const { symbol = '', symbols = '', notional = '', spent = '', most = '' } = figures
  switch (code) {
    case 'key-unlimited':
      return commandRefusal(code)
    case 'key-symbol':
      return commandRefusal(code, { symbol, symbols })
    case 'key-daily-notional':
      return commandRefusal(code, { notional, spent, most })
  }
}
