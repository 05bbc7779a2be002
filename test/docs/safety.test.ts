/**
 * docs/safety.md and the tree: each test that it names exists, each code in the tree is one of its rules, and no reference leads out of the repository.
 */
import { describe, expect, test } from 'vitest'
import { filesBelow, textOf } from '../support/repository.ts'

const CODE_FOLDERS = ['src', 'api', 'bots', 'db', 'jobs', 'test', 'bench']
const SELF = 'test/docs/safety.test.ts'
const safety = textOf('docs/safety.md')
const rules = new Set([...safety.matchAll(/^## (S\d+) /gm)].map(([, rule]) => rule as string))
const sources = CODE_FOLDERS.flatMap((folder) => filesBelow(folder, '.ts')).filter((path) => path !== SELF)
const pages = [...filesBelow('docs', '.md'), 'README.md']

interface Named {
  readonly rule: string
  readonly file: string
  readonly title: string
}

function namedTests(text: string): Named[] {
  let rule = ''
  return text.split('\n').flatMap((line) => {
    rule = /^## (S\d+) /.exec(line)?.[1] ?? rule
    const file = /^- `([^`]+)`: /.exec(line)?.[1]
    return file === undefined ? [] : [...line.matchAll(/“([^”]+)”/g)].map(([, title]) => ({ rule, file, title: title as string }))
  })
}

/** Files may move: the end of a path is enough. */
const filesNamed = (name: string): string[] => sources.filter((path) => `/${path}`.endsWith(`/${name}`))

function missing({ file, title }: Pick<Named, 'file' | 'title'>): string | undefined {
  const files = filesNamed(file)
  if (files.length === 0) return `${file} is no file`
  const quoted = new RegExp(`['"\`]${title.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}['"\`]`)
  const holders = files.filter((path) => quoted.test(textOf(path)))
  if (holders.length === 1) return undefined
  return holders.length === 0 ? `${file} has no “${title}”` : `“${title}” is in ${holders.join(' and ')}`
}

/** Each code that a text refers to. */
const codesIn = (text: string): string[] => [...text.matchAll(/\bS[1-9]\d?\b/g)].map(([code]) => code)

/** Documents that once stood beside the repository, and numbers of their sections. */
const DEAD =
  /§|\bFACTS (?:section )?\d|\b(?:surfaces|engines|architecture|models|stack|first-hour|safety) (?:section )?\d+(?:\.[0-9a-z]+)?\b/

describe('docs/safety.md', () => {
  test('docs/safety.md has the rules S1 to S19, each once', () => {
    expect([...safety.matchAll(/^## (S\d+) /gm)].map(([, rule]) => rule)).toEqual(Array.from({ length: 19 }, (_, i) => `S${i + 1}`))
  })

  test('names tests that exist, at least one a rule', () => {
    const named = namedTests(safety)
    expect(named.flatMap((each) => missing(each) ?? [])).toEqual([])
    expect(new Set(named.map(({ rule }) => rule))).toEqual(rules)
  })

  test('finds a title that no file has, and a file that does not exist', () => {
    expect(missing({ file: 'holds.test.ts', title: 'S1 nobody lifts anything' })).toContain('has no')
    expect(missing({ file: 'nowhere.test.ts', title: 'S1' })).toContain('is no file')
    expect(missing({ file: 'close.test.ts', title: 'a close at a price' })).toBeUndefined()
  })
})

describe('the tree', () => {
  test('refers to rules of docs/safety.md only', () => {
    expect(
      [...sources, ...pages].flatMap((path) => codesIn(textOf(path)).flatMap((code) => (rules.has(code) ? [] : `${path}: ${code}`))),
    ).toEqual([])
    expect(codesIn('Never loosens (S1, S42).')).toEqual(['S1', 'S42'])
  })

  test('refers to no document that is not in it', () => {
    expect([...sources, ...pages].flatMap((path) => DEAD.exec(textOf(path))?.map((found) => `${path}: ${found}`) ?? [])).toEqual([])
    for (const text of ['(engines §2)', 'of surfaces 3.e', 'bybit FACTS 16.3', 'architecture 2.1']) expect(text).toMatch(DEAD)
  })
})
