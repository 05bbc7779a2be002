/**
 * The linear solver on programs whose answers stand in a textbook, and on those that have none.
 */
import { expect, test } from 'vitest'
import { loadLinearSolver } from './linear-solver.ts'

const solve = await loadLinearSolver()

test('solves the Wyndor glass problem (Hillier and Lieberman, chapter 3): 2 doors, 6 windows', () => {
  const program = 'Maximize\n z: 3 x + 5 y\nSubject To\n a: x <= 4\n b: 2 y <= 12\n c: 3 x + 2 y <= 18\nEnd'
  expect(solve(program)).toEqual({ ok: true, value: { x: 2, y: 6 } })
})

test.each([
  ['infeasible', 'Minimize\n z: x\nSubject To\n a: x >= 2\n b: x <= 1\nEnd'],
  ['unbounded', 'Maximize\n z: x\nSubject To\n a: x >= 2\nEnd'],
])('says that a program is %s', (what, program) => {
  expect(solve(program)).toEqual({ ok: false, error: `the linear program is ${what}` })
})
