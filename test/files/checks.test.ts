/**
 * What a file is never read as in silence: units, clocks, running bars, other symbols and intervals, contracts, gaps.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { type CandleFile, readDataFiles } from '../../src/market/candles/candle-file.ts'
import type { FileWishes } from '../../src/market/candles/file-wishes.ts'
import { intervalOfName } from '../../src/market/files/spacing.ts'

const folder = mkdtempSync(join(tmpdir(), 'ballast-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

const HEADER = 'timestamp,open,high,low,close,volume'
const START = Date.UTC(2025, 2, 3)
const MINUTE = 60_000
const row = (at: number | string, more = ''): string => `${at},10,12,9,11,3${more}`
const minutes = (count: number, from = START, step = MINUTE): string[] => Array.from({ length: count }, (_, k) => row(from + k * step))

let serial = 0
function file(lines: readonly string[] | Buffer, name?: string): string {
  serial += 1
  const path = join(folder, name ?? `f${serial}.csv`)
  writeFileSync(path, lines instanceof Buffer ? lines : `${lines.join('\n')}\n`)
  return path
}

async function good(paths: string | readonly string[], wishes: FileWishes = {}): Promise<CandleFile> {
  const read = await readDataFiles(typeof paths === 'string' ? [paths] : paths, wishes)
  if (!read.ok) throw new Error(`${read.error.sentence} ${read.error.next}`)
  if (read.value.type !== 'candles') throw new Error('not candles')
  return read.value
}

async function refusal(paths: string | readonly string[], wishes: FileWishes = {}): Promise<string> {
  const read = await readDataFiles(typeof paths === 'string' ? [paths] : paths, wishes)
  return read.ok ? 'was read' : `${read.error.sentence} ${read.error.next}`
}

describe('time', () => {
  test.each([
    ['s', 1e-3],
    ['ms', 1],
    ['µs', 1e3],
    ['ns', 1e6],
  ] as const)('numbers of %s are read by their size', async (_, perMs) => {
    const digits = (ms: number): string => String(BigInt(ms) * 1_000_000n).slice(0, 13 + Math.log10(perMs))
    const read = await good(file([HEADER, ...[0, 1, 2].map((k) => row(digits(START + k * MINUTE)))]))
    expect([...read.columns.ts]).toEqual([START, START + MINUTE, START + 2 * MINUTE])
  })

  test('a unit that changes is read rightly, and reported with its line', async () => {
    const read = await good(file([HEADER, ...minutes(2), row(`${START + 2 * MINUTE}000`), row(`${START + 3 * MINUTE}000`)]))
    expect([...read.columns.ts]).toEqual([0, 1, 2, 3].map((k) => START + k * MINUTE))
    expect(read.notes).toEqual(['from line 4 on the times are in µs'])
  })

  test.each([
    ['a counter of minutes', '0', '1970-01-01 00:00 UTC: before 2009'],
    ['a year far away', '49229337600000', '3530-01-07 00:00 UTC: after today'],
    ['a date before any coin', '2008-12-31', 'before 2009'],
  ])('%s is refused with its line', async (_, time, words) => {
    const said = await refusal(file([HEADER, row(time)]), { interval: '1m' })
    expect(said).toContain('line 2')
    expect(said).toContain(words)
  })

  test('a bar of the day after tomorrow is no recorded bar', async () => {
    const nowMs = START
    expect(await refusal(file([HEADER, ...minutes(2, START + 2 * 86_400_000)]), { nowMs })).toContain('after today')
  })

  test('the running bar is left out and reported', async () => {
    const read = await good(file([HEADER, ...minutes(4)]), { nowMs: START + 3 * MINUTE + 30_000 })
    expect([read.bars, read.notes]).toEqual([3, ['the last bar is not over yet and left out']])
    expect((await good(file([HEADER, ...minutes(4)]), { nowMs: START + 4 * MINUTE })).bars).toBe(4)
  })

  test.each([
    ['true', 'false'],
    ['1', '0'],
  ])('rows that the file calls unfinished (%s, %s) are left out and reported', async (yes, no) => {
    const read = await good(file([`${HEADER},confirm`, ...minutes(2).map((line) => `${line},${yes}`), `${row(START + 2 * MINUTE)},${no}`]))
    expect([read.bars, read.notes]).toEqual([2, ['1 row that the file calls unfinished left out']])
  })

  test('newest first is read backwards, and a row out of order is named', async () => {
    const lines = minutes(4).reverse()
    const read = await good(file([HEADER, ...lines]))
    expect([...read.columns.ts]).toEqual([0, 1, 2, 3].map((k) => START + k * MINUTE))
    expect(await refusal(file([HEADER, ...lines, row(START + 9 * MINUTE)]))).toContain('line 6: the timestamp')
  })

  test('a stamp of the end moves each bar back', async () => {
    const read = await good(file([HEADER, ...minutes(3, START + MINUTE)]), { stamp: 'end' })
    expect(read.from).toBe(START)
  })

  test.each([
    ['03/04/2025', '04/04/2025', '05/04/2025', Date.UTC(2025, 3, 3)],
    ['04/03/2025', '04/04/2025', '04/05/2025', Date.UTC(2025, 3, 3)],
    ['13/04/2025', '14/04/2025', '15/04/2025', Date.UTC(2025, 3, 13)],
  ])('dates with slashes (%s, %s, %s) are read in the order that the rows tell', async (a, b, c, first) => {
    expect((await good(file([HEADER, row(a), row(b), row(c)]))).from).toBe(first)
  })

  test('dates with slashes that tell no order are refused', async () => {
    expect(await refusal(file([HEADER, row('01/01/2025 00:00'), row('01/01/2025 00:01')]))).toContain('day/month or month/day')
  })

  test('summer time: the hour that is twice is named, the clock that is named is followed', async () => {
    const lines = ['2025-03-29 23:00', '2025-03-30 00:00', '2025-03-30 01:00', '2025-03-30 03:00', '2025-03-30 04:00'].map((at) => row(at))
    const { zoneOf } = await import('../../src/files/zone.ts')
    const read = await good(file([HEADER, ...lines]), { offsetMs: zoneOf('Europe/Berlin') })
    expect([read.from, read.gaps, read.bars]).toEqual([Date.UTC(2025, 2, 29, 22), 0, 5])
  })

  test('two columns of times that disagree are refused, and read where they agree', async () => {
    const named = 'timestamp,date,open,high,low,close'
    const line = (k: number, date: string): string => `${START + k * MINUTE},${date},10,12,9,11`
    expect((await good(file([named, line(0, '2025-03-03 00:00'), line(1, '2025-03-03 00:01')]))).bars).toBe(2)
    expect(await refusal(file([named, line(0, '2025-03-03 01:00'), line(1, '2025-03-03 01:01')]))).toContain('disagree')
  })
})

describe('the interval', () => {
  test('a quiet market does not hide it: the greatest distance that all rows are a multiple of', async () => {
    const read = await good(file([HEADER, ...[0, 3, 6, 8, 11, 14, 17].map((k) => row(START + k * MINUTE))]))
    expect([read.interval, read.missing]).toEqual(['1m', 11])
  })

  test('a row beside the grid is refused with its line', async () => {
    const hours = minutes(80, START, 3_600_000)
    const stray = [...hours.slice(0, 40), row(START + 39 * 3_600_000 + MINUTE), ...hours.slice(40)]
    expect(await refusal(file([HEADER, ...stray]))).toContain('line 42')
  })

  test('two intervals in one file are refused with the line where the second begins', async () => {
    const said = await refusal(file([HEADER, ...minutes(8), ...minutes(6, START + 3_600_000, 3_600_000)]))
    expect(said).toContain('two intervals in one file')
    expect(said).toContain('1m apart elsewhere and 1h apart')
  })

  test('what the name of the file says is compared', async () => {
    expect(await refusal(file([HEADER, ...minutes(5)], 'BTCUSDT-5m-2025-03.csv'))).toContain(
      'says 5m in its name, and its rows are 1m apart',
    )
    expect((await good(file([HEADER, ...minutes(4, START, 3 * MINUTE)], 'BTCUSDT-1m-2025-04.csv'))).interval).toBe('1m')
    expect((await good(join(folder, 'BTCUSDT-5m-2025-03.csv'), { interval: '1m' })).bars).toBe(5)
  })

  test.each([
    ['ETHUSDT-15m-2025-01.csv.gz', 900_000],
    ['XBTUSD_60.csv', 3_600_000],
    ['binance_BTCUSDT_4h.parquet', 14_400_000],
    ['candles.csv', undefined],
    ['BTC-2025-01-02.csv', undefined],
  ])('the interval: the name %s says %s', (name, ms) => {
    expect(intervalOfName(name)).toBe(ms)
  })

  test.each([
    ['bars of a second', minutes(5, START, 1000), 'bars of 1 s cannot be stored'],
    ['ticks', [0, 140, 1153, 2160, 2161].map((k) => row(START + k)), 'ticks or trades'],
    ['months', [0, 1, 2, 3].map((k) => row(Date.UTC(2025, k, 1))), 'bars of a month cannot be stored'],
    ['days of Hong Kong', minutes(3, START - 8 * 3_600_000, 86_400_000), 'begin at 16:00 UTC (midnight at UTC+8)'],
    ['weeks from Thursday', minutes(3, Date.UTC(2025, 2, 6), 7 * 86_400_000), 'begin on Thursday'],
    ['hours from half past', minutes(4, START + 30 * MINUTE, 3_600_000), 'begin 30 min past the full 1h'],
  ])('%s are refused as that', async (_, lines, words) => {
    expect(await refusal(file([HEADER, ...lines]))).toContain(words)
  })

  test('rows without any price are gaps, counted; a row without some of them is refused', async () => {
    const blank = `${START + 2 * MINUTE},NaN,NaN,NaN,NaN,NaN`
    const read = await good(file([HEADER, ...minutes(2), blank, row(START + 3 * MINUTE)]))
    expect([read.bars, read.gaps, read.missing, read.notes]).toEqual([3, 1, 1, ['1 row without prices left out: a gap each']])
    expect(await refusal(file([HEADER, ...minutes(2), `${START + 2 * MINUTE},10,,9,11,3`]))).toContain('line 4: the high is missing')
  })
})

describe('what the rows are of', () => {
  test.each([
    ['symbol', 'BTCUSDT', 'ETHUSDT'],
    ['currency', 'USDT', 'BTC'],
    ['period', '1', '60'],
  ])('a %s that changes is refused with its line', async (name, a, b) => {
    const lines = minutes(4).map((line, k) => `${line},${k < 2 ? a : b}`)
    expect(await refusal(file([`${HEADER},${name}`, ...lines]))).toContain(`line 4: the ${name} changes from '${a}' to '${b}'`)
  })

  test('volume in coins, by the figures and not by the name', async () => {
    const line = (k: number, volume: string, quote: string): string => `${START + k * MINUTE},10,12,9,11,${volume},${quote}`
    const named = (a: string, b: string): string => `timestamp,open,high,low,close,${a},${b}`
    const volume = async (a: string, b: string, x: string, y: string): Promise<number | undefined> =>
      (await good(file([named(a, b), line(0, x, y), line(1, x, y)]))).columns.volume[0]
    expect(await volume('volume', 'quote_volume', '3', '33')).toBe(3)
    expect(await volume('vol', 'amount', '33', '3')).toBe(3)
    expect(await volume('Volume BTC', 'Volume USDT', '3', '33')).toBe(3)
    expect(await volume('volume', 'quote_volume', '33', '3')).toBe(3)
    expect(await refusal(file([named('volume', 'quote_volume'), line(0, '500', '33'), line(1, '500', '33')]))).toContain(
      'lies outside low to high',
    )
    expect(
      (
        await good(file([named('volume', 'quote_volume'), line(0, '500', '33'), line(1, '500', '33')]), {
          columns: [
            ['time', '1'],
            ['open', '2'],
            ['high', '3'],
            ['low', '4'],
            ['close', '5'],
          ],
        })
      ).hasVolume,
    ).toBe(false)
  })

  test('contracts that begin below the first rows are found out too', async () => {
    const lines = Array.from({ length: 300 }, (_, k) => `${START + k * MINUTE},10,12,9,11,${k < 250 ? 3 : 300},33`)
    expect(await refusal(file([`${HEADER},quote_volume`, ...lines]))).toContain('line 252')
  })
})

describe('several files', () => {
  test('a folder, and files by name in any order, are one series; ms and µs join', async () => {
    const inside = join(folder, 'months')
    mkdirSync(inside)
    writeFileSync(join(inside, 'b.csv'), `${HEADER}\n${[3, 4].map((k) => row(`${START + k * MINUTE}000`)).join('\n')}\n`)
    writeFileSync(join(inside, 'a.csv.gz'), gzipSync(`${HEADER}\n${minutes(3).join('\n')}\n`))
    writeFileSync(join(inside, 'README.md'), 'no data')
    const whole = await good(inside)
    expect([...whole.columns.ts]).toEqual([0, 1, 2, 3, 4].map((k) => START + k * MINUTE))
    expect((await good([join(inside, 'b.csv'), join(inside, 'a.csv.gz')])).hash).toBe(whole.hash)
  })

  test.each([
    ['one begins in the other', [0, 1, 2, 3], [2, 3, 4, 5]],
    ['one is inside the other', [0, 1, 2, 3, 4, 5], [2, 3]],
    ['each has what the other lacks', [0, 2, 3, 5], [0, 1, 4, 5]],
    ['one is the other', [0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5]],
  ])('rows that two files have are taken once: %s', async (_, first, second) => {
    const of = (ks: readonly number[], close: string): string =>
      file([HEADER, ...ks.map((k) => `${START + k * MINUTE},10,12,9,${close},${k}`)])
    const wishes = { interval: '1m' } as const
    const whole = await good(of([0, 1, 2, 3, 4, 5], '11'), wishes)
    expect((await good([of(first, '11'), of(second, '11.00')], wishes)).hash).toBe(whole.hash)
    expect(await refusal([of(first, '11'), of(second, '11.01')], wishes)).toMatch(
      new RegExp(`both have a row at 2025-03-03 00:0${Math.max(first[0] as number, second[0] as number)} UTC, and the rows differ`),
    )
  })

  test('an empty folder, and candles beside funding rates are refused', async () => {
    const a = file([HEADER, ...minutes(3)])
    const empty = join(folder, 'empty')
    mkdirSync(empty)
    expect(await refusal(empty)).toContain('has no data files')
    expect(await refusal([a, file(['timestamp,rate', `${START},0.0001`])])).toContain('holds candles and')
  })

  test('a price off the tick is named with the file that it is in', async () => {
    const b = file([HEADER, row(START + 5 * MINUTE), `${START + 6 * MINUTE},10,12.3,9,11,3`])
    expect(await refusal([file([HEADER, ...minutes(3)]), b], { tick: '0.5' })).toContain(`${b} line 3: the price 12.3`)
  })
})

describe('two readers of rows are one', () => {
  const field = fc.oneof(
    fc.integer({ min: 1, max: 9_999_999 }).map((n) => `${n / 1000}`),
    fc.constantFrom('12', '12.50', '1.2e1', '0012.5'),
  )
  const line = fc.record({ price: field, volume: field, note: fc.constantFrom('x', 'a b', '', '-') })

  test('property: quoted fields, read by the library, give what the fast lane reads from plain ones', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 2, maxLength: 12 }), fc.constantFrom('\n', '\r\n'), async (lines, end) => {
        const cells = lines.map(({ price, volume, note }, k) => [String(START + k * MINUTE), price, price, price, price, volume, note])
        const text = (quote: (cell: string) => string): Buffer =>
          Buffer.from([`${HEADER},note`, ...cells.map((each) => each.map(quote).join(','))].join(end) + end)
        const plain = await good(
          file(
            text((cell) => cell),
            'plain.csv',
          ),
        )
        const quoted = await good(
          file(
            text((cell) => `"${cell}"`),
            'quoted.csv',
          ),
        )
        expect([quoted.hash, quoted.bars]).toEqual([plain.hash, plain.bars])
      }),
      { numRuns: 60 },
    )
  })

  test('a quote that begins in the middle of a long file: delimiters and line ends inside it', async () => {
    const lines = minutes(30_000).map((each, k) => `${each},${k === 20_000 ? '"a, b\nc ""d"""' : 'x'}`)
    const read = await good(file([`${HEADER},note`, ...lines]))
    expect([read.bars, read.gaps]).toEqual([30_000, 0])
    const bad = [...lines.slice(0, 25_000), `${row(START)},x`]
    expect(await refusal(file([`${HEADER},note`, ...bad]))).toContain('line 25003')
  })

  test('a quote that is never closed is reported, and not read to the end of the file', async () => {
    const lines = minutes(5).map((each) => `${each},x`)
    expect(
      await refusal(file([`${HEADER},note`, ...lines, `${row(START + 5 * MINUTE)},"x`, ...Array(50_000).fill(`${row(1)},x`)])),
    ).toContain('quote')
  })

  test('a line without an end is no table', async () => {
    expect(await refusal(file(Buffer.from(`${HEADER}\n${minutes(3).join('\n')}\n${'7'.repeat(3_000_000)}`)))).toContain('not a table')
  })
})
