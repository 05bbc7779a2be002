/**
 * Checks as lines: a mark, the name, what was found, and below what is not well the next step, within the width of the terminal.
 */
import type { CheckLine, CheckStatus } from '../../diagnostics/check-line.ts'
import type { Output, Style } from './output.ts'

const MARKS: Readonly<Record<CheckStatus, readonly [mark: string, style: Style]>> = {
  ok: ['✓', 'good'],
  warn: ['!', 'warn'],
  fail: ['✗', 'bad'],
}
const NAME_WIDTH = 14
const WIDTH_MIN = 40

export function printChecks(out: Output, checks: readonly CheckLine[]): void {
  for (const { name, status, detail, next } of checks) {
    if (out.options.plain) {
      out.line([status, name, detail, next].join('\t'))
      continue
    }
    const [mark, style] = MARKS[status]
    const margin = ' '.repeat(NAME_WIDTH + 6)
    const [first = '', ...rest] = wrap(detail, widthOf(out) - margin.length)
    out.line(`  ${out.style(style, mark)} ${name.padEnd(NAME_WIDTH)}  ${first}`)
    for (const line of rest) out.line(margin + line)
    if (next !== '') for (const line of wrap(`→ ${next}`, widthOf(out) - margin.length)) out.line(margin + line)
  }
}

/** A terminal that does not know its width says 0: then nothing is wrapped. */
export const widthOf = ({ width }: Output): number => (width === undefined || width < WIDTH_MIN ? Number.POSITIVE_INFINITY : width)

/** At blanks; what has none is left whole, so that it can be copied. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
