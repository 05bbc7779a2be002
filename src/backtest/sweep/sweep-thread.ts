/**
 * Entry of a worker thread of a sweep: takes the next run until none is left, and shows outcomes in batches.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { importStrategies } from '../../strategy-files/module.ts'
import { strategyNamed } from '../../strategy/registry.ts'
import { type SweepOutcome, type SweepThreadInput, runOne } from './sweep-plan.ts'

/** Outcomes are reported this often; a message for each would cost more than a short run. */
const TELL_EVERY_MS = 100

const { plan, next } = workerData as SweepThreadInput
const catalog = await importStrategies(plan.modules)
if (!catalog.ok) throw new Error(catalog.error.sentence)
const definition = strategyNamed(catalog.value, plan.strategy)
if (!definition.ok) throw new Error(definition.error)
let batch: SweepOutcome[] = []
let toldAtMs = performance.now()

function tell(): void {
  if (batch.length > 0) parentPort?.postMessage(batch)
  batch = []
  toldAtMs = performance.now()
}

for (let at = Atomics.add(next, 0, 1); at < plan.params.length; at = Atomics.add(next, 0, 1)) {
  batch.push(runOne(plan, definition.value, at))
  if (performance.now() - toldAtMs >= TELL_EVERY_MS) tell()
}
tell()
