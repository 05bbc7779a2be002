/**
 * A strategy that no gate has passed is doubted where it shall trade at the exchange, and nowhere else.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { gateDoubts } from './gate-doubts.ts'
import { type TrialEntry, appendTrials } from './trial-ledger.ts'

const directory = mkdtempSync(join(tmpdir(), 'gate-doubts-'))
afterAll(() => rmSync(directory, { recursive: true }))
const file = join(directory, 'trials.jsonl')

const told = (strategy: string, verdict: 'pass' | 'refuse'): TrialEntry => ({
  at: 1,
  command: 'gate',
  strategy,
  data: 'abc',
  series: 's',
  trials: ['a'],
  verdict,
})
const plans = ['ema-cross', 'sma-cross', 'grid'].map((name) => ({ id: `my-${name}`, definition: { name } }))

test('no gate, a gate that refused last, and one that passed last', () => {
  for (const entry of [told('ema-cross', 'pass'), told('ema-cross', 'refuse'), told('sma-cross', 'refuse'), told('sma-cross', 'pass')])
    appendTrials(file, entry)
  for (const profile of ['demo', 'live'])
    expect(gateDoubts(profile, file, plans)).toEqual([
      expect.stringContaining('my-ema-cross: the gate refused it when it was asked last'),
      expect.stringContaining('my-grid: no gate was asked'),
    ])
})

test('on a simulated market nobody is warned', () => {
  expect(['sim', 'paper', 'testnet', 'observe'].flatMap((profile) => gateDoubts(profile, file, plans))).toEqual([])
})
