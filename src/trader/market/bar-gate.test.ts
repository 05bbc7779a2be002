/**
 * Bars of one instant that come one by one, with an instrument that joins while they come.
 */
import { expect, test } from 'vitest'
import { MINUTE_MS, instrumentIndex, ticks, ts } from '../../core/units.ts'
import { BarGate } from './bar-gate.ts'

const [BTC, ETH, JOINED] = [0, 1, 2].map(instrumentIndex) as [
  ReturnType<typeof instrumentIndex>,
  ReturnType<typeof instrumentIndex>,
  ReturnType<typeof instrumentIndex>,
]

function make() {
  const released: string[] = []
  const gate = new BarGate(
    [BTC, ETH],
    MINUTE_MS,
    (at, mode, bars) => released.push(`${at / MINUTE_MS} ${mode} ${bars.map(({ instrument }) => instrument).join()}`),
    () => {},
  )
  gate.resume(0)
  const bar = (instrument: typeof BTC, minute: number): void =>
    gate.receiveBar(
      instrument,
      { ts: ts(minute * MINUTE_MS), open: ticks(1), high: ticks(1), low: ticks(1), close: ticks(1), volume: 1 },
      minute,
    )
  return { gate, bar, released }
}

test('an instant goes when all its bars have come, in the order of the instruments', () => {
  const { bar, released } = make()
  bar(ETH, 1)
  expect(released).toEqual([])
  bar(BTC, 1)
  bar(BTC, 1)
  expect(released).toEqual(['2 live 0,1'])
})

test('one that joins is not waited for until a bar of it has come; one that comes after its instant counts, too', () => {
  const { gate, bar, released } = make()
  gate.grow(3)
  for (const each of [BTC, ETH]) bar(each, 1)
  expect(released).toEqual(['2 live 0,1'])
  bar(JOINED, 1)
  expect(released.slice(1)).toEqual(['2 late 2'])
  for (const each of [BTC, ETH]) bar(each, 2)
  expect(released.slice(2)).toEqual([])
  bar(JOINED, 2)
  expect(released.slice(2)).toEqual(['3 live 0,1,2'])
})

test('one that joins in the middle of an instant completes it', () => {
  const { gate, bar, released } = make()
  bar(BTC, 1)
  gate.grow(3)
  bar(JOINED, 1)
  expect(released).toEqual([])
  bar(ETH, 1)
  expect(released).toEqual(['2 live 0,1,2'])
})
