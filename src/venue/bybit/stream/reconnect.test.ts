/**
 * The waits between attempts and the budget over all connections, on a clock that is only a number.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CONNECTIONS_MAX, CONNECTIONS_WINDOW_MS, ConnectionBudget, backoffMs } from './reconnect.ts'

describe('the wait after failures', () => {
  test.each([
    [0, 0, 0],
    [1, 1_000, 2_000],
    [2, 2_000, 4_000],
    [3, 4_000, 8_000],
    [5, 16_000, 32_000],
    [6, 30_000, 60_000],
    [1_000, 30_000, 60_000],
  ])('%d failures: from %d to %d ms', (failures, least, most) => {
    expect(backoffMs(failures, 0)).toBe(least)
    expect(backoffMs(failures, 0.999_999_9)).toBe(most)
  })
})

describe('the budget', () => {
  test('lines that fail at once, however many, never open more than it in any window', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 20, maxLength: 20 }),
        (lines, chances) => {
          const budget = new ConnectionBudget()
          const opened: number[] = []
          const due = Array.from({ length: lines }, () => ({ atMs: 0, failures: 0 }))
          let draws = 0
          for (let k = 0; k < 600; k++) {
            const line = due.reduce((first, each) => (each.atMs < first.atMs ? each : first))
            const wait = budget.waitMs(line.atMs)
            if (wait > 0) {
              line.atMs += wait
              continue
            }
            budget.note(line.atMs)
            opened.push(line.atMs)
            line.failures += 1
            line.atMs += backoffMs(line.failures, chances[draws++ % chances.length] as number)
          }
          opened.forEach((atMs, k) => {
            const before = opened[k - CONNECTIONS_MAX]
            if (before !== undefined) expect(atMs - before).toBeGreaterThanOrEqual(CONNECTIONS_WINDOW_MS)
          })
        },
      ),
    )
  })

  test('the budget stays far under what Bybit bans for', () => {
    expect(CONNECTIONS_MAX).toBeLessThanOrEqual(250)
    expect(CONNECTIONS_WINDOW_MS).toBe(5 * 60_000)
  })

  test('the budget is free again when the window has passed', () => {
    const budget = new ConnectionBudget()
    for (let k = 0; k < CONNECTIONS_MAX; k++) budget.note(k)
    expect(budget.waitMs(1_000)).toBe(CONNECTIONS_WINDOW_MS - 1_000 + 1)
    expect(budget.waitMs(CONNECTIONS_WINDOW_MS + CONNECTIONS_MAX)).toBe(0)
  })
})
