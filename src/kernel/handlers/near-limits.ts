/**
 * Limits that are nearly used up: an alert once on the way up, and again only after much less of them was used in between.
 */
import { cash } from '../../core/units.ts'
import { limitAt } from '../../core/money-limit.ts'
import { centsText } from '../../risk/denial.ts'
import type { RiskLimits } from '../../risk/limits.ts'
import type { LossScope } from '../../portfolio/view.ts'
import type { AlertData } from '../alert.ts'
import type { KernelContext } from '../context.ts'
import type { OrderGateway } from '../orders/order-gateway.ts'

export type NearLimit = AlertData['risk.limit_near']

const NEAR = 0.8
/** Below this part it counts as away from its limit again. */
const AWAY = 0.7
/** Fewer are full at once, or not near. */
const POSITIONS_LEAST = 5
const ACCOUNT: LossScope = { type: 'account' }

interface Use {
  readonly key: NearLimit['key']
  readonly of: string | undefined
  readonly used: number
  readonly limit: number
  readonly isMoney: boolean
}

const idOf = ({ key, of }: { readonly key: NearLimit['key']; readonly of?: string | undefined }): string =>
  of === undefined ? key : `${key} ${of}`

export class NearLimits {
  private readonly context: KernelContext
  private readonly gateway: OrderGateway
  private readonly near = new Set<string>()

  constructor(context: KernelContext, gateway: OrderGateway) {
    this.context = context
    this.gateway = gateway
  }

  /** At each instant, decided or folded: what is away from its limit may be alerted again. */
  settle(): void {
    if (this.near.size === 0) return
    for (const use of this.uses()) if (use.used < use.limit * AWAY) this.near.delete(idOf(use))
  }

  decide(): void {
    for (const use of this.uses()) {
      const isLoss = use.key === 'dayLoss' || use.key === 'weekLoss' || use.key.startsWith('drawdown')
      if (!(use.limit > 0) || use.used < use.limit * NEAR || this.near.has(idOf(use))) continue
      // A limit that is reached has its own alert, which says what it does.
      if (isLoss && use.used >= use.limit) continue
      this.near.add(idOf(use))
      const text = (n: number): string =>
        use.isMoney ? centsText(cash(n)) : use.key.startsWith('drawdown') ? `${(n * 100).toFixed(2)} %` : String(n)
      this.gateway.alert('risk.limit_near', isLoss ? 'P2' : 'P3', undefined, {
        key: use.key,
        used: text(use.used),
        limit: text(use.limit),
        part: Math.floor((use.used / use.limit) * 100) / 100,
        ...(use.of === undefined ? {} : { of: use.of }),
      })
    }
  }

  /** Recovery: its alert was raised. */
  fold(raised: NearLimit): void {
    this.near.add(idOf(raised))
  }

  private uses(): Use[] {
    const { portfolio, limits, config } = this.context
    const { account } = limits
    const nameOf = (scope: LossScope): string | undefined =>
      scope.type === 'account' ? undefined : scope.type === 'strategy' ? scope.strategy : config.instruments[scope.instrument]?.symbol
    const losses = (scope: LossScope, { dayLossMax, weekLossMax }: Pick<RiskLimits, 'dayLossMax' | 'weekLossMax'>): Use[] =>
      (['day', 'week'] as const).map((window) => ({
        key: `${window}Loss`,
        of: nameOf(scope),
        used: portfolio.lossOf(window, scope),
        limit: portfolio.lossLimit(window, window === 'day' ? dayLossMax : weekLossMax),
        isMoney: true,
      }))
    const { gross, netLong, netShort } = portfolio.exposure(undefined)
    const money = (key: NearLimit['key'], used: number, limit: number): Use => ({ key, of: undefined, used, limit, isMoney: true })
    const plain = (key: NearLimit['key'], used: number, limit: number): Use => ({ key, of: undefined, used, limit, isMoney: false })
    const { drawdown } = portfolio.watch
    return [
      ...losses(ACCOUNT, account),
      ...limits.scopes.flatMap(({ scope, limits: own }) => losses(scope, own)),
      plain('drawdownOrange', drawdown, account.drawdown.orange),
      plain('drawdownRed', drawdown, account.drawdown.red),
      money('gross', gross, limitAt(account.grossMax, portfolio.equity)),
      money('net', Math.max(0, netLong, netShort), limitAt(account.netMax, portfolio.equity)),
      ...(account.openPositionsMax < POSITIONS_LEAST
        ? []
        : [plain('openPositions', portfolio.symbolsAtStake().length, account.openPositionsMax)]),
    ]
  }

  snapshot(): readonly string[] {
    return [...this.near]
  }

  restore(from: readonly string[] | undefined): void {
    this.near.clear()
    for (const id of from ?? []) this.near.add(id)
  }
}
