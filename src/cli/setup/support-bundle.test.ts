/**
 * What a support bundle hides: whatever is a secret, wherever it stands in a text.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hide } from './support-bundle.ts'

const secret = fc.stringMatching(/^[A-Za-z0-9]{8,40}$/)

test('no secret is left, alone, within a word, or as a part of another', () => {
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), fc.array(fc.string(), { maxLength: 4 }), (secrets, words) => {
      const all = [...secrets, `${secrets[0]}x1`]
      const text = hide([...words, ...all, ...all.map((each) => `url=${each}&a`)].join(' '), all)
      for (const each of all) expect(text).not.toContain(each)
    }),
  )
})

test.each([
  ['Bearer tk_live_1a2b3c4d_Qx9-abcDEF_0', 'Bearer •••'],
  ['postgres://ballast:hunter2@db.example.org:5432/b', 'postgres://•••@db.example.org:5432/b'],
  ['redis://:pass@10.0.0.1:6379', 'redis://•••@10.0.0.1:6379'],
  ['bot 123456789:AAEhBOweik6ad9r_Qbgbgu-nS7UPkVo4DzU', 'bot •••'],
  ['BTCUSDT 0.050 at 64,250.5, order 1523347543495541248', 'BTCUSDT 0.050 at 64,250.5, order 1523347543495541248'],
])('%s becomes %s', (text, expected) => expect(hide(text, [])).toBe(expected))
