/**
 * A question at the terminal, and what is typed.
 * Never shows what is secret while it is typed, and never takes it from a flag.
 */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

export async function ask(question: string, isHidden: boolean): Promise<string> {
  if (!process.stdin.isTTY && isHidden) return readFileSync(0, 'utf8').split('\n')[0] ?? ''
  if (process.stdin.readableEnded) return ''
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({
    input: process.stdin,
    output: isHidden ? silent : process.stderr,
    terminal: process.stdin.isTTY === true,
  })
  // Only now: what is typed or pasted at the sight of the question is already not shown.
  if (isHidden) process.stderr.write(question)
  try {
    // What ends before an answer has given none.
    const end = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
    return await Promise.race([lines.question(isHidden ? '' : question), end])
  } finally {
    lines.close()
    if (isHidden) process.stderr.write('\n')
  }
}
