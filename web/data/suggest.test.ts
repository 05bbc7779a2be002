/**
 * The command palette: what it offers, to whom, and when a line is complete.
 */
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../api/commands/registry.ts'
import { isComplete, suggestionsFor } from './suggest.ts'
import type { CommandRow } from './types.ts'

const rows: readonly CommandRow[] = COMMANDS.map(({ name, aliases, group, summary, usage, examples, role, action }) => ({
  name,
  aliases,
  group,
  summary,
  usage,
  examples,
  role,
  rolesByAction: {},
  changes: action !== undefined,
}))
const offered = (typed: string, role: 'viewer' | 'operator' | 'trader' | 'admin') =>
  suggestionsFor(typed, rows, role).map(({ title }) => title)
const usageOf = (name: string) => ({ usage: rows.find((row) => row.name === name)?.usage ?? '' })

describe('the palette', () => {
  test('the command that is named exactly comes first, by its alias too', () => {
    expect([offered('close', 'trader')[0], offered('/stopentry', 'operator')[0], offered('close BTC 50%', 'trader')[0]]).toEqual([
      'close',
      'pause',
      'close',
    ])
  })
  test('what a role may not run is not offered to it', () => {
    expect(
      [offered('close', 'viewer'), offered('panic', 'operator')].flat().filter((title) => title === 'close' || title === 'panic'),
    ).toEqual([])
  })
  test('pages are offered beside commands, and not any more when arguments follow', () => {
    expect(offered('risk', 'viewer')).toContain('Go to Risk')
    expect(offered('risk now', 'viewer')).not.toContain('Go to Risk')
  })
  test.each([
    ['close', 'close', false],
    ['close BTC', 'close', true],
    ['pause', 'pause', true],
    ['status', 'status', true],
    ['halt', 'halt', false],
    ['webhook', 'webhook', true],
  ])('%j of %s is complete: %s', (line, name, expected) => {
    expect(isComplete(line, usageOf(name))).toBe(expected)
  })
})
