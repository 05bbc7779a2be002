/**
 * The candle store and the CSV import, on small files made here.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readCandles, readDataFiles } from './candle-file.ts'
import type { FileWishes } from './file-wishes.ts'
import { findSeries } from './find-series.ts'
import { type ImportRequest, importFiles } from './import.ts'
import { openStore } from './store.ts'

const HEADER = 'timestamp,open,high,low,close,volume'
const JAN = Date.UTC(2024, 0, 31, 23, 58)
const MINUTE = 60_000

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'candles-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

function file(lines: readonly string[], name = 'a.csv', pack = false): string {
  const path = join(directory, name)
  const text = `${lines.join('\n')}\n`
  writeFileSync(path, pack ? gzipSync(text) : text)
  return path
}

const row = (at: number, price = '10.5', volume = '1'): string => `${JAN + at * MINUTE},${price},${price},${price},${price},${volume}`
const store = () => openStore(join(directory, 'store'))
const request = (path: string, more: Partial<ImportRequest> = {}, wishes: FileWishes = { interval: '1m' }): ImportRequest => ({
  files: [path],
  venue: 'v',
  symbol: 'S',
  wishes,
  ...more,
})
const KEY = { venue: 'v', symbol: 'S', interval: '1m' }

function unwrap<T>(result: { ok: true; value: T } | { ok: false; error: { sentence: string } }): T {
  if (!result.ok) throw new Error(result.error.sentence)
  return result.value
}

describe('reading a CSV', () => {
  test('takes any column order, extra columns, CRLF, a byte order mark, a missing last newline, gzip under any name', async () => {
    const path = join(directory, 'odd.csv')
    writeFileSync(
      path,
      gzipSync(`\uFEFFVolume,close,note,Low,HIGH,open,Open Time\r\n7.25,2,x y,1.5,3.125,2,${JAN}\r\n0,2,,2,2,2,${JAN + MINUTE}`),
    )
    const read = unwrap(await readCandles([path]))
    expect(read).toMatchObject({ tickSize: '0.001', lotSize: '0.000001', interval: '1m', bars: 2, rounded: 0, hasVolume: true })
    expect([...read.columns.ts]).toEqual([JAN, JAN + MINUTE])
    expect([...read.columns.high]).toEqual([3125, 2000])
    expect([...read.columns.low]).toEqual([1500, 2000])
    expect([...read.columns.volume]).toEqual([7.25, 0])
  })

  test.each([
    ['milliseconds', ['1706745480000', '1706745540000']],
    ['seconds', ['1706745480', '1706745540']],
    ['seconds with a point', ['1706745480.0', '1706745540.0']],
    ['microseconds', ['1706745480000000', '1706745540000000']],
    ['ISO with Z', ['2024-01-31T23:58:00Z', '2024-01-31T23:59:00.000Z']],
    ['ISO without a zone', ['2024-01-31 23:58', '2024-01-31 23:59:00']],
    ['ISO with an offset', ['2024-02-01T01:58:00+02:00', '2024-02-01 01:59:00+0200']],
  ])('reading a CSV: reads times as %s', async (_name, [first, second]) => {
    const read = unwrap(await readCandles([file([HEADER, `${first},1,1,1,1,1`, `${second},1,1,1,1,1`])]))
    expect([...read.columns.ts]).toEqual([JAN, JAN + MINUTE])
  })

  test.each([
    ['a word for a number', [row(0), `${JAN + MINUTE},1,1,abc,1,1`], "line 3: the low 'abc' is not a number"],
    ['an empty field', [`${JAN},1,1,1,,1`], 'line 2: the close is missing'],
    ['too few fields', [row(0), row(1), `${JAN + 2 * MINUTE},1,1`], 'line 4: 3 fields where the header names 6'],
    ['too many fields', [`${row(0)},9`], 'line 2: 7 fields where the header names 6'],
    ['a high below the close', [`${JAN},5,6,4,7,1`], 'line 2: the high 6 is below the close 7'],
    ['a low above the open', [`${JAN},5,9,6,7,1`], 'line 2: the low 6 is above the open 5'],
    ['a price of zero', [`${JAN},0,0,0,0,1`], 'line 2: the low 0 is not a positive price'],
    ['a negative volume', [`${JAN},1,1,1,1,-2`], 'line 2: the volume -2 is negative'],
    [
      'a repeated time',
      [row(0), row(0)],
      'line 3: the timestamp 1706745480000 (2024-01-31 23:58 UTC) is not after the one of the line before',
    ],
    ['a time off the grid', [row(0), `${JAN + 61_000},1,1,1,1,1`], 'line 3: the timestamp 1706745541000'],
    ['an empty line inside', [row(0), '', row(1)], 'line 3: the line is empty'],
    ['a date that does not exist', ['2024-02-30,1,1,1,1,1'], "line 2: the timestamp '2024-02-30'"],
  ])('names the file and the line of %s', async (_name, lines, expected) => {
    const read = await readCandles([file([HEADER, ...lines], 'bad.csv')], { interval: '1m' })
    expect(read.ok).toBe(false)
    if (!read.ok) expect(read.error.sentence).toContain(`bad.csv ${expected}`)
  })

  test.each([
    ['no header', '1,2,3,4,5,6', 'has no header'],
    ['a missing column', 'timestamp,open,high,low,volume', 'the column close is missing'],
    ['a column twice', 'timestamp,open,high,low,close,open_price', "two columns mean 'open'"],
  ])('refuses a header with %s', async (_name, header, expected) => {
    const read = await readCandles([file([header, row(0)])])
    expect(!read.ok && read.error.sentence).toContain(expected)
  })

  test('a gzip cut short is an error, not a shorter series', async () => {
    const path = join(directory, 'cut.csv.gz')
    const whole = gzipSync(
      `${HEADER}\n${Array.from({ length: 5000 }, (_, at) => row(at, String(10 + ((at * 7919) % 1000) / 10))).join('\n')}\n`,
    )
    writeFileSync(path, whole.subarray(0, whole.length - 100))
    const read = await readCandles([path])
    expect(!read.ok && read.error.sentence).toContain('cannot be read to its end')
  })

  test('a crash of half the price in one bar is kept', async () => {
    const read = unwrap(await readCandles([file([HEADER, row(0, '0.8179'), `${JAN + MINUTE},0.8179,0.8179,0.2704,0.4160,5`])]))
    expect([...read.columns.low]).toEqual([8179, 2704])
  })

  test('reading a CSV keeps nine significant digits at the highest price and rounds to nearest', async () => {
    const read = unwrap(await readCandles([file([HEADER, `${JAN},13763.00005,17252,13752.18233851,13752.18235,1`])], { interval: '1m' }))
    expect(read).toMatchObject({ tickSize: '0.0001', tickOrigin: 'nine-digits', rounded: 3 })
    expect([read.columns.open[0], read.columns.high[0], read.columns.low[0], read.columns.close[0]]).toEqual([
      137630001, 172520000, 137521823, 137521824,
    ])
  })

  test.each([
    ['small prices keep their digits', '0.00001234', '0.00000001', 1234],
    ['exponents', '1.5e-05', '0.000001', 15],
    ['trailing zeros do not count', '13715.65000000', '0.01', 1371565],
    ['a float with noise', '0.30000000000000004', '0.1', 3],
  ])('reading a CSV: %s', async (_name, price, tickSize, ticks) => {
    const read = unwrap(await readCandles([file([HEADER, row(0, price), row(1, price)])]))
    expect([read.tickSize, read.columns.close[0]]).toEqual([tickSize, ticks])
  })

  test('reading a CSV: with a tick given, an off-grid price is an error of its line', async () => {
    const path = file([HEADER, row(0, '10.5'), row(1, '10.6')])
    const read = await readCandles([path], { tick: '0.5' })
    expect(!read.ok && read.error.sentence).toContain('line 3: the price 10.6 is not a multiple of the tick 0.5')
    expect([...unwrap(await readCandles([path], { tick: '0.05' })).columns.close]).toEqual([210, 212])
  })

  test('blocks cut lines anywhere: a file of several blocks equals what a plain reader sees', async () => {
    const lines = Array.from({ length: 60_000 }, (_, at) => row(at, String(100 + ((at * 7919) % 100_003) / 100), String((at * 31) % 977)))
    const read = unwrap(await readCandles([file([HEADER, ...lines], 'big.csv.gz', true)]))
    expect(read.bars).toBe(60_000)
    const plain = lines.map((line) => line.split(','))
    expect(read.columns.close.every((value, at) => value === Math.round(Number(plain[at]?.[4]) * 100))).toBe(true)
    expect(read.columns.volume.every((value, at) => value === Number(plain[at]?.[5]))).toBe(true)
  })

  test('property: every decimal becomes exactly its number of ticks', async () => {
    const decimal = fc.tuple(fc.integer({ min: 1, max: 99_999_999 }), fc.integer({ min: 0, max: 6 })).map(([units, decimals]) => {
      const digits = String(units).padStart(decimals + 1, '0')
      return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
    })
    await fc.assert(
      fc.asyncProperty(fc.array(decimal, { minLength: 2, maxLength: 20 }), async (prices) => {
        const read = unwrap(
          await readCandles([file([HEADER, ...prices.map((price, at) => row(at, price))])], { interval: '1m', tick: '0.000001' }),
        )
        const expected = prices.map((price) => {
          const [whole = '0', fraction = ''] = price.split('.')
          return Number(BigInt(whole + fraction.padEnd(6, '0')))
        })
        expect([...read.columns.close]).toEqual(expected)
      }),
      { numRuns: 50 },
    )
  })

  test('a volume is the nearest double of its text, with any number of digits', async () => {
    const texts = ['1.2867745400000001', '0.44371910999999997', '1e-7', '123456789012345678901']
    const read = unwrap(await readCandles([file([HEADER, ...texts.map((text, at) => row(at, '10', text))])]))
    expect([...read.columns.volume]).toEqual(texts.map(Number))
  })

  test('reads funding rates as integers of 1e-10', async () => {
    const read = unwrap(await readDataFiles([file(['timestamp,rate', `${JAN},0.00001004`, `${JAN + 8 * 3_600_000},-0.005`])]))
    expect(read.type === 'funding' && [...read.rate]).toEqual([100_400, -50_000_000])
  })
})

describe('the store', () => {
  test('loads what was imported, across months, whole and by range', async () => {
    const path = file([HEADER, row(0), row(1, '10.6'), row(2, '10.7'), row(5, '10.8')])
    const report = unwrap(await importFiles(store(), request(path)))
    expect(report).toMatchObject({
      added: 4,
      same: 0,
      replaced: 0,
      info: { bars: 4, gaps: 1, missing: 2, tickSize: '0.1', from: JAN, to: JAN + 5 * MINUTE },
    })
    const all = unwrap(store().load(KEY))
    expect([...all.columns.close]).toEqual([105, 106, 107, 108])
    const some = unwrap(store().load({ ...KEY, from: JAN + MINUTE, to: JAN + 5 * MINUTE }))
    expect([...some.columns.close]).toEqual([106, 107])
    expect(some.meta).toMatchObject({ bars: 2, gaps: 0, from: JAN + MINUTE, to: JAN + 2 * MINUTE })
    expect(some.meta.hash).not.toBe(all.meta.hash)
  })

  test('a range, a file and a series of the same bars have the same hash', async () => {
    const path = file([HEADER, row(0), row(1, '10.6'), row(2, '10.7')])
    unwrap(await importFiles(store(), request(path)))
    const part = file([HEADER, row(1, '10.6'), row(2, '10.7')], 'b.csv')
    const ranged = unwrap(store().load({ ...KEY, from: JAN + MINUTE })).meta.hash
    expect(unwrap(await readCandles([part], { interval: '1m' })).hash).toBe(ranged)
    expect(unwrap(await importFiles(store(), request(part, { symbol: 'T' }))).info.hash).toBe(ranged)
  })

  test('the hash is SHA-256 over the grid and the bytes of each month', async () => {
    const info = unwrap(await importFiles(store(), request(file([HEADER, row(0, '10.5', '3')])))).info
    const bytes = Buffer.alloc(48)
    for (const [at, value] of [JAN, 105, 105, 105, 105, 3].entries()) bytes.writeDoubleLE(value, at * 8)
    const month = createHash('sha256').update(bytes).digest('hex')
    expect(info.hash).toBe(createHash('sha256').update(`series 1\n60000 0.1 0.000001\n2024-01 1 ${month}\n`).digest('hex'))
  })

  test('merges an overlap that agrees, in whatever order the files come', async () => {
    const early = file([HEADER, row(0), row(1, '10.6'), row(2, '10.7')], 'early.csv')
    const late = file([HEADER, row(2, '10.7'), row(3, '10.8')], 'late.csv')
    for (const [symbol, files] of [
      ['A', [early, late]],
      ['B', [late, early]],
    ] as const)
      for (const path of files) unwrap(await importFiles(store(), request(path, { symbol })))
    const [a, b] = store().list().series
    expect(a?.bars).toBe(4)
    expect(a?.hash).toBe(b?.hash)
    expect(unwrap(await importFiles(store(), request(late, { symbol: 'A' })))).toMatchObject({ added: 0, same: 2 })
  })

  test('refuses an overlap that disagrees and names the first bar, unless --replace is given', async () => {
    unwrap(await importFiles(store(), request(file([HEADER, row(0), row(1, '10.6'), row(3)]))))
    const before = unwrap(store().load(KEY))
    const other = file([HEADER, row(0), row(1, '10.9'), row(2), row(3, '11')], 'other.csv')
    const refused = await importFiles(store(), request(other))
    expect(!refused.ok && refused.error).toMatchObject({
      kind: 'conflict',
      sentence: expect.stringContaining(`first at 2024-01-31 23:59 UTC (${JAN + MINUTE})`),
    })
    expect(!refused.ok && refused.error.sentence).toContain('10.6 10.6 10.6 10.6 1 in the store and 10.9 10.9 10.9 10.9 1 in the file')
    expect(unwrap(store().load(KEY))).toEqual(before)
    expect(unwrap(await importFiles(store(), request(other, { replace: true })))).toMatchObject({ added: 1, same: 1, replaced: 2 })
    expect([...unwrap(store().load(KEY)).columns.close]).toEqual([105, 109, 105, 110])
  })

  test('a finer file makes the stored ticks finer, a coarser one keeps them', async () => {
    unwrap(await importFiles(store(), request(file([HEADER, row(0, '10.5')]))))
    unwrap(await importFiles(store(), request(file([HEADER, row(1, '10.525')], 'fine.csv'))))
    expect([...unwrap(store().load(KEY)).columns.close]).toEqual([10500, 10525])
    const coarse = request(file([HEADER, row(2, '11'), row(3, '12')], 'coarse.csv'), {}, {})
    expect(unwrap(await importFiles(store(), coarse)).info).toMatchObject({ tickSize: '0.001', bars: 4 })
  })

  test('funding and mark prices live beside the candles', async () => {
    unwrap(await importFiles(store(), { files: [file(['ts,rate', `${JAN},0.0001`])], venue: 'v', symbol: 'S' }))
    unwrap(await importFiles(store(), request(file(['ts,open,high,low,close', `${JAN},1,1,1,1`], 'm.csv'), { kind: 'mark' })))
    expect(
      store()
        .list()
        .series.map((info) => [info.interval, info.kind]),
    ).toEqual([
      ['1m', 'mark'],
      ['funding', 'funding'],
    ])
    expect([...unwrap(store().loadFunding({ venue: 'v', symbol: 'S' })).rate]).toEqual([1_000_000])
    expect(store().load(KEY).ok).toBe(false)
    expect(unwrap(store().load({ ...KEY, kind: 'mark' })).columns.close[0]).toBe(1)
  })

  test('what is not stored is not found, and the answer says what is', async () => {
    unwrap(await importFiles(store(), request(file([HEADER, row(0)]))))
    const missing = store().load({ ...KEY, symbol: 'X' })
    expect(!missing.ok && missing.error).toMatchObject({ kind: 'not-found', sentence: expect.stringContaining('Stored: v/S/1m') })
  })

  test('shared columns are in shared memory', async () => {
    unwrap(await importFiles(store(), request(file([HEADER, row(0)]))))
    expect(unwrap(store().load({ ...KEY, shared: true })).columns.close.buffer).toBeInstanceOf(SharedArrayBuffer)
  })

  test('names that would leave the directory are refused', async () => {
    const result = await importFiles(store(), request(file([HEADER, row(0)]), { symbol: '../S' }))
    expect(!result.ok && result.error.kind).toBe('bad-input')
  })

  test('verify finds a flipped bit, a missing part and a changed manifest; load refuses the first two', async () => {
    unwrap(await importFiles(store(), request(file([HEADER, row(0), row(1), row(2), row(9)]))))
    expect(store().verify().series[0]?.problems).toEqual([])
    const home = join(directory, 'store', 'v', 'S', '1m')
    const [part = ''] = readdirSync(home).filter((name) => name.startsWith('2024-01'))
    const bytes = readFileSync(join(home, part))
    const flipped = Buffer.from(bytes)
    flipped.writeUInt8(flipped.readUInt8(80) ^ 1, 80)
    writeFileSync(join(home, part), flipped)
    expect(store().verify().series[0]?.problems[0]).toContain('checksum')
    expect(store().load(KEY).ok).toBe(false)
    rmSync(join(home, part))
    expect(store().verify().series[0]?.problems[0]).toContain('cannot be read')
    expect(store().load(KEY).ok).toBe(false)
    writeFileSync(join(home, part), bytes)
    const manifest = JSON.parse(readFileSync(join(home, 'manifest.json'), 'utf8'))
    writeFileSync(join(home, 'manifest.json'), JSON.stringify({ ...manifest, missing: 3 }))
    expect(store().verify().series[0]?.problems[0]).toContain('missing bars')
  })

  test.each([
    ['is empty', () => '', 'is not JSON'],
    ['is of another form', () => '{"version":1}', 'is not a manifest that this program knows (venue, symbol, interval, …)'],
    [
      'leads out of the store',
      (text: string) => text.replace(/"file": "/, '"file": "../../../../'),
      'is not a manifest that this program knows (parts.0.file)',
    ],
    ['promises more rows than there can be', (text: string) => text.replace(/"rows": 1/, '"rows": 999999999999'), '(parts.0.rows)'],
  ])('a manifest that %s is reported, and the other series are as they were', async (_, spoil, words) => {
    unwrap(await importFiles(store(), request(file([HEADER, row(0)]))))
    unwrap(await importFiles(store(), request(file([HEADER, row(0)]), { symbol: 'T' })))
    const path = join(directory, 'store', 'v', 'S', '1m', 'manifest.json')
    writeFileSync(path, spoil(readFileSync(path, 'utf8')))
    for (const { series, damaged } of [store().list(), store().verify()]) {
      expect(series.map(({ symbol }) => symbol)).toEqual(['T'])
      expect(damaged).toMatchObject([{ venue: 'v', symbol: 'S', interval: '1m', error: { kind: 'damaged' } }])
      expect(damaged[0]?.error.sentence).toContain(words)
    }
    expect(store().load(KEY).ok).toBe(false)
    expect(store().load({ ...KEY, symbol: 'T' }).ok).toBe(true)
    const other = findSeries(store(), { symbol: 'T' })
    expect(other.ok && other.value.symbol).toBe('T')
    const own = findSeries(store(), { symbol: 'S' })
    expect(!own.ok && own.error.kind).toBe('damaged')
  })

  test('candles that the simulator stored are not meant where others of the symbol are there, unless they are named', async () => {
    for (const venue of ['sim', 'v']) unwrap(await importFiles(store(), request(file([HEADER, row(0)]), { venue })))
    const venueOf = (wish: object): unknown => unwrap(findSeries(store(), { symbol: 'S', ...wish })).venue
    expect([venueOf({}), venueOf({ interval: '1m' }), venueOf({ venue: 'sim' })]).toEqual(['v', 'v', 'sim'])
    unwrap(await importFiles(store(), request(file([HEADER, row(0)]), { venue: 'w' })))
    const several = findSeries(store(), { symbol: 'S' })
    expect(!several.ok && several.error.sentence).toContain('fit: v/S/1m, w/S/1m.')
  })

  test('a lock of a live process holds a writer off, one of a dead process does not', async () => {
    unwrap(await importFiles(store(), request(file([HEADER, row(0)]))))
    const lock = join(directory, 'store', 'v', 'S', '1m', '.lock')
    const more = request(file([HEADER, row(1)], 'more.csv'))
    writeFileSync(lock, String(process.pid))
    const held = await importFiles(store(), more)
    expect(!held.ok && held.error.kind).toBe('conflict')
    writeFileSync(lock, '4194305')
    expect((await importFiles(store(), more)).ok).toBe(true)
  })

  test('property: any split of a series into imports gives the same series', async () => {
    const times = fc.uniqueArray(fc.integer({ min: -3000, max: 3000 }), { minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(times, fc.integer({ min: 1, max: 5 }), async (minutes, pieces) => {
        const target = openStore(join(directory, `p${Math.random()}`))
        for (let piece = 0; piece < pieces; piece += 1) {
          const mine = minutes.filter((_, at) => at % pieces === piece).sort((a, b) => a - b)
          if (mine.length > 0) unwrap(await importFiles(target, request(file([HEADER, ...mine.map((at) => row(at, `${5000 + at}.5`))]))))
        }
        const loaded = unwrap(target.load(KEY))
        const sorted = [...minutes].sort((a, b) => a - b)
        expect([...loaded.columns.ts]).toEqual(sorted.map((at) => JAN + at * MINUTE))
        expect([...loaded.columns.close]).toEqual(sorted.map((at) => (5000 + at) * 10 + 5))
        const span = (sorted.at(-1) as number) - (sorted[0] as number) + 1
        expect(loaded.meta.missing).toBe(span - sorted.length)
        expect(target.verify().series[0]?.problems).toEqual([])
      }),
      { numRuns: 15 },
    )
  })
})

describe('what the store refuses', () => {
  const columns = (times: readonly number[]) =>
    [0, 1, 2, 3, 4, 5].map((column) => Float64Array.from(times, (at) => (column === 0 ? at : 100)))
  const append = (times: readonly number[]) =>
    store().append({
      ...KEY,
      kind: 'last',
      intervalMs: MINUTE,
      tickSize: '0.1',
      lotSize: '1',
      source: 'test',
      columns: columns(times),
    })
  test.each([
    ['descending rows', [JAN + MINUTE, JAN], 'not in ascending order'],
    ['a row twice', [JAN, JAN], 'not in ascending order'],
    ['two pages, the newer one first', [JAN + 2 * MINUTE, JAN + 3 * MINUTE, JAN, JAN + MINUTE], 'not in ascending order'],
    ['a time that is none', [Number.NaN, JAN], 'is no open time'],
    ['times off the grid', [JAN, JAN + MINUTE + 1], 'is no open time'],
  ])('%s: nothing of them is stored', (_, times, words) => {
    const refused = append(times)
    expect([refused.ok, refused.ok ? '' : refused.error.kind]).toEqual([false, 'bad-input'])
    expect(refused.ok ? '' : refused.error.sentence).toContain(words)
    expect(store().list().series).toEqual([])
    expect(unwrap(append([JAN, JAN + MINUTE])).added).toBe(2)
  })
})
