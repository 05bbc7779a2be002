/**
 * The text of a source with comments and strings blanked out, at the same places: for rules that look for words of the code.
 */

/** After these a slash begins a regular expression. */
const BEFORE_PATTERN = /(^|[(=,:[!&|?{};+\-*%<>~^]|\breturn|\btypeof|\bcase)$/

/** As long as `source`, with the same lines. */
export function codeOf(source: string): string {
  const out = [...source]
  const blank = (from: number, to: number): void => {
    for (let k = from; k < Math.min(to, out.length); k++) if (out[k] !== '\n') out[k] = ' '
  }
  const units = out.map((unit) => unit)
  const startsWith = (at: number, text: string): boolean => units.slice(at, at + text.length).join('') === text
  /** The end of a string that begins at `at`; `isPattern`: of a regular expression, in whose classes a slash is nothing. */
  const endOf = (at: number, mark: string, isPattern = false): number => {
    let isClass = false
    for (let k = at + 1; k < units.length; k++) {
      const unit = units[k]
      if (unit === '\\') k += 1
      else if (unit === '\n' && mark !== '`') return k
      else if (isPattern && unit === '[') isClass = true
      else if (isPattern && unit === ']') isClass = false
      else if (unit === mark && !isClass) return k + 1
    }
    return units.length
  }
  /** Code from `at` until the brace that closes it. */
  const walk = (at: number, isInTemplate: boolean): number => {
    let depth = 0
    let last = ''
    for (let k = at; k < units.length; ) {
      const unit = units[k] as string
      if (isInTemplate && unit === '}' && depth === 0) return k
      if (startsWith(k, '//') || startsWith(k, '/*')) {
        const to = startsWith(k, '//') ? units.indexOf('\n', k) : closing(k)
        blank(k, to < 0 ? units.length : to)
        k = to < 0 ? units.length : to
        continue
      }
      if (unit === "'" || unit === '"' || (unit === '/' && BEFORE_PATTERN.test(last))) {
        const to = endOf(k, unit, unit === '/')
        blank(k + 1, to - 1)
        k = to
        last = 'x'
        continue
      }
      if (unit === '`') {
        k = template(k)
        last = 'x'
        continue
      }
      if (unit === '{') depth += 1
      if (unit === '}') depth -= 1
      if (!/\s/.test(unit)) last = (last + unit).slice(-8)
      else if (/\w$/.test(last)) last = `${last} `.slice(-8)
      k += 1
      if (/\s/.test(unit)) last = last.trimEnd()
    }
    return units.length
  }
  const closing = (at: number): number => {
    for (let k = at + 2; k < units.length; k++) if (startsWith(k, '*/')) return k + 2
    return units.length
  }
  const template = (at: number): number => {
    for (let k = at + 1; k < units.length; ) {
      if (units[k] === '\\') {
        blank(k, k + 2)
        k += 2
      } else if (units[k] === '`') return k + 1
      else if (startsWith(k, '${')) k = walk(k + 2, true) + 1
      else {
        blank(k, k + 1)
        k += 1
      }
    }
    return units.length
  }
  walk(0, false)
  return out.join('')
}

/** Counted from 1. */
export const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length

/** How many braces and brackets are open at each place. */
export function depthsOf(code: string): Uint16Array {
  const depths = new Uint16Array(code.length)
  let depth = 0
  for (let k = 0; k < code.length; k++) {
    const unit = code[k] as string
    if ('})]'.includes(unit)) depth = Math.max(0, depth - 1)
    depths[k] = depth
    if ('{(['.includes(unit)) depth += 1
  }
  return depths
}
