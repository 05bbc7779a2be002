/**
 * Lines of fitted models as people look at them.
 */
import type { Says } from './saved-model.ts'

export interface ModelVersion {
  readonly version: number
  readonly role: 'champion' | 'challenger' | 'former'
  /** Why its file cannot be used; then nothing else is known of it. */
  readonly problem: string | null
  readonly kind: string
  readonly says: Says
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly symbols: readonly string[]
  readonly intervalMs: number
  readonly features: number
  readonly rows: number
  /** Market time of the newest label that it was trained on. */
  readonly seenUntil: number
  /** Null: it was not judged. */
  readonly verdict: {
    readonly accepted: boolean
    readonly score: string | null
    readonly value: number | null
    readonly luck: number | null
  } | null
  /** The most important features with their shares. */
  readonly importance: readonly (readonly [name: string, share: number])[]
  readonly hash: string
}

export interface ModelLineView {
  readonly line: string
  readonly problem: string | null
  readonly champion: number | null
  /** The newest first. */
  readonly versions: readonly ModelVersion[]
  /** The newest first. */
  readonly changes: readonly {
    readonly action: string
    readonly to: number
    readonly from: number | null
    readonly actor: string
    readonly atMs: number
  }[]
}
