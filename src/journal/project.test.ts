/**
 * Projections as tables: written while living and rebuilt from the log, they are the same rows.
 */
import { expect, test } from 'vitest'
import { WiredKernel, wiredConfig } from '../../test/support/kernel/wired-kernel.ts'
import { instrumentIndex, lots, ts } from '../core/units.ts'
import type { KernelFact } from '../kernel/fact.ts'
import type { KernelInput } from '../kernel/input.ts'
import { Kernel } from '../kernel/kernel.ts'
import { Projector } from './project.ts'
import type { AssessmentDetail } from '../risk/assessment/assessment-detail.ts'
import type { DecisionRow, RowChange } from './row.ts'

/** Tables as a database would keep them: by key, the last write wins. */
class Tables {
  readonly rows = new Map<string, unknown>()

  apply(changes: readonly RowChange[]): void {
    for (const change of changes) {
      if ('only' in change) continue
      if ('remove' in change) this.rows.delete(`holds ${change.remove}`)
      else this.rows.set(`${change.table} ${keyOf(change)}`, structuredClone(change.row))
    }
  }
}

function keyOf(change: Exclude<RowChange, { readonly remove: string } | { readonly only: readonly string[] }>): string | number {
  switch (change.table) {
    case 'orders':
      return change.row.orderId
    case 'decisions':
    case 'ledger':
    case 'alerts':
      return change.row.seq
    case 'flows':
      return change.row.flowId
    case 'fills':
      return change.row.tradeId
    case 'positions':
      return change.row.symbol
    case 'trades':
      return change.row.number
    case 'equity':
      return change.row.ts
    case 'algorithms':
      return String(change.row.id)
    case 'strategies':
      return `${change.row.strategy} ${change.row.symbol}`
    case 'holds':
      return change.row.holdId
    case 'riskSettings':
      return `${change.row.target} ${change.row.key}`
    case 'account':
      return 'account'
  }
}

const wired = new WiredKernel(11)
for (let k = 0; k < 60; k++) {
  wired.minute(0.004)
  if (k === 30) wired.give({ type: 'close-position', instrument: instrumentIndex(0), lots: lots(5), actor: 'cli', ts: ts(wired.now) })
  if (k === 50) wired.give({ type: 'panic', actor: 'cli', reason: 'drill', ts: ts(wired.now) })
}
wired.minute(0.004)

/** Sequence numbers as the journal gives them: an input, then its facts. */
function project(step: (kernel: Kernel, input: KernelInput, facts: readonly KernelFact[]) => void): Tables {
  const kernel = new Kernel(wiredConfig())
  const projector = new Projector(kernel)
  const tables = new Tables()
  tables.apply(projector.initial())
  let seq = 1
  for (const { input, facts } of structuredClone(wired.log)) {
    step(kernel, input, facts)
    tables.apply(projector.project(input, seq, facts, seq + 1))
    seq += 1 + facts.length
  }
  return tables
}

const lived = project((kernel, input) => {
  kernel.factBuffer.reset()
  kernel.apply(input)
})

test('a rebuild from the log gives the rows that were written while living', () => {
  const rebuilt = project((kernel, input, facts) => {
    kernel.foldInput(input)
    for (const fact of facts) kernel.foldFact(fact)
  })
  expect([...rebuilt.rows].sort()).toEqual([...lived.rows].sort())
})

test('decisions keep the assessment of each entry, and of a refusal what would have been sent', () => {
  const rows = [...lived.rows].flatMap(([key, row]) => (key.startsWith('decisions ') ? [row as DecisionRow] : []))
  const sent = rows.filter(({ kind }) => kind === 'order')
  expect(sent.filter((row) => row.class === 'entry').length).toBeGreaterThan(0)
  for (const row of sent) {
    const { risk, quantity } = row.detail as { readonly risk?: AssessmentDetail; readonly quantity: string }
    expect(risk?.quantity, String(row.orderId)).toBe(row.class === 'entry' ? quantity : undefined)
  }
})

test('every order, fill, trade and hold has its row, and the rows say what the kernel holds', () => {
  const { kernel, log } = wired
  const count = (table: string): number => [...lived.rows.keys()].filter((key) => key.startsWith(`${table} `)).length
  const facts = log.flatMap((entry) => entry.facts)
  expect(count('orders')).toBe(
    facts.filter((f) => f.type === 'order-submitted').length + log.filter(({ input }) => input.type === 'order-adopted').length,
  )
  expect(count('fills')).toBe(log.filter(({ input }) => input.type === 'order-filled').length)
  expect(count('trades')).toBe(facts.filter((f) => f.type === 'trade-opened').length)
  expect(count('holds')).toBe(kernel.holds.length)
  expect(count('fills')).toBeGreaterThan(5)
  expect(lived.rows.get('account account')).toMatchObject({ state: 'halted', equity: String(kernel.portfolio.equity / 1e8) })
  expect(lived.rows.get('positions BTCUSDT')).toMatchObject({ quantity: '0', entryPrice: null, stopPrice: null, strategy: null })
})
