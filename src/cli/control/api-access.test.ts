/**
 * Which Ballast the terminal talks to with --remote, and what is refused before anything is sent.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { CliContext, GlobalFlags } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { apiAddress, clientOf, failureOf } from './api-access.ts'

const folder = mkdtempSync(join(tmpdir(), 'ballast-token-'))
afterAll(() => rmSync(folder, { recursive: true }))
const tokenFile = join(folder, 'token')
writeFileSync(tokenFile, 'tk_sim_1a2b3c4d_secret\n')

/** Whatever asks for the configuration or a data directory of this machine fails. */
const contextWith = (flags: GlobalFlags): CliContext => {
  const nowhere = (): never => {
    throw new Error('asked for something of this machine')
  }
  return { flags, config: nowhere, dataDir: nowhere, candleStore: nowhere, strategies: nowhere } as Partial<CliContext> as CliContext
}
const thrownBy = (run: () => unknown): CliError => {
  try {
    run()
  } catch (cause) {
    if (cause instanceof CliError) return cause
    throw cause
  }
  throw new Error('nothing was thrown')
}

test.each([
  ['https://ballast.example.org', 'https://ballast.example.org'],
  ['https://example.org/ballast/', 'https://example.org/ballast'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['http://localhost:9000/', 'http://localhost:9000'],
  ['http://[::1]:8080', 'http://[::1]:8080'],
])('--remote %s is %s, and nothing of this machine is asked', (remote, expected) => {
  expect(apiAddress(contextWith({ remote }))).toBe(expected)
  expect(() => clientOf(contextWith({ remote, tokenFile }))).not.toThrow()
})

test.each([
  ['ballast.example.org', 'is not an address'],
  ['ftp://example.org', 'is not an address'],
  ['https://me:secret@example.org', 'is not an address'],
  ['http://example.org', 'is not encrypted'],
  ['http://127.0.0.1.example.org', 'is not encrypted'],
  ['http://10.0.0.5:8080', 'is not encrypted'],
])('--remote %s is refused: %s', (remote, words) => {
  const refusal = thrownBy(() => clientOf(contextWith({ remote, tokenFile })))
  expect([refusal.code, refusal.message.includes(words)]).toEqual([EXIT.usage, true])
  expect(refusal.message).not.toContain('tk_sim')
})

test.each([
  [undefined, 'A key of the API is needed', EXIT.usage],
  ['absent', 'cannot be read', EXIT.auth],
  ['two lines', 'does not hold one token', EXIT.auth],
] as const)('a token file that is %s: %s', (name, words, code) => {
  if (name === 'two lines') writeFileSync(join(folder, name), 'a\nb\n')
  const file = name === undefined ? {} : { tokenFile: join(folder, name) }
  const refusal = thrownBy(() => clientOf(contextWith({ remote: 'https://ballast.example.org', ...file })))
  expect([refusal.code, refusal.message.includes(words)]).toEqual([code, true])
})

test('--token-file alone is refused, and a failure of a remote one names what can be done from here', () => {
  expect(thrownBy(() => clientOf(contextWith({ tokenFile }))).code).toBe(EXIT.usage)
  const context = contextWith({ remote: 'https://ballast.example.org', tokenFile })
  const gone = failureOf({ type: 'unreachable', status: 0, code: 'unreachable', detail: 'no answer' }, context)
  expect([gone.code, gone.next]).toEqual([EXIT.unreachable, expect.stringContaining('close in Bybit’s app')])
  const refused = failureOf({ type: 'rejected', status: 401, code: 'unauthorized', detail: 'no' }, context)
  expect([refused.code, refused.next]).toEqual([EXIT.auth, expect.stringContaining('ballast api keys list')])
})
