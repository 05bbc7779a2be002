/**
 * How operators are called where they are shown: by a name, and not by what a program counts them with.
 */
import type { Actor } from './command.ts'
import { untrusted } from './reply.ts'

const NAME_MAX = 40
/** The key that is in the data directory. */
const KEY_OF_THE_MACHINE = 'admin'

/** `@ann` in chat, `key grafana` of a program, `the terminal`; the id where there is no name. The record of commands keeps the id. */
export function calledBy({ id, name, surface }: Pick<Actor, 'id' | 'name' | 'surface'>): string {
  const called = untrusted(name ?? '').slice(0, NAME_MAX)
  if (called === '') return id
  if (surface === 'telegram' || surface === 'discord') return `@${called}`
  return surface === 'cli' && called === KEY_OF_THE_MACHINE ? 'the terminal' : `key ${called}`
}
