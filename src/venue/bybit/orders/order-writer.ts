/**
 * Commands over the wire: an order made, changed or canceled, a position's protection set, and what is certain afterwards.
 */
import type { VenueError } from '../../port/error.ts'
import { z } from 'zod'
import type { Result } from '../../../core/result.ts'
import { orderId } from '../../../core/units.ts'
import { formatPrice, formatQuantity, wireSymbolOf } from '../../../market/instrument.ts'
import type { AmendOrder, CancelOrder, OrderCommand, SetProtection, SubmitOrder } from '../../../trading/event.ts'
import { type OrderKind, isStopKind } from '../../../trading/order.ts'
import type { OrderReport } from '../../../trading/report.ts'
import type { SendOutcome } from '../../port/venue.ts'
import { CONDITIONAL, createBody, protectionBody } from './bodies.ts'

import type { Requests } from '../http/requests.ts'
import type { Symbols } from '../symbols.ts'

const createResult = z.object({ orderId: z.string() })
/** Conditional spot orders whose ids are kept: more than may stand, over all symbols that are traded. */
const CONDITIONALS_KEPT = 1_000

export class OrderWriter {
  private readonly requests: Requests
  private readonly symbols: Symbols
  /**
   * Conditional orders of spot by id: where to look first; what is not here is found at the second try. The kind is kept until the
   * exchange has shown that it took the order for that kind.
   */
  private readonly conditionals = new Map<string, OrderKind | undefined>()

  constructor(requests: Requests, symbols: Symbols) {
    this.requests = requests
    this.symbols = symbols
  }

  async send(command: OrderCommand): Promise<SendOutcome> {
    switch (command.type) {
      case 'submit-order':
        return this.create(command)
      case 'cancel-order':
        return this.cancel(command)
      case 'amend-order':
        return this.amend(command)
      case 'set-protection':
        return this.setProtection(command)
    }
  }

  private async create(command: SubmitOrder): Promise<SendOutcome> {
    const instrument = this.symbols.at(command.instrument)
    if (command.budget !== undefined) return refused('budget', 'an order needs a quantity, not a budget')
    // Sent as an order it would be one at market.
    if (command.kind === 'trailing-stop') return refused('10001', 'a trailing stop belongs to a position: it is set there, not sent')
    const isSpot = instrument.category === 'spot'
    // Left out, it would be missed: who sends it counts on it.
    if (isSpot && (command.stop !== undefined || (command.targets?.length ?? 0) > 0))
      return refused('10001', 'on spot nothing travels with an entry: stop and target are orders of their own')
    if (!isSpot && ((command.targets?.length ?? 0) > 1 || (command.targets?.[0]?.share ?? 1) < 1))
      return refused('targets', 'only one target for all of it can travel with an entry')
    if (isSpot && command.trigger !== undefined) this.keep(command)
    const reply = await this.requests.request(
      command.reduceOnly ? 'exit' : 'entry',
      'POST',
      '/v5/order/create',
      createBody(command, instrument),
    )
    if (!reply.ok) {
      // The id was taken before: the first request arrived after all. It is looked up like an unknown outcome.
      return reply.error.type === 'duplicate' ? { type: 'unknown', error: reply.error } : outcomeOf(reply.error)
    }
    const parsed = createResult.safeParse(reply.value)
    if (!parsed.success)
      return { type: 'unknown', error: { type: 'unknown-outcome', code: 'odd-shape', detail: 'the reply to create has no orderId' } }
    return { type: 'taken', venueOrderId: parsed.data.orderId }
  }

  /**
   * A spot order says no direction: the exchange takes it from the price when the order arrives. A stop that the price has passed on its
   * way there would wait as a target on the other side, and protect nothing: it is removed, as the exchange refuses one of a perpetual.
   */
  judge(report: OrderReport): void {
    const { clientOrderId, venueOrderId, instrument, kind, status } = report
    const sent = this.conditionals.get(clientOrderId)
    if (sent === undefined || status !== 'open' || report.isKindGuessed === true) return
    if (isStopKind(sent) === isStopKind(kind)) this.conditionals.set(clientOrderId, undefined)
    // Where it fails, the next report or reading asks for it again.
    else void this.cancel({ type: 'cancel-order', orderId: orderId(0), clientOrderId, venueOrderId, instrument })
  }

  private keep({ clientOrderId, kind }: SubmitOrder): void {
    const { conditionals } = this
    conditionals.set(clientOrderId, kind)
    const [oldest] = conditionals.keys()
    if (conditionals.size > CONDITIONALS_KEPT && oldest !== undefined) conditionals.delete(oldest)
  }

  private async cancel(command: CancelOrder): Promise<SendOutcome> {
    const reply = await this.onStanding('/v5/order/cancel', command, {})
    if (reply.ok) return { type: 'taken', venueOrderId: command.venueOrderId }
    return reply.error.type === 'gone' ? { type: 'unknown', error: reply.error } : outcomeOf(reply.error)
  }

  private async amend(command: AmendOrder): Promise<SendOutcome> {
    const instrument = this.symbols.at(command.instrument)
    const { lots: quantity, limit, trigger } = command
    // Moved, it says nothing any more about how it was taken.
    if (trigger !== undefined && this.conditionals.has(command.clientOrderId)) this.conditionals.set(command.clientOrderId, undefined)
    const reply = await this.onStanding('/v5/order/amend', command, {
      qty: quantity === undefined ? undefined : formatQuantity(instrument, quantity),
      price: limit === undefined ? undefined : formatPrice(instrument, limit),
      triggerPrice: trigger === undefined ? undefined : formatPrice(instrument, trigger),
    })
    if (reply.ok) return { type: 'taken', venueOrderId: command.venueOrderId }
    return outcomeOf(reply.error)
  }

  /**
   * On spot a conditional order is found under its own filter, and under that of all others once it has triggered. Neither command says
   * what the order is, so that one which is gone under the first is looked for under the second.
   */
  private async onStanding(
    path: string,
    command: CancelOrder | AmendOrder,
    change: Readonly<Record<string, string | undefined>>,
  ): Promise<Result<unknown, VenueError>> {
    const { category, symbol } = this.symbols.at(command.instrument)
    const id = command.venueOrderId === undefined ? { orderLinkId: command.clientOrderId } : { orderId: command.venueOrderId }
    const ask = (orderFilter: string | undefined): Promise<Result<unknown, VenueError>> =>
      this.requests.request('exit', 'POST', path, { category, symbol: wireSymbolOf(symbol), ...id, ...change, orderFilter })
    if (category === 'linear') return ask(undefined)
    const isConditional = this.conditionals.has(command.clientOrderId)
    const first = await ask(isConditional ? CONDITIONAL : undefined)
    return first.ok || first.error.type !== 'gone' ? first : ask(isConditional ? undefined : CONDITIONAL)
  }

  private async setProtection(command: SetProtection): Promise<SendOutcome> {
    const instrument = this.symbols.at(command.instrument)
    if (instrument.category === 'spot') return refused('10001', 'on spot a stop is an order of its own: coins have no protection to set')
    const reply = await this.requests.request('exit', 'POST', '/v5/position/trading-stop', {
      category: 'linear',
      symbol: instrument.symbol,
      tpslMode: 'Full',
      positionIdx: 0,
      ...protectionBody(command, instrument),
    })
    if (reply.ok) return { type: 'taken', venueOrderId: undefined }
    return reply.error.type === 'unchanged' ? { type: 'unchanged' } : outcomeOf(reply.error)
  }
}

const refused = (code: string, detail: string): SendOutcome => ({ type: 'refused', error: { type: 'invalid-request', code, detail } })

function outcomeOf(error: VenueError): SendOutcome {
  switch (error.type) {
    case 'unknown-outcome':
    case 'duplicate':
    case 'gone':
      return { type: 'unknown', error }
    case 'retry-after':
      return { type: 'retry', error, waitMs: error.waitMs }
    case 'clock':
      return { type: 'retry', error, waitMs: 500 }
    case 'venue-down':
      // Refused connections never left this machine.
      return error.code === 'not-sent' ? { type: 'retry', error, waitMs: 1_000 } : { type: 'unknown', error }
    case 'unchanged':
      return { type: 'unchanged' }
    case 'invalid-request':
    case 'insufficient-funds':
    case 'auth':
    case 'market-state':
      return { type: 'refused', error }
  }
}
