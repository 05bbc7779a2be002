/**
 * S9: a whole Ballast that trades while money comes and goes each market hour ends with books equal to the exchange's to the last unit:
 * wallet, positions, the sum of the exchange's log, each flow booked once, and a day's result without any of it.
 * `BALLAST_PROVE=full` takes an hour at 60x, with money that moves in each hour of the market; without it money moves eight times, in each fifth minute.
 */
import { RestClientV5 } from 'bybit-api'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { Random } from '../../src/core/random.ts'
import { isFull } from '../support/process/prove-size.ts'
import { Installation, until } from '../support/process/installation.ts'

const SEED = Number(process.env.BALLAST_TEST_SEED ?? '1')
const SPEED = 60
const MOVES = Number(process.env.BALLAST_TEST_MOVES ?? (isFull ? 60 : 8))
const HOUR_MS = 3_600_000
const BETWEEN_MS = isFull ? HOUR_MS : HOUR_MS / 12
const DAY_MS = 24 * HOUR_MS
/** Coins that are no equity, and what the exchange gives by itself. */
const ODD = [
  { coin: 'USDT', type: 'BONUS', size: 20 },
  { coin: 'USDT', type: 'AIRDROP', size: 5 },
  { coin: 'USDT', type: 'FEE_REFUND', size: 3 },
  { coin: 'USDT', type: 'INTEREST', size: -2 },
  { coin: 'BTC', type: 'DEPOSIT', size: 1 },
  { coin: 'USDC', type: 'TRANSFER_IN', size: 200 },
] as const
/** What trades: often, on four symbols and both sides, with far stops, so that no loss of a day ends it. */
const STRATEGIES = [
  { strategy: 'ema-cross', symbols: ['BTCUSDT'], params: { fast: 2, slow: 6, stopAtr: 16, targetAtr: 6 } },
  { strategy: 'donchian-breakout', symbols: ['ETHUSDT'], params: { entry: 12, exit: 6, stopAtr: 16 } },
  { strategy: 'ema-cross', id: 'ema-sol', symbols: ['SOLUSDT'], params: { fast: 5, slow: 13, stopAtr: 12, targetAtr: 8 } },
  { strategy: 'ema-cross', id: 'ema-xrp', symbols: ['XRPUSDT'], params: { fast: 8, slow: 21, stopAtr: 16 } },
]

interface Move {
  readonly coin: string
  readonly amount: string
  readonly type: string
}
interface Page<Row> {
  readonly data: readonly Row[]
  readonly nextCursor: string | null
}
interface FlowRow {
  readonly kind: string
  readonly coin: string
  readonly amount: string
}
interface PositionRow {
  readonly symbol: string
  readonly side: 'long' | 'short'
  readonly quantity: string
}
interface Status {
  readonly state: string
  readonly equity: string
  readonly dayPnl: string
  readonly holds: readonly { readonly reason: string }[]
}
const transactions = z.array(z.object({ type: z.string(), currency: z.string(), change: z.string() }))
type Transaction = z.infer<typeof transactions>[number]

/** Decimal text in units of 1e-8, exact. */
function units(text: string): bigint {
  const [, sign, whole, part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  if (whole === undefined || part.length > 8) throw new Error(`${text} is no amount`)
  return (sign === '-' ? -1n : 1n) * (BigInt(whole) * 100_000_000n + BigInt(part.padEnd(8, '0')))
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const settled = (moves: readonly Move[]): bigint =>
  moves.reduce((sum, { coin, amount }) => sum + (coin === 'USDT' ? units(amount) : 0n), 0n)
const keysOf = <Row>(rows: readonly Row[], keyOf: (row: Row) => string): string[] => rows.map(keyOf).sort()
/** Equity at the beginning of the day, with what came and went since. */
const startOf = ({ equity, dayPnl }: Status): bigint => units(equity) - units(dayPnl)

/** By turns a deposit and a withdrawal of up to a sixth of the wallet, and in each fifth turn something odd beside it. */
function movesOf(random: Random, turn: number, wallet: bigint): Move[] {
  const isIn = turn % 2 === 0
  const size = Number(wallet / 6n / 1_000_000n) * (0.2 + 0.8 * random.next())
  const amount = `${isIn ? '' : '-'}${(size / 100).toFixed(2)}${random.below(10)}${random.below(9) + 1}`
  const type = random.below(2) === 0 ? (isIn ? 'DEPOSIT' : 'WITHDRAW') : isIn ? 'TRANSFER_IN' : 'TRANSFER_OUT'
  const moves: Move[] = [{ coin: 'USDT', amount, type }]
  const odd = ODD[random.below(ODD.length)] as (typeof ODD)[number]
  if (turn % 5 === 3) moves.push({ coin: odd.coin, amount: String((odd.size * (1 + random.below(900))) / 1_000), type: odd.type })
  return moves
}

/** The exchange as anybody reads it: Bybit's wire, by another client than Ballast's own. */
class Exchange {
  private readonly url: string
  private readonly rest: RestClientV5

  constructor(url: string) {
    this.url = url
    this.rest = new RestClientV5({ key: 'sim', secret: 'sim-secret', baseUrl: url }, { timeout: 5_000, proxy: false })
  }

  async now(): Promise<number> {
    return ((await (await fetch(`${this.url}/_sim/clock`)).json()) as { now: number }).now
  }

  dayOf(ms: number): number {
    return Math.floor(ms / DAY_MS)
  }

  async move(move: Move): Promise<void> {
    const answer = await fetch(`${this.url}/_sim/wallet`, { method: 'POST', body: JSON.stringify(move) })
    if (!answer.ok) throw new Error(`${JSON.stringify(move)}: ${await answer.text()}`)
  }

  async wallet(): Promise<bigint> {
    const { result } = await this.rest.getWalletBalance({ accountType: 'UNIFIED' })
    return units(result.list[0]?.coin.find(({ coin }) => coin === 'USDT')?.walletBalance as string)
  }

  /** Signed sizes of the symbols that are held. */
  async positions(): Promise<string[]> {
    const { result } = await this.rest.getPositionInfo({ category: 'linear', settleCoin: 'USDT', limit: 200 })
    return result.list
      .filter(({ size }) => units(size) !== 0n)
      .map(({ symbol, side, size }) => `${symbol} ${side === 'Sell' ? -units(size) : units(size)}`)
      .sort()
  }

  /** Everything since the account was opened. */
  async log(): Promise<Transaction[]> {
    const rows: Transaction[] = []
    const endTime = (await this.now()) + 1
    for (let from = endTime - 7 * DAY_MS, cursor: string | undefined; ; ) {
      const { result, retMsg } = await this.rest.getTransactionLog({
        startTime: from,
        endTime,
        limit: 50,
        ...(cursor === undefined ? {} : { cursor }),
      })
      if (result?.list === undefined) throw new Error(retMsg)
      rows.push(...transactions.parse(result.list))
      cursor = result.nextPageCursor === '' ? undefined : result.nextPageCursor
      if (cursor === undefined) return rows
      await sleep(60)
    }
  }
}

let ballast: Installation
afterAll(() => ballast?.remove(), 60_000)

async function all<Row>(path: string): Promise<Row[]> {
  const rows: Row[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Page<Row> = await ballast.get(`${path}?limit=200${cursor === undefined ? '' : `&cursor=${cursor}`}`)
    rows.push(...page.data)
    cursor = page.nextCursor
  }
  return rows
}
const flows = () => all<FlowRow>('/flows')
const status = () => ballast.get<Status>('/status')
const positions = async (): Promise<string[]> =>
  (await ballast.get<Page<PositionRow>>('/positions')).data
    .map(({ symbol, side, quantity }) => `${symbol} ${side === 'short' ? -units(quantity) : units(quantity)}`)
    .sort()

class Refusal extends Error {
  readonly status: number
  constructor(status: number, sentence: string) {
    super(sentence)
    this.status = status
  }
}

async function post<T>(path: string, body: object): Promise<T> {
  const answer = await fetch(`${ballast.api}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ballast.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Refusal(answer.status, `${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as T
}

/** Asks once for each: one that its stop or its strategy closes meanwhile is refused, as it should be. */
async function closeAll(): Promise<void> {
  for (const position of await positions())
    try {
      const { confirmation } = await post<{ confirmation?: { id: string } }>('/commands', { line: `close ${position.split(' ')[0]}` })
      if (confirmation !== undefined) await post(`/confirmations/${confirmation.id}`, { decision: 'yes' })
    } catch (cause) {
      if (!(cause instanceof Refusal && cause.status === 409)) throw cause
    }
  await sleep(2_000)
}

/** The market runs on, so that both sides are read until they say the same: wallet and positions. */
async function agree(exchange: Exchange): Promise<void> {
  let difference: unknown
  await until(
    async () => {
      const [theirs, ours] = [
        [await exchange.wallet(), ...(await exchange.positions())],
        [units((await ballast.get<Page<{ wallet: string }>>('/balances')).data[0]?.wallet ?? ''), ...(await positions())],
      ]
      difference = { theirs, ours }
      await sleep(250)
      return theirs.join() === ours.join()
    },
    'equal books',
    60_000,
  ).catch((cause: unknown) => {
    throw new Error(`the books differ: ${JSON.stringify(difference, (_, value) => (typeof value === 'bigint' ? String(value) : value))}`, {
      cause,
    })
  })
}

test(
  `S9: ${MOVES} deposits and withdrawals while it trades at ${SPEED}x end with the exchange's books`,
  async () => {
    ballast = await Installation.make({
      speed: SPEED,
      config: {
        strategies: STRATEGIES,
        risk: { tradeLoss: '0.1%', lossStreak: 'off', dayLoss: '15%', weekLoss: '30%', drawdownOrange: '40%', drawdownRed: '45%' },
      },
    })
    await ballast.start()
    const exchange = new Exchange(ballast.sim)
    const beganMs = await exchange.now()
    const random = new Random(SEED)
    const sent: Move[] = []
    let last = { day: exchange.dayOf(await exchange.now()), start: startOf(await status()) }
    for (let turn = 0; turn < MOVES; turn++) {
      const due = (await exchange.now()) + BETWEEN_MS
      const moves = movesOf(random, turn, await exchange.wallet())
      for (const move of moves) await exchange.move(move)
      sent.push(...moves)
      await until(
        async () => {
          await sleep(500)
          return (await flows()).length >= sent.length
        },
        `${JSON.stringify(moves)} in the books, move ${turn}`,
        60_000,
      )
      const after = await status()
      const seen = { day: exchange.dayOf(await exchange.now()), start: startOf(after) }
      // What the day began with moves by what came and went, and by nothing else: its result is that of trading.
      if (seen.day === last.day) expect([turn, seen.start - last.start]).toEqual([turn, settled(moves)])
      expect([turn, after.state, after.holds]).toEqual([turn, 'running', []])
      while ((await exchange.now()) < due) await sleep(200)
      last = { day: exchange.dayOf(await exchange.now()), start: startOf(await status()) }
    }

    // Entries on hold; what is open stays, and both sides are read until nothing moves between them.
    await post('/control/pause', { reason: 'the hours are over' })
    await agree(exchange)
    await until(
      async () => {
        await closeAll()
        return (await positions()).length === 0
      },
      'a flat account',
      60_000,
    )
    await agree(exchange)

    const opening = units('10000')
    const wallet = await exchange.wallet()
    const log = await exchange.log()
    const settle = log.filter((row) => row.currency === 'USDT')
    const changeOf = (rows: readonly Transaction[]) => rows.reduce((sum, row) => sum + units(row.change), 0n)
    const isTrading = (row: Transaction) => row.type === 'TRADE' || row.type === 'SETTLEMENT'
    expect(opening + changeOf(settle)).toBe(wallet)
    expect(changeOf(settle.filter((row) => !isTrading(row)))).toBe(settled(sent))
    const now = await status()
    expect(units(now.equity)).toBe(wallet)
    if (exchange.dayOf(await exchange.now()) === exchange.dayOf(beganMs)) expect(units(now.dayPnl)).toBe(changeOf(settle.filter(isTrading)))
    expect(await ballast.get('/ledger/check')).toMatchObject({ isRight: true, sum: '0' })
    expect(keysOf(await flows(), (f) => `${f.coin} ${units(f.amount)}`)).toEqual(keysOf(sent, (m) => `${m.coin} ${units(m.amount)}`))
    const alerts = await all<{ severity: string; type: string; summary: string }>('/alerts')
    expect(alerts.filter(({ severity, type }) => severity === 'P1' || type === 'account.unexplained')).toEqual([])
    expect(alerts.filter(({ type }) => type === 'account.flow')).toHaveLength(sent.length)
    // Nothing of it means anything where nothing was traded.
    expect(settle.filter((row) => row.type === 'TRADE').length).toBeGreaterThan(MOVES / 2)
    process.stdout.write(
      `wallet-hour: seed ${SEED}, ${sent.length} flows of ${Number(settled(sent)) / 1e8} USDT, ${settle.length} rows of the log, wallet ${Number(wallet) / 1e8} on both sides\n`,
    )
  },
  120_000 + (MOVES * BETWEEN_MS) / SPEED,
)
