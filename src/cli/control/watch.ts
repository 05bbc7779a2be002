/**
 * An answer again and again on a screen of its own, as `top` does it: what was on the terminal before is there after.
 */
import { setTimeout as sleep } from 'node:timers/promises'

const ENTER = '\u001B[?1049h\u001B[?25l'
const LEAVE = '\u001B[?25h\u001B[?1049l'
const HOME = '\u001B[H\u001B[2J'
const CTRL_C = '\u0003'
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** What it needs of a process: the real one, or that of a test. */
export interface WatchedTerminal {
  readonly stdout: { write(text: string): unknown }
  readonly stdin: {
    readonly isTTY?: boolean | undefined
    setRawMode?(isRaw: boolean): unknown
    on(event: 'data', listener: (data: Buffer | string) => void): unknown
    off(event: 'data', listener: (data: Buffer | string) => void): unknown
    resume(): unknown
    pause(): unknown
  }
  on(event: 'exit' | keyof typeof SIGNALS, listener: () => void): unknown
  off(event: 'exit' | keyof typeof SIGNALS, listener: () => void): unknown
  exit(code: number): unknown
}

/**
 * Ends with q, Ctrl-C, a signal, or what `draw` throws.
 * @param hasScreen whether a user looks; without one the answers follow each other
 * @param footer under each answer
 */
export async function watch(
  terminal: WatchedTerminal,
  hasScreen: boolean,
  seconds: number,
  draw: () => Promise<void>,
  footer: (text: string) => void,
): Promise<void> {
  if (!hasScreen) {
    for (;;) {
      await draw()
      await sleep(seconds * 1000)
    }
  }
  const { stdin, stdout } = terminal
  const stop = new AbortController()
  let isOn = true
  const restore = (): void => {
    if (!isOn) return
    isOn = false
    if (stdin.isTTY === true) stdin.setRawMode?.(false)
    stdout.write(LEAVE)
  }
  const key = (data: Buffer | string): void => {
    if (/[qQ]/.test(String(data)) || String(data).includes(CTRL_C)) stop.abort()
  }
  const names = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]
  const killed = names.map((name) => () => {
    restore()
    terminal.exit(SIGNALS[name])
  })
  terminal.on('exit', restore)
  names.forEach((name, k) => {
    terminal.on(name, killed[k] as () => void)
  })
  stdout.write(ENTER)
  if (stdin.isTTY === true) {
    stdin.setRawMode?.(true)
    stdin.on('data', key)
    stdin.resume()
  }
  try {
    while (!stop.signal.aborted) {
      stdout.write(HOME)
      await draw()
      footer(`every ${seconds} s; q or Ctrl-C quits`)
      await sleep(seconds * 1000, undefined, { signal: stop.signal }).catch(() => undefined)
    }
  } finally {
    restore()
    stdin.off('data', key)
    stdin.pause()
    terminal.off('exit', restore)
    names.forEach((name, k) => {
      terminal.off(name, killed[k] as () => void)
    })
  }
}
