/**
 * Reads TypeScript as text: its imports, its code without comments and strings, and its comments.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join, posix } from 'node:path'

export interface SourceFile {
  /** Path in the repository, with slashes. */
  readonly path: string
  readonly text: string
}

export interface Import {
  /** Path in the repository, or the package as it is written. */
  readonly target: string
  readonly isTypeOnly: boolean
}

const ROOTS = ['src', 'api', 'bots', 'db', 'jobs', 'test', 'bench', 'web']

export function readSources(root: string): SourceFile[] {
  return ROOTS.flatMap((folder) => {
    const entries = readdirSync(root).includes(folder) ? readdirSync(join(root, folder), { recursive: true }) : []
    return entries
      .map((entry) => posix.join(folder, String(entry).replaceAll('\\', '/')))
      .filter((path) => /\.tsx?$/.test(path) && !path.includes('node_modules/'))
      .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
  })
}

export interface Stripped {
  /** The code with the contents of strings and comments blanked, line for line. */
  readonly code: string
  readonly comments: string
}

const blank = (text: string): string => text.replace(/[^\n]/g, ' ')

/** Before one of these a slash begins a regular expression, after anything else it divides. */
const BEFORE_REGEX = /(?:^|[=(,:;[!&|?{}+\-*%~^<>\n]|\breturn|\btypeof|\bcase|=>)\s*$/

export function strip(text: string): Stripped {
  let code = ''
  let comments = ''
  let at = 0
  /** Depth of braces inside `${`, by nesting of templates. */
  const templates: number[] = []
  const take = (end: number, into: 'code' | 'blank' | 'comment'): void => {
    const part = text.slice(at, end)
    code += into === 'code' ? part : blank(part)
    if (into === 'comment') comments += `${part}\n`
    at = end
  }
  const template = (): void => {
    let end = at
    while (end < text.length && text[end] !== '`' && !text.startsWith('${', end)) end += text[end] === '\\' ? 2 : 1
    take(end, 'blank')
    if (text[at] === '`') take(at + 1, 'blank')
    else if (at < text.length) {
      take(at + 2, 'blank')
      templates.push(0)
    }
  }
  while (at < text.length) {
    const char = text[at] as string
    if (text.startsWith('//', at)) take(endOf(text, '\n', at), 'comment')
    else if (text.startsWith('/*', at)) take(Math.min(text.length, endOf(text, '*/', at + 2) + 2), 'comment')
    else if (char === "'" || char === '"') take(endOfQuoted(text, at, char), 'blank')
    else if (char === '`') {
      take(at + 1, 'blank')
      template()
    } else if (char === '}' && templates.length > 0 && templates.at(-1) === 0) {
      templates.pop()
      take(at + 1, 'blank')
      template()
    } else if (char === '/' && !isTagEnd(text, at) && BEFORE_REGEX.test(code.slice(-40))) take(endOfRegex(text, at), 'blank')
    else {
      if (templates.length > 0 && (char === '{' || char === '}')) templates.push((templates.pop() as number) + (char === '{' ? 1 : -1))
      take(at + 1, 'code')
    }
  }
  return { code, comments }
}

/** `</div>` or `<br />` */
const isTagEnd = (text: string, at: number): boolean => text[at - 1] === '<' || text[at + 1] === '>'

const endOf = (text: string, mark: string, from: number): number => {
  const end = text.indexOf(mark, from)
  return end < 0 ? text.length : end
}

function endOfQuoted(text: string, from: number, quote: string): number {
  let end = from + 1
  while (end < text.length && text[end] !== quote && text[end] !== '\n') end += text[end] === '\\' ? 2 : 1
  return end + 1
}

function endOfRegex(text: string, from: number): number {
  let end = from + 1
  let isInClass = false
  while (end < text.length && text[end] !== '\n' && (isInClass || text[end] !== '/')) {
    if (text[end] === '[') isInClass = true
    else if (text[end] === ']') isInClass = false
    end += text[end] === '\\' ? 2 : 1
  }
  return end + 1
}

const STATEMENT = /^[ \t]*(?:import|export)\b([^'"`;]*?)\bfrom\s*'([^']+)'|^[ \t]*import\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm

/** What a file imports, re-exports and loads by `import()`, comments left out. */
export function importsOf(file: SourceFile): Import[] {
  const { comments } = strip(file.text)
  const noise = new Set(comments.split('\n').map((line) => line.trim()))
  const text = file.text
    .split('\n')
    .map((line) => (noise.has(line.trim()) && /^\s*(?:\/\/|\/\*|\*)/.test(line) ? '' : line))
    .join('\n')
  return [...text.matchAll(STATEMENT)].map((match) => {
    const names = match[1] ?? ''
    const written = match[2] ?? match[3] ?? (match[4] as string)
    const listed = /^\s*\{(.*)\}\s*$/s
      .exec(names)?.[1]
      ?.split(',')
      .filter((name) => name.trim() !== '')
    const isTypeOnly = /^\s*type\b/.test(names) || listed?.every((name) => /^\s*type\s/.test(name)) === true
    const target = written.startsWith('.') ? posix.normalize(posix.join(posix.dirname(file.path), written)) : written
    return { target, isTypeOnly }
  })
}
