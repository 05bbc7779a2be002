/**
 * `run/recovering` in the data directory: the journaled input that is being decided again after a crash, and how often it was tried.
 * Never sets an input aside for one crash: what ended the process may have been anything; twice on the same input is no chance (S13).
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const TRIES_MAX = 2

export interface RecoveryMark {
  /** Whether deciding it has ended the process as often as it may. */
  isSetAside(seq: number): boolean
  /** It is about to be decided. */
  begin(seq: number): void
  /** All that a crash left undecided is decided. */
  end(): void
}

export function openRecoveryMark(runDir: string): RecoveryMark {
  const file = join(runDir, 'recovering')
  const [seqBefore, triesBefore] = read(file)
  return {
    isSetAside: (seq) => seq === seqBefore && triesBefore >= TRIES_MAX,
    begin: (seq) => writeFileSync(file, `${seq} ${seq === seqBefore ? triesBefore + 1 : 1}`),
    end: () => rmSync(file, { force: true }),
  }
}

function read(file: string): readonly [seq: number, tries: number] {
  if (!existsSync(file)) return [-1, 0]
  const [seq, tries] = readFileSync(file, 'utf8').split(' ').map(Number)
  return Number.isSafeInteger(seq) && Number.isSafeInteger(tries) ? [seq as number, tries as number] : [-1, 0]
}
