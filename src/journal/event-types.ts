/**
 * Facts that operators and programs follow; states of strategies and requests are left to the journal.
 */
export const EVENT_TYPES = [
  'order-submitted',
  'order-denied',
  'order-filled',
  'order-rejected',
  'order-canceled',
  'hold-added',
  'hold-lifted',
  'strategy-mode-changed',
  'trade-opened',
  'trade-reduced',
  'trade-closed',
  'alert-raised',
] as const
export type EventType = (typeof EVENT_TYPES)[number]
