/**
 * The journal in memory keeps the journal's contract.
 */
import { MemoryStore } from '../support/kernel/memory-journal.ts'
import { describeJournal } from './journal.contract.ts'

let store = new MemoryStore()
describeJournal({
  fresh: async () => {
    store = new MemoryStore()
    return store.open()
  },
  takeOver: async () => store.open(),
  table: async (name) => store.table(name),
})
