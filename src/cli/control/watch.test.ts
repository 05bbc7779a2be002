/**
 * The screen of --watch: entered, left, and left as it was, by q, by Ctrl-C, by a signal and by an error.
 */
import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { watch } from './watch.ts'

const ENTER = '\u001B[?1049h'
const LEAVE = '\u001B[?1049l'

function fake() {
  const events = new EventEmitter()
  const stdin = Object.assign(new EventEmitter(), {
    isTTY: true,
    raw: [] as boolean[],
    setRawMode: (is: boolean) => stdin.raw.push(is),
    resume: () => {},
    pause: () => {},
  })
  const written: string[] = []
  const codes: number[] = []
  const terminal = Object.assign(events, {
    stdin,
    stdout: { write: (text: string) => written.push(text) },
    exit: (code: number) => codes.push(code),
  })
  return { terminal, stdin, written, codes }
}
const count = (written: readonly string[], text: string): number => written.join('').split(text).length - 1

test.each(['q', 'Q', '\u0003'])('%j leaves, and the terminal is as it was', async (key) => {
  const { terminal, stdin, written } = fake()
  const footers: string[] = []
  await watch(
    terminal,
    true,
    60,
    async () => void setImmediate(() => stdin.emit('data', Buffer.from(key))),
    (text) => footers.push(text),
  )
  expect(footers).toEqual(['every 60 s; q or Ctrl-C quits'])
  expect([written[0]?.startsWith(ENTER), written.at(-1)?.endsWith(LEAVE), stdin.raw]).toEqual([true, true, [true, false]])
  expect(count(written, '\u001B[3J')).toBe(0)
  expect(stdin.listenerCount('data') + terminal.listenerCount('SIGTERM') + terminal.listenerCount('exit')).toBe(0)
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s restores the terminal before it ends', async (signal, code) => {
  const { terminal, stdin, written, codes } = fake()
  const running = watch(
    terminal,
    true,
    60,
    async () => void setImmediate(() => terminal.emit(signal)),
    () => {},
  )
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  expect([codes, count(written, LEAVE), stdin.raw.at(-1)]).toEqual([[code], 1, false])
  stdin.emit('data', 'q')
  await running
  expect(count(written, LEAVE)).toBe(1)
})

test('an error is reported on the screen that was there before', async () => {
  const { terminal, written } = fake()
  await expect(
    watch(
      terminal,
      true,
      60,
      () => Promise.reject(new Error('away')),
      () => {},
    ),
  ).rejects.toThrow('away')
  expect(written.at(-1)?.endsWith(LEAVE)).toBe(true)
})
