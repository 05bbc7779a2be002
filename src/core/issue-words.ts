/**
 * What is wrong with a value, as a schema found it, in our words.
 */

/** The part of a schema's finding that is read here. */
export interface Issue {
  readonly code?: string | undefined
  readonly message: string
  readonly expected?: unknown
  readonly values?: readonly unknown[]
  readonly origin?: unknown
  readonly minimum?: unknown
  readonly maximum?: unknown
  readonly keys?: readonly string[]
}

/** Our own messages begin small; what the library would say instead is said in our words. */
const OURS = /^[^A-Z]/

/** `give one of day, sym, strategy`; without the name of what it is about. */
export function issueWords(issue: Issue): string {
  if (OURS.test(issue.message)) return issue.message
  const isText = issue.origin === 'string'
  switch (issue.code) {
    case 'invalid_value':
      return `must be one of ${(issue.values ?? []).map(String).join(', ')}`
    case 'invalid_type':
      return `must be ${typeWords(String(issue.expected))}`
    case 'too_small':
      return isText && Number(issue.minimum) === 1
        ? 'is empty'
        : `is ${isText ? 'too short' : 'too small'}: at least ${String(issue.minimum)}`
    case 'too_big':
      return isText ? `is longer than ${String(issue.maximum)} characters` : `is too large: at most ${String(issue.maximum)}`
    case 'unrecognized_keys':
      return `has no key ${(issue.keys ?? []).join(', ')}`
    default:
      return 'is invalid'
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  boolean: 'true or false',
  int: 'a whole number',
}
const typeWords = (expected: string): string => TYPES[expected] ?? `a ${expected}`
