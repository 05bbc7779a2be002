/**
 * The sender's queue: what waits is never concluded from, what is late or given up is never sent, exits go first.
 * Never on a real clock: time passes when the test says so.
 */
import { expect, test } from 'vitest'
import { VirtualTime } from '../../test/simulation/virtual-time.ts'
import { instrumentIndex, lots, orderId, ts } from '../core/units.ts'
import type { OrderCommand, SubmitOrder, VenueEvent } from '../trading/event.ts'
import type { Order } from '../trading/order.ts'
import type { SendOutcome } from '../venue/port.ts'
import { Sender } from './sender.ts'

const submit = (id: number, reduceOnly = false): SubmitOrder => ({
  type: 'submit-order',
  orderId: orderId(id),
  clientOrderId: `b1-tests1-${id}`,
  instrument: instrumentIndex(0),
  side: 1,
  kind: 'market',
  lots: lots(1),
  budget: undefined,
  limit: undefined,
  trigger: undefined,
  triggerBy: 'mark',
  stop: undefined,
  targets: undefined,
  timeInForce: 'gtc',
  reduceOnly,
})

function setup(sendMs: number) {
  const time = new VirtualTime(0)
  const sent: string[] = []
  const lookedUp: string[] = []
  const told: string[] = []
  const known = new Map<number, Pick<Order, 'status' | 'cancelRequested'>>()
  const nameOf = (command: OrderCommand): string => (command.type === 'submit-order' ? `${command.orderId}` : command.type)
  const sender = new Sender({
    venue: {
      send: async (command): Promise<SendOutcome> => {
        sent.push(`${nameOf(command)} at ${time.nowMs}`)
        await time.sleep(sendMs)
        return { type: 'taken', venueOrderId: 'v' }
      },
      lookUp: async (_, id) => {
        lookedUp.push(id)
        return { ok: true, value: undefined }
      },
    },
    wall: { nowMs: () => time.nowMs, steadyMs: () => time.nowMs, sleep: (ms) => time.sleep(ms), every: () => () => undefined },
    now: () => ts(1),
    tell: (event: VenueEvent) => told.push(`${event.type} ${'orderId' in event ? event.orderId : ''}`),
    report: () => undefined,
    order: (command) => known.get(command.orderId) as Order | undefined,
    note: () => undefined,
    changeRefused: () => undefined,
    authLost: () => undefined,
  })
  const pass = (ms: number): Promise<void> => time.runUntil(time.nowMs + ms, () => undefined)
  return { sender, sent, lookedUp, told, known, pass }
}

test('exits overtake entries that wait', async () => {
  const { sender, sent, pass } = setup(100)
  sender.send(submit(1))
  sender.send(submit(2))
  sender.send(submit(3, true))
  await pass(1_000)
  expect(sent).toEqual(['1 at 0', '3 at 100', '2 at 200'])
})

test('an entry that waited for more than five seconds is not sent, an exit is', async () => {
  const { sender, sent, told, pass } = setup(6_000)
  sender.send(submit(1, true))
  sender.send(submit(2))
  sender.send(submit(3, true))
  await pass(30_000)
  expect(sent).toEqual(['1 at 0', '3 at 6000'])
  expect(told).toContain('order-never-arrived 2')
})

test('what waits is not looked up, and what was given up or canceled meanwhile is not sent', async () => {
  const { sender, sent, lookedUp, told, known, pass } = setup(1_000)
  sender.send(submit(1))
  for (const id of [2, 3]) sender.send(submit(id))
  sender.settle(submit(2))
  known.set(2, { status: 'never-arrived', cancelRequested: false })
  known.set(3, { status: 'submitted', cancelRequested: true })
  await pass(20_000)
  expect(sent).toEqual(['1 at 0'])
  expect(lookedUp).toEqual([])
  expect(told).toEqual(['order-accepted 1', 'order-never-arrived 3'])
})

test('S6 an order that is not in the queue is looked up three times before it counts as never arrived', async () => {
  const { sender, lookedUp, told, pass } = setup(10)
  sender.settle(submit(1))
  await pass(9_000)
  expect([lookedUp.length, told]).toEqual([2, []])
  await pass(5_000)
  expect([lookedUp.length, told]).toEqual([3, ['order-never-arrived 1']])
})
