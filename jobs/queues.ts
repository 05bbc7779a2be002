/**
 * The queues by name, on Redis where REDIS_URL is set and on PostgreSQL where it is not; the same classes either way.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type JobsOptions, Queue, type RepeatOptions, Worker, createPostgresBackend, withBackend } from 'bullmq'
import { Redis } from 'ioredis'

export const QUEUE_NAMES = ['backtest', 'upkeep', 'alerts'] as const
export type QueueName = (typeof QUEUE_NAMES)[number]

export interface BacktestJob {
  readonly backtestId: string
}
export type UpkeepJob = { readonly task: 'candles' | 'thin-equity' | 'daily-report' | 'allocator' | 'canaries' | 'backup' }
export interface AlertJob {
  readonly seq: number
}

/** What a job of a queue carries. */
export interface JobData {
  readonly backtest: BacktestJob
  readonly upkeep: UpkeepJob
  readonly alerts: AlertJob
}

export interface RunningJob<Name extends QueueName> {
  readonly id: string
  readonly data: JobData[Name]
  readonly attempt: number
  progress(done: number): Promise<void>
}

export type JobPlace =
  | { readonly type: 'open' | 'done' | 'gone' }
  /** After its last attempt. */
  | { readonly type: 'failed'; readonly detail: string }

export interface JobQueue<Name extends QueueName> {
  /** A job with the id of one that waits or runs is not added twice. */
  add(data: JobData[Name], options?: { readonly jobId?: string; readonly attempts?: number; readonly delayMs?: number }): Promise<void>
  /** Repeats by itself; asking again replaces the rhythm. */
  repeat(id: string, everyMs: number, data: JobData[Name]): Promise<void>
  /** Repeats at a time of day, UTC cron. */
  schedule(id: string, cron: string, data: JobData[Name]): Promise<void>
  /** Ids of what repeats. */
  repeating(): Promise<readonly string[]>
  /** Where the job with that id is; `gone`: the queue knows none (it lost its memory, or let it go). */
  stateOf(jobId: string): Promise<JobPlace>
  counts(): Promise<Readonly<Record<string, number>>>
  close(): Promise<void>
}

/** Where the queues stand does not answer; whoever asked may ask again later. */
export class QueueDown extends Error {
  override readonly name = 'QueueDown'
}

export interface QueueAccess {
  readonly databaseUrl: string
  readonly redisUrl: string | undefined
  /** Keeps queues of several installations on one server apart. */
  readonly prefix: string
  readonly onError: (text: string) => void
}

const KEEP: JobsOptions = { removeOnComplete: { count: 200 }, removeOnFail: { count: 500 } }
/** Own schema, so that the queue's tables and ours never meet. */
const SCHEMA = 'bullmq'

/** Two questions are asked for a job: whoever waits is answered within two seconds. */
const REDIS_LIMIT_MS = 900
/** The first one makes the tables. */
const POSTGRES_LIMIT_MS = 10_000
const LOOK_MS = 20
const CLOSE_LIMIT_MS = 2_000

interface Closing {
  close(): Promise<void>
  on(event: 'error', listener: (error: Error) => void): unknown
}
/** What is used of bullmq's queue, whatever it stands on. */
interface AnyQueue extends Closing {
  add(name: string, data: unknown, options: JobsOptions): Promise<unknown>
  upsertJobScheduler(
    id: string,
    repeat: Omit<RepeatOptions, 'key'>,
    template: { name: string; data: unknown; opts: Omit<JobsOptions, 'jobId' | 'repeat' | 'delay' | 'deduplication' | 'debounce'> },
  ): Promise<unknown>
  getJobCounts(): Promise<Record<string, number>>
  getJobSchedulers(): Promise<readonly { readonly key: string }[]>
  getJobState(id: string): Promise<string>
  getJob(id: string): Promise<unknown>
}
interface AnyJob {
  readonly id?: string | undefined
  readonly data: unknown
  readonly attemptsMade: number
  updateProgress(value: number): Promise<void>
}
interface AnyWorker extends Closing {
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'failed', listener: (job: unknown, error: Error) => void): unknown
}

interface Classes {
  /** Of one question. */
  readonly limitMs: number
  /** Whether what the queues stand on answers. */
  readonly answers: () => Promise<unknown>
  /** Calls back at each time that it has become reachable. */
  readonly onReady: (callback: () => void) => void
  readonly queue: (name: string) => AnyQueue
  readonly worker: (name: string, run: (job: AnyJob) => Promise<void>, concurrency: number) => AnyWorker
}

export class JobQueues {
  private readonly access: QueueAccess
  private readonly classes: Classes
  private readonly closers: (() => Promise<unknown>)[] = []

  constructor(access: QueueAccess) {
    this.access = access
    this.classes = access.redisUrl === undefined ? this.onPostgres(access.databaseUrl) : this.onRedis(access.redisUrl)
  }

  private onPostgres(url: string): Classes {
    const bound = withBackend(createPostgresBackend)
    const base = { connection: { connectionString: url, schema: SCHEMA, max: 4, migrate: true }, prefix: this.access.prefix }
    return {
      limitMs: POSTGRES_LIMIT_MS,
      // Whoever asks has asked the same database before.
      answers: () => Promise.resolve(),
      onReady: (callback) => callback(),
      queue: (name) => new bound.Queue(name, base),
      worker: (name, run, concurrency) => new bound.Worker(name, run, { ...base, concurrency }),
    }
  }

  private onRedis(url: string): Classes {
    const options = () => {
      const connection = new Redis(url, { maxRetriesPerRequest: null })
      connection.on('error', (error) => this.access.onError(error.message))
      this.closers.push(async () => connection.disconnect())
      return { connection, prefix: this.access.prefix }
    }
    // Its own, so that a question fails at once where the others wait for a connection.
    const probe = new Redis(url, { maxRetriesPerRequest: 0, enableOfflineQueue: false })
    probe.on('error', (error) => this.access.onError(error.message))
    this.closers.push(async () => probe.disconnect())
    return {
      limitMs: REDIS_LIMIT_MS,
      answers: async () => {
        for (const deadline = performance.now() + REDIS_LIMIT_MS; probe.status !== 'ready'; await sleep(LOOK_MS))
          if (performance.now() > deadline) throw new QueueDown('Redis does not answer')
        return probe.ping()
      },
      onReady: (callback) => {
        if (probe.status === 'ready') callback()
        probe.on('ready', callback)
      },
      queue: (name) => new Queue(name, options()),
      worker: (name, run, concurrency) => new Worker(name, run, { ...options(), concurrency }),
    }
  }

  /** Whether the queues can be used now; answers within a second. */
  async isUp(): Promise<boolean> {
    return limited(() => this.classes.answers(), this.classes.limitMs).then(
      () => true,
      () => false,
    )
  }

  /** Calls back each time that they have become usable, the first time too: what must stand there is put there again. */
  onReady(callback: () => void): void {
    this.classes.onReady(callback)
  }

  /** Opened in the background: nothing waits for it. */
  open<Name extends QueueName>(name: Name): JobQueue<Name> {
    const queue = this.classes.queue(name)
    // The library would keep what is asked while it is away and do it much later, when nobody waits for it any more.
    const asked = async <T>(ask: () => Promise<T>): Promise<T> => {
      await limited(() => this.classes.answers(), this.classes.limitMs)
      return limited(ask, this.classes.limitMs)
    }
    queue.on('error', (error) => this.access.onError(`queue ${name}: ${error.message}`))
    this.closers.unshift(() => queue.close())
    return {
      add: async (data, options = {}) => {
        await asked(() =>
          queue.add(name, data, {
            ...KEEP,
            attempts: options.attempts ?? 3,
            backoff: { type: 'exponential', delay: 1_000 },
            ...(options.jobId === undefined ? {} : { jobId: options.jobId }),
            ...(options.delayMs === undefined ? {} : { delay: options.delayMs }),
          }),
        )
      },
      repeat: async (id, everyMs, data) => {
        await asked(() => queue.upsertJobScheduler(id, { every: everyMs }, { name, data, opts: { ...KEEP, attempts: 1 } }))
      },
      schedule: async (id, cron, data) => {
        await asked(() =>
          queue.upsertJobScheduler(
            id,
            { pattern: cron, tz: 'UTC' },
            { name, data, opts: { ...KEEP, attempts: 3, backoff: { type: 'exponential', delay: 5_000 } } },
          ),
        )
      },
      repeating: async () => (await asked(() => queue.getJobSchedulers())).map(({ key }) => key),
      stateOf: async (jobId) => {
        const state = await asked(() => queue.getJobState(jobId))
        if (state === 'unknown') return { type: 'gone' }
        if (state === 'completed') return { type: 'done' }
        if (state !== 'failed') return { type: 'open' }
        return { type: 'failed', detail: reasonOf(await asked(() => queue.getJob(jobId))) }
      },
      counts: () => asked(() => queue.getJobCounts()),
      close: () => queue.close(),
    }
  }

  /** Runs the jobs of a queue, `concurrency` at a time. A job that throws is tried again as it was added. */
  work<Name extends QueueName>(name: Name, concurrency: number, run: (job: RunningJob<Name>) => Promise<void>): void {
    const worker = this.classes.worker(
      name,
      async (job) =>
        run({
          id: job.id ?? '',
          data: job.data as JobData[Name],
          attempt: job.attemptsMade + 1,
          progress: async (done) => {
            await job.updateProgress(Math.round(done * 1000) / 10)
          },
        }),
      concurrency,
    )
    worker.on('error', (error) => this.access.onError(`worker ${name}: ${error.message}`))
    worker.on('failed', (_job, error) => this.access.onError(`job of ${name} failed: ${error.message}`))
    this.closers.unshift(() => worker.close())
  }

  async close(): Promise<void> {
    // Those that wait for a server do not end by themselves: their connections are cut after them.
    for (const close of this.closers.splice(0))
      await limited(close, CLOSE_LIMIT_MS).catch((thrown: unknown) =>
        this.access.onError(`queue: ${thrown instanceof Error ? thrown.message : String(thrown)}`),
      )
  }
}

function reasonOf(job: unknown): string {
  const reason = typeof job === 'object' && job !== null && 'failedReason' in job ? job.failedReason : undefined
  return typeof reason === 'string' && reason !== '' ? reason : 'reason unknown'
}

/** @throws QueueDown when there is no answer within the limit, or the connection is lost */
async function limited<T>(ask: () => Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new QueueDown(`the queue does not answer within ${limitMs / 1_000} s`)), limitMs)
  })
  try {
    return await Promise.race([ask(), late])
  } catch (cause) {
    throw cause instanceof QueueDown ? cause : new QueueDown(cause instanceof Error ? cause.message : String(cause), { cause })
  } finally {
    clearTimeout(timer)
  }
}
