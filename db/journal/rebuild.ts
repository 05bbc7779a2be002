/**
 * Makes the projection tables again by replaying the journal.
 */
import type { KernelFact } from '../../src/kernel/fact.ts'
import type { KernelInput } from '../../src/kernel/input.ts'
import type { Kernel } from '../../src/kernel/kernel.ts'
import { Projector } from '../../src/journal/project.ts'
import type { RowChange } from '../../src/journal/row.ts'
import type { Sql } from '../client.ts'
import { readJournal } from './journal.ts'
import { REBUILT_TABLES, projectionParts } from './projections.ts'

const CHANGES_PER_STATEMENT = 2_000

interface Step {
  readonly seq: number
  readonly input: KernelInput
  readonly facts: KernelFact[]
  firstFactSeq: number
}

/** Answers the number of journal rows that were read. `kernel` is fresh, with the strategies that traded. */
export async function rebuildProjections(sql: Sql, kernel: Kernel): Promise<number> {
  const projector = new Projector(kernel)
  let count = 0
  await sql.begin(async (tx) => {
    await tx.unsafe(`lock table ${REBUILT_TABLES.join(', ')} in exclusive mode; truncate ${REBUILT_TABLES.join(', ')}`)
    let changes: RowChange[] = projector.initial()
    const write = async (): Promise<void> => {
      const parts = projectionParts(changes, '', 1)
      changes = []
      if (parts.length === 0) return
      const text = `with ${parts.map((part, at) => `p${at} as (${part.text})`).join(', ')} select 1`
      await tx.unsafe(
        text,
        parts.map((part) => part.parameter),
      )
    }
    const waiting: Step[] = []
    const fold = (step: Step): void => {
      kernel.foldInput(step.input)
      for (const fact of step.facts) kernel.foldFact(fact)
      kernel.factBuffer.reset()
      changes.push(...projector.project(step.input, step.seq, step.facts, step.firstFactSeq))
    }
    for await (const rows of readJournal(tx, 0)) {
      for (const row of rows) {
        count += 1
        if (row.kind === 'input') {
          waiting.push({ seq: row.seq, input: row.input, facts: [], firstFactSeq: row.seq + 1 })
          continue
        }
        // Inputs are applied in order: a fact of a later one closes all before it.
        while (waiting[0] !== undefined && waiting[0].seq < row.causeSeq) fold(waiting.shift() as Step)
        const cause = waiting[0]
        if (cause === undefined || cause.seq !== row.causeSeq) continue
        if (cause.facts.length === 0) cause.firstFactSeq = row.seq
        cause.facts.push(row.fact)
      }
      if (changes.length > CHANGES_PER_STATEMENT) await write()
    }
    for (const step of waiting) fold(step)
    await write()
  })
  return count
}
