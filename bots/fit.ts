/**
 * Texts that share what room a message has: the longest give way first, each on its own.
 */

/** At most `max` UTF-16 units, with a sign that something is missing. Never half a letter. */
export function cutTo(text: string, max: number): string {
  if (text.length <= max) return text
  return max <= 0 ? '' : `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

/** The texts in their order, cut so that they have room together. */
export function fitted(texts: readonly string[], room: number): string[] {
  const sorted = texts.map((text) => text.length).sort((a, b) => a - b)
  let left = Math.max(0, room)
  let bound = 0
  for (const [k, length] of sorted.entries()) {
    bound = Math.floor(left / (sorted.length - k))
    if (length > bound) return texts.map((text) => cutTo(text, bound))
    left -= length
  }
  return [...texts]
}
