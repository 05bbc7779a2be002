/**
 * A journal that a Ballast of before the renaming of the kernel's parts wrote, when alerts still carried their sentences
 * (test/fixtures/journal): read by today's, it leads to the same state, and deciding it again to the same facts, but for the assessments that are kept with
 * orders and denials since.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { JournalRow } from '../../src/journal/journal.ts'
import { alertSentence } from '../../src/journal/alert-sentence.ts'
import type { KernelFact } from '../../src/kernel/fact.ts'
import { watchFrom } from '../../src/risk/breaker.ts'
import type { KernelSnapshot } from '../../src/kernel/snapshot.ts'
import { groupByCause, recover } from '../../src/trader/recovery.ts'
import { MemoryStore } from '../support/kernel/memory-journal.ts'
import { makeScriptedKernel } from '../support/kernel/scripted-trader.ts'

interface Saved {
  readonly rows: readonly JournalRow[]
  readonly snapshots: readonly (readonly [number, KernelSnapshot])[]
  readonly state: KernelSnapshot
}
const file = new URL('../fixtures/journal/before-alert-data.json.gz', import.meta.url)
const saved = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Saved
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const symbols = makeScriptedKernel().config.instruments.map(({ symbol }) => symbol)

/** Without what that Ballast did not keep: results by symbol, how orders were treated, the week, the amounts of flows, and when a strategy decided last. */
function asThen(snapshot: KernelSnapshot): object {
  const { results: _results, quality: _quality, watch, ...portfolio } = snapshot.portfolio
  const { week: _week, day, ...rest } = watchFrom(watch)
  const flows = day.flows.map(({ ts, scale }) => ({ ts, scale }))
  const runs = snapshot.runs.map(({ lastDecisionTs: _lastDecisionTs, ...run }) => run)
  return { ...snapshot, runs, portfolio: { ...portfolio, watch: { ...rest, day: { ...day, flows } } } }
}

test.each([
  ['from its first row', false],
  ['from its snapshot', true],
])('an older journal leads to the state that its own Ballast had, %s', async (_, hasSnapshot) => {
  const store = new MemoryStore()
  store.rows.push(...saved.rows)
  if (hasSnapshot) for (const [seq, state] of saved.snapshots) store.snapshots.set(seq, state)
  const kernel = makeScriptedKernel()
  const recovered = await recover(kernel, store.open(), async () => {})
  expect(recovered).toMatchObject({ ok: true, value: { undecided: [], setAside: [] } })
  // How far open trades went is settled when somebody looks: look at both.
  const before = makeScriptedKernel()
  before.restore(saved.state)
  const looked = [before, kernel].map((each) => [each.portfolio.openTrades(), plain(asThen(each.snapshot()))])
  expect(looked[1]).toEqual(looked[0])
})

test('deciding the inputs of an older journal again gives its facts, and its alerts with the same code and about the same', () => {
  const kernel = makeScriptedKernel()
  const alike = (fact: KernelFact): unknown => {
    switch (fact.type) {
      case 'alert-raised':
        return [fact.alert, fact.severity, fact.instrument ?? null, fact.ts]
      case 'hold-added':
        // Its reason is for operators: the words may change.
        return plain({ ...fact, hold: { ...fact.hold, reason: '' } })
      case 'order-submitted':
        return plain({ ...fact, risk: undefined })
      case 'order-denied':
        return plain({ ...fact, wanted: undefined })
      default:
        return plain(fact)
    }
  }
  let alerts = 0
  for (const { input, facts } of groupByCause(saved.rows)) {
    kernel.factBuffer.reset()
    kernel.apply(input)
    const again = Array.from({ length: kernel.factBuffer.count }, (_, n) => kernel.factBuffer.at(n))
    expect(again.map(alike)).toEqual(facts.map(alike))
    alerts += again.filter((fact) => fact.type === 'alert-raised').length
  }
  expect(alerts).toBe(6)
})

test('the sentence of an older alert is the one that it was raised with', () => {
  const sentences = saved.rows.flatMap((row) =>
    row.kind === 'fact' && row.fact.type === 'alert-raised'
      ? [alertSentence(row.fact, row.fact.instrument === undefined ? '' : (symbols[row.fact.instrument] ?? ''))]
      : [],
  )
  expect(sentences).toContain('PANIC by cli: entries are held, positions are being closed.')
  expect(sentences).toContain('ETHUSDT is trading again on Bybit.')
})
