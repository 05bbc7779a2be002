/**
 * Each safety taken out, one at a time and from outside: what the simulation must notice.
 */
import type { Trader } from '../../src/trader/trader.ts'
import { type Result, ok } from '../../src/core/result.ts'
import { lots } from '../../src/core/units.ts'
import type { Journal, JournalError } from '../../src/journal/journal.ts'
import type { BybitVenue } from '../../src/venue/bybit/bybit-venue.ts'
import type { RawReply, Transport } from '../../src/venue/bybit/http/transport.ts'
import type { VirtualTime } from './virtual-time.ts'
import type { Mutation } from './world.ts'

const WRITE_BEHIND_MS = 400

/** Says that it is written, and writes a moment later. */
function writeBehind(inner: Journal, time: VirtualTime, isDead: () => boolean): Journal {
  let seq = 0
  const later = (write: () => Promise<unknown>): void =>
    time.after(WRITE_BEHIND_MS, () => {
      if (!isDead()) void write()
    })
  return {
    appendInputs: async (inputs): Promise<Result<number, JournalError>> => {
      const first = seq + 1
      seq += inputs.length
      later(() => inner.appendInputs(inputs))
      return ok(first)
    },
    appendFacts: async (facts, changes): Promise<Result<number, JournalError>> => {
      seq += facts.length
      later(() => inner.appendFacts(facts, changes))
      return ok(seq)
    },
    saveSnapshot: async () => ok(undefined),
    register: (wanted) => inner.register(wanted),
    setAside: (at) => inner.setAside(at),
    load: async (before) => {
      const loaded = await inner.load(before)
      if (loaded.ok) seq = loaded.value.tail[loaded.value.tail.length - 1]?.seq ?? loaded.value.snapshot?.seq ?? 0
      return loaded
    },
  }
}

type Row = Readonly<Record<string, unknown>>
const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null

/** Every telling of an execution bears an id of its own, so that no two of them are the same. */
function withoutExecutionIds(inner: Transport): Transport {
  let told = 0
  const renamed = (rows: unknown): unknown =>
    Array.isArray(rows) ? rows.map((row: unknown) => (isRow(row) ? { ...row, execId: `${String(row['execId'])}~${++told}` } : row)) : rows
  return {
    call: async (method, path, params): Promise<RawReply> => {
      const reply = await inner.call(method, path, params)
      if (path !== '/v5/execution/list' || reply.type !== 'reply' || !isRow(reply.body.result)) return reply
      return { ...reply, body: { ...reply.body, result: { ...reply.body.result, list: renamed(reply.body.result['list']) } } }
    },
    open: (topics, handlers) =>
      inner.open(topics, {
        state: handlers.state,
        frame: (stream, frame) =>
          handlers.frame(stream, isRow(frame) && frame['topic'] === 'execution' ? { ...frame, data: renamed(frame['data']) } : frame),
      }),
    renew: (topics) => inner.renew(topics),
    openMore: (topics) => inner.openMore(topics),
    close: () => inner.close(),
  }
}

function withoutReconciliation(trader: Trader): void {
  trader['parts'].reconciler.run = async () => ({ isClean: true, detail: '', openOrders: 0, positions: 0 })
}

function withoutWatchdog(trader: Trader): void {
  trader['parts'].protection.check = () => {}
}

/** A create without an answer is sent again under another id, as bots do that have no ids of their own. */
function blindRetry(venue: BybitVenue): void {
  const send = venue.send.bind(venue)
  venue.send = async (command) => {
    const outcome = await send(command)
    if (outcome.type !== 'unknown' || command.type !== 'submit-order') return outcome
    return send({ ...command, clientOrderId: `${command.clientOrderId}r` })
  }
}

/** A create without an answer is taken for refused. */
function withoutLookUp(venue: BybitVenue): void {
  const send = venue.send.bind(venue)
  venue.send = async (command) => {
    const outcome = await send(command)
    return outcome.type === 'unknown' && command.type === 'submit-order' ? { type: 'refused', error: outcome.error } : outcome
  }
}

/** The word that ends an order is believed at once: its total fill is ignored. */
function endsAtOnce(trader: Trader): void {
  const { orders } = trader.state
  const apply = orders.apply.bind(orders)
  orders.apply = (order, event, instrument) =>
    apply(order, event.type === 'order-filled' || event.type === 'order-canceled' ? { ...event, total: undefined } : event, instrument)
}

/** What operators set is kept and shown, and counts for nothing. */
function withoutSettings(trader: Trader): void {
  trader.state.limits['apply'] = () => {}
}

/** A close goes at once, beside the stop that would sell the same coins (spot). */
function sellsBesideStops(trader: Trader): void {
  const { gateway, closer } = trader.state['operator']['parts']
  closer['wantClose'] = (i, quantity, intentClass, reason) => gateway.sendExit(i, lots(quantity), intentClass, reason)
}

/** `from`: the seed from which on one is looked for that notices; 1 where it shows soon. */
export const MUTATIONS: readonly { readonly name: string; readonly mutation: Mutation; readonly from?: number }[] = [
  { name: 'the journal acknowledges before it has written', mutation: { journal: writeBehind } },
  { name: 'executions are not known by their id', mutation: { transport: withoutExecutionIds } },
  { name: 'nothing is reconciled after the start', mutation: { trader: withoutReconciliation } },
  { name: 'nobody watches the stops', mutation: { trader: withoutWatchdog } },
  { name: 'an unanswered create is sent again blindly', mutation: { venue: blindRetry } },
  { name: 'an unanswered create is not looked up', mutation: { venue: withoutLookUp } },
  { name: 'an order ends before its executions are told', mutation: { trader: endsAtOnce }, from: 70 },
  { name: 'a limit that is set does not count', mutation: { trader: withoutSettings } },
  { name: 'a close of spot does not wait for its stop', mutation: { trader: sellsBesideStops }, from: 1_121 },
]
