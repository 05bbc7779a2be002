/**
 * What BALLAST_CRASH_AT may name, where it is taken, and what a call that has a point passes on.
 * Never kills: the kills themselves are test/recovery/crash-points.prove.ts.
 */
import { expect, test } from 'vitest'
import { MemoryStore } from '../../test/support/memory-journal.ts'
import { ts } from '../core/units.ts'
import { PROFILES } from './config-schema.ts'
import { CRASH_POINTS, crashPointOf, journalWithCrashes } from './crash-point.ts'

test('every point is taken on profile sim, with and without a count', () => {
  for (const point of CRASH_POINTS)
    for (const text of [point, `${point}:3`]) expect(crashPointOf(text, 'sim')).toMatchObject({ ok: true, value: expect.anything() })
  expect(new Set(CRASH_POINTS).size).toBe(CRASH_POINTS.length)
})

test('it is refused on every other profile, and where it names no point', () => {
  for (const profile of PROFILES.filter((p) => p !== 'sim'))
    expect(crashPointOf('snapshot.before', profile)).toMatchObject({ ok: false, error: { exitCode: 3, next: 'Unset it.' } })
  for (const text of ['send.entry', 'snapshot.before:0', 'snapshot.before:', 'somewhere', 'snapshot.before:x'])
    expect(crashPointOf(text, 'sim')).toMatchObject({ ok: false, error: { exitCode: 3 } })
})

test('nothing is wrapped where nothing is asked for', () => {
  for (const profile of PROFILES)
    for (const text of [undefined, '']) expect(crashPointOf(text, profile)).toEqual({ ok: true, value: undefined })
})

test('a journal passes on what it is given and what it answers until its point comes', async () => {
  const store = new MemoryStore()
  const crash = crashPointOf('journal.decision.before:2', 'sim')
  if (!crash.ok || crash.value === undefined) throw new Error('a point was asked for')
  const journal = journalWithCrashes(store.open(), crash.value)
  const input = { type: 'lift-hold', holdId: 'x', actor: 'cli', ts: ts(1) } as const
  const fact = { type: 'hold-lifted', holdId: 'x', actor: 'cli', ts: ts(1) } as const
  expect(await journal.appendInputs([input, input])).toEqual({ ok: true, value: 1 })
  expect(await journal.appendFacts([{ causeSeq: 2, fact }], [])).toEqual({ ok: true, value: 3 })
  const loaded = await journal.load()
  expect(loaded).toMatchObject({ ok: true, value: { snapshot: undefined, tail: [{ seq: 1 }, { seq: 2 }, { seq: 3, causeSeq: 2 }] } })
})
