/**
 * Looks whether alerts that users set have fired: prices by the candles of closed minutes, figures as they are now.
 */
import type { CandleReader, Reads } from '../../../api/ports/ports.ts'
import type { StoredPriceRule } from '../../../api/ports/alert-ports.ts'
import type { PostgresPriceRules } from '../../../db/alerting/price-rules.ts'
import { type SeenRange, ruleAfter } from '../../alerts/price-rule.ts'

/** An hour: at 60 times the market's speed a look each five seconds sees five. */
const BARS = 60

export class PriceWatch {
  private readonly rules: PostgresPriceRules
  private readonly candles: CandleReader
  private readonly reads: Pick<Reads, 'account'>

  constructor(rules: PostgresPriceRules, candles: CandleReader, reads: Pick<Reads, 'account'>) {
    this.rules = rules
    this.candles = candles
    this.reads = reads
  }

  async look(): Promise<void> {
    for (const rule of await this.rules.list()) {
      const seen = await this.rangesOf(rule)
      const last = seen.at(-1)
      if (last === undefined) continue
      const { hasFired, isArmed } = ruleAfter(rule, seen)
      await this.rules.seen(rule, last.ts, isArmed, hasFired ? sentence(rule, last.close) : undefined)
    }
  }

  private async rangesOf({ what, seenTs }: StoredPriceRule): Promise<readonly (SeenRange & { readonly ts: number })[]> {
    if (what === 'pnl' || what === 'equity') {
      const account = await this.reads.account()
      if (account === undefined || account.updatedTs <= seenTs) return []
      const value = Number(what === 'pnl' ? account.dayPnl : account.equity)
      return [{ high: value, low: value, close: value, ts: account.updatedTs }]
    }
    return ((await this.candles(what, '1m', BARS)) ?? []).filter(({ ts }) => ts > seenTs)
  }
}

const NAMES: Readonly<Record<string, string>> = { pnl: 'The result of the day', equity: 'Equity' }
const sentence = ({ what, side, level, isOnce }: StoredPriceRule, now: number): string =>
  `${NAMES[what] ?? what} is ${side} ${level} (now ${now}).${isOnce ? '' : ' Sent again after the price has crossed back.'}`
