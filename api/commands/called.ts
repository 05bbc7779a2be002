/**
 * How operators are called where they are shown: by a name, and not by what a program counts them with.
 */
import { FILE_KEY_NAME } from '../../src/core/key-names.ts'
import type { Actor } from './command.ts'
import { untrusted } from './reply.ts'

const NAME_MAX = 40

/** `@ann` in chat, `key grafana` of a program, `the terminal`; the id where there is no name. The record of commands keeps the id. */
export function calledBy({ id, name, surface }: Pick<Actor, 'id' | 'name' | 'surface'>): string {
  const called = untrusted(name ?? '').slice(0, NAME_MAX)
  if (called === '') return id
  if (surface === 'telegram' || surface === 'discord' || surface === 'web') return `@${called}`
  return surface === 'cli' && called === FILE_KEY_NAME ? 'the terminal' : `key ${called}`
}
