/**
 * What is shown of an answer, and where: a question in a dialog, a sentence as a notice, a failure in words.
 */
import { describe, expect, test } from 'vitest'
import { problemOf } from './api.ts'
import { commandNamed, needsDialog, replyOfProblem } from './commands.ts'
import { afterAnswer } from './read.ts'
import type { Reply } from './types.ts'

const said: Reply = { title: 'Paused', badge: '', tone: 'ok', fields: [], buttons: [] }
const question = { id: 'a1', expiresAt: '2026-01-01T00:01:00.000Z', preview: {}, word: null, code: false, waitsForSecond: false }

describe('answers', () => {
  test('a sentence after an action is a notice; a question, a table, a secret and what was only looked at are cards', () => {
    expect([
      needsDialog({ reply: said }, false),
      needsDialog({ reply: said, confirmation: question }, false),
      needsDialog({ reply: { ...said, table: { columns: [], rows: [] } } }, false),
      needsDialog({ reply: { ...said, isSecret: true } }, false),
      needsDialog({ reply: said }, true),
    ]).toEqual([false, true, true, true, true])
  })
  test('a refusal is shown by its own card; where nobody answered, that nothing was sent is said', () => {
    const refused = problemOf(
      409,
      JSON.stringify({ code: 'refused', detail: 'No position: in BTCUSDT.', reply: { ...said, title: 'No position' } }),
    )
    expect(replyOfProblem(refused).title).toBe('No position')
    expect(replyOfProblem({ status: 0, code: 'unreachable', detail: 'x' })).toMatchObject({
      title: 'Not sent: Ballast does not answer',
      tone: 'bad',
    })
  })
  test('what a proxy says is a problem in words, not a page of its', () => {
    expect(problemOf(502, '<html>Bad gateway</html>')).toEqual({
      status: 502,
      code: 'http',
      detail: 'The answer was 502, from something between here and Ballast.',
    })
  })
  test('what was read before stays where the next try fails, and keeps its age', () => {
    const before = { data: [1], problem: undefined, at: 5 }
    const problem = { status: 0, code: 'unreachable', detail: 'Ballast does not answer.' }
    expect(afterAnswer(before, { ok: false, error: problem }, 9)).toEqual({ data: [1], problem, at: 5 })
    expect(afterAnswer({ ...before, problem }, { ok: true, value: [2] }, 9)).toEqual({ data: [2], problem: undefined, at: 9 })
  })
  test('a command is known by its name and its aliases, with a slash or without', () => {
    const rows = [
      {
        name: 'pause',
        aliases: ['stopentry'],
        group: 'Look',
        summary: '',
        usage: '',
        examples: [],
        role: 'operator',
        rolesByAction: {},
        changes: true,
      },
    ] as const
    expect([commandNamed(rows, '/Pause')?.name, commandNamed(rows, 'stopentry')?.name, commandNamed(rows, 'stop')]).toEqual([
      'pause',
      'pause',
      undefined,
    ])
  })
})
