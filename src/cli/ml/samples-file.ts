/**
 * Samples as a file: symbol, t0, t1, label, what the label's position made, and the features; every number as it is, to its last digit.
 */
import { createWriteStream, writeFileSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { CliError, EXIT } from '../exit.ts'

export interface SampleRows {
  readonly symbol: readonly string[]
  readonly t0: Float64Array
  readonly label: { readonly t1: Float64Array; readonly value: Float64Array; readonly grossReturn: Float64Array | undefined } | undefined
  readonly features: readonly { readonly name: string; readonly values: Float64Array }[]
}

const CHUNK_ROWS = 4_096

/** @throws CliError where the file cannot be written. */
export async function writeSamples(file: string, format: 'csv' | 'parquet', rows: SampleRows): Promise<void> {
  try {
    if (format === 'csv') await writeCsv(file, rows)
    else await writeParquet(file, rows)
  } catch (cause) {
    throw new CliError(
      EXIT.error,
      `Could not write ${file} (${cause instanceof Error ? cause.message : String(cause)}).`,
      'Choose another path.',
      {
        cause,
      },
    )
  }
}

function columnsOf({ t0, label, features }: SampleRows): { readonly name: string; readonly values: Float64Array }[] {
  const ofLabel =
    label === undefined
      ? []
      : [
          { name: 't1', values: label.t1 },
          { name: 'label', values: label.value },
          ...(label.grossReturn === undefined ? [] : [{ name: 'label.return', values: label.grossReturn }]),
        ]
  return [{ name: 't0', values: t0 }, ...ofLabel, ...features]
}

const writeCsv = (file: string, rows: SampleRows): Promise<void> => pipeline(csvChunks(rows), createWriteStream(file))

function* csvChunks(rows: SampleRows): Generator<string> {
  const columns = columnsOf(rows)
  let lines = [['symbol', ...columns.map(({ name }) => name)].join(',')]
  for (let row = 0; row < rows.symbol.length; row += 1) {
    let line = rows.symbol[row] as string
    for (const { values } of columns) line += `,${values[row]}`
    lines.push(line)
    if (lines.length < CHUNK_ROWS) continue
    yield `${lines.join('\n')}\n`
    lines = []
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`
}

async function writeParquet(file: string, rows: SampleRows): Promise<void> {
  const { parquetWriteBuffer } = await import('hyparquet-writer')
  const columnData = [
    { name: 'symbol', data: [...rows.symbol], type: 'STRING' as const },
    ...columnsOf(rows).map(({ name, values }) => ({ name, data: values, type: 'DOUBLE' as const })),
  ]
  writeFileSync(file, new Uint8Array(parquetWriteBuffer({ columnData })))
}
