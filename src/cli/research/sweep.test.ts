/**
 * What `ballast sweep` refuses before any run, each with what to do instead.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../../../test/support/process/cli-run.ts'

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'sweep-cli-'))
  writeFileSync(join(cwd, 'bars.csv'), 'timestamp,open,high,low,close\n1700000040000,1,1,1,1\n1700000100000,1,1,1,1\n')
})
afterAll(() => rmSync(cwd, { recursive: true }))

test.each([
  ['sma-cross --csv bars.csv', 2, 'A search over parameters needs a grid'],
  ['sma-cross --csv bars.csv --grid fst=1:2', 2, 'Did you mean fast?'],
  ['sma-cross --csv bars.csv --grid fast=9:5', 2, 'the last value lies below the first'],
  ['sma-cross --csv bars.csv --grid fast=60:70 --param slow=50', 2, 'No combination is valid: fast must be smaller than slow'],
  ['sma-cross --csv bars.csv --grid fast=5:9 --param fast=3', 2, 'fast is in both --param and --grid'],
  ['sma-cross --csv bars.csv --grid fast=5:9 --sort sharp', 2, 'Did you mean sharpe?'],
  ['sma-cross --csv bars.csv --grid fast=5:9 --workers 0', 2, "--workers '0' is not a whole number"],
  ['sma-cros --csv bars.csv --grid fast=5:9', 8, 'Did you mean sma-cross?'],
  ['sma-cross --csv absent.csv --grid fast=5:9', 1, 'absent.csv does not exist'],
])('sweep %s ends with %d', async (words, code, text) => {
  const run = await runCli(cwd, `sweep ${words}`)
  expect(run.code).toBe(code)
  expect(run.stderr).toContain(text)
  expect(run.stdout).toBe('')
})
