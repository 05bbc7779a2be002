/**
 * `npm run check:testnet`: what only the real venue can show, asked of Bybit's testnet with a key of its own.
 */
import { type Instrument, formatPrice, makeInstrument } from '../../src/market/instrument.ts'
import { MINUTE_MS, lots, orderId, ticks, ts } from '../../src/core/units.ts'
import type { Result } from '../../src/core/result.ts'
import type { StreamReport } from '../../src/trading/report.ts'
import { BybitVenue } from '../../src/venue/bybit/bybit-venue.ts'
import { BybitClient } from '../../src/venue/bybit/http/client.ts'

const key = process.env.BALLAST_TESTNET_KEY
const secret = process.env.BALLAST_TESTNET_SECRET
/** Another address, as that of the wire simulator, to try this check itself. */
const rest = process.env.BALLAST_TESTNET_URL ?? 'https://api-testnet.bybit.com'
const stream = process.env.BALLAST_TESTNET_STREAM ?? 'wss://stream-testnet.bybit.com'
const SYMBOL = 'BTCUSDT'
const WAIT_MS = 15_000

if (key === undefined || secret === undefined) {
  console.error(
    '!! check:testnet is SKIPPED: set BALLAST_TESTNET_KEY and BALLAST_TESTNET_SECRET to a key of https://testnet.bybit.com with trade rights.',
  )
  process.exit(0)
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const venue = new BybitVenue(
  new BybitClient({
    credentials: { key, secret },
    restUrl: rest,
    publicStreamUrl: `${stream}/v5/public/linear`,
    privateStreamUrl: `${stream}/v5/private`,
    timeoutMs: 10_000,
    recvWindowMs: 5_000,
  }),
  { intervalMs: MINUTE_MS, wallMs: Date.now, steadyMs: () => performance.now(), sleep, simClock: undefined },
)

let failures = 0
function check(name: string, isRight: boolean, detail: string): void {
  if (!isRight) failures += 1
  console.log(`${isRight ? '✓' : '✗'} ${name.padEnd(44)} ${detail}`)
}

/** Undefined, and a failed check, where the venue did not answer as documented. */
function answerOf<T>(name: string, result: Result<T, { readonly code: string; readonly detail: string }>): T | undefined {
  if (result.ok) return result.value
  check(name, false, `${result.error.code} ${result.error.detail}`)
  return undefined
}

async function until(condition: () => boolean): Promise<boolean> {
  const limit = Date.now() + WAIT_MS
  while (!condition() && Date.now() < limit) await sleep(50)
  return condition()
}

const skew = answerOf('clock', await venue.clockSkewMs())
if (skew !== undefined) check('clock within what Bybit accepts', Math.abs(skew) < 900, `${Math.round(skew)} ms`)
const specs = answerOf('instrument', await venue.instruments([SYMBOL]))
const spec = specs?.[0]
if (spec === undefined) process.exit(1)
const instrument: Instrument = makeInstrument(spec)
venue.use([instrument])
check(
  'instrument has the documented shape',
  instrument.status === 'trading',
  `tick ${spec.tickSize}, lot ${spec.lotSize}, minimum ${spec.notionalMin ?? ''}`,
)

const reports: StreamReport[] = []
const up = new Set<string>()
const odd: string[] = []
let last = ticks(0)
venue.open({
  position: () => {},
  wallet: () => {},
  report: (report) => reports.push(report),
  bar: () => {},
  book: () => {},
  quote: (quote) => {
    if (quote.last !== undefined) last = quote.last
  },
  stream: (name, state) => (state === 'up' ? up.add(name) : up.delete(name)),
  odd: (symbol, detail) => odd.push(`${symbol} ${detail}`),
})
check('both streams up, private authenticated', await until(() => up.size === 2), [...up].join(', '))
check('a ticker arrives', await until(() => last > 0), formatPrice(instrument, last))

const account = answerOf('account', await venue.readAccount(ts(Date.now() - 3_600_000)))
if (account !== undefined)
  check('the account can be read', true, `${account.openOrders.length} orders, ${account.positions.length} positions`)

// Far below the market and post-only: it rests, and fills nothing.
const id = `b1-check0-${Date.now().toString(36)}`
const limit = ticks(Math.floor(last * 0.8))
const size = lots(
  Math.max(instrument.lotsMin, Math.ceil((instrument.notionalMin * instrument.cashDenominator) / (limit * instrument.cashNumerator))),
)
const command = {
  type: 'submit-order',
  orderId: orderId(1),
  clientOrderId: id,
  instrument: instrument.index,
  side: 1,
  kind: 'limit',
  lots: size,
  budget: undefined,
  limit,
  trigger: undefined,
  triggerBy: 'last',
  stop: undefined,
  targets: undefined,
  timeInForce: 'post-only',
  reduceOnly: false,
} as const
const sent = await venue.send(command)
check('an order is taken', sent.type === 'taken', sent.type)
check('its stream report carries our id', await until(() => reports.some((r) => r.type === 'order' && r.clientOrderId === id)), id)
const twice = await venue.send(command)
check('the same id again is known as a duplicate', twice.type === 'unknown', twice.type)
const found = answerOf('look-up', await venue.lookUp(instrument.index, id))
check('it is found by our id', found?.order.status === 'open', found?.order.status ?? 'nowhere')
const canceled = await venue.send({
  type: 'cancel-order',
  orderId: orderId(1),
  clientOrderId: id,
  venueOrderId: found?.order.venueOrderId,
  instrument: instrument.index,
})
check('it can be canceled', canceled.type === 'taken', canceled.type)
check(
  'the cancel is told',
  await until(() => reports.some((r) => r.type === 'order' && r.clientOrderId === id && r.status === 'canceled')),
  '',
)
const gone = answerOf('look-up', await venue.lookUp(instrument.index, 'b1-check0-neverwas'))
check('an id that never was is nowhere', gone === undefined, '')
check('no frame without the documented shape', odd.length === 0, odd.slice(0, 3).join('; '))
await venue.close()
console.log(failures === 0 ? 'all as expected' : `${failures} not as expected`)
process.exit(failures === 0 ? 0 : 1)
