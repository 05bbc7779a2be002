/**
 * Profile observe: whatever a venue is asked to send ends before the wire, and readings and streams pass.
 */
import { expect, test } from 'vitest'
import { instrumentIndex, lots, orderId, ticks } from '../../core/units.ts'
import { btc } from '../../../test/support/kernel/risk-view.ts'
import type { OrderCommand } from '../../trading/event.ts'
import { BybitVenue } from './bybit-venue.ts'
import { readOnly } from './read-only.ts'
import type { Transport } from './http/transport.ts'

const asked: string[] = []
const road: Transport = {
  call: async (method, path) => {
    asked.push(`${method} ${path}`)
    return { type: 'reply', body: { retCode: 0, retMsg: 'OK', result: { list: [] } }, limits: undefined }
  },
  trade: async (op) => {
    asked.push(op)
    return { type: 'reply', body: { retCode: 0, retMsg: 'OK', result: { orderId: '1' } }, limits: undefined }
  },
  open: (topics) => void asked.push(`open ${topics.public.length > 0}`),
  renew: () => void asked.push('renew'),
  openMore: () => void asked.push('openMore'),
  close: async () => void asked.push('close'),
}
const id = { orderId: orderId(1), clientOrderId: 'b1-abc123-1', venueOrderId: undefined, instrument: instrumentIndex(0) }
const COMMANDS: readonly OrderCommand[] = [
  {
    ...id,
    type: 'submit-order',
    side: 1,
    kind: 'market',
    lots: lots(1),
    budget: undefined,
    limit: undefined,
    trigger: undefined,
    triggerBy: 'mark',
    stop: ticks(1),
    targets: undefined,
    timeInForce: 'gtc',
    reduceOnly: false,
  },
  { ...id, type: 'cancel-order' },
  { ...id, type: 'amend-order', lots: lots(1), limit: undefined, trigger: undefined },
  { type: 'set-protection', instrument: instrumentIndex(0), stop: ticks(1), triggerBy: 'mark' },
]

test('nothing is sent, not even past HTTP', async () => {
  const venue = new BybitVenue(readOnly(road), {
    intervalMs: 60_000,
    wallMs: () => 0,
    steadyMs: () => 0,
    sleep: async () => {},
    simClock: undefined,
  })
  venue.use([btc])
  for (const command of COMMANDS) expect((await venue.send(command)).type).toBe('retry')
  expect((await venue.setLeverage(instrumentIndex(0), 3)).ok).toBe(false)
  expect(venue.hasSecondWay).toBe(false)
  expect(asked).toEqual([])
  expect((await venue.listing()).ok).toBe(true)
  venue.open({
    report: () => {},
    position: () => {},
    wallet: () => {},
    bar: () => {},
    quote: () => {},
    book: () => {},
    stream: () => {},
    odd: () => {},
  })
  await venue.close()
  expect(asked).toEqual(['GET /v5/market/instruments-info', 'open true', 'close'])
})
