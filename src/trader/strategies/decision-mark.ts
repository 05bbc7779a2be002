/**
 * `run/deciding` in the data directory: the strategy that is deciding right now, readable after the process was killed (S18).
 */
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const LENGTH = 64

export interface DecisionMark {
  /** The strategy that stood there when the file was opened: the one before was killed in it. */
  readonly left: string | undefined
  /** Whether the process before that one ended in the same strategy: it is no chance, whatever ended it. */
  readonly hasRepeated: boolean
  note(strategy: string | undefined): void
}

export function openDecisionMark(runDir: string, log: (level: 'warn', text: string) => void): DecisionMark {
  const file = join(runDir, 'deciding')
  const left = textOf(file)
  const before = join(runDir, 'deciding-before')
  const hasRepeated = left !== '' && textOf(before) === left
  if (left === '') rmSync(before, { force: true })
  else writeFileSync(before, left)
  let fd: number | undefined = openSync(file, 'w', 0o644)
  const texts = new Map<string, Buffer>()
  const note = (strategy: string | undefined): void => {
    if (fd === undefined) return
    const name = strategy ?? ''
    let text = texts.get(name)
    if (text === undefined) {
      text = Buffer.alloc(LENGTH, ' ')
      text.write(name)
      texts.set(name, text)
    }
    try {
      writeSync(fd, text, 0, LENGTH, 0)
    } catch (cause) {
      closeSync(fd)
      fd = undefined
      log('warn', `could not record which strategy is deciding (${cause instanceof Error ? cause.message : String(cause)})`)
    }
  }
  note(undefined)
  return { left: left === '' ? undefined : left, hasRepeated, note }
}

const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8').trim() : '')
