/**
 * When a frame of the wallet asks for a reading: not before executions have had their time, and once.
 */
import { beforeEach, expect, test } from 'vitest'
import { type Cash, cash } from '../../core/units.ts'
import { WalletWatch } from './wallet-watch.ts'

let nowMs: number
let money: Cash
let isIdle: boolean
let asked: number
let watch: WalletWatch

beforeEach(() => {
  nowMs = 0
  money = cash(100)
  isIdle = true
  asked = 0
  watch = new WalletWatch({
    wallClock: { nowMs: () => nowMs, steadyMs: () => nowMs, sleep: async () => {}, every: () => () => {} },
    money: () => money,
    isIdle: () => isIdle,
    differs: () => {
      asked += 1
    },
  })
})
const after = (ms: number): number => {
  nowMs += ms
  watch.check()
  return asked
}

test('a balance that the records have asks nothing', () => {
  watch.frame(cash(100))
  expect(after(10_000)).toBe(0)
})

test('another balance asks once, when the time of an execution is over', () => {
  watch.frame(cash(70))
  expect([after(1_000), after(1_000), after(10_000)]).toEqual([0, 1, 1])
})

test('an execution that explains it in time', () => {
  watch.frame(cash(70))
  after(1_000)
  money = cash(70)
  expect(after(5_000)).toBe(0)
})

test('what is still to be booked is waited for, and the newest frame counts', () => {
  watch.frame(cash(70))
  isIdle = false
  expect(after(5_000)).toBe(0)
  isIdle = true
  watch.frame(cash(100))
  expect(after(5_000)).toBe(0)
})
