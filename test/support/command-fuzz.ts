/**
 * Command lines as traders type them, mistype them and paste them: each answered in Ballast's words, and none doing what has to be confirmed.
 */
import fc from 'fast-check'
import { expect } from 'vitest'
import { ROLES, SURFACES } from '../../api/commands/command.ts'
import { findCommand, splitLine } from '../../api/commands/parse.ts'
import { COMMANDS } from '../../api/commands/registry.ts'
import { RESULT_CODES } from '../../api/commands/run/result.ts'
import { by, makeWorld } from './command-world.ts'

const NAMES = COMMANDS.flatMap(({ name, aliases }) => [name, ...aliases])
const EXAMPLES = COMMANDS.flatMap(({ examples }) => examples.map((line) => line.split(' ')))
const WORDS = [...new Set(EXAMPLES.flat())]

const oddWord = fc.oneof(
  fc.constantFrom(
    '',
    '-1',
    '0',
    '1e9',
    '100%',
    '$0',
    '999999999999999',
    '#3',
    'NaN',
    'null',
    '--',
    '=',
    'a=',
    '=b',
    '"',
    "'",
    'all',
    'for',
    '2h',
  ),
  fc.constantFrom(
    '🙂',
    '\u0000',
    '\u202e',
    '../..',
    "'; drop table orders;--",
    '<b>x</b>',
    '$100',
    'BTC',
    'btc/usdt',
    'DOGE',
    '50%',
    'sl=',
    'sl=-1%',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const word = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...WORDS) }, { weight: 1, arbitrary: oddWord })

/** A line that is right, with words of it left out, put twice, swapped, or others put in their place. */
const spoilt = fc
  .tuple(fc.constantFrom(...EXAMPLES), fc.array(fc.tuple(fc.nat(3), fc.nat(8), word), { maxLength: 3 }))
  .map(([words, changes]) => {
    const line = [...words]
    for (const [how, at, other] of changes) {
      const k = line.length === 0 ? 0 : at % line.length
      if (how === 0) line.splice(k, 1)
      else if (how === 1) line.splice(k, 0, other)
      else if (how === 2) line[k] = other
      else line.push(other)
    }
    return line.join(' ')
  })
const line = fc.oneof(
  { weight: 6, arbitrary: spoilt },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...NAMES), fc.array(word, { maxLength: 6 })).map(([name, rest]) => [name, ...rest].join(' ')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 600 }) },
)

const STATUSES: readonly string[] = ['done', 'queued', 'confirm', 'refused', 'failed', 'invalid', 'forbidden', 'unknown']
/** What no reply says: an error of ours, or a value that is none. */
const OURS = /undefined|\bNaN\b|\[object |TypeError|Invalid input|expected .* received/
/** By the table of commands: what is done without a yes, and with which words. A panic holds entries while its card is looked at. */
const AT_ONCE: readonly (readonly [command: string, sent: string, words: RegExp])[] = [
  ['pause', 'pause', /^/],
  ['halt', 'halt', /^/],
  ['panic', 'pause', /^/],
  ['reconcile', 'reconcile', /^/],
  ['strategy', 'strategy', /\s(off|clos(e|ing)-only)$/i],
  ['cancel', 'cancel', /^["']?ord_/],
  ['sl', 'protect', /^/],
]

/**
 * Runs `count` lines against a trader that answers every preview and has nothing to do.
 * @throws where a line makes it throw, acts before a yes, or is refused in other words than a sentence
 */
export async function fuzzLines(count: number): Promise<void> {
  const world = makeWorld()
  world.preview = { status: 'done', text: 'Nothing stands against it.' }
  await fc.assert(
    fc.asyncProperty(
      line,
      fc.constantFrom(undefined, ...ROLES, 'admin' as const),
      fc.constantFrom(...SURFACES),
      async (text, role, surface) => {
        world.sent.length = 0
        world.audit.length = 0
        world.cards.clear()
        const result = await world.runner.runLine(text, { ...by(role, { surface }), because: 'a test' })
        const shown = `${JSON.stringify(text)} by ${role} on ${surface} → ${JSON.stringify(result).slice(0, 900)}`
        expect(STATUSES, shown).toContain(result.status)
        expect([...RESULT_CODES, ...STATUSES], shown).toContain(result.code)
        const { title, text: more = '' } = result.reply
        expect(title.trim().length, shown).toBeGreaterThan(0)
        // What was typed may stand in the answer.
        if (!OURS.test(text)) expect(`${title} ${more}`, shown).not.toMatch(OURS)
        if (result.status === 'invalid' || result.status === 'unknown' || result.status === 'forbidden') {
          expect(world.sent, shown).toEqual([])
          expect(title, shown).not.toContain('\n')
        }
        if (result.status === 'confirm') expect(world.cards.get(result.confirmation?.id ?? ''), shown).toBeDefined()
        const { name, rest } = splitLine(text)
        const allowed = AT_ONCE.filter(([of, , words]) => of === findCommand(COMMANDS, name)?.name && words.test(rest)).map(
          ([, sent]) => sent,
        )
        expect(
          world.sent.filter((sent) => !allowed.includes(sent.name)),
          shown,
        ).toEqual([])
      },
    ),
    { numRuns: count, seed: 23, endOnFailure: true },
  )
}
