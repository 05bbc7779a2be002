/**
 * What a role says of its parts, for `/status`, `/health` and `readyz`.
 * Never decides about trading: holds do.
 */
export type PartStatus = 'ok' | 'warn' | 'down'

export interface HealthReporter {
  report(part: string, status: PartStatus, detail: string): void
}
