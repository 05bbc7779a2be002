/**
 * Brings a kernel to where the journal ends: fold what was decided, decide again only what was appended and never answered.
 * Never sends anything, and never decides an input twice that already led to facts.
 */
import type { Journal, JournalError, JournalLoad, JournalRow } from '../journal/journal.ts'
import { Kernel } from '../kernel/kernel.ts'
import type { KernelSnapshot } from '../kernel/snapshot.ts'
import type { KernelFact } from '../kernel/fact.ts'
import type { KernelInput } from '../kernel/input.ts'
import { type Result, ok } from '../core/result.ts'

export interface Recovered {
  /** Inputs at the journal's end that a crash left undecided; to be applied, with their sequence numbers. */
  readonly undecided: readonly { readonly seq: number; readonly input: KernelInput }[]
  readonly lastSeq: number
  readonly rows: number
  readonly isFresh: boolean
  /** Snapshots that were no good, by sequence number. */
  readonly setAside: readonly number[]
}

/** Inputs in order, each followed by the facts that it led to, whatever the order of the rows in the log. */
export function groupByCause(
  rows: readonly JournalRow[],
): { readonly seq: number; readonly input: KernelInput; readonly facts: KernelFact[] }[] {
  const groups: { seq: number; input: KernelInput; facts: KernelFact[] }[] = []
  const bySeq = new Map<number, KernelFact[]>()
  for (const row of rows) {
    if (row.kind === 'input') {
      const facts: KernelFact[] = []
      bySeq.set(row.seq, facts)
      groups.push({ seq: row.seq, input: row.input, facts })
    } else bySeq.get(row.causeSeq)?.push(row.fact)
  }
  return groups
}

/** Rows that are folded in one go: the heartbeat of the process continues between them. */
const FOLD_AT_ONCE = 2_000

/** @param breathe lets other work of the process through, while a long journal is folded */
export async function recover(kernel: Kernel, journal: Journal, breathe: () => Promise<void>): Promise<Result<Recovered, JournalError>> {
  const setAside: number[] = []
  const loaded = await loadReadable(kernel, journal, setAside)
  if (!loaded.ok) return loaded
  const { snapshot, tail } = loaded.value
  if (snapshot !== undefined) kernel.restore(snapshot.state)
  const groups = groupByCause(tail)
  let lastDecided = snapshot?.seq ?? 0
  for (const row of tail) if (row.kind === 'fact' && row.causeSeq > lastDecided) lastDecided = row.causeSeq
  let folded = 0
  for (const group of groups) {
    if (group.seq > lastDecided) break
    kernel.foldInput(group.input)
    for (const fact of group.facts) kernel.foldFact(fact)
    folded += 1
    if (folded % FOLD_AT_ONCE === 0) await breathe()
  }
  const last = tail[tail.length - 1]
  return ok({
    undecided: groups.filter((g) => g.seq > lastDecided).map(({ seq, input }) => ({ seq, input })),
    lastSeq: last?.seq ?? snapshot?.seq ?? 0,
    rows: tail.length,
    isFresh: snapshot === undefined && tail.length === 0,
    setAside,
  })
}

/** The newest snapshot that fits its hash and that a kernel can begin from; without one, the whole journal. */
async function loadReadable(kernel: Kernel, journal: Journal, setAside: number[]): Promise<Result<JournalLoad, JournalError>> {
  let before: number | undefined
  for (;;) {
    const loaded = await journal.load(before)
    if (!loaded.ok) return loaded
    const { snapshot, damaged } = loaded.value
    const bad = [...damaged, ...(snapshot === undefined || isReadable(kernel, snapshot.state) ? [] : [snapshot.seq])]
    for (const seq of bad) {
      const aside = await journal.setAside(seq)
      if (!aside.ok) return aside
      setAside.push(seq)
    }
    if (snapshot === undefined || !bad.includes(snapshot.seq)) return loaded
    before = snapshot.seq
  }
}

/** Tried on a kernel that is thrown away: half of a state must not stay in the one that trades. */
function isReadable(kernel: Kernel, state: KernelSnapshot): boolean {
  try {
    const trial = new Kernel(kernel.config)
    trial.restore(structuredClone(state))
    trial.snapshot()
    return true
  } catch {
    // Whatever is wrong with it: it is set aside, and that is reported.
    return false
  }
}
