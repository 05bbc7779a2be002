/**
 * What commands and routes need of webhooks that go out: who is told, the secrets of their signatures, and what became of each message.
 */
import type { AlertFilter } from '../../src/alerts/filter.ts'
import type { WebhookPreset } from '../../src/alerts/webhook-body.ts'

export interface NewWebhook {
  readonly name: string
  readonly preset: WebhookPreset
  readonly url: string
  readonly filter: AlertFilter
  /** Routing key of PagerDuty, access token of ntfy. */
  readonly token: string | null
}
/** Without its secrets. Times are wall-clock ms. */
export interface Webhook {
  readonly id: string
  readonly name: string
  readonly preset: WebhookPreset
  /** Its host, and the end of the rest: `https://hooks.example.org/…a1b2`. */
  readonly shownUrl: string
  readonly filter: AlertFilter
  readonly createdAt: number
  /** Until then messages are signed with the secret before the last rotation too. */
  readonly oldUntil: number | null
}
export const DELIVERY_STATES = ['pending', 'sent', 'failed'] as const
export interface WebhookDelivery {
  readonly id: number
  readonly webhook: string
  /** `webhook-id` of the message: the same at each attempt and replay. */
  readonly messageId: string
  readonly type: string
  readonly status: (typeof DELIVERY_STATES)[number]
  readonly attempts: number
  readonly nextAt: number
  readonly lastStatus: number | null
  readonly lastError: string | null
  readonly createdAt: number
  readonly sentAt: number | null
}
export interface Webhooks {
  /** Oldest first. */
  list(): Promise<readonly Webhook[]>
  /** The secret that signs, shown this once; undefined where there is one of that name. */
  create(webhook: NewWebhook, actor: string): Promise<string | undefined>
  /** What is left out stays. False where there is none of that name. */
  change(name: string, change: Partial<Pick<NewWebhook, 'url' | 'filter' | 'token'>>): Promise<boolean>
  /** Undefined where there is none of that name. */
  rotate(name: string, overlapMs: number): Promise<string | undefined>
  remove(name: string): Promise<boolean>
  /** Puts a sample alert into it, whatever its filter. False where there is none of that name. */
  test(name: string): Promise<boolean>
  /** Newest first, of all where none is named. */
  deliveries(name: string | undefined, limit: number): Promise<readonly WebhookDelivery[]>
  /** Sends the same message once more. False where it is not known, or its webhook is gone. */
  replay(id: number): Promise<boolean>
  /** Why an address cannot be used, by its text alone. */
  urlProblem(url: string): string | undefined
}
