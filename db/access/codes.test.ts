/**
 * S17: a code counts once, five wrong ones lock for a quarter of an hour with an alert, and what is kept gives no secret away.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { makeTemporaryDatabase } from '../../test/support/process/temporary-database.ts'
import { PostgresCodes } from './codes.ts'
import { codeOf, makeSecret, stepAt } from './totp-code.ts'

const temporary = await makeTemporaryDatabase()
const dir = mkdtempSync(join(tmpdir(), 'ballast-codes-'))
afterAll(async () => {
  await temporary?.remove()
  rmSync(dir, { recursive: true, force: true })
})

describe.skipIf(temporary === undefined)('codes', () => {
  let nowMs = Date.parse('2026-11-26T12:00:00Z')
  let people = 0
  const sql = () => (temporary as NonNullable<typeof temporary>).database.sql
  const file = join(dir, 'codes.key')
  const make = (keyFile = file) => new PostgresCodes(sql(), keyFile, () => nowMs)
  async function enrolled() {
    const codes = make()
    const actor = `telegram:${++people}`
    const secret = makeSecret()
    await codes.enrol(actor, secret, stepAt(nowMs) - 5)
    const wrong = (): string => {
      const right = [-1, 0, 1].map((away) => codeOf(secret, stepAt(nowMs) + away))
      return ['000000', '111111', '222222', '333333'].find((code) => !right.includes(code)) as string
    }
    return { codes, actor, code: (away = 0) => codeOf(secret, stepAt(nowMs) + away), wrong, secret }
  }

  test('a code is right once; an older one is not right after it; the next one is', async () => {
    const { codes, actor, code } = await enrolled()
    expect(await codes.state(actor)).toEqual({ isEnrolled: true, lockedUntilMs: undefined })
    expect(await codes.check(actor, code())).toEqual({ type: 'right' })
    expect(await codes.check(actor, code())).toEqual({ type: 'used' })
    expect(await codes.check(actor, code(-1))).toEqual({ type: 'used' })
    nowMs += 30_000
    expect(await codes.check(actor, code())).toEqual({ type: 'right' })
  })

  test('of twenty messages with the same code that come at once, one counts', async () => {
    const { codes, actor, code } = await enrolled()
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => codes.check(actor, code())))
    expect(verdicts.filter((v) => v.type === 'right')).toHaveLength(1)
    expect(verdicts.filter((v) => v.type === 'used')).toHaveLength(19)
  })

  test('the fifth wrong code locks: a right one is refused for a quarter of an hour, and then counts', async () => {
    const { codes, actor, code, wrong } = await enrolled()
    for (const left of [4, 3, 2, 1]) expect(await codes.check(actor, wrong())).toEqual({ type: 'wrong', left })
    const untilMs = nowMs + 900_000
    expect(await codes.check(actor, wrong())).toEqual({ type: 'locked', untilMs })
    expect(await codes.check(actor, code())).toEqual({ type: 'locked', untilMs })
    expect(await codes.state(actor)).toEqual({ isEnrolled: true, lockedUntilMs: untilMs })
    const alerts = await sql()<{ severity: string; summary: string }[]>`
      select severity, summary from alerts where type = 'access.codes_locked' and detail ->> 'actor' = ${actor}`
    expect(alerts).toEqual([{ severity: 'P2', summary: expect.stringContaining(actor) }])
    nowMs += 899_999
    expect((await codes.check(actor, code())).type).toBe('locked')
    nowMs += 1
    expect(await codes.check(actor, code())).toEqual({ type: 'right' })
  })

  test('a right code forgives the wrong ones before it', async () => {
    const { codes, actor, code, wrong } = await enrolled()
    for (let k = 0; k < 4; k++) await codes.check(actor, wrong())
    expect(await codes.check(actor, code())).toEqual({ type: 'right' })
    nowMs += 60_000
    expect(await codes.check(actor, wrong())).toEqual({ type: 'wrong', left: 4 })
  })

  test('the key is 0600, the row holds no secret, and opens with no other key and for no other person', async () => {
    const { codes, actor, code, secret } = await enrolled()
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const [row] = await sql()<{ secret: string }[]>`select secret from codes where actor = ${actor}`
    const sealed = Buffer.from(row?.secret ?? '', 'base64')
    expect(sealed.length).toBeGreaterThan(secret.length)
    expect(sealed.includes(secret)).toBe(false)
    const other = join(dir, 'other.key')
    writeFileSync(other, randomBytes(32).toString('hex'))
    expect(readFileSync(other, 'utf8')).not.toBe(readFileSync(file, 'utf8'))
    expect(await make(other).check(actor, code())).toEqual({ type: 'none' })
    expect((await make(join(dir, 'missing.key')).state(actor)).isEnrolled).toBe(false)
    await sql()`insert into codes (actor, secret, last_step) values ('telegram:thief', ${row?.secret ?? ''}, 0)`
    expect(await codes.check('telegram:thief', code())).toEqual({ type: 'none' })
    expect(await codes.check(actor, code())).toEqual({ type: 'right' })
  })

  test('who is not enrolled has none, and who was removed has none any more', async () => {
    const { codes, actor, code } = await enrolled()
    expect(await codes.check('telegram:0', '123456')).toEqual({ type: 'none' })
    expect([await codes.remove(actor), await codes.remove(actor)]).toEqual([true, false])
    expect(await codes.check(actor, code())).toEqual({ type: 'none' })
  })
})
