/**
 * `ballast init`: asks for the exchange's key, looks at the account with it, and keeps it where it may be kept.
 * Never takes key or secret from a flag, the environment or a pipe, never shows them, never sends an order, and never starts anything.
 */
import { type TradePlan, symbolsOf } from '../../config/strategy-plan.ts'
import type { Problem } from '../../core/problem.ts'
import { configuredStrategies, plansOf } from '../../config/plans.ts'
import { existsSync, writeFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { accountReport } from '../../diagnostics/account-report.ts'
import { type AccountProbe, probeAccount } from '../../diagnostics/account-probe.ts'

import { CONFIG_FILE } from '../../config/config.ts'
import type { Config } from '../../config/sections/config-schema.ts'
import { type ExchangeKey, type KeyedProfile, accessWith, isKeyed } from '../../config/exchange-access.ts'
import { writeKeyFile } from '../../config/key-file.ts'

import { limitsSummary } from '../../diagnostics/limits-summary.ts'
import { type DataPaths, claimDirectory, ownerOf, pathsOf } from '../../system/paths.ts'
import { CASH_SCALE, type Cash } from '../../core/units.ts'
import { parseInterval } from '../../market/candles/interval.ts'
import type { SomeSettings } from '../../risk/settings/setting.ts'
import { askLimits } from './init-limits.ts'
import { configuredSettings, riskOf } from '../../config/sections/risk-config.ts'
import { ask } from '../ui/ask.ts'
import { printChecks, widthOf, wrap } from '../ui/check-lines.ts'
import { type CliContext, contextOf } from '../context.ts'
import { CliError, EXIT, type ExitCode } from '../exit.ts'

export function register(program: Command): void {
  program
    .command('init')
    .description('enter, verify and store your Bybit API key')
    .action((_flags: unknown, command: Command) => runInit(contextOf(command)))
}

async function runInit(context: CliContext): Promise<void> {
  const { out } = context
  const { values: config } = context.config()
  const { profile } = config
  if (!isKeyed(profile)) {
    const start = profile === 'sim' ? 'npm start' : 'npm start -- --profile paper --data-dir .ballast-paper'
    out.line(`Profile ${profile} needs no key and no account. Start it with: ${start}`)
    out.line('To use your account: ballast init --profile observe only watches, --profile demo trades with Bybit’s demo funds.')
    return
  }
  if (context.flags.json === true) throw new CliError(EXIT.usage, 'A key cannot be entered with --json.', 'Run it without --json.')
  if (process.stdin.isTTY !== true)
    throw new CliError(EXIT.notConfirmed, 'Key and secret must be typed at a terminal, and this is not one.', 'Run it in a terminal.')
  const paths = directoryFor(context, profile)
  const plans = await plansFor(context, config)
  const symbols = symbolsOf(plans)
  if (existsSync(paths.bybitKey) && !(await agrees(context, `${paths.bybitKey} already exists. Replace it? [y/N] `)))
    throw new CliError(EXIT.notConfirmed, 'Key unchanged.', `Check it with: ballast doctor${flagsOf(context, paths)}`)
  say(context, KEY_TEXT[profile])
  const key = await askKey()
  const looked = await probeAccount({
    access: accessWith(config, profile, key),
    profile,
    symbols,
    risk: plans.risk,
    intervalMs: parseInterval(config.interval) as number,
  })
  if (!looked.ok && looked.error.exitCode === EXIT.unreachable) return keepUnchecked(context, profile, paths, key, looked.error)
  const look = settled(looked)
  const checks = accountReport(look)
  printChecks(out, checks)
  refuseBadKey(look)
  settled(claimDirectory(paths, profile))
  settled(writeKeyFile(paths, key))
  out.line(`Saved to ${paths.bybitKey}, readable only by you.`)
  if (look.wallet !== undefined)
    out.line(`Account: ${walletText(look.wallet)} USDT, ${look.positions === 1 ? '1 position' : `${look.positions ?? 0} positions`}.`)
  const given = profile === 'observe' ? {} : await limitsFor(context, config, look.wallet)
  const isConfigured = await offerConfig(context, profile, paths, given)
  const risk = settled(riskOf(config.profile, { ...config.risk, ...given }))
  if (profile !== 'observe' && look.wallet !== undefined) say(context, `Limits: ${limitsSummary(risk, look.wallet)}.`)
  const start = startOf(context, isConfigured ? undefined : paths)
  if (profile === 'live')
    say(context, `Nothing is running yet. Live trades real money and needs this statement: BALLAST_I_AM_LIVE=live ${start}`)
  else say(context, `Nothing is running yet. Start it with: ${start}`)
  const bad = checks.filter(({ status }) => status === 'fail').length
  if (bad > 0)
    throw new CliError(
      EXIT.checksFailed,
      'Key saved. Fix what is marked ✗ before trading.',
      `Then: ballast doctor${flagsOf(context, paths)}`,
    )
}

const KEY_TEXT: Readonly<Record<KeyedProfile, string>> = {
  observe: 'Create a read-only key at bybit.com: API, Create New Key, Read-Only. Restrict it to this machine’s IP address.',
  demo: 'Create a key in Bybit’s demo trading: API, Create New Key. Permissions: contract orders and positions, nothing else.',
  testnet: 'Create a key at testnet.bybit.com: API, Create New Key. Permissions: contract orders and positions, nothing else.',
  live: 'Create a key at bybit.com: API, Create New Key. Permissions: contract orders and positions only. Restrict it to this machine’s IP address.',
}

/** A directory that belongs to another profile is left to it, where nobody has named it. */
function directoryFor(context: CliContext, profile: KeyedProfile): DataPaths {
  const named = pathsOf(context.dataDir())
  const owner = ownerOf(named)
  if (owner === undefined || owner === profile) return named
  const isDefault = context.config().origins.get('dataDir')?.kind === 'default'
  const own = pathsOf(resolve(`.ballast-${profile}`))
  const ownOwner = ownerOf(own)
  if (!isDefault || (ownOwner !== undefined && ownOwner !== profile)) settled(claimDirectory(named, profile))
  context.out.note(`${named.root} belongs to profile ${owner}; ${profile} uses ${own.root}.`)
  return own
}

async function plansFor(context: CliContext, config: Config): Promise<TradePlan> {
  return settled(plansOf(config, await context.strategies(configuredStrategies(config))))
}

async function askKey(): Promise<ExchangeKey> {
  const key = await askSecret('API key (hidden): ', 'key')
  const secret = await askSecret('API secret (hidden): ', 'secret')
  if (secret === key)
    throw new CliError(
      EXIT.usage,
      'You entered the API key as the secret.',
      'Nothing was saved. Bybit shows the secret only once, when you create the key.',
    )
  return { key, secret }
}

async function askSecret(question: string, what: string): Promise<string> {
  const text = (await ask(question, true)).trim()
  if (text === '') throw new CliError(EXIT.notConfirmed, `No ${what} entered. Nothing was saved.`, 'Run it again when you have it.')
  // Printable and without blanks: what a header can carry.
  if (!/^[!-~]{6,200}$/.test(text))
    throw new CliError(
      EXIT.usage,
      `That does not look like a Bybit ${what}. Nothing was saved.`,
      'Copy it again, without spaces or quotes.',
    )
  return text
}

/** @throws CliError where the exchange or the profile does not take the key, or nobody knows what it may. */
function refuseBadKey({ findings, reading }: AccountProbe): void {
  const refused = findings.find(({ code, effect }) => effect === 'refuse' && (code.startsWith('key.') || code === 'account.region'))
  if (refused !== undefined) throw new CliError(EXIT.auth, 'Key not saved: fix what is marked ✗.', 'Then run it again, or use another key.')
  if (reading.key.type === 'failed')
    throw new CliError(
      reading.key.error.type === 'clock' ? EXIT.checksFailed : EXIT.unreachable,
      `Key not saved: Bybit did not return its permissions (${reading.key.error.code}).`,
      reading.key.error.type === 'clock' ? 'Set this machine’s clock by NTP, then run it again.' : 'Try again later.',
    )
}

/** What was typed is not lost to a network that is down: every start checks the key again. @throws CliError: nothing is known of it yet. */
async function keepUnchecked(
  context: CliContext,
  profile: KeyedProfile,
  paths: DataPaths,
  key: ExchangeKey,
  { sentence, next }: Problem,
): Promise<void> {
  say(context, `${sentence} ${next}`)
  if (!(await agrees(context, 'Save the key without verifying it? Every start verifies it before any order is sent. [y/N] ')))
    throw new CliError(EXIT.unreachable, 'Key not saved.', 'Run it again when the exchange answers.')
  settled(claimDirectory(paths, profile))
  settled(writeKeyFile(paths, key))
  context.out.line(`Saved to ${paths.bybitKey}, readable only by you.`)
  await offerConfig(context, profile, paths, {})
  throw new CliError(EXIT.unreachable, 'Key saved, not verified.', `Verify it with: ballast doctor${flagsOf(context, paths)}`)
}

/** Answers whether a configuration names profile and directory. */
async function offerConfig(context: CliContext, profile: KeyedProfile, { root }: DataPaths, given: SomeSettings): Promise<boolean> {
  const { origins } = context.config()
  const hasLimits = Object.keys(given).length > 0
  if (existsSync(CONFIG_FILE) || (context.flags.config ?? []).length > 0) {
    if (hasLimits)
      say(context, `Your configuration stays as it is. To keep these limits, put this into it: "risk": ${JSON.stringify(given)}`)
    return origins.get('profile')?.kind === 'file' && context.dataDir() === root && origins.get('dataDir')?.kind !== 'flag'
  }
  const question = `Write ${CONFIG_FILE} to make ${profile} the profile for commands in this directory? [y/N] `
  if (!(await agrees(context, question))) {
    if (hasLimits) say(context, `Not written, so that the limits of the profile count. Yours: "risk": ${JSON.stringify(given)}`)
    return false
  }
  const dataDir = root === resolve('.ballast') ? {} : { dataDir: shortOf(root) }
  // Somebody may have made one meanwhile: theirs stays.
  writeFileSync(CONFIG_FILE, `${JSON.stringify({ profile, ...dataDir, ...(hasLimits ? { risk: given } : {}) }, null, 2)}\n`, { flag: 'wx' })
  say(context, `Written: ${resolve(CONFIG_FILE)}. It uses the default strategies; see ballast config show.`)
  return true
}

/** Nobody is asked where there is no terminal, or where --yes answers all: then the configuration's count. */
async function limitsFor(context: CliContext, config: Config, wallet: Cash | undefined): Promise<SomeSettings> {
  if (context.flags.yes === true || process.stdin.isTTY !== true) return {}
  const { account } = configuredSettings(config)
  return askLimits({ ask: (question) => ask(question, false), say: (text) => say(context, text) }, account, wallet)
}

async function agrees(context: CliContext, question: string): Promise<boolean> {
  return context.flags.yes === true || /^y(es)?$/i.test((await ask(question, false)).trim())
}

const flagsOf = (context: CliContext, { root }: DataPaths): string =>
  ` --profile ${context.config().values.profile}${root === resolve('.ballast') ? '' : ` --data-dir ${shortOf(root)}`}`

const walletText = (wallet: Cash): string =>
  (wallet / 10 ** CASH_SCALE).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** As one types it here. */
function shortOf(root: string): string {
  const here = relative(process.cwd(), root)
  return here.startsWith('..') ? root : here
}

function say({ out }: CliContext, text: string): void {
  for (const line of wrap(text, widthOf(out))) out.line(line)
}

/** With the flags that are not in a configuration. */
const startOf = (context: CliContext, paths: DataPaths | undefined): string =>
  paths === undefined ? 'npm start' : `npx ballast run${flagsOf(context, paths)}`

function settled<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Problem }): T {
  if (result.ok) return result.value
  const { sentence, next, exitCode } = result.error
  throw new CliError(exitOf(exitCode), sentence, next)
}

const exitOf = (code: number | undefined): ExitCode => Object.values(EXIT).find((each) => each === code) ?? EXIT.error
