/**
 * What may follow the words that somebody has typed: subcommands, options, the literal words of a usage, symbols and strategies.
 */
import type { Command, Option } from 'commander'

export interface Candidate {
  readonly word: string
  readonly summary: string
}

/** What a usage calls by a name of its kind: `<sym>` is one of the traded symbols. */
export interface Known {
  readonly sym: readonly string[]
  readonly strategy: readonly string[]
}

/** @param typed the words after the program's name, the last one unfinished; empty where a new one begins */
export function candidatesOf(program: Command, typed: readonly string[], known: Known): Candidate[] {
  const last = typed.at(-1) ?? ''
  let command = program
  let words = 0
  for (let at = 0; at < typed.length - 1; at += 1) {
    const word = typed[at] as string
    if (word.startsWith('-')) {
      const isLast = at === typed.length - 2
      if (!word.includes('=') && takesValue(command, word)) {
        // Its value is the user's: a file, a number, an address.
        if (isLast) return []
        at += 1
      }
      continue
    }
    const child = words === 0 ? command.commands.find((each) => each.name() === word || each.aliases().includes(word)) : undefined
    if (child === undefined) words += 1
    else command = child
  }
  return (last.startsWith('-') ? optionsOf(command) : wordsOf(command, words, known)).filter(({ word }) => word.startsWith(last))
}

const chainOf = (command: Command): Command[] => (command.parent === null ? [command] : [command, ...chainOf(command.parent)])
const allOptions = (command: Command): Option[] => chainOf(command).flatMap((each) => [...each.options])
const takesValue = (command: Command, word: string): boolean =>
  allOptions(command).some((option) => option.required && (option.long === word || option.short === word))

const optionsOf = (command: Command): Candidate[] =>
  [
    ...allOptions(command).map((option) => ({ word: option.long ?? '', summary: option.description })),
    { word: '--help', summary: 'show help' },
  ].filter(({ word }, at, all) => word !== '' && all.findIndex((each) => each.word === word) === at)

function wordsOf(command: Command, words: number, known: Known): Candidate[] {
  const children = words === 0 ? command.commands.map((child) => ({ word: child.name(), summary: child.description() })) : []
  const usage = command.registeredArguments[0]?.description ?? ''
  const named = usage
    .split(/[^\w-]+/)
    .flatMap((each) =>
      each === 'sym' || each === 'strategy' ? known[each] : each === 'name' && command.name() === 'strategy' ? known.strategy : [],
    )
  const said = literalsOf(usage).map((word) => ({ word, summary: '' }))
  return [...children, ...said, ...[...new Set(named)].map((word) => ({ word, summary: '' }))]
}

/** Words that a usage such as `[all|sym] [for 2h]` means as they stand: alternatives, and what stands alone in front of others. */
function literalsOf(usage: string): string[] {
  const alternatives = [...usage.matchAll(/[[<|]([a-z][a-z-]*)(?=[\]>| ])/g)].map(([, word]) => word as string)
  const names = new Set([...usage.matchAll(/<([a-z-]+)>/g)].map(([, word]) => word))
  return [...new Set(alternatives)].filter((word) => !names.has(word) && !KINDS.has(word))
}
/** They say of what kind a word is. */
const KINDS: ReadonlySet<string> = new Set([
  'sym',
  'strategy',
  'n',
  'name',
  'reason',
  'words',
  'id',
  'number',
  'period',
  'scenario',
  'file',
  'price',
])
