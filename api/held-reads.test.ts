/**
 * What is held of reads: read once between two events, never answered after the next one, and no failure is held.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeWorld } from '../test/support/command-world.ts'
import { HeldRows, heldKeys, heldReads } from './held-reads.ts'

function counted() {
  const { ports } = makeWorld()
  const clock = { now: 0 }
  const rows = new HeldRows(() => clock.now)
  const calls = { account: 0, isDown: false, value: '1' }
  const reads = heldReads(
    Object.assign(Object.create(ports.reads) as typeof ports.reads, {
      account: async () => {
        calls.account += 1
        if (calls.isDown) throw new Error('away')
        return { equity: calls.value }
      },
    }),
    rows,
  )
  return { clock, rows, calls, reads }
}

test('whatever is read after an event is what is there then, and between two events the database is asked once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('read', 'event', 'late'), { maxLength: 40 }), async (steps) => {
      const { clock, rows, calls, reads } = counted()
      let known: string | undefined
      let asked = 0
      for (const [k, step] of steps.entries()) {
        if (step === 'event') {
          calls.value = String(k)
          rows.forget()
          known = undefined
        } else if (step === 'late') {
          clock.now += 1_001
          known = undefined
        } else {
          if (known === undefined) asked += 1
          known = calls.value
          expect((await reads.account())?.equity).toBe(calls.value)
        }
      }
      expect(calls.account).toBe(asked)
    }),
  )
})

test('a read that began before an event does not answer after it', async () => {
  const { rows, calls, reads } = counted()
  const before = reads.account()
  calls.value = '2'
  rows.forget()
  await before
  expect((await reads.account())?.equity).toBe('2')
})

test('a failed read reaches who asked and is not held', async () => {
  const { calls, reads } = counted()
  calls.isDown = true
  await expect(reads.account()).rejects.toThrow('away')
  calls.isDown = false
  expect((await reads.account())?.equity).toBe('1')
})

test('a key is looked up once a second, and its use noted once in a while', async () => {
  const clock = { now: 0 }
  const rows = new HeldRows(() => clock.now)
  const calls: string[] = []
  const keys = heldKeys(
    {
      find: async (token) => {
        calls.push(`find ${token}`)
        return undefined
      },
      noteUse: async (id) => void calls.push(`note ${id}`),
      over: async () => [],
    },
    rows,
    () => clock.now,
  )
  for (let k = 0; k < 5; k += 1) {
    await keys.find('t')
    await keys.noteUse('1')
  }
  expect(calls).toEqual(['find t', 'note 1'])
  clock.now = 1_500
  await keys.find('t')
  expect(calls).toHaveLength(3)
})
