/**
 * The simulator's own endpoints, which no exchange has: its clock, its whole state, its steps.
 */
import { formatQuantity, parsePrice, parseQuantity } from '../../../../market/instrument.ts'
import type { Position } from '../../../../portfolio/position.ts'
import { positionRow } from '../account/position-row.ts'
import { conditionsSchema } from '../account/conditions.ts'
import type { Exchange } from '../exchange.ts'
import type { FaultSwitch } from '../fault-switch.ts'
import { restRow } from '../account/order-row.ts'
import { walletRow } from '../account/wallet-row.ts'
import { moveWallet } from '../account/wallet-move.ts'
import type { WireReply, WireRequest } from '../streams/wire.ts'

const STEP_PATH = '/_sim/step'
const CLOSES_MAX = 100_000

/** A step answers only after its frames have been sent. */
export const isStep = (request: { readonly path: string }): boolean => request.path === STEP_PATH

export function simRoute(exchange: Exchange, faults: FaultSwitch, request: WireRequest, wallNowMs: number): WireReply {
  const name = `${request.method} ${request.path}`
  // In lockstep market time stands still between steps: whoever extrapolates must not.
  if (name === 'GET /_sim/clock') return json(200, { now: exchange.source.now, speed: exchange.isLockstep ? 0 : exchange.speed })
  if (name === 'GET /_sim/state') return json(200, simState(exchange))
  if (name === `POST ${STEP_PATH}`) return step(exchange, request.body, wallNowMs)
  if (name === 'POST /_sim/depth') return depth(exchange, request.body)
  if (name === 'POST /_sim/coins') return coins(exchange, request.body)
  if (name === 'POST /_sim/wallet') return wallet(exchange, request.body)
  if (request.path === '/_sim/account') return accountRoute(exchange, request)
  if (request.path === '/_sim/faults') return faultRoute(faults, request, wallNowMs)
  return json(404, {
    error: `The simulator has no ${name}. It has GET /_sim/clock, GET /_sim/state, POST /_sim/step, POST /_sim/depth, POST /_sim/coins, POST /_sim/wallet, GET and POST /_sim/account, and GET, POST and DELETE /_sim/faults.`,
  })
}

function step(exchange: Exchange, body: string, wallNowMs: number): WireReply {
  if (!exchange.isLockstep) return json(409, { error: 'The simulator runs by itself. Start it with --lockstep to move it by steps.' })
  const closes = closesOf(body)
  if (closes === undefined) return json(400, { error: `The body must be {"closes": n} with n from 1 to ${CLOSES_MAX}.` })
  const more = exchange.step(closes, wallNowMs)
  return json(200, { now: exchange.source.now, more })
}

/** A plan that is set replaces the one before; what fired is counted by rule. */
function faultRoute(faults: FaultSwitch, request: WireRequest, wallNowMs: number): WireReply {
  if (request.method === 'POST') {
    const problem = faults.read(request.body, wallNowMs)
    if (problem !== undefined) return json(400, { error: problem })
  } else if (request.method === 'DELETE') faults.clear()
  else if (request.method !== 'GET') return json(405, { error: 'Faults are read by GET, set by POST and cleared by DELETE.' })
  return json(200, { rules: faults.counts() })
}

/** What the owner of the account, or Bybit, changes outside of trading; reported by the private stream where Bybit reports it. */
function accountRoute(exchange: Exchange, { method, body }: WireRequest): WireReply {
  if (method === 'POST') {
    const change = conditionsSchema.safeParse(jsonOf(body))
    if (!change.success) {
      const issue = change.error.issues[0]
      return json(400, {
        error: `The body must name what changes, as {"wallet": ["Withdraw"]}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`,
      })
    }
    for (const [symbol, text] of Object.entries(change.data.tickSize ?? {})) {
      const instrument = exchange.instrumentNamed(symbol)
      const step = instrument === undefined ? undefined : parsePrice(instrument, text)
      if (step === undefined || step <= 0)
        return json(400, { error: `A tick of ${symbol} can only become coarser: a multiple of the one that the market counts in.` })
    }
    exchange.account.change(change.data)
  } else if (method !== 'GET') return json(405, { error: 'The account is read by GET and changed by POST.' })
  return json(200, { ...exchange.conditions })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // what the schema refuses
  }
}

/** How much of a print's volume one order may take, in (0, 1]; null: all that it wants. */
function depth(exchange: Exchange, body: string): WireReply {
  const match = /^\s*\{\s*"share"\s*:\s*(null|0?\.\d{1,9}|1)\s*\}\s*$/.exec(body)
  if (match === null) return json(400, { error: 'The body must be {"share": n} with n above 0 and at most 1, or {"share": null}.' })
  const share = match[1] === 'null' ? undefined : Number(match[1])
  if (share === 0) return json(400, { error: 'A share of 0 would fill nothing at all.' })
  exchange.venue.setDepth(share)
  return json(200, { share: share ?? null })
}

/** Coins of a spot pair that an operator brings (positive) or takes away, as over another account: no trade, no profit. */
function coins(exchange: Exchange, body: string): WireReply {
  const { symbol, qty } = (jsonOf(body) ?? {}) as { readonly symbol?: unknown; readonly qty?: unknown }
  const instrument = typeof symbol === 'string' ? exchange.instrumentNamed(symbol) : undefined
  const signed = typeof qty === 'string' && /^-?\d+(\.\d+)?$/.test(qty) ? qty : undefined
  const quantity = instrument === undefined || signed === undefined ? undefined : parseQuantity(instrument, signed)
  if (instrument?.category !== 'spot' || quantity === undefined || quantity === 0)
    return json(400, {
      error: 'The body must be {"symbol": "BTCUSDT-SPOT", "qty": "0.1"}: a spot pair, and a quantity in whole lots that is not 0.',
    })
  const { venue } = exchange
  const i = instrument.index
  const type = quantity > 0 ? 'TRANSFER_IN' : 'TRANSFER_OUT'
  if (moveWallet(exchange, { coin: instrument.baseCoin, amount: signed as string, type }) !== undefined)
    return json(409, { error: `There are not so many coins of ${symbol} that no open order holds.` })
  return json(200, { symbol, size: formatQuantity(instrument, (venue.positions[i] as Position).lots) })
}

/** Money that moves without a trade: a row of the transaction log and a frame of the wallet, as Bybit does it. */
function wallet(exchange: Exchange, body: string): WireReply {
  const { coin, amount, type } = (jsonOf(body) ?? {}) as { readonly coin?: unknown; readonly amount?: unknown; readonly type?: unknown }
  const texts = { coin: String(coin ?? ''), amount: String(amount ?? ''), type: String(type ?? '') }
  const problem = moveWallet(exchange, texts)
  return problem === undefined ? json(200, texts) : json(400, { error: problem })
}

function closesOf(body: string): number | undefined {
  if (body === '') return 1
  const match = /^\s*\{\s*"closes"\s*:\s*(\d{1,6})\s*\}\s*$/.exec(body)
  const closes = match === null ? 0 : Number(match[1])
  return closes >= 1 && closes <= CLOSES_MAX ? closes : undefined
}

/** Everything that an observer may compare with, in Bybit's own names; orders newest first, closed ones included. */
function simState(exchange: Exchange): object {
  return {
    now: exchange.source.now,
    feed: exchange.feedProblem() ?? 'ok',
    orders: [...exchange.account.orders()].map((row) => ({ category: row.category, ...restRow(row) })),
    executions: [...exchange.account.executions.newestFirst()],
    positions: exchange.instruments.filter((i) => i.category === 'linear').map((i) => positionRow(exchange.account.figuresOf(i.index))),
    wallet: walletRow(exchange.account),
  }
}

const json = (status: number, value: object): WireReply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(value),
})
