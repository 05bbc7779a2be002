/**
 * A reply on the terminal: title, fields, table, text.
 */
import type { Reply, Tone } from '../../../api/commands/reply.ts'
import type { Output, Style } from './output.ts'

const STYLES: Readonly<Record<Tone, Style>> = { ok: 'good', info: 'bold', warn: 'warn', bad: 'bad' }

export function printReply(out: Output, reply: Reply): void {
  out.line(`${reply.badge}  ${out.style(STYLES[reply.tone], reply.title)}`)
  const width = Math.max(0, ...reply.fields.map(({ name }) => name.length))
  if (reply.fields.length > 0) out.fields(reply.fields.map(({ name, value }) => [name, inColumn(value, out, width + 4)] as const))
  if (reply.table !== undefined && reply.table.rows.length > 0) {
    const { columns, rows, total } = reply.table
    out.table(columns, total === undefined ? rows : [...rows, total])
  }
  if (reply.text !== undefined && reply.text !== '') out.line(out.style('dim', reply.text))
}

const WIDTH = 100

/** A value of several lines, or a long one, stays in its column. */
function inColumn(value: string, out: Output, indent: number): string {
  if (out.options.plain) return value.replaceAll('\n', ' · ')
  const room = Math.max(30, Math.min(out.width ?? WIDTH, 160) - indent)
  return value
    .split('\n')
    .flatMap((line) => wrap(line, room))
    .join(`\n${' '.repeat(indent)}`)
}

/** Lines of at most `room` characters, broken between words that two spaces part, else between words. */
function wrap(line: string, room: number): string[] {
  if (line.length <= room) return [line]
  const separator = line.includes('  ') ? '  ' : ' '
  const lines: string[] = []
  for (const word of line.split(separator)) {
    const last = lines.at(-1)
    if (last === undefined || last.length + separator.length + word.length > room) lines.push(word)
    else lines[lines.length - 1] = `${last}${separator}${word}`
  }
  return lines
}
