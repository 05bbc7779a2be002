/**
 * What a command says: data and tables on stdout, messages and progress on stderr.
 */
import type { Hint } from '../../config/hint.ts'

export interface OutputOptions {
  readonly json: boolean
  readonly plain: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  readonly color: boolean
}

export type Style = 'bold' | 'dim' | 'good' | 'bad' | 'warn'
const CODES: Readonly<Record<Style, number>> = { bold: 1, dim: 2, good: 32, bad: 31, warn: 33 }

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

export interface Stream {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

export class Output {
  readonly options: OutputOptions
  private readonly hint: Hint
  private readonly stdout: Stream
  private readonly stderr: Stream

  constructor(options: OutputOptions, stdout: Stream = process.stdout, stderr: Stream = process.stderr, hint: Hint = (text) => text) {
    this.options = options
    this.hint = hint
    this.stdout = stdout
    this.stderr = stderr
  }

  /** The one answer of a command: its JSON with `--json`, what `human` prints otherwise. */
  answer(value: unknown, human: () => void): void {
    if (this.options.json) this.stdout.write(`${JSON.stringify(value, null, this.stdout.isTTY === true ? 2 : 0)}\n`)
    else human()
  }

  line(text = ''): void {
    this.stdout.write(`${this.hint(text)}\n`)
  }

  /** A message for a user; not part of the answer. */
  note(text: string): void {
    if (!this.options.quiet) this.stderr.write(`${this.hint(text)}\n`)
  }

  /** A message with `-v` only. */
  detail(text: string): void {
    if (this.options.verbose) this.stderr.write(`${text}\n`)
  }

  style(style: Style, text: string): string {
    return this.options.color && this.stdout.isTTY === true ? `\u001B[${CODES[style]}m${text}\u001B[0m` : text
  }

  /** Aligned columns; tab-separated with `--plain`, for cut and awk. */
  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
    if (this.options.plain) {
      for (const row of [columns.map((column) => column.title), ...rows]) this.line(row.join('\t'))
      return
    }
    const widths = columns.map((column, at) => Math.max(column.title.length, ...rows.map((row) => (row[at] ?? '').length)))
    const render = (row: readonly string[]): string =>
      row
        .map((cell, at) => (columns[at]?.align === 'right' ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
        .join('  ')
        .trimEnd()
    this.line(this.style('dim', render(columns.map((column) => column.title))))
    for (const row of rows) this.line(render(row))
  }

  /** Names and values, names dimmed and of one width. */
  fields(fields: readonly (readonly [name: string, value: string])[]): void {
    const width = Math.max(0, ...fields.map(([name]) => name.length))
    for (const [name, value] of fields)
      this.line(this.options.plain ? `${name}\t${value}` : `  ${this.style('dim', name.padEnd(width))}  ${value}`)
  }

  /** Columns of the terminal, where one reads. */
  get width(): number | undefined {
    return this.stdout.columns
  }

  get progressStream(): Stream {
    return this.stderr
  }
}
