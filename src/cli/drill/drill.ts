/**
 * `ballast drill`: hurts a running sim or demo on purpose and measures the seconds until it is safe again.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { ApiClient, List } from '../../../api/client.ts'
import { PanicReadings } from '../../emergency/panic-readings.ts'
import { panicSight } from '../../emergency/panic-sight.ts'
import { machineClock } from '../../system/wall-clock.ts'
import { holderOf } from '../../system/lock.ts'
import { type DataPaths, type RoleName, pathsOf, readTag } from '../../system/paths.ts'
import { readScope } from '../../emergency/scope-file.ts'
import { isSpotSymbol } from '../../market/instrument.ts'
import type { PanicAccount } from '../../venue/bybit/read/panic-account.ts'
import type { PanicScope } from '../../venue/bybit/read/panic-plan.ts'
import { type CliContext, contextOf } from '../context.ts'
import { type DrillOutcome, type Phase, outcomeOf, reach, sentenceOf } from './drill-phase.ts'
import { spotAgrees } from './drill-spot.ts'
import { CliError, EXIT } from '../exit.ts'
import { openPanicAccount } from '../control/panic-direct.ts'
import { clientOf } from '../control/api-access.ts'

interface Drill {
  readonly context: CliContext
  readonly client: ApiClient
  readonly account: PanicAccount
  readonly paths: DataPaths
}

const KINDS = {
  panic: { what: 'closes every position of Ballast and leaves it halted', run: drillPanic },
  crash: { what: 'kills the trader (SIGKILL); the supervisor restarts it', run: drillCrash },
  'db-down': { what: 'kills the database; the supervisor restarts it', run: drillDatabase },
  network: { what: 'stops the simulator until the trader notices, then restarts it', run: drillNetwork },
} as const
type Kind = keyof typeof KINDS

const PROFILES = ['sim', 'demo']
const LIMIT_MS = 60_000

export function register(program: Command): void {
  program
    .command('drill')
    .description('inject a failure into a running sim or demo and time the recovery')
    .argument('<kind>', Object.keys(KINDS).join(', '))
    .addHelpText(
      'after',
      `\n${Object.entries(KINDS)
        .map(([name, kind]) => `  ${name.padEnd(8)} ${kind.what}`)
        .join('\n')}\n`,
    )
    .action(runDrill)
}

async function runDrill(name: string, _flags: object, command: Command): Promise<void> {
  const context = contextOf(command)
  const { out } = context
  if (!(name in KINDS)) throw new CliError(EXIT.usage, `There is no drill '${name}'.`, `Drills: ${Object.keys(KINDS).join(', ')}.`)
  const kind = KINDS[name as Kind]
  const client = clientOf(context)
  const status = await client.status()
  if (!status.ok)
    throw new CliError(EXIT.unreachable, `A drill needs a running Ballast: ${status.error.detail}`, 'Start it with: npm start')
  const configured = context.config().values.profile
  for (const profile of [status.value.profile, configured])
    if (!PROFILES.includes(profile)) throw new CliError(EXIT.refused, `A drill does not run on ${profile}.`, 'Run it on sim or demo.')
  if (!(await isAgreed(context, `On ${status.value.profile}: this ${kind.what}. Continue? [y/N] `)))
    throw new CliError(EXIT.notConfirmed, 'Nothing was done.', 'Answer y, or pass --yes.')
  const { account, close } = openPanicAccount(context)
  try {
    const outcome = await kind.run({ context, client, account, paths: pathsOf(context.dataDir()) })
    out.answer(outcome, () => out.line(sentenceOf(outcome)))
    if (!outcome.isSafe) process.exitCode = EXIT.checksFailed
    if (name === 'panic' && outcome.isSafe) out.note('Trading is halted. To trade again: ballast resume')
  } finally {
    await close()
  }
}

async function isAgreed(context: CliContext, text: string): Promise<boolean> {
  if (context.flags.yes === true) return true
  if (!process.stdin.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(text)).trim())
  } finally {
    terminal.close()
  }
}

// What is asked again and again.

interface Part {
  readonly id: string
  readonly status: string
  readonly detail: string
  readonly updatedAt: string
}

async function partsAfter(drill: Drill, sinceWallMs: number, names: readonly string[]): Promise<string | true> {
  const health = await drill.client.get<List<Part>>('/api/v1/health')
  if (!health.ok) return health.error.detail
  for (const name of names) {
    const part = health.value.data.find((p) => p.id === name)
    if (part === undefined || Date.parse(part.updatedAt) < sinceWallMs) return `${name} has not reported`
    if (part.status !== 'ok') return `${name} ${part.status}: ${part.detail}`
  }
  return true
}

/** Our positions and the exchange's are the same, and each has its stop there. */
async function agrees(drill: Drill): Promise<string | true> {
  const [ours, theirs] = await Promise.all([drill.client.positions(), drill.account.positions()])
  if (!ours.ok) return ours.error.detail
  if (!theirs.ok) return theirs.error.detail
  const words = (rows: readonly { readonly symbol: string; readonly side: string; readonly quantity: string }[]): string =>
    rows
      .map((p) => `${p.symbol} ${p.side} ${Number(p.quantity)}`)
      .sort()
      .join(', ')
  const spot = ours.value.data.filter(({ symbol }) => isSpotSymbol(symbol))
  const here = words(ours.value.data.filter(({ symbol }) => !isSpotSymbol(symbol)))
  const there = words(theirs.value.map((p) => ({ symbol: p.symbol, side: p.side === 'Buy' ? 'long' : 'short', quantity: p.size })))
  if (here !== there) return `here ${here === '' ? 'flat' : here}, at the exchange ${there === '' ? 'flat' : there}`
  const unprotected = theirs.value.filter((p) => !(Number(p.stopLoss) > 0))
  if (unprotected.length > 0) return `${unprotected.map((p) => p.symbol).join(', ')} without a stop`
  // Of spot the exchange knows neither position nor stop, only coins and orders.
  return spotAgrees(drill.account, spot, `b1-${readTag(drill.paths)}-`)
}

const settled = async (drill: Drill, sinceWallMs: number): Promise<readonly Phase[]> => {
  const fromMs = performance.now() - (Date.now() - sinceWallMs)
  const reconciled = await reach('reconciled', fromMs, LIMIT_MS, () => partsAfter(drill, sinceWallMs, ['reconcile', 'trader']))
  const equal = await reach('positions equal, all with stops', fromMs, LIMIT_MS, () => agrees(drill))
  return [reconciled, equal]
}

async function pidOf(drill: Drill, role: RoleName): Promise<number> {
  const pid = (await holderOf(drill.paths, role))?.pid
  if (pid === undefined)
    throw new CliError(
      EXIT.unreachable,
      `No ${role} is running on ${drill.paths.root}.`,
      'Run the drill where Ballast was started with npm start.',
    )
  return pid
}

// The drills.

async function drillPanic(drill: Drill): Promise<DrillOutcome> {
  const { client, account } = drill
  const known = readScope(drill.paths.root)
  const held = await account.positions()
  if (!held.ok) throw new CliError(EXIT.unreachable, `The exchange does not answer: ${held.error.detail}`)
  const scope: PanicScope =
    known === undefined ? { type: 'chosen', symbols: held.value.map((p) => p.symbol) } : { type: 'owned', positions: known.positions }
  const ports = { account, scope, scopeFillTs: known?.lastFillTs, idPrefixes: [`b1-${readTag(drill.paths)}-`], wallClock: machineClock }
  const fromMs = performance.now()
  const asked = await client.runLine('panic drill')
  if (!asked.ok) throw new CliError(EXIT.error, asked.error.detail)
  const paused = await reach('paused', fromMs, LIMIT_MS, async () => {
    const status = await client.status()
    return !status.ok ? status.error.detail : status.value.state === 'running' ? 'still running' : true
  })
  const answered = asked.value.confirmation === undefined ? undefined : client.answer(asked.value.confirmation.id, 'yes')
  const readings = new PanicReadings(ports)
  const flat = await reach('flat', fromMs, LIMIT_MS, async () => {
    await readings.round([])
    const { isFlat, left } = panicSight(readings, scope, ports.idPrefixes, true)
    return isFlat ? true : left
  })
  await answered
  return outcomeOf('panic', [paused, flat])
}

async function drillCrash(drill: Drill): Promise<DrillOutcome> {
  await pidOf(drill, 'supervisor')
  const pid = await pidOf(drill, 'trader')
  const since = Date.now()
  const fromMs = performance.now()
  process.kill(pid, 'SIGKILL')
  const restarted = await reach('restarted', fromMs, LIMIT_MS, async () => {
    const now = (await holderOf(drill.paths, 'trader'))?.pid
    return now !== undefined && now !== pid ? true : 'no new trader'
  })
  return outcomeOf('crash', [restarted, ...(await settled(drill, since))])
}

async function drillDatabase(drill: Drill): Promise<DrillOutcome> {
  if (drill.context.config().values.databaseUrl !== undefined)
    throw new CliError(EXIT.refused, 'DATABASE_URL names a server that Ballast did not start.', 'This drill needs the embedded database.')
  await pidOf(drill, 'supervisor')
  const file = join(drill.paths.run, 'postgres.pid')
  const pid = Number(readFileSync(file, 'utf8'))
  const since = Date.now()
  const fromMs = performance.now()
  process.kill(pid, 'SIGKILL')
  const back = await reach('database back', fromMs, LIMIT_MS, async () => {
    const now = Number(readFileSync(file, 'utf8'))
    if (now === pid) return 'no new server'
    const status = await drill.client.status()
    return status.ok ? true : status.error.detail
  })
  return outcomeOf('db-down', [back, ...(await settled(drill, since))])
}

async function drillNetwork(drill: Drill): Promise<DrillOutcome> {
  if (drill.context.config().values.profile !== 'sim')
    throw new CliError(EXIT.refused, 'The network drill stops the simulator, and demo has none.', 'Run it on sim.')
  const pid = await pidOf(drill, 'simulator')
  const isHeld = async (): Promise<boolean | string> => {
    const status = await drill.client.status()
    return status.ok ? status.value.holds.some((hold) => hold.id === 'stale') : status.error.detail
  }
  const fromMs = performance.now()
  process.kill(pid, 'SIGSTOP')
  let held: Phase
  try {
    held = await reach('entries on hold', fromMs, LIMIT_MS, async () => {
      const answer = await isHeld()
      return typeof answer === 'string' ? answer : answer ? true : 'no hold yet'
    })
    await sleep(1_000)
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  const backMs = performance.now()
  const since = Date.now()
  const lifted = await reach('hold lifted after the return', backMs, LIMIT_MS, async () => {
    const answer = await isHeld()
    return typeof answer === 'string' ? answer : answer ? 'still on hold' : true
  })
  return outcomeOf('network', [held, lifted, ...(await settled(drill, since))])
}
