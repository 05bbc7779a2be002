/**
 * Keys that are kept nowhere: each is made from one key that lies in the data directory, and from what it is for.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const KEY_BYTES = 32

/** Makes the file where it is missing. */
export function derivedKey(keyFile: string, purpose: string): Buffer {
  if (!existsSync(keyFile)) writeFileSync(keyFile, `${randomBytes(KEY_BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  const key = Buffer.from(readFileSync(keyFile, 'utf8').trim(), 'hex')
  if (key.length !== KEY_BYTES)
    throw new Error(`${keyFile} holds no key: remove it, and rotate all sources of signals and webhooks that sign`)
  return createHmac('sha256', key).update(purpose).digest()
}
/** As Standard Webhooks writes a secret. */
export const signingText = (key: Buffer): string => `whsec_${key.toString('base64')}`
