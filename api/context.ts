/**
 * What the HTTP and WebSocket surfaces are made with.
 */
import type { ApiKey, ApiKeys } from './auth.ts'
import type { Metrics } from './metrics/registry.ts'
import type { HeldRows } from './held-reads.ts'
import type { Edge } from './edge.ts'
import type { Actor, CommandPorts, Role, Surface } from './commands/command.ts'
import type { WebFiles } from './web-files.ts'
import type { CommandRunner } from './commands/run/run.ts'

/** Replies of requests that carried an Idempotency-Key, kept for a day. */
export type IdempotencyState =
  | { readonly type: 'new' }
  | { readonly type: 'in-flight' }
  | { readonly type: 'mismatch' }
  /** The first request died with its process: what it did stands in the rows of commands, and this one takes it up. */
  | { readonly type: 'interrupted' }
  | { readonly type: 'replay'; readonly status: number; readonly body: unknown }
export interface Idempotency {
  begin(apiKeyId: string, key: string, bodyHash: string): Promise<IdempotencyState>
  finish(apiKeyId: string, key: string, status: number, body: unknown): Promise<void>
  /** The request failed before it did anything: it may be sent again. */
  abandon(apiKeyId: string, key: string): Promise<void>
}

/** What is known of the database without waiting for it. */
export interface DatabaseState {
  /** Wall-clock ms since when it has not answered; undefined: it does. */
  downSinceMs(): number | undefined
  /** Calls back once, when it stops answering. Answers what takes the callback back. */
  onDown(callback: () => void): () => void
  /** Of an error that came from it, as the end of a sentence; undefined where the cause is another. */
  troubleOf(cause: unknown): string | undefined
}

export interface ApiContext {
  readonly ports: CommandPorts
  readonly runner: CommandRunner
  readonly keys: ApiKeys
  readonly idempotency: Idempotency
  readonly database: DatabaseState
  /** What is held of reads; forgotten with each event and each change. Undefined: nothing is. */
  readonly held?: HeldRows | undefined
  readonly edge: Edge
  /** Undefined: nothing is measured, and there is no /metrics. */
  readonly metrics?: Metrics
  /** Undefined: the dashboard is not built. */
  readonly web?: WebFiles | undefined
  readonly log: (text: string) => void
}

/** For whom a service key asks. */
export interface ActAs {
  readonly id: string
  readonly role?: Role | undefined
  readonly surface: Surface
  readonly chat?: string | undefined
  readonly name?: string | undefined
}

/** A person in a browser is themselves, whatever surface the path is of; what a key of an agent asks stays an agent's, however it comes. */
export const actorOfKey = (key: ApiKey, surface: Surface): Actor =>
  key.session === undefined
    ? {
        id: `key:${key.id}`,
        role: key.role,
        surface: key.scopes.includes('agent') ? 'agent' : surface,
        name: key.name,
        apiKeyId: key.id,
      }
    : { id: key.session.actor, role: key.role, surface: 'web', name: key.name }
