/**
 * A reply on the terminal: title, fields, table, text.
 * Never shows a button: the terminal has its own questions.
 */
import type { Reply, Tone } from '../../api/commands/reply.ts'
import type { Output, Style } from './output.ts'

const STYLES: Readonly<Record<Tone, Style>> = { ok: 'good', info: 'bold', warn: 'warn', bad: 'bad' }

export function printReply(out: Output, reply: Reply): void {
  out.line(`${reply.badge}  ${out.style(STYLES[reply.tone], reply.title)}`)
  const width = Math.max(0, ...reply.fields.map(({ name }) => name.length))
  // A value of several lines stays in its column.
  if (reply.fields.length > 0) out.fields(reply.fields.map(({ name, value }) => [name, value.replaceAll('\n', out.options.plain ? ' · ' : `\n${' '.repeat(width + 4)}`)] as const))
  if (reply.table !== undefined && reply.table.rows.length > 0) {
    const { columns, rows, total } = reply.table
    out.table(columns, total === undefined ? rows : [...rows, total])
  }
  if (reply.text !== undefined && reply.text !== '') out.line(out.style('dim', reply.text))
}
