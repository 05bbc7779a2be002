/**
 * What a channel holds after frames in every order: told twice, missed, after a restart.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Change, type ChannelState, type Delta, EMPTY, type Snapshot, applyFrame } from './channel.ts'

const snapshot = (data: Snapshot['data'], seq = 10, epoch = 'a'): Snapshot => ({
  t: 'snapshot',
  sid: 's1',
  ch: 'positions',
  epoch,
  seq,
  data,
})
const delta = (seq: number, data: Change, more: Partial<Delta> = {}): Delta => ({
  t: 'delta',
  sid: 's1',
  epoch: 'a',
  seq,
  prev: seq - 1,
  data,
  ...more,
})
const held = (frames: readonly (Snapshot | Delta)[], from: ChannelState = EMPTY): ChannelState =>
  frames.reduce((state, frame) => {
    const next = applyFrame(state, frame)
    if (next === 'lost') throw new Error(`lost at ${JSON.stringify(frame)}`)
    return next
  }, from)
const row = (id: string, size: number) => ({ id, size })

describe('a channel', () => {
  test('a new row comes first, a known one changes in its place, a removed one goes', () => {
    const state = held([
      snapshot([row('a', 1), row('b', 1)]),
      delta(11, { op: 'upsert', key: 'c', value: row('c', 1) }),
      delta(12, { op: 'upsert', key: 'b', value: row('b', 2) }),
      delta(13, { op: 'remove', key: 'a' }),
    ])
    expect(state).toMatchObject({ isLoaded: true, seq: 13, rows: [row('c', 1), row('b', 2)] })
  })
  test('appended rows stand last, and no more than 500 are kept', () => {
    const many = Array.from({ length: 600 }, (_, at) => delta(11 + at, { op: 'append', value: row(String(at), at) }))
    const { rows } = held([snapshot([]), ...many])
    expect([rows.length, rows[0], rows.at(-1)]).toEqual([500, row('100', 100), row('599', 599)])
  })
  test('a value is replaced, whether or not some between were skipped', () => {
    const state = held([snapshot({ equity: '1' }), delta(15, { op: 'replace', value: { equity: '2' } }, { skipped: 4 })])
    expect([state.seq, state.value]).toEqual([15, { equity: '2' }])
  })
  test('what is told twice, as after a resume, counts once', () => {
    const state = held([
      snapshot([row('a', 2)]),
      delta(9, { op: 'upsert', key: 'a', value: row('a', 1) }),
      delta(10, { op: 'remove', key: 'a' }),
    ])
    expect(state.rows).toEqual([row('a', 2)])
  })
  test('a number that is missing, and an epoch that is another one, are a loss', () => {
    const state = held([snapshot([row('a', 1)])])
    expect(applyFrame(state, delta(12, { op: 'remove', key: 'a' }))).toBe('lost')
    expect(applyFrame(state, delta(11, { op: 'remove', key: 'a' }, { epoch: 'b' }))).toBe('lost')
  })
  test('after a restart the snapshot of the new epoch is the truth, however far its numbers are behind', () => {
    const state = held([
      snapshot([row('a', 1)], 900),
      snapshot([row('b', 1)], 2, 'b'),
      delta(3, { op: 'upsert', key: 'b', value: row('b', 5) }, { epoch: 'b' }),
    ])
    expect(state).toMatchObject({ epoch: 'b', seq: 3, rows: [row('b', 5)] })
  })
  test('its rows are those that a map by key would hold, for all changes', () => {
    const change = fc.oneof(
      fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), size: fc.nat(9) }),
      fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), size: fc.constant(undefined) }),
    )
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const map = new Map<string, object>()
        for (const { key, size } of changes)
          if (size === undefined) map.delete(key)
          else map.set(key, row(key, size))
        const state = held([
          snapshot([]),
          ...changes.map(({ key, size }, at) =>
            delta(11 + at, size === undefined ? { op: 'remove', key } : { op: 'upsert', key, value: row(key, size) }),
          ),
        ])
        const byId = (rows: readonly object[]): readonly string[] => rows.map((each) => JSON.stringify(each)).sort()
        expect(byId(state.rows)).toEqual(byId([...map.values()]))
      }),
    )
  })
})
