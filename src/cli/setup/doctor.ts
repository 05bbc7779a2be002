/**
 * `ballast doctor`: checks that this machine is ready to trade, with or without a running Ballast.
 * Never changes anything, and never shows a key or a token.
 */
import { symbolsOf } from '../../config/strategy-plan.ts'
import { configuredStrategies, plansOf } from '../../config/plans.ts'
import type { Command } from 'commander'
import packageJson from '../../../package.json' with { type: 'json' }
import { accountReport } from '../../diagnostics/account-report.ts'
import { probeAccount } from '../../diagnostics/account-probe.ts'
import { type CheckLine, failed, problem, warned, well } from '../../diagnostics/check-line.ts'

import { environment } from '../../config/config.ts'
import type { Config } from '../../config/sections/config-schema.ts'
import { accessWith, isKeyed, readKeyFile } from '../../config/exchange-access.ts'

import { everyMsOf } from '../../config/sections/backup-config.ts'
import {
  backupCheck,
  directoryCheck,
  diskCheck,
  exposureCheck,
  keyFileCheck,
  nodeCheck,
  portsCheck,
  processesCheck,
  secretsCheck,
} from '../../diagnostics/local-checks.ts'
import { type DataPaths, ownerOf, pathsOf } from '../../system/paths.ts'
import { openPublicHistory } from '../../market-data/public-history.ts'
import { databaseChecks, discordCheck, queueCheck, telegramCheck } from '../../diagnostics/dependency-checks.ts'
import { parseInterval } from '../../market/candles/interval.ts'
import { printChecks } from '../ui/check-lines.ts'
import { type CliContext, contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'

export function register(program: Command): void {
  program
    .command('doctor')
    .description('check that this machine is ready to trade, with the next step for each problem')
    .action((_flags: unknown, command: Command) => runDoctor(contextOf(command)))
}

async function runDoctor(context: CliContext): Promise<void> {
  const { out } = context
  const checks = await checksOf(context)
  const bad = checks.filter(({ status }) => status === 'fail').length
  const odd = checks.filter(({ status }) => status === 'warn').length
  out.answer({ checks, ok: bad === 0 }, () => {
    printChecks(out, checks)
    if (!out.options.plain) out.line(summaryOf(bad, odd))
  })
  if (bad > 0) process.exitCode = EXIT.checksFailed
}

function summaryOf(bad: number, odd: number): string {
  const rest = odd === 0 ? '' : ` ${odd === 1 ? '1 warning' : `${odd} warnings`}.`
  if (bad === 0) return `All checks passed.${rest}`
  return `${bad === 1 ? '1 check failed. Fix it first.' : `${bad} checks failed. Fix them first.`}${rest}`
}

/** What `doctor` prints, for others as well. */
export async function checksOf(context: CliContext): Promise<readonly CheckLine[]> {
  const node = nodeCheck(process.versions.node, packageJson.engines.node)
  let config: Config
  try {
    config = context.config().values
  } catch (cause) {
    // All other lines rest on it.
    return [node, problemOf('configuration', cause)]
  }
  const { profile } = config
  const paths = pathsOf(context.dataDir())
  const owner = ownerOf(paths)
  // A directory of another profile holds another profile's key: it is not asked with.
  const isOurs = owner === undefined || owner === profile
  const key = isOurs ? keyFileCheck(config, paths) : undefined
  return [
    node,
    well('configuration', `valid, profile ${profile}`),
    directoryCheck(paths, profile),
    diskCheck(paths),
    backupCheck(paths, everyMsOf(config.backup), Date.now()),
    ...(key === undefined ? [] : [key]),
    secretsCheck(paths),
    exposureCheck(config),
    ...statementCheck(profile),
    ...(await exchangeChecks(context, config, isOurs ? paths : undefined)),
    ...(await databaseChecks(config, paths)),
    await queueCheck(config),
    ...(await processesCheck(paths)),
    ...(await portsCheck(config, paths)),
    await telegramCheck(config, paths),
    await discordCheck(config, paths),
  ]
}

function statementCheck(profile: Config['profile']): readonly CheckLine[] {
  if (profile !== 'live') return []
  if (environment().BALLAST_I_AM_LIVE === 'live') return [well('statement', 'BALLAST_I_AM_LIVE=live is set: real money')]
  return [
    failed(
      'statement',
      'BALLAST_I_AM_LIVE=live is not in the environment',
      'Set it in the environment that starts Ballast; live does not start without it.',
    ),
  ]
}

/** Strategies too: the exchange is asked about what they trade. */
async function exchangeChecks(context: CliContext, config: Config, paths: DataPaths | undefined): Promise<readonly CheckLine[]> {
  const { profile } = config
  let plans: ReturnType<typeof plansOf>
  let broken: readonly CheckLine[] = []
  try {
    const strategies = await context.strategies(configuredStrategies(config))
    broken = strategies.broken.map(({ sentence, next }) => warned('strategies', `skipped: ${sentence}`, next))
    plans = plansOf(config, strategies)
  } catch (cause) {
    return [problemOf('strategies', cause)]
  }
  if (!plans.ok) return [problem('strategies', plans.error)]
  const symbols = symbolsOf(plans.value)
  const ready = well('strategies', `${plans.value.plans.map(({ id }) => id).join(', ')} on ${symbols.join(', ')}`)
  if (!isKeyed(profile) && readsBybit(config)) return [ready, ...broken, await publicCheck(config, symbols)]
  if (!isKeyed(profile) || paths === undefined) return [ready, ...broken]
  const key = readKeyFile(profile, paths)
  // Its own line has said so.
  if (!key.ok) return [ready, ...broken]
  const look = await probeAccount({
    access: accessWith(config, profile, key.value),
    profile,
    symbols,
    risk: plans.value.risk,
    intervalMs: parseInterval(config.interval) as number,
  })
  return [ready, ...broken, ...(look.ok ? accountReport(look.value) : [problem('exchange', look.error)])]
}

/** Without a key there is still an exchange: the prices of paper come from it, and a simulator that runs elsewhere. */
const readsBybit = ({ profile, bybit }: Config): boolean => profile === 'paper' || bybit.url !== undefined

async function publicCheck(config: Config, symbols: readonly string[]): Promise<CheckLine> {
  const history = await openPublicHistory(config, symbols)
  if (!history.ok) return problem('exchange', history.error)
  await history.value.close()
  return well('exchange', `lists ${symbols.join(', ')}`)
}

function problemOf(name: string, cause: unknown): CheckLine {
  if (cause instanceof CliError) return failed(name, cause.message.replaceAll('\n', ' '), cause.next)
  throw cause
}
