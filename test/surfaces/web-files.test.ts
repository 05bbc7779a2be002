/**
 * The dashboard as files: what is served, under which policy, and what the registry tells it of roles.
 */
import { gunzipSync } from 'node:zlib'
import { join } from 'node:path'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { makeApp } from '../../api/app.ts'
import type { WebFile } from '../../api/web-files.ts'
import { caller } from '../support/rest/rest-caller.ts'
import { readWebFolder } from '../../src/process/web-bundle.ts'
import { makeSeededSystem } from '../support/kernel/seeded-system.ts'

const made = await makeSeededSystem({ bars: 5 })
afterAll(() => made?.stop())

const file = (type: string, text: string): WebFile => ({
  type,
  body: new TextEncoder().encode(text),
  gzipped: new Uint8Array(Buffer.from('packed')),
})

describe.skipIf(made === undefined)('the dashboard’s files', () => {
  const system = made as NonNullable<typeof made>
  const web = new Map([
    ['/', file('text/html; charset=utf-8', '<!doctype html>page')],
    ['/assets/main-1.js', file('text/javascript; charset=utf-8', 'script')],
  ])
  const app = makeApp({ ...system.context, web })
  const ask = (path: string, headers: Record<string, string> = {}) => app.request(`http://127.0.0.1${path}`, { headers })

  test('the page is open to everybody, is asked anew each time, and allows neither inline code nor another host', async () => {
    const answer = await ask('/')
    expect([answer.status, await answer.text(), answer.headers.get('cache-control')]).toEqual([200, '<!doctype html>page', 'no-store'])
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
  })
  test('the page at /login allows its own script and style by their hashes alone', async () => {
    const policy = (await ask('/login')).headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/style-src 'sha256-[\w+/]{43}='; script-src 'sha256-[\w+/]{43}='/)
    expect(policy).not.toContain('unsafe')
  })
  test('an asset may be kept for ever, since its name changes with its content, and comes gzipped to who takes that', async () => {
    const plain = await ask('/assets/main-1.js')
    expect([await plain.text(), plain.headers.get('cache-control'), plain.headers.get('content-encoding')]).toEqual([
      'script',
      'public, max-age=31536000, immutable',
      null,
    ])
    const packed = await ask('/assets/main-1.js', { 'Accept-Encoding': 'br, gzip' })
    expect([await packed.text(), packed.headers.get('content-encoding')]).toEqual(['packed', 'gzip'])
  })
  test.each(['/assets/other.js', '/assets/../app.ts', '/assets/%2e%2e/package.json', '/assets/'])('%s is not there', async (path) => {
    expect((await ask(path)).status).toBe(404)
  })
  test('where it was not built, that is said with the way to it', async () => {
    const answer = await makeApp(system.context).request('http://127.0.0.1/')
    expect([answer.status, await answer.json()]).toMatchObject([
      404,
      { detail: 'The dashboard is not built here.', hint: 'Build it with: npm run build' },
    ])
  })

  test('GET /commands says what role each action of a command needs, as the command itself judges it', async () => {
    const { body } = await caller(app, system.adminToken)('GET', '/commands')
    const rolesOf = (name: string) => body.data.find((row) => row.name === name)?.rolesByAction
    expect(rolesOf('strategy')).toMatchObject({ show: 'viewer', off: 'operator', 'closing-only': 'operator', on: 'trader' })
    expect(rolesOf('limits')).toEqual({ show: 'viewer', changes: 'viewer', set: 'admin', reset: 'admin' })
    expect(rolesOf('pause')).toEqual({})
  })
})

test('the built page gzips to less than 250 kB, and loads nothing from another host', async () => {
  const files = readWebFolder(join(inject('programDir'), 'web'))
  const assets = [...files].filter(([path]) => /\.(js|css)$|^\/$/.test(path))
  expect(assets.length).toBe(3)
  expect(assets.reduce((sum, [, { gzipped }]) => sum + gzipped.length, 0)).toBeLessThan(250_000)
  const page = gunzipSync(files.get('/')?.gzipped ?? new Uint8Array()).toString()
  for (const [, address = ''] of page.matchAll(/(?:src|href)="([^"]+)"/g)) expect(address).toMatch(/^(\/assets\/main-|data:,)/)
})
