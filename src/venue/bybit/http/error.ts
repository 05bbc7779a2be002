/**
 * Bybit's answers by what the caller must do: one table from retCode to outcome.
 */
import { z } from 'zod'
import { COUNTRY_CODE, FORBIDDEN_WAIT_MS, type VenueError, type VenueErrorType } from '../../port/error.ts'
import type { RawReply } from './transport.ts'

export const ERROR_CODES: readonly (readonly [VenueErrorType, readonly number[]])[] = [
  ['unknown-outcome', [10000, 10016, 170001, 170007, 170032, 170035, 170146, 170147, 170310, 170149, 170150, 170311, 170234, 40004]],
  ['retry-after', [10006, 429, 10429, 10403, 20003, 10019, 170005, 170222, 110063, 110079, 170191, 170212, 110114, 140003]],
  ['clock', [10002, -1]],
  [
    'invalid-request',
    [
      10001, 10017, 10404, 20006, 110003, 110017, 110018, 110019, 110024, 110028, 110029, 110032, 110037, 110049, 110057, 110058, 110059,
      110060, 110064, 110092, 110093, 110094, 110108, 110109, 110120, 110121, 170371, 170372, 30208, 30209, 170105, 170115, 170116, 170117,
      170121, 170130, 170124, 170132, 170133, 170134, 170136, 170137, 170140, 170148, 170192, 170193, 170194, 170197, 170198, 170201,
      170202, 170203, 170204, 170312, 170313, 170341, 170381, 170382, 110009, 110020, 110061, 170810, 110011, 110040, 110046, 110013,
      110021, 110022, 110023, 110039, 110048, 110085, 110086, 110089, 110090, 3400139, 170199, 170200, 170210, 170144, 170145, 170036,
      170037, 170241, 170344, 170346, 170348, 170358, 170359, 110069, 110070, 110119, 110135, 110137, 3400045,
    ],
  ],
  ['duplicate', [110072, 170141, 10014]],
  ['gone', [110001, 170213, 170143, 110008, 110010, 170142, 170139, 170190]],
  ['unchanged', [110025, 110026, 110027, 110043, 34040]],
  [
    'insufficient-funds',
    [
      110004, 110006, 110007, 110012, 110014, 110044, 110045, 110047, 110051, 110052, 110053, 170033, 170131, 170228, 170229, 176015,
      110131, 30256,
    ],
  ],
  [
    'auth',
    [10003, 10004, 10005, 10007, 10008, 10009, 10010, 10024, 10027, 10028, 100028, 10029, 33004, -2015, 110123, 110125, 110124, 110132],
  ],
  [
    'market-state',
    [
      110042, 110066, 110074, 110095, 110096, 110097, 110098, 110099, 110100, 110103, 110118, 30228, 170031, 170151, 170157, 170159, 170206,
      170217, 170218, 170209, 170224, 170226, 176019,
    ],
  ],
]

const BY_CODE: ReadonlyMap<number, VenueErrorType> = new Map(
  ERROR_CODES.flatMap(([type, codes]) => codes.map((code) => [code, type] as const)),
)

/** Wait before a call that the exchange refused for its rate is made again. */
const DEFAULT_WAIT_MS = 1_000

/** It is looked at again as seldom as a ban, and exits go the other way meanwhile: what was asked was certainly not taken. */
const COUNTRY_REFUSED: VenueError = {
  type: 'retry-after',
  code: COUNTRY_CODE,
  detail: "Bybit refuses requests from this address's country",
  waitMs: FORBIDDEN_WAIT_MS,
}
/** Undefined when the reply is a success. `isWrite`: an unknown code of it leaves its outcome unknown. */
export function errorOf(reply: RawReply, isWrite: boolean, wallMs: number): VenueError | undefined {
  switch (reply.type) {
    case 'unknown':
      return { type: isWrite ? 'unknown-outcome' : 'venue-down', code: 'no-reply', detail: reply.detail }
    case 'not-sent':
      return { type: 'venue-down', code: 'not-sent', detail: reply.detail }
    case 'http':
      return reply.refusal === undefined ? httpError(reply.status, isWrite) : COUNTRY_REFUSED
    case 'reply': {
      const { retCode, retMsg, result } = reply.body
      if (retCode === 0) return undefined
      const code = String(retCode)
      const detail = shortened([retMsg, ...reasonsIn(result)].join(': '))
      const type = BY_CODE.get(retCode) ?? (isWrite ? 'unknown-outcome' : 'invalid-request')
      if (type !== 'retry-after') return { type, code, detail }
      const reset = reply.limits === undefined ? DEFAULT_WAIT_MS : reply.limits.resetAtMs - wallMs
      return { type, code, detail, waitMs: Math.min(5_000, Math.max(50, reset)) }
    }
  }
}

const reasons = z.object({ reasons: z.array(z.object({ reasonMsg: z.string() })) })

/** Some refusals say why in their result. */
function reasonsIn(result: unknown): string[] {
  const read = reasons.safeParse(result)
  return read.success ? read.data.reasons.map(({ reasonMsg }) => reasonMsg).slice(0, 3) : []
}

/** Bybit quotes what was signed, and the key in it, when a signature is wrong. */
const shortened = (retMsg: string): string => retMsg.replace(/origin_string\[[^\]]*\]?/g, 'origin_string[…]').slice(0, 200)

function httpError(status: number, isWrite: boolean): VenueError {
  const code = `http-${status}`
  if (status === 401) return { type: 'auth', code, detail: 'the exchange does not accept the key' }
  if (status === 403) return { type: 'retry-after', code, detail: 'access too frequent', waitMs: FORBIDDEN_WAIT_MS }
  if (status === 429) return { type: 'retry-after', code, detail: 'too many requests', waitMs: DEFAULT_WAIT_MS }
  if (status === 400 || status === 404) return { type: 'invalid-request', code, detail: `HTTP ${status}` }
  return { type: isWrite ? 'unknown-outcome' : 'venue-down', code, detail: `HTTP ${status}` }
}
