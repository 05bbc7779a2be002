/**
 * `ballast panic --direct`: asks once, then flattens past database, trader and API.
 */
import { errorWords } from '../../venue/port/error.ts'

import { createInterface } from 'node:readline/promises'
import { openEmergencyLog } from '../../emergency/emergency-file.ts'
import { exchangeAccess } from '../../config/exchange-access.ts'
import { panicDirect } from '../../emergency/panic-direct.ts'
import { pathsOf, tagsIn } from '../../system/paths.ts'
import { readScope } from '../../emergency/scope-file.ts'
import { machineClock } from '../../system/wall-clock.ts'
import { isSpotSymbol } from '../../market/instrument.ts'
import { BybitClient } from '../../venue/bybit/http/client.ts'
import { type Coins, PanicAccount, type PanicPosition } from '../../venue/bybit/read/panic-account.ts'
import type { PanicScope } from '../../venue/bybit/read/panic-plan.ts'
import type { CliContext } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'

export interface PanicDirectFlags {
  readonly all?: boolean
  readonly symbol?: readonly string[]
  readonly timeout?: string
}

/** Longer than the trader's: a slow answer is worth more here than a second question, and no reading waits for another. */
const CALL_TIMEOUT_MS = 10_000
const RECV_WINDOW_MS = 5_000
const LIMIT_SEC = 60
/** How long the list of positions is asked for where nothing else says what to close. */
const POSITIONS_LIMIT_MS = 4_000
const POSITIONS_RETRY_MS = 250
/** Stands in the order ids where the data directory's own tag cannot be read. */
const NO_TAG = 'direct'

/** The account of the configured profile. @throws CliError where there is no usable key. */
export function openPanicAccount(context: CliContext): { readonly account: PanicAccount; readonly close: () => Promise<void> } {
  const config = context.config().values
  // Taking risk off needs no statement that live is meant.
  const access = exchangeAccess(config, pathsOf(context.dataDir()), 'live')
  if (!access.ok) throw new CliError(EXIT.auth, access.error.sentence, access.error.next)
  const client = new BybitClient({
    ...access.value,
    credentials: { key: access.value.key, secret: access.value.secret },
    timeoutMs: CALL_TIMEOUT_MS,
    recvWindowMs: RECV_WINDOW_MS,
  })
  return { account: new PanicAccount(client, Date.now), close: () => client.close() }
}

export async function runPanicDirect(context: CliContext, flags: PanicDirectFlags): Promise<void> {
  const { out } = context
  const limitSec = Number(flags.timeout ?? LIMIT_SEC)
  if (!(limitSec > 0 && limitSec <= 86_400))
    throw new CliError(EXIT.usage, `--timeout '${flags.timeout}' is not a number of seconds.`, 'Example: --timeout 60.')
  const dataDir = context.dataDir()
  const tags = readTagFile(dataDir)
  const { account, close } = openPanicAccount(context)
  const log = openEmergencyLog(dataDir)
  try {
    const { scope, scopeFillTs } = await findScope(context, flags, account, dataDir)
    if (!(await isConfirmed(context, scope))) throw new CliError(EXIT.notConfirmed, 'Nothing was done.', 'Answer y, or pass --yes.')
    const outcome = await panicDirect({
      account,
      scope,
      scopeFillTs,
      tag: tags[0] ?? NO_TAG,
      idPrefixes: tags.length === 0 ? ['b1-'] : tags.map((tag) => `b1-${tag}-`),
      record: (record) => {
        const problem = log.append(record)
        if (problem !== undefined) process.stderr.write(`not on disk (${problem}): ${JSON.stringify(record)}\n`)
      },
      wallClock: machineClock,
      say: (text) => out.note(text),
      limitMs: limitSec * 1000,
    })
    out.answer(outcome, () => {
      out.line(outcome.sentence)
      out.note(
        `${outcome.ordersSent === 1 ? '1 order' : `${outcome.ordersSent} orders`} in ${(outcome.elapsedMs / 1000).toFixed(1)} s. The trader stays halted until an admin resumes: ballast resume`,
      )
    })
    if (!outcome.isFlat) process.exitCode = EXIT.error
  } finally {
    log.close()
    await close()
  }
}

/** The tag of now, then those of before restores; none where the file cannot be read. */
function readTagFile(dataDir: string): readonly string[] {
  try {
    return tagsIn(pathsOf(dataDir)).filter((tag) => /^[a-z0-9]{6}$/.test(tag))
  } catch {
    // A disk that cannot be read must not keep positions open.
    return []
  }
}

async function findScope(
  context: CliContext,
  flags: PanicDirectFlags,
  account: PanicAccount,
  dataDir: string,
): Promise<{ readonly scope: PanicScope; readonly scopeFillTs: number | undefined }> {
  const known = readScope(dataDir)
  if (flags.symbol !== undefined) {
    const symbols = flags.symbol.map((s) => s.toUpperCase())
    // By the size that is written down they are closed where the positions cannot be read.
    const owned = (known?.positions ?? []).filter(({ symbol }) => symbols.includes(symbol))
    return { scope: { type: 'chosen', symbols, owned }, scopeFillTs: undefined }
  }
  if (known !== undefined && flags.all !== true)
    return { scope: { type: 'owned', positions: known.positions }, scopeFillTs: known.lastFillTs }
  const read = await readPatiently(account)
  if (!read.ok && known !== undefined) {
    context.out.note(`Could not read the positions (${errorWords(read.error)}): using scope.json; other positions stay open.`)
    return { scope: { type: 'owned', positions: known.positions }, scopeFillTs: known.lastFillTs }
  }
  if (!read.ok)
    throw new CliError(
      read.error.type === 'auth' ? EXIT.auth : EXIT.unreachable,
      `Could not read the positions from the exchange (${errorWords(read.error)}).`,
      'Try again, or close them in Bybit’s app.',
    )
  if (flags.all !== true) {
    const symbols = await askWhich(context, read.value, await coinsOf(account), dataDir)
    return { scope: { type: 'chosen', symbols }, scopeFillTs: undefined }
  }
  // Coins have no owner at the exchange: of them all means all that the trader wrote down as ours.
  const owned = (known?.positions ?? []).filter(({ symbol }) => isSpotSymbol(symbol))
  if (known === undefined)
    context.out.note(`Spot coins are not sold: ${dataDir} has no readable scope.json to tell which ones Ballast bought. ${NAME_COINS}`)
  return { scope: { type: 'chosen', symbols: read.value.map((p) => p.symbol), owned }, scopeFillTs: known?.lastFillTs }
}

const NAME_COINS = 'To sell all of a coin, name it: --symbol BTCUSDT-SPOT'

/** A refused key is no better the next time; all else may be. */
async function readPatiently(account: PanicAccount): ReturnType<PanicAccount['positions']> {
  const untilMs = performance.now() + POSITIONS_LIMIT_MS
  for (;;) {
    const read = await account.positions()
    if (read.ok || read.error.type === 'auth' || performance.now() >= untilMs) return read
    await machineClock.sleep(POSITIONS_RETRY_MS)
  }
}

/** What cannot be read here is read again before anything is sold. */
async function coinsOf(account: PanicAccount): Promise<readonly Coins[]> {
  const coins = await account.spotCoins()
  return coins.ok ? coins.value : []
}

async function askWhich(
  context: CliContext,
  positions: readonly PanicPosition[],
  coins: readonly Coins[],
  dataDir: string,
): Promise<readonly string[]> {
  const { out } = context
  out.note(`${dataDir} has no readable scope.json, so the positions opened by Ballast are unknown. The account holds:`)
  for (const [at, p] of positions.entries()) out.note(`  ${at + 1}  ${p.symbol} ${p.side === 'Buy' ? 'long' : 'short'} ${p.size}`)
  if (positions.length === 0) out.note('  no positions')
  for (const { coin, amount } of coins) out.note(`  –  spot ${amount} ${coin}`)
  if (coins.length > 0) out.note(`The coins bought by Ballast are unknown, so none are offered here. ${NAME_COINS}`)
  if (positions.length === 0) return []
  const answer = await question('Close which? (numbers, symbols or all) ')
  if (answer === undefined)
    throw new CliError(
      EXIT.notConfirmed,
      'There is no terminal to ask which positions to close.',
      'Pass --all, or --symbol ETHUSDT for each.',
    )
  const words = answer
    .toUpperCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '')
  if (words.length === 1 && words[0] === 'ALL') return positions.map((p) => p.symbol)
  return words.map((word) => {
    const symbol = positions[Number(word) - 1]?.symbol ?? positions.find((p) => p.symbol === word)?.symbol
    if (symbol === undefined) throw new CliError(EXIT.usage, `'${word}' is not one of these positions.`, 'Nothing was done. Run it again.')
    return symbol
  })
}

async function isConfirmed(context: CliContext, scope: PanicScope): Promise<boolean> {
  if (context.flags.yes === true) return true
  const [symbols, owned] =
    scope.type === 'chosen' ? [scope.symbols, (scope.owned ?? []).filter((p) => !scope.symbols.includes(p.symbol))] : [[], scope.positions]
  const what = [...symbols, ...owned.map((p) => `${p.symbol} ${p.side} ${p.size}`)].join(', ')
  const answer = await question(`Close ${what === '' ? 'what Ballast opened' : what} at market, cancel its entries? [y/N] `)
  return answer !== undefined && /^y(es)?$/i.test(answer.trim())
}

/** Undefined where nobody can answer. */
async function question(text: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await terminal.question(text)
  } finally {
    terminal.close()
  }
}
