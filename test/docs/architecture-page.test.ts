/**
 * docs/architecture.md and the code: each hop of a trace is a file with that function, and each file of the kernel is named.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT, filesBelow, textOf } from '../support/repository.ts'

const page = textOf('docs/architecture.md')

/** Text below a hop stands where its words begin. */
const CONTINUED = /^ {40,}\S/

const linesOf = (text: string): string[] =>
  [...text.matchAll(/^```trace\n([\s\S]*?)^```$/gm)].flatMap(([, lines]) => (lines as string).trimEnd().split('\n'))

/** What is wrong with a line of a trace; undefined where it is right. */
function flawOf(line: string): string | undefined {
  if (CONTINUED.test(line)) return undefined
  const [, path, owner, name] = /^ *([a-z][\w/.-]*) +(?:([A-Z]\w*)\.)?(\w+)(?: {2,}\S.*)?$/.exec(line) ?? []
  if (path === undefined || name === undefined) return `no hop: ${line}`
  const file = [`src/${path}.ts`, `${path}.ts`].find((each) => existsSync(join(ROOT, each)))
  if (file === undefined) return `no file: ${path}`
  const text = textOf(file)
  if (owner !== undefined && !new RegExp(`class ${owner}\\b`).test(text)) return `${file} has no class ${owner}`
  const isDeclared =
    owner === undefined
      ? new RegExp(`(?:function|const) ${name}\\b`).test(text)
      : new RegExp(`^  (?:private |protected |static |async |override )*${name}[(<]`, 'm').test(text)
  return isDeclared ? undefined : `${file} has no ${name}`
}

describe('docs/architecture.md', () => {
  test('each hop of a trace names a file and a function that is in it', () => {
    expect(linesOf(page).length).toBeGreaterThan(80)
    expect(linesOf(page).flatMap((line) => flawOf(line) ?? [])).toEqual([])
  })

  test('a hop to no file, to no class, to no function, and a line that is no hop are found', () => {
    expect(flawOf('kernel/nowhere      Kernel.apply')).toContain('no file')
    expect(flawOf('kernel/kernel       Core.apply   decides')).toContain('no class')
    expect(flawOf('kernel/kernel       Kernel.applied   decides')).toContain('has no applied')
    expect(flawOf('risk/check          checkEntries')).toContain('has no checkEntries')
    expect(flawOf('then written')).toContain('no file')
    expect(flawOf('Then it is written')).toContain('no hop')
    expect(flawOf('  kernel/kernel     Kernel.apply   decides')).toBeUndefined()
  })

  test('each file of the kernel is named', () => {
    const named = new Set([...page.slice(page.indexOf("## The kernel's parts")).matchAll(/`([\w-]+\.ts)`/g)].map(([, name]) => name))
    const files = filesBelow('src/kernel', '.ts').filter((path) => !path.endsWith('.test.ts'))
    expect(files.length).toBeGreaterThan(50)
    expect(files.filter((path) => !named.has(path.slice(path.lastIndexOf('/') + 1)))).toEqual([])
    const kernelFiles = new Set(files.map((path) => path.slice(path.lastIndexOf('/') + 1)))
    const table = page.slice(page.indexOf('| file in `src/kernel/`'), page.indexOf('Before the kernel calculates'))
    const rows = [...table.matchAll(/^\| ([^|]+)\|/gm)].flatMap(([, cell]) => [...(cell as string).matchAll(/`([\w-]+\.ts)`/g)])
    expect(rows.flatMap(([, name]) => (kernelFiles.has(name as string) ? [] : [name]))).toEqual([])
  })
})
