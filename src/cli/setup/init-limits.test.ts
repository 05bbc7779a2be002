/**
 * The limits that a new account is asked for: kept, changed, asked again where they cannot be.
 */
import { expect, test } from 'vitest'
import { cash } from '../../core/units.ts'
import { PROFILE_VALUES } from '../../risk/profiles.ts'
import { askLimits } from './init-limits.ts'

async function answered(answers: readonly string[], equity: number | null = 10_400) {
  const asked: string[] = []
  const said: string[] = []
  const left = [...answers]
  const given = await askLimits(
    {
      ask: async (question) => {
        asked.push(question)
        return left.shift() ?? ''
      },
      say: (text) => said.push(text),
    },
    PROFILE_VALUES.live,
    equity === null ? undefined : cash(equity * 1e8),
  )
  return { given, asked, said: said.slice(1) }
}

test('Enter keeps each of the five, which are shown in money', async () => {
  const { given, asked } = await answered([])
  expect(given).toEqual({})
  expect(asked).toEqual([
    'Planned loss of one trade [0.5% = 52 USDT]: ',
    'Loss of a day after which entries stop [2% = 208 USDT]: ',
    'Drawdown at which everything is closed [10% = 1,040 USDT]: ',
    'Largest position [50% = 5,200 USDT]: ',
    'Leverage [3x]: ',
  ])
})

test('what is typed is taken in its canonical form', async () => {
  expect((await answered(['1 %', '$300', '', '20%', '2'])).given).toEqual({
    riskMax: '1%',
    dayLoss: '300 USDT',
    position: '20%',
    leverage: '2x',
  })
})

test('what cannot be is asked again, with what is allowed', async () => {
  const { given, said } = await answered(['100', '5%', '0.75%', '', '5%', '8%'])
  expect(said).toEqual(['Use 0.5% to 2%.', 'Use 0.5% to 2%.', 'drawdownOrange (6%) must be below drawdownRed (5%).'])
  expect(given).toEqual({ riskMax: '0.75%', drawdownRed: '8%' })
})

test('an account that could not be read is asked without money', async () => {
  expect((await answered([], null)).asked[0]).toBe('Planned loss of one trade [0.5%]: ')
})
