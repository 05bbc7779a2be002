/**
 * What our tables and the exchange's own state say differently, and what either says that must never be.
 */
import type { Sql } from '../../db/client.ts'

interface Wire {
  readonly orders: readonly {
    readonly orderId: string
    readonly orderLinkId: string
    readonly symbol: string
    readonly orderStatus: string
  }[]
  readonly executions: readonly { readonly execId: string; readonly symbol: string; readonly execQty: string; readonly execType: string }[]
  readonly positions: readonly { readonly symbol: string; readonly side: string; readonly size: string; readonly stopLoss: string }[]
}

export const readWire = async (simUrl: string): Promise<Wire> => (await (await fetch(`${simUrl}/_sim/state`)).json()) as Wire

export const bareSymbols = (wire: Wire): string[] =>
  wire.positions.filter((p) => Number(p.size) !== 0 && Number(p.stopLoss) === 0).map((p) => p.symbol)

/** Orders of Ballast's at the exchange that no row of the journal knows: they were sent before they were written (S6). */
export async function unjournaled(sql: Sql, simUrl: string): Promise<string[]> {
  const theirs = (await readWire(simUrl)).orders.map((o) => o.orderLinkId).filter((id) => id.startsWith('b1-'))
  const written = await sql<{ id: string }[]>`
    select payload #>> '{command,clientOrderId}' as id from journal where kind = 'fact' and type = 'order-submitted'`
  const known = new Set(written.map((row) => row.id))
  return theirs.filter((id) => !known.has(id))
}

export async function differences(sql: Sql, simUrl: string): Promise<string[]> {
  const wire = await readWire(simUrl)
  const orders = await sql<
    { clientOrderId: string; status: string; origin: string }[]
  >`select client_order_id as "clientOrderId", status, origin from orders`
  const fills = await sql<{ tradeId: string }[]>`select trade_id as "tradeId" from fills`
  const positions = await sql<{ symbol: string; quantity: string }[]>`select symbol, quantity::text as quantity from positions`
  const problems: string[] = []

  const theirs = wire.orders.map((o) => o.orderLinkId).filter((id) => id.startsWith('b1-'))
  if (new Set(theirs).size !== theirs.length) problems.push('an orderLinkId stands twice at the exchange')
  const ours = new Map(orders.filter((o) => o.origin === 'ours').map((o) => [o.clientOrderId, o.status]))
  for (const id of theirs) if (!ours.has(id)) problems.push(`the exchange has ${id}, we do not`)
  const there = new Set(theirs)
  for (const [id, status] of ours)
    if (!there.has(id) && status !== 'never-arrived' && status !== 'rejected')
      problems.push(`we have ${id} (${status}), the exchange does not`)

  const executed = new Set(wire.executions.filter((e) => e.execType === 'Trade').map((e) => e.execId))
  const booked = fills.map((f) => f.tradeId)
  if (new Set(booked).size !== booked.length) problems.push('a fill is booked twice')
  for (const id of executed) if (!booked.includes(id)) problems.push(`execution ${id} is not booked`)
  for (const id of booked) if (!executed.has(id)) problems.push(`fill ${id} is not at the exchange`)

  for (const position of wire.positions) {
    const signed = (position.side === 'Sell' ? -1 : 1) * Number(position.size)
    const own = Number(positions.find((p) => p.symbol === position.symbol)?.quantity ?? 0)
    if (signed !== own) problems.push(`${position.symbol}: ${signed} at the exchange, ${own} here`)
  }
  for (const symbol of bareSymbols(wire)) problems.push(`${symbol} has no stop`)
  return [...problems, ...(await decidedTwice(sql))]
}

/** A bar that is decided on twice doubles an order under another id, which no comparison of ids would show. */
async function decidedTwice(sql: Sql): Promise<string[]> {
  const bars = await sql<{ instrument: string; ts: string }[]>`
    select bar ->> 'instrument' as instrument, bar #>> '{bar,ts}' as ts
    from journal, jsonb_array_elements(payload -> 'bars') as bar
    where kind = 'input' and type = 'bars-closed' group by 1, 2 having count(*) > 1`
  const entries = await sql<{ causeSeq: number; instrument: string }[]>`
    select cause_seq as "causeSeq", payload #>> '{command,instrument}' as instrument
    from journal where kind = 'fact' and type = 'order-submitted' and payload #>> '{command,reduceOnly}' = 'false'
    group by 1, 2 having count(*) > 1`
  return [
    ...bars.map((b) => `the bar of ${b.ts} of instrument ${b.instrument} was decided twice`),
    ...entries.map((e) => `input ${e.causeSeq} led to two entries in instrument ${e.instrument}`),
  ]
}
