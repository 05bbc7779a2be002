/**
 * The market time of a running simulator.
 */
import { Agent, get } from 'node:http'
import type { VenueClock } from '../venue/port/venue.ts'
import { ts } from '../core/units.ts'
const clockAgent = new Agent({ keepAlive: true })

export function readSimClock(url: string): Promise<VenueClock | undefined> {
  return new Promise((resolve) => {
    const request = get(`${url}/_sim/clock`, { agent: clockAgent, timeout: 2_000 }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        try {
          const { now, speed } = JSON.parse(Buffer.concat(chunks).toString()) as { now: number; speed: number }
          resolve({ now: ts(now), speed })
        } catch {
          resolve(undefined)
        }
      })
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(undefined))
  })
}
