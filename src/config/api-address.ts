/**
 * The address of the API that runs on a data directory, so that whoever names the directory need not know its ports.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { DataPaths } from '../system/paths.ts'

type AddressFile = Pick<DataPaths, 'apiAddress'>
const LOOPBACK = /^http:\/\/(127(\.\d{1,3}){3}|localhost|\[::1\]):\d{1,5}$/

export const urlOf = (host: string, port: number): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`

export function writeApiAddress({ apiAddress }: AddressFile, url: string): void {
  writeFileSync(apiAddress, `${url}\n`)
}

/** Of the one that ends, and not of one that has begun after it. */
export function removeApiAddress(paths: AddressFile, url: string): void {
  if (readApiAddress(paths) === url) rmSync(paths.apiAddress, { force: true })
}

/** Undefined where none runs, or what is there is no address of this machine. */
export function readApiAddress({ apiAddress }: AddressFile): string | undefined {
  try {
    const url = existsSync(apiAddress) ? readFileSync(apiAddress, 'utf8').trim() : ''
    return LOOPBACK.test(url) ? url : undefined
  } catch {
    // Another user's directory: the key beside it shows what is wrong.
    return undefined
  }
}
