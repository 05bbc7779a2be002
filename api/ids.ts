/**
 * Public ids: a prefix and the kernel's or the journal's number in base 32, padded so that text order is number order.
 */
export const ID_PREFIXES = ['pos', 'ord', 'trd', 'evt', 'fil', 'alr', 'eqt', 'flw', 'sig', 'act'] as const
export type IdPrefix = (typeof ID_PREFIXES)[number]

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 55 bits: all safe integers. */
const WIDTH = 11

export function toId(prefix: IdPrefix, value: number): string {
  let text = ''
  for (let rest = value; rest > 0; rest = Math.floor(rest / 32)) text = (ALPHABET[rest % 32] as string) + text
  return `${prefix}_${text.padStart(WIDTH, '0')}`
}

/** The number of an id with this prefix; undefined for any other text. */
export function fromId(prefix: IdPrefix, id: string): number | undefined {
  const match = /^([a-z]{3})_([0-9A-HJKMNP-TV-Z]{11})$/.exec(id)
  if (match === null || match[1] !== prefix) return undefined
  let value = 0
  for (const letter of match[2] as string) value = value * 32 + ALPHABET.indexOf(letter)
  return Number.isSafeInteger(value) ? value : undefined
}
