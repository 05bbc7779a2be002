/**
 * Unpacks an LZ4 frame, as Arrow packs its buffers, by the public description of the format (frame 1.6, block 1.5).
 */
const MAGIC = 0x184d2204
const FLAG_CONTENT_SIZE = 0x08
const FLAG_DICTIONARY = 0x01
const FLAG_BLOCK_CHECKSUM = 0x10
const UNPACKED_BIT = 0x80000000
const MATCH_MIN = 4

/** @throws Error where the frame is none or is damaged. */
export function decodeLz4Frame(data: Uint8Array): Uint8Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  if (data.length < 7 || view.getUint32(0, true) !== MAGIC) throw new Error('not an LZ4 frame')
  const flags = view.getUint8(4)
  const size = (flags & FLAG_CONTENT_SIZE) === 0 ? undefined : Number(view.getBigUint64(6, true))
  let at = 7 + (size === undefined ? 0 : 8) + ((flags & FLAG_DICTIONARY) === 0 ? 0 : 4)
  const out = new Output(size ?? data.length * 4)
  for (;;) {
    const length = view.getUint32(at, true)
    at += 4
    if (length === 0) return out.whole()
    const end = at + (length & ~UNPACKED_BIT)
    if (end > data.length) throw new Error('the LZ4 frame is cut short')
    if (length >= UNPACKED_BIT) out.copy(data, at, end)
    else decodeBlock(data, at, end, out)
    at = end + ((flags & FLAG_BLOCK_CHECKSUM) === 0 ? 0 : 4)
  }
}

/** What has been unpacked so far; later blocks may refer to it. */
class Output {
  private bytes: Uint8Array
  private length = 0

  constructor(capacity: number) {
    this.bytes = new Uint8Array(Math.max(64, capacity))
  }

  copy(from: Uint8Array, start: number, end: number): void {
    this.reserve(end - start)
    this.bytes.set(from.subarray(start, end), this.length)
    this.length += end - start
  }

  /** Repeats what stands `offset` bytes before; the two may overlap. */
  repeat(offset: number, count: number): void {
    if (offset === 0 || offset > this.length) throw new Error('the LZ4 frame is damaged')
    this.reserve(count)
    for (let k = 0; k < count; k += 1) this.bytes[this.length + k] = this.bytes[this.length - offset + k] as number
    this.length += count
  }

  whole(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return
    const wider = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count))
    wider.set(this.bytes)
    this.bytes = wider
  }
}

function decodeBlock(data: Uint8Array, start: number, end: number, out: Output): void {
  let at = start
  const byte = (): number => {
    if (at >= end) throw new Error('the LZ4 frame is damaged')
    return data[at++] as number
  }
  const lengthFrom = (nibble: number): number => {
    let length = nibble
    if (nibble === 15) for (let more = 255; more === 255; length += more) more = byte()
    return length
  }
  while (at < end) {
    const token = byte()
    const literals = lengthFrom(token >> 4)
    if (at + literals > end) throw new Error('the LZ4 frame is damaged')
    out.copy(data, at, at + literals)
    at += literals
    if (at === end) return
    const offset = byte() | (byte() << 8)
    out.repeat(offset, lengthFrom(token & 15) + MATCH_MIN)
  }
}
