/**
 * The file of a backup: one line that says what it is, a compressed stream of parts, and the SHA-256 of all before it.
 *
 * ```
 * ballast backup 1 {"createdAt":…,"schema":…}\n
 * gzip( part, part, … )
 * \n<64 hex digits>\n
 * ```
 * A part is a letter, a length (uint32, big-endian) and as many bytes: `J` is JSON, `D` is data of what the last `J` has begun.
 */
import { z } from 'zod'

export const MAGIC = 'ballast backup 1 '
/** New line, hash in hex, new line. */
export const TRAILER_BYTES = 66
export const HEADER_MAX = 64_000
const PART_MAX = 64 * 1024 * 1024
const HEAD_BYTES = 5

export const headerSchema = z.object({
  /** Wall-clock ms. */
  createdAt: z.number().int(),
  profile: z.string(),
  /** Of the Ballast that wrote it. */
  version: z.string(),
  /** Newest migration that the database had: `0022_people_and_audit`, and when it was made. */
  schema: z.object({ tag: z.string(), when: z.number() }),
  reason: z.enum(['command', 'schedule', 'update']),
  hasKeys: z.boolean(),
})
export type BackupHeader = z.infer<typeof headerSchema>

const columns = z.array(z.string().regex(/^[a-z_][a-z0-9_]*$/)).min(1)
const name = z.string().regex(/^[a-z_][a-z0-9_]*$/)
export const partSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('table'), schema: z.enum(['public', 'drizzle']), name, columns }),
  z.object({ type: z.literal('table-end'), rows: z.number().int(), sha256: z.string() }),
  z.object({ type: z.literal('file'), path: z.string().regex(/^[\w.-]+(\/[\w.-]+)*$/), isSecret: z.boolean() }),
  z.object({ type: z.literal('file-end'), sha256: z.string() }),
  z.object({ type: z.literal('end'), tables: z.number().int(), files: z.number().int() }),
])
export type Part = z.infer<typeof partSchema>

export function jsonPart(part: Part): Buffer {
  return dataPart(Buffer.from(JSON.stringify(part)), 'J')
}

export function dataPart(data: Uint8Array, letter: 'J' | 'D' = 'D'): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  head.write(letter, 0)
  head.writeUInt32BE(data.byteLength, 1)
  return Buffer.concat([head, data])
}

/** Not a backup, or one that is not whole: the file has been changed or cut since it was written. */
export class BackupDamaged extends Error {
  override readonly name = 'BackupDamaged'
}

/** Parts of a stream of bytes, however they are cut. @throws BackupDamaged where it ends early or says what is no part */
export async function* readParts(bytes: AsyncIterable<Buffer>): AsyncGenerator<Part | Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of bytes) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      if (rest.length < HEAD_BYTES) break
      const length = rest.readUInt32BE(1)
      if (length > PART_MAX) throw new BackupDamaged('a part is longer than any that is written')
      if (rest.length < HEAD_BYTES + length) break
      const letter = rest.toString('latin1', 0, 1)
      const body = rest.subarray(HEAD_BYTES, HEAD_BYTES + length)
      rest = rest.subarray(HEAD_BYTES + length)
      if (letter === 'D') yield body
      else if (letter === 'J') yield partOf(body)
      else throw new BackupDamaged('a part of an unknown kind')
    }
  }
  if (rest.length > 0) throw new BackupDamaged('the last part is cut off')
}

function partOf(body: Buffer): Part {
  try {
    return partSchema.parse(JSON.parse(body.toString('utf8')))
  } catch {
    throw new BackupDamaged('a part that cannot be read')
  }
}
