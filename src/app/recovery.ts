/**
 * Brings a kernel to where the journal ends: fold what was decided, decide again only what was appended and never answered.
 * Never sends anything, and never decides an input twice that already led to facts.
 */
import type { Journal, JournalError, JournalRow } from '../journal/journal.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { KernelFact } from '../kernel/fact.ts'
import type { KernelInput } from '../kernel/input.ts'
import { type Result, ok } from '../core/result.ts'

export interface Recovered {
  /** Inputs at the journal's end that a crash left undecided; to be applied, with their sequence numbers. */
  readonly undecided: readonly { readonly seq: number; readonly input: KernelInput }[]
  readonly lastSeq: number
  readonly rows: number
  readonly isFresh: boolean
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

export async function recover(kernel: Kernel, journal: Journal): Promise<Result<Recovered, JournalError>> {
  const loaded = await journal.load()
  if (!loaded.ok) return loaded
  const { snapshot, tail } = loaded.value
  if (snapshot !== undefined) kernel.restore(snapshot.state)
  const groups = groupByCause(tail)
  let lastDecided = snapshot?.seq ?? 0
  for (const row of tail) if (row.kind === 'fact' && row.causeSeq > lastDecided) lastDecided = row.causeSeq
  for (const group of groups) {
    if (group.seq > lastDecided) break
    kernel.foldInput(group.input)
    for (const fact of group.facts) kernel.foldFact(fact)
  }
  const last = tail[tail.length - 1]
  return ok({
    undecided: groups.filter((g) => g.seq > lastDecided).map(({ seq, input }) => ({ seq, input })),
    lastSeq: last?.seq ?? snapshot?.seq ?? 0,
    rows: tail.length,
    isFresh: snapshot === undefined && tail.length === 0,
  })
}
