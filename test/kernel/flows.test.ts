/**
 * Flows in the kernel, input by input: booked once by their id, no result, reported once, and the same from journal and snapshot.
 */
import { describe, expect, test } from 'vitest'
import { type Cash, cash, ts } from '../../src/core/units.ts'
import { ledgerSum } from '../../src/portfolio/ledger.ts'
import { FLOW_KINDS, type FlowKind, type WalletAdjusted } from '../../src/trading/event.ts'
import { Kernel } from '../../src/kernel/kernel.ts'
import { liftRule, UNEXPLAINED_HOLD } from '../../src/kernel/state/holds.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'
import { Bench, brief } from '../support/kernel/kernel-run.ts'

const flow = (bench: Bench, amount: number, cause: FlowKind, flowId: string, more: Partial<WalletAdjusted> = {}): KernelFact[] =>
  bench.give({ type: 'wallet-adjusted', coin: 'USDT', amount: cash(amount), cause, flowId, ts: ts(bench.now), ...more })
const day = ({ kernel: { portfolio } }: Bench): Cash => cash(portfolio.equity - portfolio.watch.day.start)

describe('S9 a flow', () => {
  test.each(FLOW_KINDS)('%s is no result, whatever its sign', (kind) => {
    for (const amount of [-2_000e8, 5_000e8]) {
      const bench = new Bench()
      bench.bar()
      flow(bench, amount, kind, 'a')
      const { ledger, equity, dayLoss, flowsSoFar } = bench.kernel.portfolio
      expect([equity, day(bench), dayLoss, flowsSoFar, ledgerSum(ledger)]).toEqual([10_000e8 + amount, 0, 0, amount, 0])
      expect([ledger.trading, ledger.fees, ledger.funding, ledger.adjustments]).toEqual([0, 0, 0, 0])
    }
  })

  test('a flow is booked once by its id, also by a kernel that continues from a snapshot', () => {
    const bench = new Bench()
    expect(brief(flow(bench, -600e8, 'transfer-out', 'a'))).toEqual(['P3 account.flow'])
    expect(brief(flow(bench, -600e8, 'transfer-out', 'a'))).toEqual([])
    expect(brief(flow(bench, -600e8, 'transfer-out', 'b'))).toEqual(['P3 account.flow'])
    const later = new Kernel(bench.kernel.config)
    later.restore(JSON.parse(JSON.stringify(bench.kernel.snapshot())))
    later.factBuffer.reset()
    later.apply({ type: 'wallet-adjusted', coin: 'USDT', amount: cash(-600e8), cause: 'transfer-out', flowId: 'b', ts: ts(bench.now) })
    expect([later.portfolio.equity, later.portfolio.ledger.flows]).toEqual([8_800e8, 1_200e8])
  })

  test('folded from the journal it is the same, and nothing of it is reported with the next input', () => {
    const bench = new Bench()
    const folded = new Kernel(bench.kernel.config)
    folded.restore(bench.kernel.snapshot())
    const input: WalletAdjusted = {
      type: 'wallet-adjusted',
      coin: 'USDT',
      amount: cash(7e8),
      cause: 'bonus',
      flowId: 'a',
      ts: ts(bench.now),
    }
    folded.foldInput(input)
    folded.factBuffer.reset()
    folded.apply({ ...input, amount: cash(9e8) })
    expect(folded.portfolio.equity).toBe(10_007e8)
    expect(folded.factBuffer.count).toBe(0)
  })

  test('a flow of another coin is reported and moves nothing', () => {
    const bench = new Bench()
    const facts = flow(bench, 0, 'airdrop', 'a', { coin: 'EXC', change: '12.000000000000000001' })
    expect(facts).toMatchObject([
      { type: 'alert-raised', severity: 'P4', data: { amount: '+12.000000000000000001', coin: 'EXC', isMoney: false } },
    ])
    expect(bench.kernel.portfolio.equity).toBe(10_000e8)
  })

  test('rows of an older journal are read: a deposit without an id, and a correction, which is a result', () => {
    const bench = new Bench()
    bench.give({ type: 'wallet-adjusted', coin: 'USDT', amount: cash(100e8), cause: 'transfer', ts: ts(bench.now) })
    bench.give({ type: 'wallet-adjusted', coin: 'USDT', amount: cash(-40e8), cause: 'reconcile', ts: ts(bench.now) })
    const { ledger, flowsSoFar, equity } = bench.kernel.portfolio
    expect([equity, flowsSoFar, ledger.adjustments]).toEqual([10_060e8, 100e8, 40e8])
  })
})

describe('what nobody explains', () => {
  test('an unexplained flow is P1, holds entries, and an admin alone lifts it', () => {
    const bench = new Bench()
    expect(brief(flow(bench, -900e8, 'unexplained', 'u1'))).toEqual([`hold ${UNEXPLAINED_HOLD} no-entries`, 'P1 account.unexplained'])
    const [hold] = bench.kernel.holds
    expect(hold === undefined ? undefined : liftRule(hold, ts(bench.now))).toMatchObject({ liftable: true, adminOnly: true })
    expect([bench.kernel.portfolio.ledger.unexplained, day(bench)]).toEqual([900e8, 0])
    // A second one is reported, and held by the same.
    expect(brief(flow(bench, -1e8, 'unexplained', 'u2'))).toEqual(['P1 account.unexplained'])
  })
})
