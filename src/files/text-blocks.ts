/**
 * Bytes of a text file as UTF-8 with newlines: byte order marks, UTF-16 and the line ends of old Macs taken care of.
 */
import type { Blocks } from './container.ts'

const RETURN = 13
const NEWLINE = 10

export function asUtf8(start: Buffer, blocks: Blocks): Blocks {
  const utf16 = start[0] === 0xff && start[1] === 0xfe ? 'utf-16le' : start[0] === 0xfe && start[1] === 0xff ? 'utf-16be' : undefined
  const text = utf16 === undefined ? withoutMark(start, blocks) : decoded(blocks, utf16)
  const probe = utf16 === undefined ? start : Buffer.from(new TextDecoder(utf16).decode(start))
  return probe.includes(RETURN) && !probe.includes(NEWLINE) ? withNewlines(text) : text
}

async function* decoded(blocks: Blocks, encoding: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding)
  for await (const block of blocks) yield Buffer.from(decoder.decode(block, { stream: true }))
  const rest = decoder.decode()
  if (rest !== '') yield Buffer.from(rest)
}

async function* withoutMark(start: Buffer, blocks: Blocks): AsyncGenerator<Buffer> {
  let skip = start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? 3 : 0
  for await (const block of blocks) {
    yield skip === 0 ? block : block.subarray(skip)
    skip = 0
  }
}

async function* withNewlines(blocks: Blocks): AsyncGenerator<Buffer> {
  for await (const block of blocks) yield Buffer.from(block.map((byte) => (byte === RETURN ? NEWLINE : byte)))
}
