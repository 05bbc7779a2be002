/**
 * Runs one role in this process: starts it, reports to its parent process, and ends it when asked or when that one is gone.
 */
import { symbolsOf } from '../../config/strategy-plan.ts'
import type { Problem } from '../../core/problem.ts'
import type { RoleContext, RunningRole, TraderHooks } from './role-context.ts'
import { plansOf } from '../../config/plans.ts'
import { otherPort } from '../../config/ports.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Result, err, ok } from '../../core/result.ts'
import { serveExchange } from '../../venue/sim/bybit-server/serve-exchange.ts'
import { PortError, StartError } from '../../venue/sim/bybit-server/start-error.ts'
import { BybitFeed } from '../../market-data/bybit-feed.ts'
import { startTrader } from '../compose.ts'

import { publicUrls } from '../../config/exchange-access.ts'
import { type Lock, takeLock } from '../../system/lock.ts'
import { type RoleName, SURFACE_ROLES } from '../../system/paths.ts'
import { send } from './role-message.ts'
import { startServing } from './serving.ts'
import { TradeLines } from '../trade-line.ts'

const HEARTBEAT_MS = 500
/** "Try again", as sysexits.h has it: EX_TEMPFAIL. */
const EXIT_AGAIN = 75
/** Below the supervisor's own limits, so that it is this process that ends itself. */
const STOP_LIMIT_MS = 13_000
const STOP_STARTING_MS = 6_000
const LOCK_WAIT_MS = 15_000

/** The roles a process can be started as; `surfaces` is API, worker and bots in one. */
export type ProcessRole = Exclude<RoleName, 'supervisor'> | 'surfaces'

/** How the supervisor informs a trader how the previous one ended. */
export type TraderFlags = Pick<TraderHooks, 'isSafe' | 'isHung' | 'isAborted'>

/** What a role says of itself where no supervisor reads its messages. */
export interface Voice {
  step(name: string, detail: string, elapsedMs: number): void
  line(text: string): void
}

const rolesOf = (role: ProcessRole): readonly RoleName[] => (role === 'surfaces' ? SURFACE_ROLES : [role])

/** Runs until stopped. Answers the exit code. */
export async function runRole(role: ProcessRole, context: RoleContext, flags: TraderFlags, voice: Voice): Promise<number> {
  const ended = endSignal()
  const heartbeat = setInterval(() => send({ type: 'heartbeat' }), HEARTBEAT_MS)
  const locks = await takeLocks(role, context)
  const code = locks.ok ? await runLocked(role, context, flags, ended, isAlone() ? voice : undefined) : refused(context, locks.error)
  clearInterval(heartbeat)
  if (locks.ok) for (const lock of locks.value) await lock.release()
  return code
}

const isAlone = (): boolean => process.send === undefined

async function runLocked(
  role: ProcessRole,
  context: RoleContext,
  flags: TraderFlags,
  ended: EndSignal,
  voice: Voice | undefined,
): Promise<number> {
  const begunMs = performance.now()
  const starting = start(role, context, flags, ended.end, voice)
  // A role that loses its account while it starts would wait for what nobody does any more, and its heartbeat would say that it lives.
  const started = await Promise.race([starting, ended.promise.then((code) => ({ code, starting }))])
  if ('code' in started) {
    // Asked to end while it starts: what is half open is closed, if that does not take long.
    if (started.code === 0)
      await within(
        starting.then((late) => (late.ok ? late.value.stop() : undefined)),
        STOP_STARTING_MS,
      )
    return started.code
  }
  if (!started.ok) return refused(context, started.error)
  send({ type: 'ready', detail: '' })
  voice?.step(role, `ready${whereOf(role, context)}`, performance.now() - begunMs)
  const code = await ended.promise
  if ((await within(started.value.stop(), STOP_LIMIT_MS)) === 'late')
    context.log('warn', `did not close cleanly within ${STOP_LIMIT_MS / 1000} s; stopped anyway`)
  return code
}

/** Where it listens, if it does. */
function whereOf(role: ProcessRole, { config }: RoleContext): string {
  if (role === 'simulator') return `: http://127.0.0.1:${config.sim.port}`
  return role === 'api' || role === 'surfaces' ? `: http://${config.api.host}:${config.api.port}` : ''
}

function refused(context: RoleContext, problem: Problem): number {
  const exitCode = problem.exitCode ?? 1
  send({ type: 'failed', sentence: problem.sentence, next: problem.next, exitCode })
  if (isAlone()) context.log('error', `${problem.sentence} ${problem.next}`)
  return exitCode
}

/** Resolves when it is done or the limit is over, whichever is first. */
async function within(work: Promise<unknown>, limitMs: number): Promise<'done' | 'late'> {
  return Promise.race([work.then(() => 'done' as const), sleep(limitMs, 'late' as const, { ref: false })])
}

/**
 * One trader and one simulator for a directory; the one before may be ending still. Of the roles around them there may be several: the
 * first one's pid is in the file.
 */
async function takeLocks(role: ProcessRole, { paths }: RoleContext): Promise<Result<readonly Lock[], Problem>> {
  const isOne = role === 'trader' || role === 'simulator'
  const locks: Lock[] = []
  for (const name of rolesOf(role)) {
    const lock = await takeLock(paths, name, isOne || role === 'surfaces' ? LOCK_WAIT_MS : 0)
    if (lock.ok) locks.push(lock.value)
    else if (isOne)
      return err({
        sentence:
          lock.error.type === 'held'
            ? `Another ${name} is running on ${paths.root}${lock.error.pid === undefined ? '' : ` (process ${lock.error.pid})`}.`
            : `Could not lock the ${name} in ${paths.run} (${lock.error.detail}).`,
        next:
          lock.error.type === 'held'
            ? 'Stop the other one first: only one may trade an account.'
            : 'Use a data directory on a local disk: --data-dir',
      })
  }
  return ok(locks)
}

async function start(
  role: ProcessRole,
  context: RoleContext,
  flags: TraderFlags,
  end: (code: number) => void,
  voice: Voice | undefined,
): Promise<Result<RunningRole, Problem>> {
  switch (role) {
    case 'trader': {
      const lines = new TradeLines()
      return startTrader(context, {
        step: (name, detail, elapsedMs) => {
          send({ type: 'step', name, detail, elapsedMs })
          voice?.step(name, detail, elapsedMs)
        },
        onFacts: (facts, kernel) => {
          for (const fact of facts) {
            const text = lines.of(fact, kernel)
            if (text === undefined) continue
            send({ type: 'line', text })
            voice?.line(text)
          }
        },
        fatal: (text) => {
          context.log('error', text)
          end(1)
        },
        startAgain: (why) => {
          context.log('warn', why)
          send({ type: 'again' })
          // Without a supervisor it is an end that whoever runs it starts again after.
          end(isAlone() ? EXIT_AGAIN : 0)
        },
        ...flags,
      })
    }
    case 'simulator':
      return startSimulator(context)
    case 'surfaces':
      return startServing(context, SURFACE_ROLES)
    case 'api':
    case 'worker':
    case 'bots':
      return startServing(context, [role])
  }
}

async function startSimulator(context: RoleContext): Promise<Result<RunningRole, Problem>> {
  const { config, paths } = context
  const { sim } = config
  const common = { port: sim.port, stateFile: paths.simState, tell: (text: string) => context.log('warn', text) }
  try {
    if (config.profile !== 'paper') {
      const server = await serveExchange({ ...common, seed: sim.seed, speed: sim.speed, candlesRoot: paths.candles })
      return ok({ stop: () => server.close() })
    }
    const plans = plansOf(config, context.strategies)
    if (!plans.ok) return plans
    const symbols = symbolsOf(plans.value)
    const source = new BybitFeed(publicUrls(config), (text) => context.log('warn', text))
    const server = await serveExchange({ ...common, feed: { source, symbols } })
    return ok({ stop: () => server.close() })
  } catch (cause) {
    if (cause instanceof StartError)
      return err({
        sentence: cause.message,
        next:
          cause instanceof PortError ? `Stop the program that uses it, or choose another port: ${otherPort(config, 'sim')}` : cause.next,
      })
    throw cause
  }
}

interface EndSignal {
  readonly promise: Promise<number>
  readonly end: (code: number) => void
}

/**
 * Resolves on SIGTERM or SIGINT, when the starter is gone, or when the role ends itself. A second signal ends a role that runs alone at once.
 * One that was started by another process is ended by that: Ctrl-C reaches both, and would not let it finish what is in flight.
 */
function endSignal(): EndSignal {
  let end: (code: number) => void = () => {}
  const promise = new Promise<number>((resolve) => {
    end = resolve
  })
  let asked = 0
  const isStarted = process.send !== undefined
  const onSignal = (): void => {
    asked += 1
    if (asked > 1 && !isStarted) process.exit(130)
    end(0)
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', isStarted ? () => {} : onSignal)
  process.on('disconnect', () => end(0))
  return { promise, end: (code) => end(code) }
}
