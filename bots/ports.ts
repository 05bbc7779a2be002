/**
 * What a bot needs of the rest: to run commands, to know users, to keep what it sent.
 */
import type { CommandRunner } from '../api/commands/run/run.ts'
import type { RequestListener } from 'node:http'
import type { ChatUsers } from './access.ts'
import type { SeenUpdates } from './seen-updates.ts'

export interface Pairing {
  /** A six-digit code that somebody sent from a private chat: right (the terminal is asked), wrong, or nothing is being paired. */
  present(code: string, userId: string, name: string): Promise<'asked' | 'wrong' | 'none'>
}

/** What is known of the database without waiting for it. */
export interface ChatDatabase {
  /** Wall-clock ms since when it has not answered; undefined: it does. */
  downSinceMs(): number | undefined
  /** Calls back once, when it stops answering. Answers what takes the callback back. */
  onDown(callback: () => void): () => void
  /** Of an error that came from it, as the end of a sentence; undefined where the cause is another. */
  troubleOf(cause: unknown): string | undefined
}

/** Gives what comes to a path of the port of webhooks to a handler; answers how to give it back. */
export type TakePath = (path: string, handler: RequestListener) => Promise<() => Promise<void>>

export interface BotPorts {
  readonly runner: CommandRunner
  readonly users: ChatUsers
  readonly pairing: Pairing
  readonly database: ChatDatabase
  readonly seen: SeenUpdates
  readonly badge: string
  readonly nowMs: () => number
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void
  /** For `/health`: how the bot is. */
  readonly health: (status: 'ok' | 'warn' | 'down', detail: string) => void
}
