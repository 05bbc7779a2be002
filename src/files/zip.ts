/**
 * The files inside a zip archive, each read without unpacking the others.
 */
import type { Readable } from 'node:stream'
import { type Entry, type ZipFile, openPromise } from 'yauzl'
import { UnreadableError } from './container.ts'

export interface ZipMember {
  readonly name: string
  readonly open: () => Promise<AsyncIterable<Buffer>>
}

export interface OpenZip {
  readonly members: readonly ZipMember[]
  readonly close: () => void
}

/** Directories, checksums and what Macs add are no data. */
const isData = (name: string): boolean =>
  !name.endsWith('/') && !/(?:^|\/)(?:__MACOSX\/|\.)/.test(name) && !/\.(?:CHECKSUM|md5|sha256)$/i.test(name)

export async function openZip(path: string): Promise<OpenZip> {
  const archive = await openPromise(path, { autoClose: false, lazyEntries: true })
  const members: ZipMember[] = []
  for await (const entry of archive.eachEntry()) if (isData(entry.fileName)) members.push(memberOf(archive, entry))
  return { members: members.sort((a, b) => (a.name < b.name ? -1 : 1)), close: () => archive.close() }
}

const memberOf = (archive: ZipFile, entry: Entry): ZipMember => ({
  name: entry.fileName,
  open: async () => {
    if (entry.isEncrypted()) throw new UnreadableError('it is locked with a password')
    if (!entry.canDecodeFileData()) throw new UnreadableError('it is packed in a way that is not known here')
    return (await archive.openReadStreamPromise(entry)) as Readable as AsyncIterable<Buffer>
  },
})
