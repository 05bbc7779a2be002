/**
 * S13: a damaged snapshot keeps no trader from starting: the one before it, and then the whole journal, lead to the same state.
 */
import { expect, test } from 'vitest'
import type { KernelSnapshot } from '../kernel/snapshot.ts'
import { MemoryStore } from '../../test/support/kernel/memory-journal.ts'
import { ScriptedTrader, makeScriptedKernel } from '../../test/support/kernel/scripted-trader.ts'
import { recover } from './recovery.ts'

/** A day of trading with a snapshot in its middle and one later. */
async function lived(): Promise<{ readonly store: MemoryStore; readonly books: unknown }> {
  const store = new MemoryStore()
  const journal = store.open()
  const trader = new ScriptedTrader(journal)
  await trader.begin()
  for (let k = 0; k < 2; k++) {
    await trader.play(40)
    await journal.saveSnapshot(journal.lastSeq, trader.kernel.snapshot())
  }
  await trader.play(40)
  return { store, books: plain(trader.kernel.snapshot()) }
}
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test.each([
  ['the newest', 1],
  ['each', 2],
])('%s snapshot is damaged: set aside, and the records are the same', async (_, count) => {
  const { store, books } = await lived()
  const seqs = [...store.snapshots.keys()].sort((a, b) => b - a).slice(0, count)
  const codeVersion = [...store.snapshots.values()][0]?.codeVersion
  for (const seq of seqs) store.snapshots.set(seq, { codeVersion } as KernelSnapshot)
  const kernel = makeScriptedKernel()
  const recovered = await recover(kernel, store.open(), async () => {})
  expect(recovered.ok && recovered.value.setAside).toEqual(seqs)
  expect(plain(kernel.snapshot())).toEqual(books)
  expect([...store.snapshots.keys()]).toHaveLength(2 - count)
})
