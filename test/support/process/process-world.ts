/**
 * Exchange, database and trader as processes of their own, any of which a test may kill: what a machine is made of.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { type Database, connectDatabase } from '../../../db/client.ts'
import { type EmbeddedServer, startEmbedded } from '../../../db/embedded/embedded.ts'
import { bareSymbols, differences, readWire } from '../differences.ts'
import { freePorts } from './installation.ts'

/** The program as it ships, with the moments to be killed at in it. */
const bundled = join(import.meta.dirname, `../../../node_modules/.cache/ballast-crashing/${process.pid}`)
process.once('exit', () => rmSync(bundled, { recursive: true, force: true }))
const ENTRY = join(bundled, 'crashing-main.mjs')
let bundling: Promise<unknown> | undefined
const bundle = (): Promise<unknown> => {
  bundling ??= build({
    entryPoints: [join(import.meta.dirname, 'crashing-main.ts')],
    outdir: bundled,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    outExtension: { '.js': '.mjs' },
    logLevel: 'warning',
  })
  return bundling
}
/** Far more than it takes: a machine that is busy with other tests settles an order that never arrived late. */
const AGREE_MS = 60_000

/**
 * Quick ones: an order every second or so of wall-clock time, so that kills fall among orders in flight. Far stops make small positions, whose
 * fees leave the account a day's loss to enter with (S10).
 */
const STRATEGIES = [
  { strategy: 'ema-cross', symbols: ['BTCUSDT'], params: { fast: 2, slow: 4, stopAtr: 16, targetAtr: 4 } },
  { strategy: 'donchian-breakout', symbols: ['ETHUSDT'], params: { entry: 3, exit: 2, stopAtr: 16 } },
  { strategy: 'ema-cross', id: 'ema-sol', symbols: ['SOLUSDT'], params: { fast: 1, slow: 3, stopAtr: 6, targetAtr: 5 } },
  // A slower one, so that there is a position for a while.
  { strategy: 'ema-cross', id: 'ema-xrp', symbols: ['XRPUSDT'], params: { fast: 8, slow: 21, stopAtr: 16 } },
]

export interface RunningTrader {
  readonly process: ChildProcess
  /** Called when it is ready. */
  readonly ready: Promise<void>
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  /** What it has written to stderr. */
  readonly said: () => string
}

/** What operators enter by hand. */
export const HAND_SYMBOL = 'ADAUSDT'

export class ProcessWorld {
  readonly simUrl: string
  private readonly dataDir: string
  private readonly children: ChildProcess[] = []
  private server: EmbeddedServer | undefined
  private connected: Database | undefined

  private constructor(dataDir: string, simPort: number) {
    this.dataDir = dataDir
    this.simUrl = `http://127.0.0.1:${simPort}`
  }

  /** Runs with its exchange and its database; no trader yet. */
  static async make(): Promise<ProcessWorld> {
    await bundle()
    const [simPort] = await freePorts(1)
    const world = new ProcessWorld(mkdtempSync(join(tmpdir(), 'ballast-kill-')), simPort as number)
    writeFileSync(
      join(world.dataDir, 'config.json'),
      JSON.stringify({
        interval: '1m',
        sim: { port: simPort, speed: 240, seed: 7 },
        strategies: STRATEGIES,
        manual: { symbols: [HAND_SYMBOL] },
        // Hours of a generated market lose many small trades: what ends the trading for a while would end what is to be killed.
        risk: { tradeLoss: '0.3%', lossStreak: 'off' },
      }),
    )
    await world.startDatabase()
    await world.role('simulator', {}).ready
    return world
  }

  get database(): Database {
    if (this.connected === undefined) throw new Error('no database runs')
    return this.connected
  }

  async startDatabase(): Promise<void> {
    const started = await startEmbedded({ dataDir: this.dataDir })
    if (!started.ok) throw new Error(started.error.sentence)
    this.server = started.value
    const connected = await connectDatabase({ url: started.value.url, max: 2 })
    if (!connected.ok) throw new Error(connected.error.sentence)
    this.connected = connected.value
  }

  /** SIGKILL to the server, its backends find out by themselves; the next start recovers from the log. */
  async killDatabase(): Promise<void> {
    const { server, connected } = this
    if (server === undefined || connected === undefined) return
    process.kill(server.pid, 'SIGKILL')
    this.server = undefined
    this.connected = undefined
    await connected.close()
  }

  trader(env: Readonly<Record<string, string>> = {}): RunningTrader {
    return this.role('trader', env)
  }

  private role(name: 'trader' | 'simulator', env: Readonly<Record<string, string>>): RunningTrader {
    const child = fork(ENTRY, ['--role', name, '--data-dir', this.dataDir, '--config', join(this.dataDir, 'config.json')], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, DATABASE_URL: this.server?.url, ...env },
    })
    this.children.push(child)
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    // After `close` all that it said has been read.
    const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
      child.once('close', (code, signal) => resolve({ code, signal })),
    )
    const ready = new Promise<void>((resolve, reject) => {
      child.on('message', (message: { readonly type: string }) => {
        if (message.type === 'ready') resolve()
      })
      void ended.then(({ code, signal }) => reject(new Error(`${name} ended with ${signal ?? code}: ${said.slice(-2_000)}`)))
    })
    // Whoever expects its end does not wait for this.
    ready.catch(() => undefined)
    return { process: child, ready, ended, said: () => said }
  }

  /** What keeps the trader from trading, for whoever waits for it in vain. */
  async standing(): Promise<string> {
    const { sql } = this.database
    const holds = await sql<{ holdId: string; reason: string }[]>`select hold_id as "holdId", reason from holds`
    const denials = await sql<{ rule: string; count: number }[]>`
      select rule, count(*)::int as count from (select rule from decisions where kind = 'denial' order by seq desc limit 20) as last group by rule`
    const modes = await sql<{ strategy: string; mode: string }[]>`select strategy, mode from strategies where mode <> 'running'`
    return [
      ...holds.map((h) => `hold ${h.holdId}: ${h.reason}`),
      ...denials.map((d) => `denied ${d.count} times: ${d.rule}`),
      ...modes.map((m) => `${m.strategy} is ${m.mode}`),
    ].join('; ')
  }

  /** Symbols of positions without a stop, at this moment. */
  async bare(): Promise<string[]> {
    return bareSymbols(await readWire(this.simUrl))
  }

  /** The market runs on, so the two sides are read until they agree; a difference that stays is a failure. */
  async agree(what: string): Promise<void> {
    let problems: string[] = []
    const limit = performance.now() + AGREE_MS
    while (performance.now() < limit) {
      problems = await differences(this.database.sql, this.simUrl)
      if (problems.length === 0) return
      await sleep(250)
    }
    throw new Error(`${what}: ${problems.slice(0, 10).join('; ')}`)
  }

  async remove(): Promise<void> {
    for (const child of this.children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await this.connected?.close()
    await this.server?.stop()
    rmSync(this.dataDir, { recursive: true, force: true })
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
