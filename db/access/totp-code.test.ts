/**
 * One-time codes against the tables of RFC 6238 (appendix B), RFC 4226 (appendix D) and RFC 4648 (section 10).
 */
import { describe, expect, test } from 'vitest'
import { codeOf, makeSecret, matchedStep, otpauthUri, stepAt, toBase32 } from './totp-code.ts'

const SECRET = Buffer.from('12345678901234567890')

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('RFC 6238: at %i s the code is %s (the last six of its eight digits)', (seconds, code) => {
  expect(codeOf(SECRET, stepAt(seconds * 1_000))).toBe(code)
})

test.each(
  ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'].map((c, k) => [k, c] as const),
)('RFC 4226: count %i is %s', (count, code) => expect(codeOf(SECRET, count)).toBe(code))

test.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('RFC 4648: %s is %s', (text, base32) => expect(toBase32(Buffer.from(text))).toBe(base32))

describe('a code counts for its step, the one before and the one after', () => {
  const at = 1_234_567_890_000
  const now = stepAt(at)
  test.each([
    [-2, undefined],
    [-1, now - 1],
    [0, now],
    [1, now + 1],
    [2, undefined],
  ])('a code counts for its step, the one before and the one after: %i steps away', (away, expected) =>
    expect(matchedStep(SECRET, codeOf(SECRET, now + away), at)).toBe(expected),
  )

  test('a code counts for its step, the one before and the one after: with a space in it, as apps show it; not with five digits, letters, or nothing', () => {
    const code = codeOf(SECRET, now)
    expect(matchedStep(SECRET, `${code.slice(0, 3)} ${code.slice(3)}`, at)).toBe(now)
    for (const wrong of [code.slice(1), `${code}0`, 'abcdef', '']) expect(matchedStep(SECRET, wrong, at)).toBeUndefined()
  })
})

test('six digits of another script are a wrong code, not an error', () => {
  expect(matchedStep(SECRET, '١٢٣٤٥٦', 59_000)).toBeUndefined()
})

test('a secret has 160 bits, and its link names issuer and person', () => {
  expect(makeSecret()).toHaveLength(20)
  expect(makeSecret().equals(makeSecret())).toBe(false)
  expect(otpauthUri(SECRET, 'Ballast live', 'telegram:501')).toBe(
    'otpauth://totp/Ballast%20live:telegram%3A501?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Ballast%20live&algorithm=SHA1&digits=6&period=30',
  )
})
