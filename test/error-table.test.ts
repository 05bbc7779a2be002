/**
 * The table of Bybit's error codes in docs/bybit-errors.md, made from the code that decides by them.
 */
import { FORBIDDEN_WAIT_MS, type VenueErrorType } from '../src/venue/port/error.ts'
import { expect, test } from 'vitest'
import { ERROR_CODES, errorOf } from '../src/venue/bybit/http/error.ts'
import type { RawReply } from '../src/venue/bybit/http/transport.ts'

/** What becomes of an order, a cancel or a stop that is answered so. */
const OUTCOMES: Readonly<Record<VenueErrorType, readonly [certain: string, what: string]>> = {
  'unknown-outcome': [
    'no',
    'Looked up by orderLinkId three times over 10.5 s. Found: adopted. Not found: an entry ends as never-arrived, an exit is sent again with the same id.',
  ],
  'retry-after': [
    'yes, not taken',
    'Sent again after the wait that the headers ask for, 50 ms to 5 s. An entry is dropped after 5 s, an exit never.',
  ],
  clock: [
    'yes, not taken',
    'Signed afresh and sent again after half a second; an entry is dropped after 5 s. At the start the trader refuses to run.',
  ],
  'invalid-request': [
    'yes, refused',
    'The order is rejected, with an alert: P1 for an exit (110017: P3, and P1 where the position stands after a reading), P2 for an entry. Never sent again as it is.',
  ],
  duplicate: ['yes, taken before', 'The first request with this id did arrive: it is looked up and adopted.'],
  gone: ['no', 'Nothing is left to cancel: the order is looked up, and its true end is booked.'],
  unchanged: ['yes, as wanted', 'Counts as success.'],
  'insufficient-funds': ['yes, refused', 'The order is rejected, with an alert.'],
  auth: ['yes, refused', 'The order is rejected, and the account is held: no entries until a person has looked.'],
  'market-state': ['yes, refused', 'The order is rejected, with an alert.'],
  'venue-down': ['no', 'A read is tried again; a request that never left this machine is sent again, any other is looked up.'],
}

const body = (retCode: number): RawReply => ({ type: 'reply', body: { retCode, retMsg: '', result: {} }, limits: undefined })
const typeOf = (reply: RawReply, isWrite: boolean): string => errorOf(reply, isWrite, 0)?.type ?? 'success'

function table(): string {
  const lines = [
    '# Bybit’s error codes and what becomes of them',
    '',
    'Made from `src/venue/bybit/http/error.ts` by `test/error-table.test.ts`. Any retCode that is not listed is an unknown outcome for a create,',
    'amend or cancel, and an invalid request for a read.',
    '',
    '| outcome | certain? | what happens | codes |',
    '| --- | --- | --- | --- |',
    ...ERROR_CODES.map(([type, codes]) => `| ${type} | ${OUTCOMES[type].join(' | ')} | ${[...codes].sort((a, b) => a - b).join(', ')} |`),
    '',
    '| answer without a retCode | of a write | of a read |',
    '| --- | --- | --- |',
  ]
  const answers: readonly (readonly [string, RawReply])[] = [
    ['no answer within the time limit, connection reset, HTML or no retCode with 200', { type: 'unknown', detail: '' }],
    ['connection refused, name not resolved', { type: 'not-sent', detail: '' }],
    ...[400, 401, 403, 404, 429, 500, 502, 503, 504].map((status) => [`HTTP ${status}`, { type: 'http', status, detail: '' }] as const),
    ['a retCode that nobody documents', body(987_654)],
  ]
  for (const [name, reply] of answers) lines.push(`| ${name} | ${typeOf(reply, true)} | ${typeOf(reply, false)} |`)
  lines.push(
    '',
    `After HTTP 403 nothing leaves over HTTP for ${FORBIDDEN_WAIT_MS / 60_000} minutes; exits, cancels and changes of orders go over the trade WebSocket where there is one.`,
    '',
  )
  return lines.join('\n')
}

test('docs/bybit-errors.md is what the code does', async () => {
  await expect(table()).toMatchFileSnapshot('../docs/bybit-errors.md')
})

test('a code has one outcome, and each listed code gets it', () => {
  const all = ERROR_CODES.flatMap(([, codes]) => codes)
  expect(new Set(all).size).toBe(all.length)
  for (const [type, codes] of ERROR_CODES) for (const code of codes) expect([code, typeOf(body(code), true)]).toEqual([code, type])
})

test.each<[VenueErrorType, readonly number[]]>([
  ['unknown-outcome', [170001, 170007, 170032, 170035, 170146, 170147, 170149, 170150, 170234, 170310, 170311]],
  ['retry-after', [170005, 170222, 170191, 170212]],
  ['invalid-request', [170124, 170130, 170132, 170133, 170134, 170136, 170137, 170140, 170148, 170371, 170810]],
  ['duplicate', [170141]],
  ['gone', [170213, 170143, 170142, 170139, 170190]],
  ['insufficient-funds', [170033, 170131, 170228, 170229]],
  ['market-state', [170031, 170151, 170157, 170159, 170206, 170209, 170217, 170218, 170224, 170226]],
])('codes of spot: %s', (type, codes) => {
  expect(codes.map((code) => [code, typeOf(body(code), true)])).toEqual(codes.map((code) => [code, type]))
})

test('what Bybit quotes of a signature, the key in it, is never passed on', () => {
  const quoted = 'error sign! origin_string[1700000000000Kk3yOfThisAccount5000symbol=BTCUSDT]'
  const reply: RawReply = { type: 'reply', body: { retCode: 10004, retMsg: quoted, result: {} }, limits: undefined }
  expect(errorOf(reply, true, 0)).toMatchObject({ type: 'auth', detail: 'error sign! origin_string[…]' })
})
