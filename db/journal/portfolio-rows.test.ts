/**
 * Rows of rebalances and notes in PostgreSQL: of two rebalances one runs, a restart ends it, and a note keeps what is not written.
 */
import { afterAll, describe, expect, test } from 'vitest'
import { makeTemporaryDatabase } from '../../test/support/process/temporary-database.ts'
import { NoteRows } from '../reads/notes.ts'
import { RebalanceRows } from '../reads/rebalances.ts'

const temporary = await makeTemporaryDatabase()
afterAll(() => temporary?.remove())

describe.skipIf(temporary === undefined)('rows of the portfolio', () => {
  const sql = () => (temporary as NonNullable<typeof temporary>).database.sql

  test('S16: of two rebalances that begin at once one runs, and the next may begin when it has ended', async () => {
    const rows = new RebalanceRows(sql())
    const begun = await Promise.all([rows.begin({ a: 1 }, 'ann', 5), rows.begin({ a: 2 }, 'bob', 6), rows.begin({ a: 3 }, 'eve', 7)])
    const [running] = begun.filter((row) => row !== undefined)
    expect(begun.filter((row) => row !== undefined)).toHaveLength(1)
    const id = running?.id ?? 0
    await rows.say(id, 'Reducing')
    expect(await rows.end(id, 'done', 'Done')).toBe(true)
    expect(await rows.end(id, 'stopped', 'late')).toBe(false)
    expect(await rows.find(id)).toMatchObject({ status: 'done', progress: ['Reducing', 'Done', 'late'] })
    expect(await rows.begin({}, 'bob', 8)).toMatchObject({ status: 'running', marketTs: 8, progress: [] })
  })

  test('S1: what ran before a restart is ended and says so', async () => {
    const rows = new RebalanceRows(sql())
    await rows.endInterrupted()
    const [last] = await rows.list(1)
    expect(last?.status).toBe('stopped')
    expect(last?.progress.at(-1)).toMatch(/Ballast was restarted/)
    expect(await rows.begin({}, 'ann', 9)).toBeDefined()
  })

  test('a note and tags are kept apart, and found by the numbers of trades', async () => {
    const notes = new NoteRows(sql())
    await notes.write(12, { note: 'späte “Idee”' }, 'ann')
    await notes.write(12, { tags: ['late'] }, 'ann')
    await notes.write(13, { tags: ['x'] }, 'bob')
    expect(await notes.write(12, { note: '' }, 'ann')).toEqual({ tradeNumber: 12, note: '', tags: ['late'] })
    expect([...(await notes.find([12, 14])).values()]).toEqual([{ tradeNumber: 12, note: '', tags: ['late'] }])
    expect((await notes.find([])).size).toBe(0)
  })
})
