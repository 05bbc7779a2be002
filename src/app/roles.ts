/**
 * Runs one role in this process: starts it, tells whoever started the process, and ends it when asked or when that one is gone.
 * Never restarts anything: that is the supervisor's.
 */
import { type Result, err, ok } from '../core/result.ts'
import { serveExchange } from '../venue/sim/bybit-server/serve-exchange.ts'
import { StartError } from '../venue/sim/bybit-server/start-error.ts'
import { BybitFeed } from './bybit-feed.ts'
import { type RoleContext, type RunningRole, type TraderHooks, plansOf, startTrader } from './compose.ts'
import { symbolsOf } from './kernel-config.ts'
import { publicUrls } from './exchange-access.ts'
import { type PathProblem, type RoleName, SURFACE_ROLES, removePid, writePid } from './paths.ts'
import { tell } from './role-message.ts'
import { startSurfaces } from './surfaces.ts'
import { lineOf } from './trade-line.ts'

const HEARTBEAT_MS = 500

/** What a process may be told to be; `surfaces` is API, worker and bots in one. */
export type ProcessRole = Exclude<RoleName, 'supervisor'> | 'surfaces'

const never = new Promise<never>(() => {})

/** How the supervisor tells a trader what became of the one before. */
export type TraderFlags = Pick<TraderHooks, 'isSafe' | 'isHung'>

const rolesOf = (role: ProcessRole): readonly RoleName[] => (role === 'surfaces' ? SURFACE_ROLES : [role])

/** Runs until stopped. Answers the exit code. */
export async function runRole(role: ProcessRole, context: RoleContext, flags: TraderFlags): Promise<number> {
  for (const name of rolesOf(role)) writePid(context.paths, name)
  const ended = endSignal()
  const heartbeat = setInterval(() => tell({ type: 'heartbeat' }), HEARTBEAT_MS)
  // A role that loses its account while it starts would wait for what nobody does any more, and its heartbeat would say that it lives.
  const started = await Promise.race([start(role, context, flags, ended.end), ended.promise.then((code) => (code === 0 ? never : code))])
  if (typeof started === 'number') {
    clearInterval(heartbeat)
    for (const name of rolesOf(role)) removePid(context.paths, name)
    return started
  }
  if (!started.ok) {
    clearInterval(heartbeat)
    tell({ type: 'failed', sentence: started.error.sentence, next: started.error.next, exitCode: started.error.exitCode ?? 1 })
    if (process.send === undefined) context.log('error', `${started.error.sentence} ${started.error.next}`)
    for (const name of rolesOf(role)) removePid(context.paths, name)
    return started.error.exitCode ?? 1
  }
  tell({ type: 'ready', detail: '' })
  const code = await ended.promise
  await started.value.stop()
  clearInterval(heartbeat)
  for (const name of rolesOf(role)) removePid(context.paths, name)
  return code
}

async function start(
  role: ProcessRole,
  context: RoleContext,
  flags: TraderFlags,
  end: (code: number) => void,
): Promise<Result<RunningRole, PathProblem>> {
  switch (role) {
    case 'trader':
      return startTrader(context, {
        step: (name, detail, elapsedMs) => tell({ type: 'step', name, detail, elapsedMs }),
        told: (facts, kernel) => {
          for (const fact of facts) {
            const text = lineOf(fact, kernel)
            if (text !== undefined) tell({ type: 'line', text })
          }
        },
        fatal: (text) => {
          context.log('error', text)
          end(1)
        },
        ...flags,
      })
    case 'simulator':
      return startSimulator(context)
    case 'surfaces':
      return startSurfaces(context, SURFACE_ROLES)
    case 'api':
    case 'worker':
    case 'bots':
      return startSurfaces(context, [role])
  }
}

async function startSimulator(context: RoleContext): Promise<Result<RunningRole, PathProblem>> {
  const { config, paths } = context
  const { sim } = config
  const common = { port: sim.port, stateFile: paths.simState }
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
    if (cause instanceof StartError) return err({ sentence: cause.message, next: cause.next })
    throw cause
  }
}

/** Resolves on SIGTERM or SIGINT, when the starter is gone, or when the role ends itself. A second signal ends the process at once. */
function endSignal(): { readonly promise: Promise<number>; readonly end: (code: number) => void } {
  let end: (code: number) => void = () => {}
  const promise = new Promise<number>((resolve) => {
    end = resolve
  })
  let asked = 0
  const onSignal = (): void => {
    asked += 1
    if (asked > 1) process.exit(130)
    end(0)
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  process.on('disconnect', () => end(0))
  return { promise, end: (code) => end(code) }
}
