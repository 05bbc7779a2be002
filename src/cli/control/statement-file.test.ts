/**
 * Files of Bybit's transaction log: the website's, the API's, and what is none.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reconcileStatement } from './statement.ts'
import { readStatement } from './statement-file.ts'
import type { CliContext } from '../context.ts'
import { Output } from '../ui/output.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'statement-'))
})
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const WEBSITE = `UID: 123456,Company Name: ,Country:
Uid,Currency,Contract,Type,Direction,Quantity,Position,Filled Price,Funding,Fee Paid,Cash Flow,Change,Wallet Balance,Action,Time(UTC)
123456,USDT,XRPUSDT,SETTLEMENT,BUY,100.00000000000000000000,100.00000000000000000000,0.36760000000000000000,-0.00367600000000000000,0.00000000000000000000,0.00000000000000000000,-0.00367600000000000000,5086.55825002000000000000,--,2022-12-27 08:00:00
123456,USDT,XRPUSDT,TRADE,BUY,88.00000000000000000000,100.00000000000000000000,0.36150000000000000000,--,-0.01908720000000000000,0.00000000000000000000,-0.01908720000000000000,5086.56192602000000000000,OPEN,2022-12-27 06:06:22
123456,BTC,BTCUSDT,TRADE,BUY,0.1,--,20000,--,0,0.1,0.1,0.1,--,2022-12-27 06:00:00
123456,USDT,--,TRANSFER_IN,--,--,--,--,--,0,100,100.00000000000000000000,5086.58,--,2022-12-27 05:00:00
`
/** The rows of Bybit's own example, as a program writes them down. */
const API = `id,symbol,side,funding,fee,change,cashFlow,transactionTime,type,currency,category,tradeId
592324,XRPUSDT,Buy,-0.003676,0.00000000,-0.003676,0,1672128000000,SETTLEMENT,USDT,linear,534c0003
592324,XRPUSDT,Buy,,0.01908720,-0.0190872,0,1672121182224,TRADE,USDT,linear,5184f079
`
/** As the export of the running Ballast has them. */
const WALLET = [
  ['2022-12-27T05:00:00.500Z', 'wallet-adjusted', 'transfer-in', '', 'log:1', '100'],
  ['2022-12-27T06:06:22.224Z', 'order-filled', '', 'XRPUSDT', '5184f079', '-0.0190872'],
  ['2022-12-27T08:00:00.000Z', 'funding-settled', '', 'XRPUSDT', '534c0003', '-0.003676'],
]

test('the website’s file: its first line, its dashes and twenty decimals; other coins are left out and counted', async () => {
  const { rows, skipped } = await readStatement(file('website.csv', WEBSITE))
  expect(skipped).toBe(1)
  expect(rows).toEqual([
    { kind: 'funding', symbol: 'XRPUSDT', reference: '', change: -367_600, ts: Date.UTC(2022, 11, 27, 8), line: 3, typeText: 'SETTLEMENT' },
    {
      kind: 'trade',
      symbol: 'XRPUSDT',
      reference: '',
      change: -1_908_720,
      ts: Date.UTC(2022, 11, 27, 6, 6, 22),
      line: 4,
      typeText: 'TRADE',
    },
    { kind: 'flow', symbol: '', reference: '', change: 10_000_000_000, ts: Date.UTC(2022, 11, 27, 5), line: 6, typeText: 'TRANSFER_IN' },
  ])
})

test('the API’s rows: ids and milliseconds', async () => {
  const { rows } = await readStatement(file('api.csv', API))
  expect(rows.map(({ reference, ts, change }) => [reference, ts, change])).toEqual([
    ['534c0003', 1_672_128_000_000, -367_600],
    ['5184f079', 1_672_121_182_224, -1_908_720],
  ])
})

test.each([
  ['prices.csv', 'timestamp,open,close\n1,2,3\n', 'has no header with Type and Change'],
  ['amount.csv', WEBSITE.replace(',-0.01908720000000000000,5086', ',much,5086'), 'line 4: the change'],
  ['time.csv', WEBSITE.replace('2022-12-27 06:06:22', '27/12/2022'), "line 4: '27/12/2022' is not a time in UTC"],
  ['coins.csv', WEBSITE.replaceAll(',USDT,', ',USDC,'), 'has no row in USDT'],
])('%s is refused with its line', async (name, text, sentence) => {
  await expect(readStatement(file(name, text))).rejects.toThrow(sentence)
})

function context(): { readonly context: CliContext; readonly lines: string[] } {
  const lines: string[] = []
  const stream = { write: (text: string) => lines.push(text), isTTY: false }
  const out = new Output(
    { json: true, plain: true, quiet: true, verbose: false, color: false },
    stream as never,
    stream as never,
    (text) => text,
  )
  return { context: { out } as never, lines }
}

test('a statement that agrees says how many rows it found; one that does not ends with the first row that differs', async () => {
  const path = file('agrees.csv', WEBSITE)
  const agreed = context()
  await reconcileStatement(agreed.context, path, async () => WALLET)
  expect(JSON.parse(agreed.lines.join(''))).toMatchObject({
    rows: 3,
    otherCoins: 1,
    matched: 3,
    statement: '99.9772368',
    records: '99.9772368',
    differences: [],
  })
  const wrong = WALLET.map((row, at) => (at === 1 ? [...row.slice(0, 5), '-0.5'] : row))
  await expect(reconcileStatement(context().context, path, async () => wrong)).rejects.toThrow(
    'line 4, 2022-12-27T06:06:22.000Z TRADE XRPUSDT: the statement says -0.0190872, the records -0.5 USDT',
  )
})
