/**
 * Rows of backtests whose jobs are somewhere else than the rows say.
 */
import { expect, test } from 'vitest'
import type { Backtest } from '../api/ports/ports.ts'
import { sweepBacktests } from './backtest-sweep.ts'
import { type JobPlace, QueueDown } from './queues.ts'

const row = (id: string, status: 'queued' | 'running'): Backtest => ({
  id,
  spec: {},
  status,
  progress: 0,
  result: null,
  error: null,
  actor: 'key:1',
  createdAt: 0,
  finishedAt: null,
})

async function swept(places: Readonly<Record<string, JobPlace>>, here: readonly string[] = [], isDown = false) {
  const added: string[] = []
  const failed: string[] = []
  await sweepBacktests(
    {
      openSince: async () => Object.keys(places).map((id, k) => row(id, k % 2 === 0 ? 'queued' : 'running')),
      fail: async (id, text) => void failed.push(`${id}: ${text}`),
    },
    {
      stateOf: async (id) => {
        if (isDown) throw new QueueDown('Redis does not answer')
        return places[id] as JobPlace
      },
      add: async ({ backtestId }, options) => void added.push(`${backtestId} ${options?.jobId}`),
    },
    (id) => here.includes(id),
    () => {},
  )
  return { added, failed }
}

test('what has no job is queued again under its own id, unless it runs here; what died fails with its reason', async () => {
  expect(
    await swept(
      {
        lost: { type: 'gone' },
        hurt: { type: 'gone' },
        here: { type: 'gone' },
        waits: { type: 'open' },
        odd: { type: 'done' },
        dead: { type: 'failed', detail: 'job stalled' },
      },
      ['here'],
    ),
  ).toEqual({
    added: ['lost lost', 'hurt hurt'],
    failed: ['odd: Its job ended without a result. Start it again.', 'dead: Its job failed after 2 attempts: job stalled. Start it again.'],
  })
})

test('while the queue is away nothing is done to any row', async () => {
  expect(await swept({ lost: { type: 'gone' } }, [], true)).toEqual({ added: [], failed: [] })
})
