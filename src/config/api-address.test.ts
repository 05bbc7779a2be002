/**
 * The address that a running API leaves in its directory: read back as it was, taken away by its own end, and never one of another machine.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readApiAddress, removeApiAddress, urlOf, writeApiAddress } from './api-address.ts'

const directory = mkdtempSync(join(tmpdir(), 'ballast-address-'))
const paths = { apiAddress: join(directory, 'api.address') }
afterAll(() => rmSync(directory, { recursive: true, force: true }))

test.each(['127.0.0.1', 'localhost', '::1'])('of %s it is read as it was written, and gone after its end', (host) => {
  const url = urlOf(host, 8085)
  writeApiAddress(paths, url)
  expect(readApiAddress(paths)).toBe(url)
  // The end of one that was there before takes nothing away.
  removeApiAddress(paths, urlOf(host, 8080))
  expect(readApiAddress(paths)).toBe(url)
  removeApiAddress(paths, url)
  expect(readApiAddress(paths)).toBeUndefined()
})

test.each(['', 'nonsense', 'http://192.168.0.9:8080', 'https://127.0.0.1:8080', 'http://127.0.0.1:8080/x', 'http://127.0.0.1.example:80'])(
  '%j is no address of this machine',
  (text) => {
    writeFileSync(paths.apiAddress, text)
    expect(readApiAddress(paths)).toBeUndefined()
  },
)
