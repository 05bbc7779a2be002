/**
 * The API listens for other machines only with all that S17 asks for, and what is missing is named in one sentence.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { configSchema } from './sections/config-schema.ts'
import { exposureOf, webAddressOf } from './exposure.ts'

const folder = mkdtempSync(join(tmpdir(), 'ballast-tls-'))
const certFile = join(folder, 'cert.pem')
writeFileSync(certFile, 'PEM')
afterAll(() => rmSync(folder, { recursive: true }))

const config = (api: object) => configSchema.parse({ profile: 'sim', api })
const whole = {
  host: '0.0.0.0',
  tls: { certFile, keyFile: certFile },
  hosts: ['desk.example.org'],
  origins: ['https://desk.example.org'],
  exposed: true,
}

describe('S17 an address that other machines reach', () => {
  test.each(['127.0.0.1', 'localhost', '::1', '127.1.2.3'])('%s is of this machine and takes nothing', (host) => {
    expect(exposureOf(config({ host }))).toEqual({ ok: true, value: { tls: undefined } })
  })

  test.each([
    [{ host: '0.0.0.0' }, ['api.tls.certFile', 'api.proxies', 'api.hosts', 'api.origins', 'api.exposed: true']],
    [{ ...whole, tls: {} }, ['api.tls.certFile']],
    [{ ...whole, hosts: [] }, ['api.hosts']],
    [{ ...whole, origins: [] }, ['api.origins']],
    [{ ...whole, exposed: false }, ['api.exposed: true']],
    [{ ...whole, host: '10.0.0.5', tls: {}, origins: [] }, ['api.tls.certFile', 'api.origins']],
  ])('%j names what is missing in one sentence', (api, missing) => {
    const refused = exposureOf(config(api))
    const sentence = refused.ok ? '' : refused.error.sentence
    for (const each of missing) expect(sentence).toContain(each)
    for (const other of ['api.hosts', 'api.origins', 'api.exposed', 'api.tls.certFile'].filter(
      (name) => !missing.some((each) => each.startsWith(name)),
    ))
      expect(sentence).not.toContain(other)
    expect(sentence.split('. ')).toHaveLength(1)
  })

  test('with all of it it listens, by TLS or for a named proxy', () => {
    expect(exposureOf(config(whole))).toEqual({ ok: true, value: { tls: { cert: 'PEM', key: 'PEM' } } })
    expect(exposureOf(config({ ...whole, tls: {}, proxies: ['10.0.0.2'] })).ok).toBe(true)
  })

  test.each([
    [{ certFile }, 'api.tls has no keyFile'],
    [{ certFile, keyFile: join(folder, 'gone.pem') }, 'gone.pem of api.tls cannot be read (ENOENT)'],
  ])('a half or unreadable TLS is refused, on this machine too: %j', (tls, words) => {
    const refused = exposureOf(config({ tls }))
    expect(refused.ok ? '' : refused.error.sentence).toContain(words)
  })

  test('a login link names what a browser reaches', () => {
    expect(webAddressOf(config({}))).toBe('http://127.0.0.1:8080')
    expect(webAddressOf(config(whole))).toBe('https://desk.example.org:8080')
    expect(webAddressOf(config({ ...whole, url: 'https://desk.example.org/' }))).toBe('https://desk.example.org')
  })
})
