/**
 * Alerts of a Ballast without chats and webhooks: problems are open in `alerts` all the same, and can be acknowledged.
 */
import { afterAll, expect, test } from 'vitest'
import { Installation, until } from '../support/process/installation.ts'

interface Problem {
  readonly number: number
  readonly type: string
  readonly symbol: string
  readonly status: string
}

let ballast: Installation | undefined
afterAll(() => ballast?.remove(), 60_000)

test('a problem is listed and acknowledged where nobody is told', async () => {
  const own = await Installation.make({
    config: { strategies: [{ strategy: 'donchian-breakout', symbols: ['ETHUSDT'], params: { entry: 500 } }] },
  })
  ballast = own
  await own.start()
  await fetch(`${own.sim}/_sim/account`, { method: 'POST', body: JSON.stringify({ positionMode: 'hedge' }) })
  const problem = async (): Promise<Problem | undefined> => {
    const { data } = JSON.parse((await own.cli(['alerts', '--json'])).stdout) as { data: readonly Problem[] }
    return data.find(({ type, symbol }) => type === 'account.position_mode' && symbol === 'ETHUSDT')
  }
  await own.cli(['resume', '-y'])
  await until(async () => (await problem())?.status === 'open', 'the problem', 40_000)
  await own.cli(['ack', String((await problem())?.number)])
  expect((await problem())?.status).toBe('acked')
}, 120_000)
