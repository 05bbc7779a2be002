/**
 * What the text of a strategy shows to be wrong before it runs: time and chance from outside, what it keeps outside its state, bars that are
 * still to come, prices between two ticks. What only a run shows is found by the checks of src/backtest/strategy-check.ts.
 */
import { codeOf, depthsOf, lineAt } from './code-text.ts'

export interface LintFinding {
  /** Stable, for programs: `clock`, `state-outside`, `look-ahead` … */
  readonly rule: string
  /** Counted from 1. */
  readonly line: number
  /** What is wrong, and what follows from it. */
  readonly sentence: string
  /** What to do. */
  readonly next: string
}

interface Word {
  readonly rule: string
  readonly pattern: RegExp
  readonly says: (word: string) => string
  readonly next: string
}

/** A name of its own, not a property of something. */
const own = (names: string): RegExp => new RegExp(`(?<![.\\w$])(?:${names})`, 'g')

const WORDS: readonly Word[] = [
  {
    rule: 'clock',
    pattern: own('Date\\.now\\b|new\\s+Date\\b|Date\\s*\\(|performance\\.now\\b'),
    says: (word) => `${word} reads the clock: a backtest and a restart decide otherwise.`,
    next: 'Use now of the context, the close of the bar.',
  },
  {
    rule: 'random',
    pattern: own('Math\\.random\\b|crypto\\.\\w+'),
    says: (word) => `${word} is chance: the same bars lead to other decisions.`,
    next: 'Decide by the bars, or keep a seeded number in the state.',
  },
  {
    rule: 'network',
    pattern: own('fetch\\s*\\(|XMLHttpRequest\\b|WebSocket\\b'),
    says: (word) => `${word} reaches outside, and its answer comes after the decision.`,
    next: 'What it needs comes as bars or as a parameter.',
  },
  {
    rule: 'process',
    pattern: own('process\\.\\w+|require\\s*\\(|globalThis\\b'),
    says: (word) => `${word} belongs to the process, which is another one in a backtest.`,
    next: 'Make it a parameter.',
  },
  {
    rule: 'timer',
    pattern: own('setTimeout\\b|setInterval\\b|setImmediate\\b|queueMicrotask\\b'),
    says: (word) => `${word} acts after the decision, when nobody listens.`,
    next: 'Count bars in the state.',
  },
  {
    rule: 'async',
    pattern: /(?<![.\w$])async\s+(?:onBar|onFill|onOrderEnd|init)\b|\b(?:onBar|onFill|onOrderEnd|init)\s*:\s*async\b|(?<![.\w$])await\b/g,
    says: (word) => `${word} answers later: a strategy decides before it returns, and is stopped otherwise.`,
    next: 'Remove async and await.',
  },
  {
    rule: 'look-ahead',
    pattern: /\.(?:openTs|closeTs|open|high|low|close|volume)\s*\(\s*-\s*[\w.]+/g,
    says: (word) => `${word.slice(1)}) asks for a bar that is still to come.`,
    next: '0 is the bar that has just closed: count back from it, as close(1).',
  },
]

/** @param source of one file, TypeScript. Findings by line */
export function lintSource(source: string): readonly LintFinding[] {
  const code = codeOf(source)
  const found: LintFinding[] = WORDS.flatMap(({ rule, pattern, says, next }) =>
    [...code.matchAll(pattern)].map((match) => ({
      rule,
      line: lineAt(code, match.index),
      sentence: says(match[0].replace(/\s+/g, ' ').replace(/\s*\($/, '')),
      next,
    })),
  )
  return [...found, ...imports(source, code), ...stateOutside(code), ...fractionalPrices(code)].sort((a, b) => a.line - b.line)
}

/** Modules of Node.js. */
function imports(source: string, code: string): LintFinding[] {
  return [...code.matchAll(/(?<![.\w$])(?:from|import)\s*\(?\s*(['"])/g)].flatMap((match): LintFinding[] => {
    const from = match.index + match[0].length
    const name = source.slice(from, source.indexOf(match[1] as string, from))
    if (!name.startsWith('node:') && !NODE_MODULES.includes(name)) return []
    return [
      {
        rule: 'process',
        line: lineAt(code, match.index),
        sentence: `${name} is a module of Node.js: files, network and clock are not there for a decision.`,
        next: 'What it needs comes as bars or as a parameter.',
      },
    ]
  })
}

const NODE_MODULES: readonly string[] = ['fs', 'fs/promises', 'http', 'https', 'net', 'os', 'child_process', 'timers', 'crypto', 'process']

const CHANGES = 'push|pop|shift|unshift|splice|sort|reverse|fill|set|add|delete|clear'

/** Variables of the file: they outlive a decision, and no journal has them. */
function stateOutside(code: string): LintFinding[] {
  const depths = depthsOf(code)
  return [...code.matchAll(/(?<![.\w$])(let|var|const)\s+([\w$]+)/g)].flatMap((match): LintFinding[] => {
    const [, kind, name = ''] = match
    if (depths[match.index] !== 0) return []
    const changed = new RegExp(
      `(?<![.\\w$])${name.replace(/\$/g, '\\$')}(?:\\.(?:${CHANGES})\\s*\\(|(?:\\.\\w+|\\[[^\\]]*\\])+\\s*(?:[-+*/%]?=(?![=>])|\\+\\+|--))`,
    )
    const isChanged = kind !== 'const' || changed.test(code)
    return isChanged
      ? [
          {
            rule: 'state-outside',
            line: lineAt(code, match.index),
            sentence: `${name} is kept outside the state: a restart forgets it, and two symbols share it.`,
            next: 'Make it a field of what init returns.',
          },
        ]
      : []
  })
}

/** Calculated prices in what is said to signal, enter, exit, change and protect. */
function fractionalPrices(code: string): LintFinding[] {
  return [...code.matchAll(/(?<![\w$])(?:signal|enter|exit|change|protect)\s*\((?:[^{}()]*,)?\s*\{/g)].flatMap((call) => {
    const begin = call.index + call[0].length
    return fieldsFrom(code, begin).flatMap(({ name, text, at }): LintFinding[] => {
      const isCalculated = /[*/]|\d\.\d/.test(text) && !/\b(?:ticksFromFloat|Math\.(?:floor|ceil|round|trunc))\s*\(/.test(text)
      if (!isCalculated || !['stop', 'limit', 'trigger', 'target'].includes(name)) return []
      return [
        {
          rule: 'fractional-price',
          line: lineAt(code, at),
          sentence: `${name} is calculated and may lie between two ticks: the strategy is stopped at the first that does.`,
          next: `Round it: ${name}: ticksFromFloat(${text.trim().replace(/\s+/g, ' ')}, 'floor').`,
        },
      ]
    })
  })
}

/** Fields of the object that begins at `begin`, up to its end. */
function fieldsFrom(code: string, begin: number): { readonly name: string; readonly text: string; readonly at: number }[] {
  const fields: { name: string; text: string; at: number }[] = []
  let depth = 0
  let from = begin
  for (let k = begin; k < code.length; k++) {
    const unit = code[k] as string
    const isEnd = depth === 0 && unit === '}'
    if (isEnd || (depth === 0 && unit === ',')) {
      const match = /^(\s*)([\w$]+)\s*:/.exec(code.slice(from, k))
      if (match !== null)
        fields.push({ name: match[2] ?? '', text: code.slice(from + match[0].length, k), at: from + (match[1] ?? '').length })
      from = k + 1
      if (isEnd) return fields
    }
    if ('{(['.includes(unit)) depth += 1
    if ('})]'.includes(unit)) depth -= 1
  }
  return fields
}
