/**
 * Figures of processes, from files as the kernel writes them.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { processFigures } from './process-figures.ts'

const dir = mkdtempSync(join(tmpdir(), 'ballast-figures-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

test('memory and processor time of what runs, roles of one process together; a name with spaces and brackets moves no field, and what has ended is left out', () => {
  const run = join(dir, 'run')
  const proc = join(dir, 'proc')
  mkdirSync(run)
  mkdirSync(join(proc, '42'), { recursive: true })
  writeFileSync(join(run, 'trader.pid'), '42\n')
  writeFileSync(join(run, 'simulator.pid'), '42\n')
  writeFileSync(join(run, 'worker.pid'), '43\n')
  writeFileSync(join(run, 'api.address'), 'http://127.0.0.1:1')
  // proc(5): 14 utime, 15 stime in ticks of 1/100 s, 24 rss in pages of 4 KiB; counted from 1 with pid and name.
  const fields = ['S', ...Array.from({ length: 49 }, () => '0')]
  fields[11] = '1500'
  fields[12] = '250'
  fields[21] = '30000'
  writeFileSync(join(proc, '42', 'stat'), `42 (node (a) b) ${fields.join(' ')}`)
  expect(processFigures(run, proc)).toEqual([{ role: 'simulator,trader', residentBytes: 122_880_000, cpuSeconds: 17.5 }])
  expect(processFigures(join(dir, 'none'), proc)).toEqual([])
})
