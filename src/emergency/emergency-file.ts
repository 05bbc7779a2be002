/**
 * `emergency.jsonl` in the data directory: what `panic --direct` is about to send, line by line, and that the trader has yet to take note of it.
 */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export const emergencyFile = (dataDir: string): string => join(dataDir, 'emergency.jsonl')

export interface EmergencyLog {
  /** On disk when it answers undefined; else why it is not. */
  append(record: Readonly<Record<string, unknown>>): string | undefined
  close(): void
}

/** The file stays open, so that its lines stay together when the trader puts it aside meanwhile. */
export function openEmergencyLog(dataDir: string): EmergencyLog {
  let fd: number | undefined
  return {
    append: (record) => {
      try {
        fd ??= openSync(emergencyFile(dataDir), 'a', 0o600)
        const line = Buffer.from(`${JSON.stringify(record)}\n`)
        if (writeSync(fd, line) < line.length) return 'the disk is full'
        fsyncSync(fd)
        return undefined
      } catch (cause) {
        return cause instanceof Error ? cause.message : String(cause)
      }
    },
    close: () => {
      if (fd !== undefined) closeSync(fd)
    },
  }
}

/** The trader's side: a `panic --direct` that it has not booked yet. */
export interface EmergencyNotice {
  isPending(): boolean
  /** Puts the file aside; it stays as evidence. */
  settle(): void
}

export const emergencyNotice = (dataDir: string, wallMs: () => number): EmergencyNotice => ({
  isPending: () => existsSync(emergencyFile(dataDir)),
  settle: () => {
    if (existsSync(emergencyFile(dataDir))) renameSync(emergencyFile(dataDir), join(dataDir, `emergency-${wallMs().toString(36)}.jsonl`))
  },
})
