/**
 * Entry of the thread that replays a strategy, for its live twin or a canary: code of the user runs in it, and may never return.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { importStrategies } from '../../strategy-files/module.ts'
import { type CanaryWork, workCanary } from './canary-work.ts'
import { type TwinWork, workTwin } from './twin-work.ts'

const work = workerData as TwinWork | CanaryWork
const catalog = await importStrategies(work.modules)
const other = 'candidate' in work ? await importStrategies(work.candidate.modules) : catalog
const broken = catalog.ok ? other : catalog
const answer =
  !catalog.ok || !other.ok
    ? broken.ok
      ? ''
      : `${broken.error.sentence} ${broken.error.next}`
    : 'candidate' in work
      ? workCanary(catalog.value, other.value, work)
      : workTwin(catalog.value, work)
parentPort?.postMessage(answer)
