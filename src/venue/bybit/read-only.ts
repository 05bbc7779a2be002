/**
 * A transport to Bybit on which nothing can be sent: readings and streams pass, every write ends here (profile observe).
 */
import type { Transport } from './http/transport.ts'

const DETAIL = 'profile observe sends nothing'

export const readOnly = (transport: Transport): Transport => ({
  call: (method, path, params) =>
    method === 'GET' ? transport.call(method, path, params) : Promise.resolve({ type: 'not-sent', detail: DETAIL }),
  trade: undefined,
  open: (topics, handlers) => transport.open(topics, handlers),
  renew: (topics) => transport.renew(topics),
  openMore: (topics) => transport.openMore(topics),
  close: () => transport.close(),
})
