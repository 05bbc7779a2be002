/**
 * What BALLAST_CRASH_AT may name, where it is taken, and what a call that has a point passes on.
 */
import { expect, test } from 'vitest'
import { MemoryStore } from '../support/kernel/memory-journal.ts'
import { ts } from '../../src/core/units.ts'
import { CRASH_POINTS, crashPointOf, journalWithCrashes } from '../support/process/crash-point.ts'

test('every point is taken, with and without a count, and what names none is refused', () => {
  for (const point of CRASH_POINTS) for (const text of [point, `${point}:3`]) expect(crashPointOf(text)).toBeDefined()
  expect(new Set(CRASH_POINTS).size).toBe(CRASH_POINTS.length)
  for (const text of ['send.entry', 'snapshot.before:0', 'snapshot.before:', 'somewhere', 'snapshot.before:x'])
    expect(() => crashPointOf(text)).toThrow('names no point')
})

test('a journal passes on what it is given and what it answers until its point comes', async () => {
  const store = new MemoryStore()
  const journal = journalWithCrashes(store.open(), crashPointOf('journal.decision.before:2'))
  const input = { type: 'lift-hold', holdId: 'x', actor: 'cli', ts: ts(1) } as const
  const fact = { type: 'hold-lifted', holdId: 'x', actor: 'cli', ts: ts(1) } as const
  expect(await journal.appendInputs([input, input])).toEqual({ ok: true, value: 1 })
  expect(await journal.appendFacts([{ causeSeq: 2, fact }], [])).toEqual({ ok: true, value: 3 })
  const loaded = await journal.load()
  expect(loaded).toMatchObject({ ok: true, value: { snapshot: undefined, tail: [{ seq: 1 }, { seq: 2 }, { seq: 3, causeSeq: 2 }] } })
})
