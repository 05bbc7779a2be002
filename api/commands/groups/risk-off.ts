/**
 * Commands that take risk off: done even where the platform that brought them fails, or may have brought them before.
 */
export const TAKES_RISK_OFF: ReadonlySet<string> = new Set(['pause', 'halt', 'panic', 'close', 'sl'])
