/**
 * What the key of a program lets it open: asked of each entry and each larger order, in words that a person reads (S17).
 */
import { formatDecimal } from '../../core/decimal.ts'
import { CASH_SCALE, type Cash } from '../../core/units.ts'
import type { KeyRefusal, KeySpending, QueuedCommand } from '../../kernel/trader-command.ts'

/** Why the key may not open so much of a symbol; undefined where it may, or nobody asked with a key. */
export type KeyAllowance = (symbol: string, notional: Cash) => Promise<string | undefined>

/** Of what is only looked at nothing is counted. */
export function allowanceOf({ id, apiKeyId, command }: QueuedCommand, spending: KeySpending): KeyAllowance {
  if (apiKeyId === undefined) return async () => undefined
  return async (symbol, amount) => {
    const notional = formatDecimal(amount, CASH_SCALE)
    const refusal =
      command.name === 'preview' ? await spending.check(apiKeyId, symbol, notional) : await spending.spend(id, apiKeyId, symbol, notional)
    return refusal === undefined ? undefined : sentenceOf(refusal)
  }
}

function sentenceOf({ code, figures }: KeyRefusal): string {
  const { symbol = '', symbols = '', notional = '', spent = '', most = '' } = figures
  switch (code) {
    case 'key-unlimited':
      return 'This key opens nothing: it has no symbols and no daily notional (key-unlimited). Create one that has: ballast api keys create --preset trader'
    case 'key-symbol':
      return `This key may not open ${symbol} (key-symbol): its symbols are ${symbols}.`
    case 'key-daily-notional':
      return `This key may open ${most} USDT a day (key-daily-notional): ${spent} are used since midnight UTC, and this is ${notional}.`
  }
}
