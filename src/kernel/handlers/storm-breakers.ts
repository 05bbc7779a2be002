/**
 * Breakers on how orders are treated: many that the exchange rejects, and fills that cost far more than the prices that were decided at.
 * Both hold entries; exits and stops continue.
 */
import type { InstrumentIndex } from '../../core/units.ts'
import type { KernelContext } from '../context.ts'
import type { KernelConfig } from '../config.ts'
import type { OrderGateway } from '../orders/order-gateway.ts'
import type { EffectiveLimits } from '../state/effective-limits.ts'
import { type Hold, type HoldScope, REJECT_STORM_HOLD, slippageStormHold } from '../state/holds.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'
import type { SafetyControls } from './safety-controls.ts'

export class StormBreakers {
  private readonly config: KernelConfig
  private readonly portfolio: PortfolioState
  private readonly limits: EffectiveLimits
  private readonly holds: readonly Hold[]
  private readonly gateway: OrderGateway
  private readonly safety: SafetyControls

  constructor({ config, portfolio, limits, holds }: KernelContext, gateway: OrderGateway, safety: SafetyControls) {
    this.config = config
    this.portfolio = portfolio
    this.limits = limits
    this.holds = holds
    this.gateway = gateway
    this.safety = safety
  }

  decide(): void {
    const { quality, now } = this.portfolio
    const { rejectStormMax, slippageStormBps } = this.limits.account
    if (rejectStormMax !== Number.POSITIVE_INFINITY) {
      const count = quality.rejectionsUntil(now)
      if (count >= rejectStormMax)
        this.trip(REJECT_STORM_HOLD, undefined, `${count} orders were rejected within 10 minutes`, { kind: 'rejected', count })
    }
    if (slippageStormBps === Number.POSITIVE_INFINITY) return
    for (const { index, symbol } of this.config.instruments) {
      const bps = quality.slippageOf(index)
      if (bps === undefined || bps < this.limits.of(index).slippageStormBps) continue
      const text = `the last five fills slipped ${bps.toFixed(1)} bp on average`
      this.trip(slippageStormHold(symbol), index, text, { kind: 'slippage', bps: Number(bps.toFixed(1)) })
    }
  }

  private trip(
    id: string,
    i: InstrumentIndex | undefined,
    reason: string,
    figures: { readonly kind: 'rejected'; readonly count: number } | { readonly kind: 'slippage'; readonly bps: number },
  ): void {
    if (this.holds.some((hold) => hold.id === id)) return
    const scope: HoldScope = i === undefined ? { type: 'account' } : { type: 'symbol', instrument: i }
    this.safety.holdEntries({ id, scope, reason, pauseMs: this.limits.account.stormPauseMs })
    this.gateway.alert('risk.execution_storm', 'P2', i, figures)
  }
}
