/**
 * References that are made from code are what the code says today.
 */
import { describe, expect, test } from 'vitest'
import { CONFIG_KEYS } from '../../src/config/config-keys.ts'
import { textOf } from '../support/repository.ts'
import { wordsOf } from './configuration.ts'
import { REFERENCES } from './references.ts'

describe('a reference that is made from code is up to date', () => {
  test.each(REFERENCES)(
    '%s',
    async (path, make) => {
      expect(textOf(path) === (await make()), `${path} is not what the code says: run npm run docs`).toBe(true)
      // The whole terminal is loaded for its options.
    },
    60_000,
  )
})

test('every key of the configuration says what it does, and a key that has no words is named', () => {
  for (const { path } of CONFIG_KEYS) expect(wordsOf(path)).not.toBe('')
  expect(() => wordsOf('no.such.key')).toThrow('no.such.key has no words')
})
