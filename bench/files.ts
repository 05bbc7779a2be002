/**
 * How fast files are read: the real one-minute bars of Bitfinex where they are found, else a file made here; plain, packed and quoted.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { readCandles } from '../src/market/candles/candle-file.ts'
import { benchSeries } from './series.ts'

const ROUNDS = 6

const series = await benchSeries()
const folder = mkdtempSync(join(tmpdir(), 'ballast-bench-'))
try {
  const plain = series.file === undefined ? made() : gunzipSync(readFileSync(series.file))
  console.log(series.name)
  await measure('packed with gzip', gzipSync(plain))
  await measure('plain', plain)
  await measure('with dates as text', dated(plain))
  await measure('quoted, by the CSV library', quoted(plain))
} finally {
  rmSync(folder, { recursive: true })
}

async function measure(name: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, 'bench.csv')
  writeFileSync(path, bytes)
  const rates: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now()
    const before = process.cpuUsage()
    const read = await readCandles([path], { interval: '1m' })
    if (!read.ok) throw new Error(read.error.sentence)
    const { user, system } = process.cpuUsage(before)
    const elapsed = performance.now() - started
    rates.push(`${(read.value.bars / elapsed / 1000).toFixed(2)} (${(read.value.bars / ((user + system) / 1000) / 1000).toFixed(2)})`)
  }
  console.log(`  ${name.padEnd(28)} M rows/s, in brackets by processor time: ${rates.join('  ')}`)
}

function made(): Uint8Array {
  const { ts, open, high, low, close, volume } = series.columns
  const lines = ['timestamp,open,high,low,close,volume']
  for (let k = 0; k < ts.length; k++)
    lines.push([ts[k], ...[open, high, low, close].map((column) => (column[k] as number) / 10), volume[k]].join(','))
  return Buffer.from(`${lines.join('\n')}\n`)
}

function dated(plain: Uint8Array): Uint8Array {
  const lines = Buffer.from(plain).toString('latin1').split('\n')
  return Buffer.from(lines.map((line) => line.replace(/^\d{13}/, (ms) => new Date(Number(ms)).toISOString())).join('\n'))
}

/** A tenth of the rows: the library is slower. */
function quoted(plain: Uint8Array): Uint8Array {
  const lines = Buffer.from(plain).toString('latin1').split('\n')
  const part = lines.slice(0, Math.ceil(lines.length / 10))
  return Buffer.from(`${part.map((line) => line.replaceAll(/[^,]+/g, '"$&"')).join('\n')}\n`)
}
