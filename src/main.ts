/**
 * The entry of `npm start` and of each role's process.
 */
import { fileURLToPath } from 'node:url'
import { runProgram } from './process/program.ts'

process.exitCode = await runProgram(fileURLToPath(import.meta.url))
// Whatever still holds the event loop (a library's timer) must not keep an ended role alive.
setTimeout(() => process.exit(), 1_000).unref()
