/**
 * The trade WebSocket of a simulated exchange in memory: the server's own session, one conversation for each write.
 */
import { hmac } from '../../../src/venue/sim/bybit-server/auth.ts'
import { Session } from '../../../src/venue/sim/bybit-server/session.ts'
import { SIM_KEY, SIM_SECRET } from '../../../src/venue/sim/sim-key.ts'
import type { RawReply, Transport } from '../../../src/venue/bybit/http/transport.ts'
import type { MemoryExchange } from '../../simulation/memory-exchange.ts'
import type { VirtualTime } from '../../simulation/virtual-time.ts'

const LATENCY_MS = 20
const LIMIT_MS = 5_000

/** @param written called with each operation that leaves */
export function memoryTrade(host: MemoryExchange, time: VirtualTime, written: (op: string) => void): NonNullable<Transport['trade']> {
  return async (op, body) => {
    await time.sleep(LATENCY_MS)
    written(op)
    return new Promise<RawReply>((resolve) => {
      const session = new Session({
        kind: 'trade',
        id: `trade-${time.nowMs}`,
        exchange: host.exchange,
        credentials: { key: SIM_KEY, secret: SIM_SECRET },
        limits: host.limits,
        faults: host.faults,
        send: (text) => {
          const { reqId, retCode, retMsg, data } = JSON.parse(text) as { reqId?: string; retCode: number; retMsg: string; data: unknown }
          if (reqId === 'r')
            time.after(LATENCY_MS, () => resolve({ type: 'reply', body: { retCode, retMsg, result: data }, limits: undefined }))
        },
        later: (ms, run) => time.after(ms, () => run(time.nowMs)),
      })
      const expires = time.nowMs + 10_000
      session.onText(JSON.stringify({ op: 'auth', args: [SIM_KEY, expires, hmac(SIM_SECRET, `GET/realtime${expires}`)] }), time.nowMs)
      const header = { 'X-BAPI-TIMESTAMP': String(time.nowMs), 'X-BAPI-RECV-WINDOW': '5000' }
      host.act(() => session.onText(JSON.stringify({ reqId: 'r', op, header, args: [body] }), time.nowMs))
      time.after(LIMIT_MS, () => resolve({ type: 'unknown', detail: 'no reply' }))
    })
  }
}
