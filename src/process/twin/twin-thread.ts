/**
 * Entry of the thread that replays a strategy for its live twin: code of the user runs in it, and may never return.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { importStrategies } from '../../strategy-files/module.ts'
import { type TwinWork, workTwin } from './twin-work.ts'

const work = workerData as TwinWork
const catalog = await importStrategies(work.modules)
parentPort?.postMessage(catalog.ok ? workTwin(catalog.value, work) : `${catalog.error.sentence} ${catalog.error.next}`)
