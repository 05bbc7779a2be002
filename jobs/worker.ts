/**
 * The worker role: takes jobs from the queues and wakes the sender of alerts.
 */
import { BacktestRows } from '../db/reads/backtests.ts'
import type { Sql } from '../db/client.ts'
import type { Pinned } from '../src/strategy-files/module.ts'
import { appendTrials, trialDigest } from '../src/backtest/trials/trial-ledger.ts'
import { RUN_SETTINGS } from './backtest-run.ts'
import { sweepBacktests } from './backtest-sweep.ts'
import { workBacktests } from './backtests.ts'
import { type CandleSource, downloadCandles } from './candle-download.ts'
import { reportDay } from './daily-report.ts'
import { type BackupPlan, ScheduledBackup } from './scheduled-backup.ts'
import { type EquityRetention, thinEquity } from './thin-equity.ts'
import type { JobQueue, JobQueues } from './queues.ts'

export interface WorkerPorts {
  readonly sql: Sql
  readonly queues: JobQueues
  readonly candlesRoot: string
  readonly backtestsRoot: string
  /** The trial ledger, which the terminal's runs are counted in as well. */
  readonly trialsFile: string
  /** The user's strategies as they are loaded now. */
  readonly strategies: () => readonly Pinned[]
  /** Undefined while the exchange cannot be asked. */
  readonly candleSource: () => Promise<CandleSource | undefined>
  /** Shares capital among strategies where that is due. */
  readonly moveCapital: () => Promise<void>
  /** Looks at the canaries of strategies, and tells of what is decided. */
  readonly watchCanaries: () => Promise<void>
  readonly equity: EquityRetention
  readonly backup: BackupPlan
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
}

const CANDLES_EVERY_MS = 60_000
const THIN_EVERY_MS = 300_000
const REPORT_EVERY_MS = 60_000
/** Each look replays all bars since the canary began; its test counts every one of them, whenever it is looked at. */
const CANARIES_EVERY_MS = 180_000
/** How often it is looked whether one is due. */
const BACKUP_EVERY_MS = 60_000
const AGAIN_MS = 30_000
const SWEEP_EVERY_MS = 10_000
const REPEATING = ['candles', 'thin-equity', 'daily-report', 'allocator', 'canaries', 'backup'] as const

/** Nothing here is waited for: where the queue is away, the jobs begin when it comes. */
/** Runs until its queues are closed; `stop` ends what it does on the tables by itself. */
export function startWorker(ports: WorkerPorts): { readonly stop: () => Promise<void> } {
  const { queues, sql, candlesRoot, log } = ports
  const rows = new BacktestRows(sql)
  const runsHere = workBacktests(queues, rows, {
    candlesRoot,
    filesRoot: ports.backtestsRoot,
    strategies: ports.strategies,
    tried: (answer) => {
      const { strategy, data } = answer
      const noted = appendTrials(ports.trialsFile, {
        at: Date.now(),
        command: 'trials' in answer ? 'sweep' : 'backtest',
        strategy,
        data: data.hash,
        series: `${data.venue}/${data.symbol}/${data.interval}`,
        trials: 'trials' in answer ? [...answer.trials] : [trialDigest(answer.params, RUN_SETTINGS)],
      })
      if (!noted.ok) log('warn', `a backtest is not counted: ${ports.trialsFile} cannot be written (${noted.error})`)
    },
  })
  const backup = new ScheduledBackup(sql, ports.backup, Date.now)
  const upkeep = queues.open('upkeep')
  queues.work('upkeep', 1, async (job) => {
    switch (job.data.task) {
      case 'candles': {
        const source = await ports.candleSource()
        const problems = source === undefined ? [] : await downloadCandles(candlesRoot, source)
        for (const problem of problems) ports.log('warn', `candles: ${problem}`)
        return
      }
      case 'thin-equity':
        await thinEquity(sql, ports.equity)
        return
      case 'daily-report':
        await reportDay(sql)
        return
      case 'allocator':
        await ports.moveCapital()
        return
      case 'canaries':
        await ports.watchCanaries()
        return
      case 'backup':
        await backup.look()
        return
    }
  })
  const repeat = async (): Promise<void> => {
    await upkeep.add({ task: 'candles' }, { jobId: 'candles-at-start', attempts: 1 })
    await upkeep.repeat('candles', CANDLES_EVERY_MS, { task: 'candles' })
    await upkeep.repeat('thin-equity', THIN_EVERY_MS, { task: 'thin-equity' })
    // A minute of wall-clock time is an hour of market time at 60x: the day that has ended is looked for often and reported once.
    await upkeep.repeat('daily-report', REPORT_EVERY_MS, { task: 'daily-report' })
    await upkeep.repeat('allocator', REPORT_EVERY_MS, { task: 'allocator' })
    await upkeep.repeat('canaries', CANARIES_EVERY_MS, { task: 'canaries' })
    await upkeep.repeat('backup', BACKUP_EVERY_MS, { task: 'backup' })
  }
  const warning = (what: string) => (thrown: unknown) =>
    log('warn', `${what}: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
  const assertRepeats = (): void => {
    repeat().catch((thrown: unknown) => {
      warning('repeating jobs are waiting for the queue')(thrown)
      setTimeout(assertRepeats, AGAIN_MS).unref()
    })
  }
  // A queue that lost its memory is given its rhythms again, and its backtests.
  queues.onReady(assertRepeats)
  const backtests = queues.open('backtest')
  const sweep = async (): Promise<void> => {
    await sweepBacktests(rows, backtests, runsHere, (text) => log('warn', text))
    if (!(await queues.isUp())) return
    const known = await upkeep.repeating()
    if (REPEATING.some((task) => !known.includes(task))) assertRepeats()
  }
  let sweeping: Promise<void> | undefined
  const timer = setInterval(() => {
    sweeping ??= sweep()
      .catch(warning('could not compare backtests with their jobs'))
      .finally(() => {
        sweeping = undefined
      })
  }, SWEEP_EVERY_MS)
  timer.unref()
  wakeOnAlerts(sql, queues.open('alerts'), log).catch(warning('alerts are found by polling only'))
  return {
    stop: async () => {
      clearInterval(timer)
      await sweeping
    },
  }
}

/** Adds a job for each alert that the journal or a report wrote; the sender's own sweep finds what a lost job left. */
async function wakeOnAlerts(sql: Sql, queue: JobQueue<'alerts'>, log: WorkerPorts['log']): Promise<void> {
  let newest = (await sql<{ id: number | null }[]>`select max(id) as id from alerts`)[0]?.id ?? 0
  let isBusy = false
  let isAskedAgain = false
  const look = async (): Promise<void> => {
    if (isBusy) {
      isAskedAgain = true
      return
    }
    isBusy = true
    do {
      isAskedAgain = false
      const rows = await sql<{ id: number }[]>`select id from alerts where id > ${newest} order by id limit 200`
      for (const { id } of rows) {
        await queue.add({ seq: id }, { jobId: `evt-${id}` })
        newest = id
      }
    } while (isAskedAgain)
    isBusy = false
  }
  await sql.listen('ballast_events', () => {
    look().catch((cause: unknown) => {
      isBusy = false
      log('warn', `alerts are delayed: ${cause instanceof Error ? cause.message : String(cause)}`)
    })
  })
}
