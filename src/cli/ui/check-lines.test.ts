/**
 * Checks as lines: marks, the width of the terminal, and tab-separated for programs.
 */
import { expect, test } from 'vitest'
import { failed, warned, well } from '../../diagnostics/check-line.ts'
import { printChecks, wrap } from './check-lines.ts'
import { Output } from './output.ts'

function printed(columns: number | undefined, plain = false): string {
  let text = ''
  const stream = {
    columns,
    write(more: string) {
      text += more
    },
  }
  const out = new Output({ json: false, plain, quiet: false, verbose: false, color: false }, stream, stream)
  printChecks(out, [
    well('node', '20.19.0'),
    warned('disk', '1.0 GB free', 'Make room.'),
    failed('exchange', 'It does not answer at https://api.example.test because of the road', 'Check the network.'),
  ])
  return text
}

test('a mark, a name, a figure, and the next step below', () => {
  expect(printed(undefined)).toBe(
    [
      '  ✓ node            20.19.0',
      '  ! disk            1.0 GB free',
      '                    → Make room.',
      '  ✗ exchange        It does not answer at https://api.example.test because of the road',
      '                    → Check the network.',
      '',
    ].join('\n'),
  )
})

test('within the width of the terminal; one that does not know it wraps nothing', () => {
  const lines = printed(60).split('\n')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60)
  expect(lines.length).toBeGreaterThan(printed(undefined).split('\n').length)
  expect(printed(0)).toBe(printed(undefined))
})

test('plain: one line each, with tabs', () => {
  expect(printed(60, true).split('\n')[1]).toBe('warn\tdisk\t1.0 GB free\tMake room.')
})

test('a word that is longer than the line stays whole', () => {
  expect(wrap('go to https://a-long-address.example.test now', 10)).toEqual(['go to', 'https://a-long-address.example.test', 'now'])
})
