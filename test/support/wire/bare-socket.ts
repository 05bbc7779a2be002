/**
 * A socket to the simulated exchange without a client library: frames as they are.
 */
import WebSocket from 'ws'
import { hmac } from '../../../src/venue/sim/bybit-server/auth.ts'
import { until } from './hosted-client.ts'

type Loose = Record<string, unknown>

export interface BareSocket {
  /** Sends a frame and waits for its reply: the next frame without a topic. */
  ask(frame: object): Promise<Loose>
  readonly frames: Loose[]
  close(): void
}

/** @param url of the exchange with the path of a stream */
export async function openBareSocket(url: string): Promise<BareSocket> {
  const socket = new WebSocket(url)
  const frames: Loose[] = []
  socket.on('message', (data) => frames.push(JSON.parse(data.toString())))
  await new Promise((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
  })
  let asked = 0
  const ask = async (frame: object): Promise<Loose> => {
    socket.send(JSON.stringify(frame))
    asked += 1
    const at = asked - 1
    return until(() => frames.filter((f) => f['topic'] === undefined)[at])
  }
  return { ask, frames, close: () => socket.terminate() }
}

/** The first frame of a private stream of the account that every simulated exchange has. */
export const authFrame = (): object => {
  const expires = Date.now() + 5_000
  return { op: 'auth', args: ['sim', expires, hmac('sim-secret', `GET/realtime${expires}`)] }
}
