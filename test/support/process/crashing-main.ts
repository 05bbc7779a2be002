/**
 * The program with a moment by name at which its trader is killed: `BALLAST_CRASH_AT=send.entry.before:3`.
 */
import { fileURLToPath } from 'node:url'
import { runProgram } from '../../../src/process/program.ts'
import { crashPointOf, withCrash } from './crash-point.ts'

const { BALLAST_CRASH_AT } = process.env
const crash = BALLAST_CRASH_AT === undefined ? undefined : withCrash(crashPointOf(BALLAST_CRASH_AT))
process.exitCode = await runProgram(fileURLToPath(import.meta.url), crash)
setTimeout(() => process.exit(), 1_000).unref()
