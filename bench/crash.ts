/**
 * Five strategies and a hand-traded book over the crash of 10 October 2025 on Bybit's recorded candles, at a thousand times the speed:
 * `npm run bench -- crash` prints what docs/portfolio.md shows. A deposit, a withdrawal, a rebalance, a move of capital and a breaker are in it.
 * Needs the recorded series: in BALLAST_SHARED, or in a folder `shared` beside the repository. Never a generated price.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '../db/open.ts'

const root = process.env['BALLAST_SHARED'] ?? resolve('..', 'shared')
const COINS = ['BTC', 'ETH', 'SOL', 'BNB', 'ADA'] as const
/** No spot series was recorded: these pairs replay the candles of their perpetual. */
const SPOT = ['BTC', 'ETH'] as const
const FROM = '2025-10-09T12:00Z'
const TO = '2025-10-13T00:00Z'
const SPEED = 1_000
const EXCHANGE_PORT = 18_490
const API_PORT = 18_480
const HOOKS_PORT = 18_481
const EXCHANGE = `http://127.0.0.1:${EXCHANGE_PORT}`
const LOOK_MS = 500
const START_MS = 90_000

const work = mkdtempSync(join(tmpdir(), 'ballast-crash-'))
const dataDir = join(work, 'data')
const configFile = join(work, 'ballast.config.json')
const children: ChildProcess[] = []

const config = {
  profile: 'sim',
  dataDir,
  interval: '5m',
  bybit: { url: EXCHANGE },
  api: { port: API_PORT },
  hooks: { port: HOOKS_PORT },
  strategies: [
    { id: 'trend-btc', strategy: 'ema-cross', symbols: ['BTCUSDT'] },
    { id: 'break-eth', strategy: 'donchian-breakout', symbols: ['ETHUSDT'] },
    { id: 'fade-sol', strategy: 'rsi-reversion', symbols: ['SOLUSDT'] },
    { id: 'fade-bnb', strategy: 'rsi-reversion', symbols: ['BNBUSDT'] },
    { id: 'trend-ada', strategy: 'ema-cross', symbols: ['ADAUSDT'] },
  ],
  manual: { symbols: SPOT.map((coin) => `${coin}USDT-SPOT`) },
  // Narrow, so that the crash trips one of them.
  risk: { dayLoss: '2%', lossStreak: 8 },
}

/** What the terminal prints; the program that ships, never the sources. */
function ballast(...words: readonly string[]): string {
  const run = spawnSync(process.execPath, ['dist/cli.js', '--config', configFile, '--data-dir', dataDir, '--no-color', ...words], {
    encoding: 'utf8',
    maxBuffer: 1e8,
  })
  return `${run.stdout}${run.stderr}`.trimEnd()
}
function show(title: string, text: string): void {
  console.log(`\n$ ${title}\n${text}`)
}
const shown = (...words: readonly string[]): void => show(`ballast ${words.join(' ')}`, ballast(...words))

function importCandles(): void {
  const file = (coin: string, what: string): string | undefined =>
    [join(root, 'data', `bybit-${coin}USDT-${what}.csv.gz`), join(root, `bybit-${coin}USDT-${what}.csv.gz`)].find((each) =>
      existsSync(each),
    )
  for (const coin of COINS) {
    const candles = file(coin, '5m')
    if (candles === undefined)
      throw new Error(`bybit-${coin}USDT-5m.csv.gz is not in ${root}: set BALLAST_SHARED to the folder that holds it.`)
    ballast('data', 'import', candles, '--symbol', `${coin}USDT`)
    const rates = file(coin, 'funding')
    if (rates !== undefined) ballast('data', 'import', rates, '--symbol', `${coin}USDT`)
    if (SPOT.some((each) => each === coin)) ballast('data', 'import', candles, '--symbol', `${coin}USDT-SPOT`)
  }
}

function start(file: string, ...words: readonly string[]): void {
  children.push(spawn(process.execPath, [file, ...words], { cwd: resolve('.'), stdio: ['ignore', 'ignore', 'inherit'] }))
}

async function clock(): Promise<number> {
  const answer = await fetch(`${EXCHANGE}/_sim/clock`).catch(() => undefined)
  return answer === undefined ? 0 : ((await answer.json()) as { readonly now: number }).now
}
async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + START_MS; !(await look()); await sleep(LOOK_MS))
    if (performance.now() > end) throw new Error(`${what} did not come within ${START_MS / 1_000} s.`)
}
async function moveMoney(amount: string, type: string): Promise<void> {
  const answer = await fetch(`${EXCHANGE}/_sim/wallet`, { method: 'POST', body: JSON.stringify({ coin: 'USDT', amount, type }) })
  show(`POST /_sim/wallet ${amount} ${type}`, await answer.text())
}

/** What is done, by the market's clock. */
const STEPS: readonly { readonly at: string; readonly run: () => Promise<void> | void }[] = [
  { at: '2025-10-09T20:00Z', run: () => shown('rebalance', '--weights', 'BTC-SPOT=9%,ETH-SPOT=6%', '--stop', '3%', '--yes') },
  { at: '2025-10-10T00:30Z', run: () => moveMoney('2000', 'TRANSFER_IN') },
  { at: '2025-10-10T08:00Z', run: () => shown('allocator', '--method', 'equal', '--yes') },
  { at: '2025-10-11T00:30Z', run: () => shown('status') },
  { at: '2025-10-11T12:00Z', run: () => moveMoney('-1500', 'TRANSFER_OUT') },
  { at: '2025-10-11T20:00Z', run: report },
]

async function report(): Promise<void> {
  for (const words of [
    'status',
    'pnl all strategy',
    'daily',
    'performance all',
    'monthly',
    'funding all',
    'exposure',
    'allocator --dry-run',
    'limits',
    'limits trend-btc',
    'flows',
  ])
    shown(...words.split(' '))
  const trades = JSON.parse(ballast('trades', '100', '--json')) as {
    readonly data: readonly { readonly id: string; readonly pnl: string }[]
  }
  const worst = [...trades.data].sort((a, b) => Number(a.pnl) - Number(b.pnl))[0]
  if (worst !== undefined) shown('why', worst.id)
  await showAudit()
  // Nothing moves while the two sides are compared.
  shown('panic', 'all', '--yes')
  await sleep(10 * LOOK_MS)
  const state = (await (await fetch(`${EXCHANGE}/_sim/state`)).json()) as { readonly wallet: object }
  show('GET /_sim/state, wallet of the exchange', JSON.stringify(state.wallet))
  shown('balance', '--json')
  shown('export', 'ledger', '--check')
}

/** Who did what: rows that steer, and what the kernel decided by itself. */
async function showAudit(): Promise<void> {
  const opened = await openDatabase({ dataDir, databaseUrl: undefined, max: 2 })
  if (!opened.ok) throw new Error(opened.error.sentence)
  const { sql, close } = opened.value
  const rows = await sql<{ actor: string; command: string; decision: string; result: string | null }[]>`
    select actor, command, decision, result from audit where command in ('rebalance', 'allocator', 'panic', 'resume') order by id`
  const commands = await sql<{ actor: string; name: string; args: unknown; status: string }[]>`
    select actor, name, args, status from commands where name = 'set-limit' order by id`
  const facts = await sql<
    { ts: number; type: string; summary: string }[]
  >`select ts, type, summary from alerts where severity in ('P1', 'P2', 'P3') order by id limit 30`
  show(
    'audit, commands to the trader and alerts, from the database',
    [
      ...rows.map(({ actor, command, decision, result }) => `${actor}  ${command}  ${decision}  ${result ?? ''}`),
      ...commands.map(({ actor, name, args, status }) => `${actor}  ${name}  ${JSON.stringify(args)}  ${status}`),
      ...facts.map(({ ts, type, summary }) => `${new Date(ts).toISOString().slice(5, 19)}  ${type}  ${summary}`),
    ].join('\n'),
  )
  await close()
}

async function stopAll(): Promise<void> {
  for (const child of [...children].reverse()) {
    const ended = new Promise((done) => child.once('exit', done))
    child.kill('SIGINT')
    if (child.exitCode === null) await ended
  }
  rmSync(work, { recursive: true, force: true })
}

try {
  writeFileSync(configFile, JSON.stringify(config))
  importCandles()
  const series = [...COINS.map((coin) => `${coin}USDT`), ...SPOT.map((coin) => `${coin}USDT-SPOT`)]
  start(
    'dist/cli.js',
    ...['--data-dir', dataDir, 'exchange', 'serve', '--port', String(EXCHANGE_PORT), '--from', FROM, '--to', TO, '--speed', String(SPEED)],
    ...series.flatMap((symbol) => ['--candles', `bybit/${symbol}/5m`]),
  )
  await until('the simulated exchange', async () => (await clock()) > 0)
  start('dist/main.js', '--config', configFile)
  await until('Ballast', async () => ballast('status', '--json').includes('"equity"'))
  for (const { at, run } of STEPS) {
    while ((await clock()) < Date.parse(at)) await sleep(LOOK_MS)
    console.log(`\n--- market time ${at}`)
    await run()
  }
} finally {
  await stopAll()
}
