/**
 * The sender's queue: what waits is never concluded from, what is late or given up is never sent, exits go first.
 */
import { describe, expect, test } from 'vitest'
import { VirtualTime } from '../../../test/simulation/virtual-time.ts'
import { instrumentIndex, lots, orderId, ticks, ts } from '../../core/units.ts'
import type { OrderCommand, SubmitOrder, VenueEvent } from '../../trading/event.ts'
import type { Order } from '../../trading/order.ts'
import type { OrderReport } from '../../trading/report.ts'
import { OrderSender, type OrderSenderPorts } from './order-sender.ts'

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
  const known = new Map<number, Pick<Order, 'status' | 'cancelRequested'> & { readonly venueOrderId?: string }>()
  const nameOf = (command: OrderCommand): string => (command.type === 'submit-order' ? `${command.orderId}` : command.type)
  const venue: { -readonly [K in keyof OrderSenderPorts['venue']]: OrderSenderPorts['venue'][K] } = {
    send: async (command) => {
      sent.push(`${nameOf(command)} at ${time.nowMs}`)
      await time.sleep(sendMs)
      return { type: 'taken', venueOrderId: 'v' }
    },
    lookUp: async (_, id) => {
      lookedUp.push(id)
      return { ok: true, value: undefined }
    },
  }
  const sender = new OrderSender({
    venue,
    wallClock: { nowMs: () => time.nowMs, steadyMs: () => time.nowMs, sleep: (ms) => time.sleep(ms), every: () => () => undefined },
    now: () => ts(1),
    onEvent: (event: VenueEvent) => told.push(`${event.type} ${'orderId' in event ? event.orderId : ''}`),
    report: () => undefined,
    order: (command) => known.get(command.orderId) as Order | undefined,
    note: () => undefined,
    changeRefused: () => undefined,
    authLost: () => undefined,
  })
  const pass = (ms: number): Promise<void> => time.runUntil(time.nowMs + ms, () => undefined)
  return { time, venue, sender, sent, lookedUp, told, known, pass }
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

describe('S2 what the venue makes wait holds no exit back', () => {
  /** A venue that refuses for now what `isBanned` names. */
  function banned(isBanned: (command: OrderCommand) => boolean, lookUp: () => boolean = () => true) {
    const world = setup(10)
    const { sent, known } = world
    world.venue.send = async (command) => {
      sent.push(`${command.type === 'submit-order' ? command.orderId : command.type} at ${world.time.nowMs}`)
      if (!isBanned(command)) return { type: 'taken', venueOrderId: 'v' }
      return { type: 'retry', error: { type: 'retry-after', code: 'ip-ban', detail: '', waitMs: 600_000 }, waitMs: 600_000 }
    }
    const { lookUp: real } = world.venue
    world.venue.lookUp = async (instrument, id) =>
      lookUp() ? real(instrument, id) : { ok: false, error: { type: 'retry-after', code: 'ip-ban', detail: '', waitMs: 600_000 } }
    known.set(9, { status: 'accepted', cancelRequested: false, venueOrderId: 'v9' })
    return world
  }
  const protection: OrderCommand = { type: 'set-protection', instrument: instrumentIndex(0), stop: ticks(1), triggerBy: 'mark' }
  const ids = { orderId: orderId(9), clientOrderId: 'b1-tests1-9', venueOrderId: 'v9', instrument: instrumentIndex(0) }
  const amend: OrderCommand = { type: 'amend-order', ...ids, lots: lots(1), limit: undefined, trigger: undefined }
  const cancel: OrderCommand = { type: 'cancel-order', ...ids }

  test('a stop that cannot be moved lets exits, cancels and changes of orders pass, and is sent when it can be', async () => {
    let isOver = false
    const { sender, sent, pass } = banned(({ type }) => type === 'set-protection' && !isOver)
    sender.send(protection)
    await pass(1_100)
    for (const command of [protection, amend, submit(3, true), cancel]) sender.send(command)
    await pass(300)
    expect(sent).toEqual(['set-protection at 0', '3 at 1250', 'cancel-order at 1250', 'amend-order at 1250'])
    isOver = true
    await pass(5_000)
    expect(sent.slice(4)).toEqual(['set-protection at 2000', 'set-protection at 2000'])
  })

  test('an entry that waits lets them pass too, and is dropped after five seconds', async () => {
    const { sender, sent, told, pass } = banned((command) => command.type === 'submit-order' && !command.reduceOnly)
    sender.send(submit(1))
    await pass(1_100)
    sender.send(submit(3, true))
    await pass(8_000)
    expect(sent.filter((each) => each.startsWith('3'))).toEqual(['3 at 1250'])
    expect([sent.at(-1), told]).toEqual(['1 at 4000', ['order-accepted 3', 'order-never-arrived 1']])
  })

  test('a change that waits lets exits pass, but no other change', async () => {
    const { sender, sent, pass } = banned(({ type }) => type === 'amend-order')
    sender.send(amend)
    await pass(1_100)
    sender.send(submit(3, true))
    sender.send(amend)
    await pass(300)
    expect(sent).toEqual(['amend-order at 0', '3 at 1250'])
  })

  test('S6 an exit of unknown outcome is not sent again while nobody can be asked about it', async () => {
    let isAnswered = false
    const world = banned(
      () => false,
      () => isAnswered,
    )
    const { sender, sent, told, pass } = world
    const send = world.venue.send
    world.venue.send = async (command) => {
      await send(command)
      return { type: 'unknown', error: { type: 'unknown-outcome', code: 'no-reply', detail: '' } }
    }
    sender.send(submit(1, true))
    await pass(600_000)
    expect([sent, told]).toEqual([['1 at 0'], []])
    isAnswered = true
    world.venue.lookUp = async () => ({
      ok: true,
      value: { order: { venueOrderId: 'v' } as OrderReport, executions: [] },
    })
    await pass(5_000)
    expect([sent, told]).toEqual([['1 at 0'], ['order-accepted 1']])
  })

  test('S6 a cancel of unknown outcome is looked at as long as nobody answers', async () => {
    let isAnswered = false
    const world = banned(
      () => false,
      () => isAnswered,
    )
    world.venue.send = async () => ({ type: 'unknown', error: { type: 'unknown-outcome', code: 'no-reply', detail: '' } })
    world.sender.send(cancel)
    await world.pass(60_000)
    expect(world.lookedUp).toEqual([])
    isAnswered = true
    await world.pass(10_000)
    expect(world.lookedUp).toHaveLength(3)
  })
})
