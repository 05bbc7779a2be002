/**
 * The program behind `npm start`: reads the configuration, picks a role, and runs it.
 */
import type { RoleContext } from './roles/role-context.ts'
import { configuredStrategies } from '../config/plans.ts'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import packageJson from '../../package.json' with { type: 'json' }
import { dataDirectory, environment, loadConfig } from '../config/config.ts'
import { RecentLog } from './recent-log.ts'
import { throttledLog } from './throttled-log.ts'
import { hintFor } from '../config/hint.ts'

import { claimDirectory, pathsOf } from '../system/paths.ts'
import { withStrategyChanges } from '../config/strategy-changes.ts'
import { err, ok } from '../core/result.ts'
import { configTexts, pin, pinnedConfig, pinnedFileOf, pinnedStrategies } from '../config/pinned-config.ts'
import { runRole } from './roles/roles.ts'
import { Supervisor } from './watch/supervisor.ts'
import { Terminal } from './terminal.ts'
import { listOf, loadPinned, loadStrategies } from '../strategy-files/load.ts'

const USAGE = `Usage: npm start -- [options]

  -p, --profile <profile>  sim, paper, testnet, demo, observe or live
      --data-dir <dir>     data directory (default: .ballast)
  -c, --config <file>      configuration file, may be repeated
      --role <role>        all (default), or one of trader, simulator, api, worker, bots
      --safe               exits and stops only, until 'ballast resume'
  -h, --help               show this

Everything else: npx ballast --help
`
const ROLES = ['all', 'trader', 'simulator', 'api', 'worker', 'bots', 'surfaces'] as const

/**
 * Runs until its role ends.
 *
 * @param entry the file that child processes are started with
 * @param around put between the trader and what outlives it; the product gives none
 * @returns the exit code
 */
export async function runProgram(entry: string, around?: RoleContext['around']): Promise<number> {
  const env = environment()
  const terminal = new Terminal(
    process.stdout,
    process.stderr,
    (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb',
    hintFor(process.argv.slice(2), env.BALLAST_PROGRAM),
  )
  let flags: ReturnType<typeof readFlags>
  try {
    flags = readFlags(process.argv.slice(2).filter((word) => word !== 'run'))
  } catch (cause) {
    terminal.failed(cause instanceof Error ? cause.message : String(cause), 'npm start -- --help shows the options.')
    return 2
  }
  if (flags.help === true) {
    process.stdout.write(USAGE)
    return 0
  }
  const role = ROLES.find((name) => name === (flags.role ?? 'all'))
  if (role === undefined) {
    terminal.failed(`There is no role '${flags.role}'.`, `Roles: ${ROLES.join(', ')}.`)
    return 2
  }
  const files = flags.pinned === undefined ? flags.config : pinnedConfig(flags.pinned)
  const loaded = loadConfig({ env, flags: { dataDir: flags['data-dir'], profile: flags.profile }, files })
  if (!loaded.ok) {
    for (const problem of loaded.error) terminal.failed(problem.sentence, problem.next)
    return 3
  }
  const configured = loaded.value.values
  const paths = pathsOf(dataDirectory(configured))
  const counted = withStrategyChanges(loaded.value, paths.root)
  if (!counted.ok) {
    terminal.failed(counted.error.sentence, counted.error.next)
    return 3
  }
  const config = counted.value.values
  const claimed = claimDirectory(paths, config.profile)
  if (!claimed.ok) {
    terminal.failed(claimed.error.sentence, claimed.error.next)
    return 1
  }
  const pinned = flags.pinned === undefined ? undefined : pinnedStrategies(flags.pinned)
  const strategies = await (pinned !== undefined
    ? loadPinned(pinned)
    : loadStrategies(resolve(config.strategiesDir), paths.strategies, configuredStrategies(config), undefined, paths.models))
  if (!strategies.ok) {
    terminal.failed(strategies.error.sentence, strategies.error.next)
    return 3
  }
  for (const { sentence, next } of strategies.value.broken) terminal.warn(`${sentence} No configured strategy uses it. ${next}`)
  const recentLog = new RecentLog(Date.now)
  const context: RoleContext = {
    config,
    configured,
    origins: flags.pinned === undefined ? counted.value.origins : originsOfFiles(counted.value.origins, flags.pinned),
    recentLog,
    reread: () => {
      const now = loadConfig({ env, flags: { dataDir: flags['data-dir'], profile: flags.profile }, files: flags.config })
      if (now.ok) return ok(now.value.values)
      const [first] = now.error
      return err(first ?? { sentence: 'The configuration cannot be read.', next: 'Check it with: ballast config validate' })
    },
    paths,
    strategies: strategies.value,
    liveStatement: env.BALLAST_I_AM_LIVE,
    around,
    log: throttledLog(
      (level, text) => {
        recentLog.note(level, text)
        if (level !== 'info') terminal.warn(`${role === 'all' ? '' : `${role}: `}${text}`)
      },
      () => performance.now(),
    ),
  }
  if (role !== 'all')
    return runRole(role, context, { isSafe: flags.safe === true, isHung: flags.hung === true, isAborted: flags.aborted === true }, terminal)
  terminal.banner(packageJson.version, config)
  const passed = [
    '--pinned',
    paths.run,
    ...(flags['data-dir'] === undefined ? [] : ['--data-dir', flags['data-dir']]),
    ...(flags.profile === undefined ? [] : ['--profile', flags.profile]),
    ...(flags.config ?? []).flatMap((file) => ['--config', file]),
  ]
  return new Supervisor({
    context,
    entry,
    flags: passed,
    isSafe: flags.safe === true,
    terminal,
    onLocked: () => pin(paths.run, { config: configTexts(flags.config), strategies: listOf(strategies.value) }),
  }).run()
}

/** Copies are read, and the user knows the files. */
const originsOfFiles = (origins: RoleContext['origins'], run: string): RoleContext['origins'] =>
  new Map(
    [...origins].map(([key, origin]) => [key, { ...origin, name: origin.kind === 'file' ? pinnedFileOf(run, origin.name) : origin.name }]),
  )

function readFlags(words: readonly string[]) {
  return parseArgs({
    args: [...words],
    options: {
      role: { type: 'string' },
      profile: { type: 'string', short: 'p' },
      'data-dir': { type: 'string' },
      config: { type: 'string', short: 'c', multiple: true },
      safe: { type: 'boolean' },
      hung: { type: 'boolean' },
      aborted: { type: 'boolean' },
      pinned: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
    strict: true,
  }).values
}
