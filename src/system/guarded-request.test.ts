/**
 * S17: where a request to an address that somebody typed may go, and where not.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { guardedPost, isNetwork, mayReach, urlProblem } from './guarded-request.ts'

test.each([
  '127.0.0.1',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.1.1',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '198.18.0.1',
  '::1',
  '::',
  'fe80::1',
  'fc00::1',
  'ff02::1',
  '::ffff:10.0.0.1',
  '64:ff9b::a00:1',
  '2002:a00:1::',
  '2001:db8::1',
  'example.org',
])('%s is closed, unless it was allowed', (address) => expect(mayReach(address, [])).toBe(false))

test.each(['1.1.1.1', '8.8.8.8', '172.15.0.1', '172.32.0.1', '2606:4700::1111'])('%s is open', (address) =>
  expect(mayReach(address, [])).toBe(true),
)

test('what is allowed is open, and its neighbor is not', () => {
  expect(mayReach('10.1.2.3', ['10.1.0.0/16'])).toBe(true)
  expect(mayReach('10.2.0.1', ['10.1.0.0/16'])).toBe(false)
  expect(mayReach('::1', ['::1'])).toBe(true)
})

test.each([
  ['10.0.0.0/8', true],
  ['10.0.0.5', true],
  ['fd00::/8', true],
  ['10.0.0.0/33', false],
  ['example.org', false],
  ['10.0.0.0/8/8', false],
])('%s is a network: %s', (text, is) => expect(isNetwork(text)).toBe(is))

test.each([
  ['https://example.org/hook', undefined],
  ['http://example.org/hook', 'https'],
  ['http://8.8.8.8/hook', 'https'],
  ['http://10.1.2.3:8065/hook', undefined],
  ['https://192.168.1.1/', 'private network'],
  ['https://[::1]/', 'private network'],
  ['https://user:word@example.org/', 'user name'],
  ['ftp://example.org/', 'https'],
  ['example.org', 'no URL'],
])('%s as a target: %s', (url, problem) => {
  const found = urlProblem(url, ['10.1.0.0/16'])
  if (problem === undefined) expect(found).toBeUndefined()
  else expect(found).toContain(problem)
})

test('what a name resolves to is judged, and a redirect is an answer that is not followed', async () => {
  let requests = 0
  const server = createServer((_request, response) => {
    requests += 1
    response.writeHead(302, { location: '/elsewhere', 'retry-after': '7' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const post = (url: string, allowed: readonly string[]) => guardedPost({ url, headers: {}, body: '{}', timeoutMs: 5_000, allowed })
  const byName = await post(`https://localhost:${port}/`, [])
  expect(byName.type === 'failed' ? byName.detail : '').toContain('a private network')
  expect((await post(`http://127.0.0.1:${port}/`, [])).type).toBe('failed')
  expect(requests).toBe(0)
  expect(await post(`http://127.0.0.1:${port}/`, ['127.0.0.1/32'])).toEqual({ type: 'answered', status: 302, retryAfterMs: 7_000 })
  expect(requests).toBe(1)
  await new Promise((resolve) => server.close(resolve))
})
