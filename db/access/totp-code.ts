/**
 * One-time codes by time: RFC 6238 with SHA-1, 30 s and six digits, as every authenticator app makes them; the arithmetic is otpauth's.
 */
import { HOTP, Secret } from 'otpauth'

const STEP_MS = 30_000
const DIGITS = 6
/** Steps before and after the present one whose code counts too: clocks differ, and typing takes time. */
const STEPS_AROUND = 1
/** 160 bits, as long as the hash (RFC 4226, 4). */
const SECRET_BYTES = 20

export const makeSecret = (): Buffer => Buffer.from(new Secret({ size: SECRET_BYTES }).bytes)
export const stepAt = (wallMs: number): number => Math.floor(wallMs / STEP_MS)

/** The code of a step. */
export const codeOf = (secret: Buffer, step: number): string => HOTP.generate({ secret: secretOf(secret), digits: DIGITS, counter: step })

/** The step that a code belongs to, within one of now; undefined where it belongs to none. */
export function matchedStep(secret: Buffer, code: string, wallMs: number): number | undefined {
  const token = code.replace(/\s/g, '')
  // Six characters of more than six bytes, such as digits of another script, make otpauth's comparison throw.
  if (!/^[0-9]{6}$/.test(token)) return undefined
  const now = stepAt(wallMs)
  const away = HOTP.validate({ token, secret: secretOf(secret), digits: DIGITS, counter: now, window: STEPS_AROUND })
  return away === null ? undefined : now + away
}

/** Without padding, as apps take it (RFC 4648, 6). */
export const toBase32 = (bytes: Buffer): string => secretOf(bytes).base32

/** What an app reads, by a QR code or a tap. */
export function otpauthUri(secret: Buffer, issuer: string, account: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`
  return `otpauth://totp/${label}?secret=${toBase32(secret)}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_MS / 1000}`
}

/** A copy: a Buffer may be a view of a larger pool. */
const secretOf = (bytes: Buffer): Secret => new Secret({ buffer: Uint8Array.from(bytes).buffer })
