/**
 * What the check and the assessment of an entry cost, in a kernel of one symbol and in one with 50 other positions and value at risk.
 */
import { MINUTE_MS, cash, instrumentIndex, lots, rate, ticks, ts } from '../src/core/units.ts'
import { Kernel } from '../src/kernel/kernel.ts'
import type { KernelInput } from '../src/kernel/input.ts'
import { makeInstrument } from '../src/market/instrument.ts'
import { assessEntry } from '../src/risk/assessment/trade-risk.ts'
import { checkEntry } from '../src/risk/check.ts'
import { UNLIMITED, fractionLimit } from '../src/core/money-limit.ts'
import type { RiskLimits } from '../src/risk/limits.ts'
import { RISK_PROFILES } from '../src/risk/profiles.ts'
import { MANUAL_OWNER } from '../src/trading/manual-owner.ts'
import type { OrderIntent } from '../src/trading/order.ts'

const START = Date.parse('2026-01-05T00:00:00Z')
const BARS = 300
const PRICE = 600_000
const RUNS = 7
const { costs, limits: sim } = RISK_PROFILES.sim
/** All rules of the profile, wide enough for 51 positions. */
const WIDE: RiskLimits = {
  ...sim,
  openPositionsMax: 100,
  ordersPerMinuteMax: 1_000,
  ordersPerSecondMax: 1_000,
  duplicateWindowMs: 0,
  reentryCooldownMs: 0,
}
const PLAIN: RiskLimits = { ...WIDE, correlatedMax: UNLIMITED, varMax: UNLIMITED, cvarMax: UNLIMITED }

class World {
  readonly kernel: Kernel
  private now = START
  private bar = 0
  private state = 20_260_101

  constructor(positions: number) {
    const instruments = Array.from({ length: positions + 1 }, (_, k) =>
      makeInstrument({
        index: instrumentIndex(k),
        venue: 'bench',
        symbol: `S${k}USDT`,
        tickSize: '0.1',
        lotSize: '0.001',
        leverageMax: 100,
      }),
    )
    this.kernel = new Kernel({
      tag: 'bench1',
      instruments,
      intervalMs: MINUTE_MS,
      strategies: [],
      manual: instruments.map(({ index }) => index),
      limits: PLAIN,
      sizing: { type: 'fixed', lots: lots(1) },
      costs,
      defaultStopFraction: undefined,
      isJournaled: true,
      allowsBudget: false,
    })
    this.give({ type: 'wallet-adjusted', coin: 'USDT', amount: cash(1e6 * 1e8), cause: 'opening', ts: ts(this.now) })
    for (let k = 0; k < BARS; k += 1) this.close()
    for (const { index } of instruments.slice(1)) this.enter(index)
  }

  private give(input: KernelInput): void {
    this.kernel.factBuffer.reset()
    this.kernel.apply(input)
  }

  /** Park and Miller's generator: the same numbers in each run. */
  private uniform(): number {
    this.state = (this.state * 48_271) % 2_147_483_647
    return this.state / 2_147_483_647
  }

  /** A minute of all symbols closes, each with a move of its own. */
  close(): void {
    const at = START + this.bar * MINUTE_MS
    this.bar += 1
    this.now = at + MINUTE_MS
    this.give({
      type: 'bars-closed',
      mode: 'live',
      ts: ts(this.now),
      bars: this.kernel.config.instruments.map(({ index }) => {
        const price = ticks(Math.round(PRICE * (1 + 0.002 * (this.uniform() - 0.5))))
        return {
          instrument: index,
          bar: { ts: ts(at), open: price, high: ticks(price + 600), low: ticks(price - 600), close: price, volume: 1 },
          spreadTicks: 1,
        }
      }),
    })
  }

  private enter(i: ReturnType<typeof instrumentIndex>): void {
    const stop = ticks(Math.round(this.kernel.view.mark(i) * 0.97))
    const order = { side: 1, kind: 'market', lots: lots(2), stop, timeInForce: 'gtc' } as const
    this.give({ type: 'place-orders', strategy: MANUAL_OWNER, instrument: i, orders: [order], actor: 'bench', ts: ts(this.now) })
    const fact = this.kernel.factBuffer.at(0)
    if (fact.type !== 'order-submitted') throw new Error(`the entry of a position was not sent: ${JSON.stringify(fact)}`)
    const { orderId, side } = fact.command
    this.give({
      type: 'order-filled',
      instrument: i,
      orderId,
      venueOrderId: `v${orderId}`,
      tradeId: `x${orderId}`,
      side,
      price: this.kernel.view.mark(i),
      lots: lots(2),
      fee: { coin: 'USDT', amount: cash(0), rate: rate(0) },
      liquidity: 'taker',
      isComplete: true,
      ts: ts(this.now),
    })
  }

  intent(): OrderIntent {
    const i = instrumentIndex(0)
    return {
      strategy: MANUAL_OWNER,
      instrument: i,
      class: 'entry',
      side: 1,
      kind: 'market',
      size: { lots: lots(5) },
      triggerBy: 'mark',
      stop: ticks(Math.round(this.kernel.view.mark(i) * 0.97)),
      timeInForce: 'gtc',
      reason: { rule: 'bench', values: {} },
    }
  }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number

/** By the clock of the processor: other work on the machine does not count. `before` is part of no call. */
function show(name: string, calls: number, run: () => unknown, before?: () => void): void {
  const times: number[] = []
  for (let each = 0; each <= RUNS; each += 1) {
    let spent = 0
    const batch = before === undefined ? calls : 1
    for (let k = 0; k < calls; k += batch) {
      before?.()
      const start = process.cpuUsage()
      for (let done = 0; done < batch; done += 1) run()
      const { user, system } = process.cpuUsage(start)
      spent += user + system
    }
    // The first one warms up.
    if (each > 0) times.push(spent / calls)
  }
  console.log(
    `${name.padEnd(58)} ${median(times).toFixed(2).padStart(8)} us  (${Math.min(...times).toFixed(2)} to ${Math.max(...times).toFixed(2)})`,
  )
}

const VAR: RiskLimits = { ...WIDE, varMax: fractionLimit(10), cvarMax: fractionLimit(10), correlatedMax: fractionLimit(10) }
for (const positions of [0, 50]) {
  const world = new World(positions)
  const { view } = world.kernel
  const intent = world.intent()
  const check = (limits: RiskLimits) => () => {
    const denial = checkEntry(intent, lots(5), view, limits, costs)
    if (denial !== undefined) throw new Error(`denied: ${JSON.stringify(denial)}`)
  }
  const assess = () => assessEntry(intent, lots(5), view, PLAIN, costs)
  if (assess().book === null) throw new Error('value at risk is not known')
  show(`${positions} positions: check, plain rules`, 20_000, check(PLAIN))
  show(`${positions} positions: check with correlation, VaR and CVaR`, 5_000, check(VAR))
  show(`${positions} positions: assessment with VaR`, 5_000, assess)
  show(`${positions} positions: assessment, the first of a close instant`, 50, assess, () => world.close())
}
