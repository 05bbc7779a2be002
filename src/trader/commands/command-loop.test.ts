/**
 * S3: what waited for a start is carried out before anything is decided, and what it waits for keeps entries in.
 */
import { expect, test } from 'vitest'
import { NO_KEYS } from '../../../test/support/no-keys.ts'
import { takeNamed } from '../../../test/support/take-named.ts'
import type { QueuedCommand, TraderCommand } from '../../kernel/trader-command.ts'
import { CommandLoop } from './command-loop.ts'
import { machineClock } from '../../system/wall-clock.ts'

const ask = (id: number, command: TraderCommand): QueuedCommand => ({ id, actor: 'test', command, askedAtMs: 0 })

test('pause, halt and panic come first, the others wait for the streams; a panic that is verified still does not hold the start', async () => {
  const queue = [
    ask(1, { name: 'cancel' }),
    ask(2, { name: 'panic', reason: '' }),
    ask(3, { name: 'close', symbol: 'BTCUSDT' }),
    ask(4, { name: 'pause', scope: { type: 'account' }, reason: '' }),
  ]
  const carried: string[] = []
  const completed: number[] = []
  let verify = (): void => {}
  let isAway = true
  const taker = new CommandLoop({
    queue: {
      spending: NO_KEYS,
      claimCommands: async (names) => {
        if (isAway) {
          isAway = false
          throw new Error('connect ECONNREFUSED')
        }
        return takeNamed(queue, names)
      },
      complete: async (id) => void completed.push(id),
      onArrival: async () => {},
    },
    wallClock: machineClock,
    execute: async ({ command }) => {
      carried.push(command.name)
      if (command.name === 'panic')
        await new Promise<void>((resolve) => {
          verify = resolve
        })
      return { status: 'done', text: '' }
    },
    whenDecided: async () => {},
    log: () => {},
  })
  await taker.takeStops()
  expect([taker.areStopsWaiting, carried]).toEqual([true, []])
  await taker.carryOutStops()
  expect([taker.areStopsWaiting, carried]).toEqual([false, ['panic', 'pause']])
  await taker.takeCommands()
  expect(carried.slice(2)).toEqual(['cancel', 'close'])
  expect(completed).toEqual([4, 1, 3])
  verify()
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(completed).toContain(2)
})
