/**
 * S18: which strategy keeps more memory than it may, on a heap that is counted by hand.
 */
import { expect, test } from 'vitest'
import { MemoryWatch } from './memory-watch.ts'

/** What is kept for ever, and what the next collection gives back. */
class CountedHeap {
  kept = 100
  unused = 0
  collections = 0

  bytes(): number {
    return this.kept + this.unused
  }

  keptBytes(): number {
    this.collections += 1
    this.unused = 0
    return this.kept
  }
}

const LIMIT = 1_000
const make = () => {
  const heap = new CountedHeap()
  const watch = new MemoryWatch(LIMIT, heap)
  const decide = (strategy: string, keeps: number, wastes = 0): void => {
    watch.note(strategy)
    heap.kept += keeps
    heap.unused += wastes
    watch.note(undefined)
  }
  return { heap, watch, decide }
}
const names = (watch: MemoryWatch): readonly string[] => watch.takeOverLimit().map(({ strategy }) => strategy)

test('S18 one that keeps a little of each bar is found at the limit, with the figure, and the others are not', () => {
  const { watch, decide } = make()
  let bars = 0
  let over: readonly { strategy: string; kept: number }[] = []
  while (over.length === 0 && bars < 1_000) {
    decide('hoarder', 10)
    decide('modest', 0, 4)
    over = watch.takeOverLimit()
    bars += 1
  }
  expect(over.map(({ strategy }) => strategy)).toEqual(['hoarder'])
  // It is its own by what both took, of which it took ten in fourteen.
  expect(over[0]?.kept).toBeGreaterThanOrEqual(LIMIT)
  expect(bars).toBeLessThan((LIMIT * 2) / 10)
  expect(names(watch)).toEqual([])
})

test('what each keeps is known once everything unused was given back', () => {
  const { watch, decide } = make()
  decide('hoarder', 100)
  expect(watch.keptBy('hoarder')).toBeUndefined()
  decide('modest', 0, 150)
  // 100 kept in all; of the 250 that were taken, 100 and 150 are theirs.
  expect([watch.keptBy('hoarder'), watch.keptBy('modest')]).toEqual([40, 60])
})

test('S18 one that takes without end and keeps nothing is never stopped', () => {
  const { heap, watch, decide } = make()
  for (let bar = 0; bar < 500; bar++) decide('busy', 0, 90)
  expect(names(watch)).toEqual([])
  expect(heap.collections).toBeGreaterThan(100)
})

test('S18 what a few decisions take is not collected for: it costs time', () => {
  const { heap, decide } = make()
  for (let bar = 0; bar < 24; bar++) decide('small', 5, 5)
  // The first reading alone.
  expect(heap.collections).toBe(1)
})

test('S18 one decision that keeps more than all that is allowed is found with it', () => {
  const { watch, decide } = make()
  decide('sudden', LIMIT + 1)
  expect(names(watch)).toEqual(['sudden'])
})

test('S18 one that gave back what it kept begins again', () => {
  const { heap, watch, decide } = make()
  for (let round = 0; round < 20; round++) {
    for (let bar = 0; bar < 9; bar++) decide('rolling', 100)
    heap.kept -= 900
    decide('rolling', 0, 250)
  }
  expect(names(watch)).toEqual([])
})

test('S18 started again by a person, it has the whole limit again', () => {
  const { watch, decide } = make()
  const barsUntilOver = (): number => {
    for (let bar = 1; bar < 100; bar++) {
      decide('hoarder', 50)
      if (names(watch).length > 0) return bar
    }
    return 0
  }
  expect([barsUntilOver(), barsUntilOver()]).toEqual([20, 20])
})
