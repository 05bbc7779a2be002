/**
 * When a command has waited too long to be carried out as it was asked (S3).
 */

/** Ballast was down, or the chat delivered late: what was meant a minute ago may not be meant now. */
export const COMMAND_LATE_MS = 60_000
