/**
 * What a clean reading says of a doubt about a refused exit.
 */
import { expect, test } from 'vitest'
import { ts } from '../../core/units.ts'
import { BTC, Bench } from '../../../test/support/kernel/kernel-run.ts'
import { AccountMonitor, type AccountMonitorPorts } from './account-monitor.ts'

function refused(code: string) {
  const bench = new Bench()
  bench.enter()
  bench.give({ type: 'close-position', instrument: BTC, lots: undefined, actor: 'cli', ts: ts(bench.now) })
  const exit = bench.kernel.orders.open(BTC).find((order) => order.class !== 'entry' && order.origin === 'ours')
  bench.give({
    type: 'order-rejected',
    instrument: BTC,
    orderId: exit?.orderId,
    venueOrderId: undefined,
    code,
    detail: 'no',
    ts: ts(bench.now),
  })
  const alerts: string[] = []
  const lifted: string[] = []
  const ports: AccountMonitorPorts = {
    kernel: bench.kernel,
    reconciler: { run: async () => ({ isClean: true, openOrders: 0, positions: 0, detail: '' }) },
    streams: { carries: () => true },
    holds: { add: async () => {}, lift: async (id) => void lifted.push(id), stale: () => [] },
    health: { report: () => {} },
    wallClock: { steadyMs: () => 0, sleep: async () => {} },
    notice: (alert, severity, _, summary) => void alerts.push(`${severity} ${alert}: ${summary}`),
    log: () => {},
  }
  return { bench, alerts, lifted, check: new AccountMonitor(ports) }
}

test('a position that stands after an exit was refused for want of one is an alarm', async () => {
  const { alerts, lifted, check } = refused('110017')
  await check.run(false)
  expect(alerts).toEqual([
    expect.stringMatching(/^P1 order\.rejected: BTCUSDT: the exit #\d+ was refused \(110017 no\)\. The position is still open/),
  ])
  expect(lifted).toEqual(['reconcile-BTCUSDT'])
})

test('one that its stop closed meanwhile is none; another refusal was an alarm already', async () => {
  const closed = refused('110017')
  const held = closed.bench.kernel.portfolio.positionLots(BTC)
  closed.bench.kernel.portfolio.positionLots = () => 0 as typeof held
  await closed.check.run(false)
  expect([closed.alerts, closed.lifted]).toEqual([[], ['reconcile-BTCUSDT']])
  const other = refused('110007')
  await other.check.run(false)
  expect([other.alerts, other.lifted]).toEqual([[], ['reconcile-BTCUSDT']])
})
