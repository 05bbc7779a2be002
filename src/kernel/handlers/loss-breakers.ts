/**
 * Breakers on what was lost: of a day, a week and trades in a row, for the account, its strategies and symbols. A limit that is reached
 * holds entries from that instant on; exits and stops continue.
 */
import { type Cash, cash } from '../../core/units.ts'
import type { LossScope } from '../../portfolio/view.ts'
import { centsText } from '../../risk/denial.ts'
import { type MoneyLimit, isUnlimited } from '../../core/money-limit.ts'
import type { KernelContext } from '../context.ts'
import type { OrderGateway } from '../orders/order-gateway.ts'
import type { EffectiveLimits } from '../state/effective-limits.ts'
import { type Hold, STREAK_HOLD } from '../state/holds.ts'
import type { PortfolioState } from '../state/portfolio-state.ts'
import type { SafetyControls } from './safety-controls.ts'

export type LossWindowName = 'day' | 'week'

/** A limit on what a day or a week may lose, with what it comes to now. */
export interface ReachedLoss {
  readonly scope: LossScope
  readonly window: LossWindowName
  readonly lost: Cash
  readonly limit: Cash
}

interface WatchedLoss {
  readonly id: string
  readonly scope: LossScope
  readonly window: LossWindowName
  readonly limit: MoneyLimit
}

interface WatchedStreak {
  readonly id: string
  readonly scope: LossScope
  readonly most: number
}

const ACCOUNT: LossScope = { type: 'account' }

export class LossBreakers {
  private readonly portfolio: PortfolioState
  private readonly limits: EffectiveLimits
  private readonly holds: readonly Hold[]
  private readonly symbolOf: (scope: LossScope) => string
  private readonly gateway: OrderGateway
  private readonly safety: SafetyControls
  /** Made anew when a setting changes: asked at each instant. */
  private watchedFor: object | undefined
  private losses: readonly WatchedLoss[] = []
  private streaks: readonly WatchedStreak[] = []

  constructor({ portfolio, limits, holds, config }: KernelContext, gateway: OrderGateway, safety: SafetyControls) {
    this.portfolio = portfolio
    this.limits = limits
    this.holds = holds
    this.gateway = gateway
    this.safety = safety
    this.symbolOf = (scope) => (scope.type === 'symbol' ? (config.instruments[scope.instrument]?.symbol ?? '') : '')
  }

  decide(): void {
    this.refresh()
    const { portfolio } = this
    for (const { id, scope, window, limit } of this.losses)
      if (portfolio.lossOf(window, scope) > 0 && portfolio.lossLeft(window, limit, scope) <= 0 && !this.isHeld(id))
        this.tripLoss(id, { scope, window, lost: portfolio.lossOf(window, scope), limit: portfolio.lossLimit(window, limit) })
    for (const { id, scope, most } of this.streaks) {
      const count = portfolio.results.streakOf(scope)
      if (count >= most && !this.isHeld(id)) this.tripStreak(id, scope, count, most)
    }
  }

  /** The limit that a hold of this breaker would trip at again at once; undefined where it would not, and for any other hold. */
  reached(hold: Hold): ReachedLoss | undefined {
    this.refresh()
    const watched = this.losses.find(({ id }) => id === hold.id)
    if (watched === undefined) return undefined
    const { scope, window, limit } = watched
    if (this.portfolio.lossLeft(window, limit, scope) > 0) return undefined
    return { scope, window, lost: this.portfolio.lossOf(window, scope), limit: this.portfolio.lossLimit(window, limit) }
  }

  private isHeld(id: string): boolean {
    return this.holds.some((hold) => hold.id === id)
  }

  private refresh(): void {
    const { account, scopes } = this.limits
    if (this.watchedFor === account) return
    this.watchedFor = account
    const all = [{ scope: ACCOUNT, limits: account }, ...scopes]
    this.losses = all
      .flatMap(({ scope, limits }) =>
        (['day', 'week'] as const).map((window) => ({
          id: `${window}-loss${this.suffix(scope)}`,
          scope,
          window,
          limit: window === 'day' ? limits.dayLossMax : limits.weekLossMax,
        })),
      )
      .filter(({ limit }) => !isUnlimited(limit))
    this.streaks = all
      .map(({ scope, limits }) => ({ id: `${STREAK_HOLD}${this.suffix(scope)}`, scope, most: limits.lossStreakMax }))
      .filter(({ most }) => most !== Number.POSITIVE_INFINITY)
  }

  private suffix(scope: LossScope): string {
    return scope.type === 'account' ? '' : `-${scope.type === 'strategy' ? scope.strategy : this.symbolOf(scope)}`
  }

  /** ` of ema-cross`; nothing for the account. */
  private of(scope: LossScope): string {
    const suffix = this.suffix(scope)
    return suffix === '' ? '' : ` of ${suffix.slice(1)}`
  }

  private tripLoss(id: string, { scope, window, lost, limit }: ReachedLoss): void {
    const figures = { lost: centsText(lost), limit: centsText(cash(limit)) }
    const text = `the ${window}${this.of(scope)} has lost ${figures.lost} USDT of the ${figures.limit} USDT that it may lose`
    this.safety.holdEntries({ id: id, scope: scope, reason: text, pauseMs: undefined })
    const of = this.suffix(scope).slice(1)
    this.gateway.alert(window === 'day' ? 'risk.day_loss_hit' : 'risk.week_loss_hit', 'P1', instrumentOf(scope), {
      ...figures,
      ...(of === '' ? {} : { of }),
    })
  }

  private tripStreak(id: string, scope: LossScope, count: number, most: number): void {
    const text = `${count} losing trades in a row${this.of(scope)}, and the limit is ${most}`
    this.safety.holdEntries({ id, scope, reason: text, pauseMs: this.limits.account.lossStreakPauseMs })
    const of = this.suffix(scope).slice(1)
    this.gateway.alert('risk.loss_streak', 'P2', instrumentOf(scope), { count, limit: most, ...(of === '' ? {} : { of }) })
  }
}

const instrumentOf = (scope: LossScope) => (scope.type === 'symbol' ? scope.instrument : undefined)
