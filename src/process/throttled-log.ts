/**
 * A log that says the same thing once a minute, with how often it was meant.
 */
export type LogLevel = 'info' | 'warn' | 'error'

const AGAIN_AFTER_MS = 60_000
const KEPT = 500

export function throttledLog(say: (level: LogLevel, text: string) => void, nowMs: () => number): (level: LogLevel, text: string) => void {
  const said = new Map<string, { atMs: number; kept: number }>()
  return (level, text) => {
    // Ports, ids and times differ from one failure to the next; the sentence does not.
    const key = text.replace(/[0-9a-f-]{8,}|\d+/g, '#')
    const before = said.get(key)
    const now = nowMs()
    if (before !== undefined && now - before.atMs < AGAIN_AFTER_MS) {
      before.kept += 1
      return
    }
    if (said.size > KEPT) said.clear()
    said.set(key, { atMs: now, kept: 0 })
    say(level, before === undefined || before.kept === 0 ? text : `${text} (${before.kept} more in the last minute)`)
  }
}
