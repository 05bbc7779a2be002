/**
 * What the job queues must do, whatever they stand on.
 */
import { expect, test } from 'vitest'
import type { JobQueues, RunningJob } from '../../jobs/queues.ts'

export interface QueueHarness {
  /** Queues of their own, on a prefix that nobody else has. */
  fresh(): JobQueues
}

const until = async (condition: () => boolean, what: string): Promise<void> => {
  const limit = performance.now() + 15_000
  while (!condition()) {
    if (performance.now() > limit) throw new Error(`waited 15 s for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export function describeQueues(harness: QueueHarness): void {
  test('a job reaches a worker with its data', async () => {
    const queues = harness.fresh()
    const seen: string[] = []
    queues.work('backtest', 1, async (job) => {
      seen.push(job.data.backtestId)
    })
    await queues.open('backtest').add({ backtestId: 'bt_1' })
    await until(() => seen.length === 1, 'the job')
    expect(seen).toEqual(['bt_1'])
    await queues.close()
  })

  test('jobs with one id are one job while it waits', async () => {
    const queues = harness.fresh()
    const queue = queues.open('alerts')
    await queue.add({ seq: 7 }, { jobId: 'evt-7' })
    await queue.add({ seq: 7 }, { jobId: 'evt-7' })
    const counts = await queue.counts()
    expect(counts.waiting ?? counts.wait).toBe(1)
    await queues.close()
  })

  test('a job that throws is tried again as often as it was asked', async () => {
    const queues = harness.fresh()
    const attempts: number[] = []
    queues.work('backtest', 1, async (job: RunningJob<'backtest'>) => {
      attempts.push(job.attempt)
      if (attempts.length === 1) throw new Error('first time')
    })
    await queues.open('backtest').add({ backtestId: 'bt_2' }, { attempts: 2 })
    await until(() => attempts.length === 2, 'the second attempt')
    expect(attempts).toEqual([1, 2])
    await queues.close()
  })

  test('a rhythm repeats, and asking again replaces it', async () => {
    const queues = harness.fresh()
    let runs = 0
    queues.work('upkeep', 1, async () => {
      runs += 1
    })
    const queue = queues.open('upkeep')
    await queue.repeat('thin-equity', 300, { task: 'thin-equity' })
    await queue.repeat('thin-equity', 300, { task: 'thin-equity' })
    await until(() => runs >= 2, 'two runs')
    await queues.close()
  })

  test('a job reports where it is: it waits, it is done, it failed for good, or the queue knows none', async () => {
    const queues = harness.fresh()
    const queue = queues.open('backtest')
    expect(await queue.stateOf('bt_none')).toEqual({ type: 'gone' })
    await queue.add({ backtestId: 'good' }, { jobId: 'good' })
    await queue.add({ backtestId: 'bad' }, { jobId: 'bad', attempts: 1 })
    expect(await queue.stateOf('good')).toEqual({ type: 'open' })
    let done = 0
    queues.work('backtest', 1, async (job) => {
      done += 1
      if (job.data.backtestId === 'bad') throw new Error('it cannot be')
    })
    await until(() => done === 2, 'both jobs')
    await expect.poll(() => queue.stateOf('good')).toEqual({ type: 'done' })
    await expect.poll(() => queue.stateOf('bad')).toEqual({ type: 'failed', detail: 'it cannot be' })
    await queues.close()
  })

  test('what repeats is known by its id', async () => {
    const queues = harness.fresh()
    const queue = queues.open('upkeep')
    await queue.repeat('thin-equity', 60_000, { task: 'thin-equity' })
    await queue.repeat('candles', 60_000, { task: 'candles' })
    const known = await queue.repeating()
    expect(known).toEqual(expect.arrayContaining(['candles', 'thin-equity']))
    expect(known).not.toContain('daily-report')
    await queues.close()
  })

  test('no more jobs run at once than were allowed', async () => {
    const queues = harness.fresh()
    let now = 0
    let most = 0
    let done = 0
    queues.work('backtest', 2, async () => {
      now += 1
      most = Math.max(most, now)
      await new Promise((resolve) => setTimeout(resolve, 50))
      now -= 1
      done += 1
    })
    const queue = queues.open('backtest')
    for (let k = 0; k < 6; k++) await queue.add({ backtestId: `bt_${k}` })
    await until(() => done === 6, 'six jobs')
    expect(most).toBe(2)
    await queues.close()
  })
}
