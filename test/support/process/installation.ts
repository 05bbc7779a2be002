/**
 * A whole Ballast in a temporary directory: started as a user starts it, on ports of its own, stopped and removed after.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CLI, MAIN } from './program.ts'

export interface InstallationOptions {
  readonly config?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
  readonly speed?: number
  /** Words that start it; undefined: the program itself, as `npm start` does. */
  readonly command?: readonly string[]
}

export class Installation {
  readonly dataDir: string
  readonly api: string
  readonly sim: string
  readonly hooks: string
  output = ''
  private readonly configFile: string
  private readonly env: Readonly<Record<string, string>>
  private readonly command: readonly string[]
  private process: ChildProcess | undefined

  private constructor(dataDir: string, apiPort: number, simPort: number, hooksPort: number, options: InstallationOptions) {
    this.dataDir = dataDir
    this.api = `http://127.0.0.1:${apiPort}`
    this.sim = `http://127.0.0.1:${simPort}`
    this.hooks = `http://127.0.0.1:${hooksPort}`
    this.configFile = join(dataDir, 'config.json')
    this.env = options.env ?? {}
    this.command = options.command ?? [MAIN]
    writeFileSync(
      this.configFile,
      JSON.stringify({
        // Trades within seconds.
        interval: '1m',
        api: { port: apiPort },
        hooks: { port: hooksPort },
        sim: { port: simPort, speed: options.speed ?? 60, seed: 7 },
        ...options.config,
      }),
    )
  }

  static async make(options: InstallationOptions = {}): Promise<Installation> {
    const ports = await freePorts(3)
    return new Installation(
      mkdtempSync(join(tmpdir(), 'ballast-e2e-')),
      ports[0] as number,
      ports[1] as number,
      ports[2] as number,
      options,
    )
  }

  /** Resolves when readyz is 200; answers how long it took. */
  async start(limitMs = 60_000): Promise<number> {
    const startedMs = performance.now()
    const child = spawn(process.execPath, [...this.command, '--data-dir', this.dataDir, '--config', this.configFile], {
      // A process group of its own, as at a terminal.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.env },
    })
    this.process = child
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString()
      })
    await until(
      async () => {
        if (child.exitCode !== null) throw new Error(`Ballast ended with ${child.exitCode}: ${this.output}`)
        const ready = await fetch(`${this.api}/readyz`).catch(() => undefined)
        return ready?.status === 200
      },
      `readyz; it printed: ${this.output}`,
      limitMs,
    )
    return performance.now() - startedMs
  }

  get key(): string {
    return readFileSync(join(this.dataDir, 'admin.key'), 'utf8').trim()
  }

  pidOf(role: string): number {
    return Number(readFileSync(join(this.dataDir, 'run', `${role}.pid`), 'utf8').trim())
  }

  async get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.api}/api/v1${path}`, { headers: { authorization: `Bearer ${this.key}` } })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

  /** A command at the terminal beside it. */
  cli(
    words: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [CLI, ...words, '--data-dir', this.dataDir, '--config', this.configFile],
        { env: { ...process.env, ...this.env, ...env } },
        (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
      )
    })
  }

  async simState(): Promise<SimState> {
    return (await (await fetch(`${this.sim}/_sim/state`)).json()) as SimState
  }

  /** SIGTERM; answers the exit code. */
  async stop(): Promise<number | null> {
    const child = this.process
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
    child.kill('SIGTERM')
    return ended
  }

  /** SIGINT to all of its processes, as Ctrl-C at a terminal; answers the exit code. */
  async interrupt(): Promise<number | null> {
    const child = this.process
    if (child?.pid === undefined) return null
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
    process.kill(-child.pid, 'SIGINT')
    return ended
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.dataDir, { recursive: true, force: true })
  }
}

export interface SimState {
  readonly now: number
  readonly orders: readonly {
    readonly orderId: string
    readonly orderLinkId: string
    readonly symbol: string
    readonly orderStatus: string
  }[]
  readonly executions: readonly { readonly execId: string; readonly execType: string; readonly symbol: string }[]
  readonly positions: readonly { readonly symbol: string; readonly side: string; readonly size: string; readonly stopLoss: string }[]
}

export async function until(condition: () => boolean | Promise<boolean>, what: string, limitMs = 20_000): Promise<void> {
  const limit = performance.now() + limitMs
  while (!(await condition())) {
    if (performance.now() > limit) throw new Error(`waited ${limitMs / 1000} s for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer()
          server.listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  const ports = servers.map((s) => {
    const address = s.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  await Promise.all(servers.map((s) => new Promise((resolve) => s.close(resolve))))
  return ports
}
