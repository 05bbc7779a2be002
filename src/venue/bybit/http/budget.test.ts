/**
 * S2, S6: a wall clock that is set back holds no order; rates count on a clock that never jumps.
 */
import { expect, test } from 'vitest'
import { Requests } from './requests.ts'
import type { RawReply, Transport } from './transport.ts'

const OK: RawReply = { type: 'reply', body: { retCode: 0, retMsg: 'OK', result: {} }, limits: undefined }
const FORBIDDEN: RawReply = { type: 'http', status: 403, detail: 'HTTP 403' }

function makeRequests(reply: () => RawReply = () => OK) {
  const clock = { steadyMs: 1_000_000, wallAheadMs: 0, sleptMs: 0 }
  const transport: Transport = { call: async () => reply(), open: () => {}, renew: () => {}, openMore: () => {}, close: async () => {} }
  const requests = new Requests(transport, {
    wallMs: () => clock.steadyMs + clock.wallAheadMs,
    steadyMs: () => clock.steadyMs,
    sleep: async (ms) => {
      clock.steadyMs += ms
      clock.sleptMs += ms
    },
  })
  const order = (kind: 'exit' | 'entry') => requests.request(kind, 'POST', '/v5/order/create', {})
  return { clock, order }
}

test.each(['exit', 'entry'] as const)(
  'after ten orders the clock is set back by an hour: an %s waits as if nothing had happened',
  async (kind) => {
    const waits = []
    for (const backMs of [0, 3_600_000]) {
      const { clock, order } = makeRequests()
      for (let k = 0; k < 10; k++) await order('exit')
      clock.wallAheadMs -= backMs
      expect((await order(kind)).ok).toBe(true)
      waits.push(clock.sleptMs)
    }
    expect(waits[1]).toBe(waits[0])
    expect(waits[1]).toBeLessThan(2_000)
  },
)

test('one order before the clock was set back does not hide those that follow from their window', async () => {
  const { clock, order } = makeRequests()
  await order('exit')
  clock.wallAheadMs -= 3_600_000
  for (let k = 0; k < 30; k++) {
    clock.steadyMs += 30_000
    await order('entry')
  }
  expect(clock.sleptMs).toBe(0)
})

test('a ban ends after its ten minutes, whatever the clock says', async () => {
  let reply: RawReply = FORBIDDEN
  const { clock, order } = makeRequests(() => reply)
  await order('exit')
  reply = OK
  clock.wallAheadMs -= 3_600_000
  clock.steadyMs += 599_000
  expect((await order('exit')).ok).toBe(false)
  clock.steadyMs += 2_000
  expect((await order('exit')).ok).toBe(true)
  await order('exit')
})
