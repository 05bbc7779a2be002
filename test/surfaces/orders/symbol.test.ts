/**
 * What users write to a symbol, on an account that trades a coin as a perpetual and as spot.
 */
import { expect, test } from 'vitest'
import { coinOf, costsOf, short } from '../../../api/commands/words/format.ts'
import { resolveSymbol } from '../../../api/commands/symbol.ts'
import { by, makeWorld, position } from '../../support/command-world.ts'
import { refusedAs } from '../../support/refused-as.ts'

const said = async (known: readonly string[], text: string): Promise<string> => {
  const world = makeWorld()
  world.positions = known.map((symbol) => ({ ...position, symbol }))
  const reads = { ...world.ports.reads, strategies: async () => [] }
  const context = { ports: { ...world.ports, reads }, ...by('trader'), commands: [] }
  const resolved = await resolveSymbol(context, text, '/close {}')
  return 'symbol' in resolved ? resolved.symbol : `? ${resolved.problem.title}`
}

const BOTH = ['BTCUSDT', 'BTCUSDT-SPOT', 'ETHUSDT-SPOT', 'SOLUSDT']
test.each([
  ['BTC', 'BTCUSDT'],
  ['btc/usdt', 'BTCUSDT'],
  ['BTCUSDT', 'BTCUSDT'],
  ['BTC-SPOT', 'BTCUSDT-SPOT'],
  ['btcusdt-spot', 'BTCUSDT-SPOT'],
  ['spot:btc', 'BTCUSDT-SPOT'],
  ['BTC/USDT spot'.replace(' ', ':'), 'BTCUSDT-SPOT'],
  // Traded as spot only.
  ['eth', 'ETHUSDT-SPOT'],
  ['ETHUSDT', 'ETHUSDT-SPOT'],
])('%s is %s', async (text, symbol) => {
  expect(await said(BOTH, text)).toBe(symbol)
})

test('a coin of which many are in one contract is that contract, where it is the only one', async () => {
  expect(await said(['BTCUSDT', '1000BONKUSDT', '1000000MOGUSDT'], 'BONK')).toBe('1000BONKUSDT')
  expect(await said(['BTCUSDT', '1000BONKUSDT'], 'bonk/usdt:usdt')).toBe('1000BONKUSDT')
  expect(await said(['1000BONKUSDT', '10000BONKUSDT'], 'BONK')).toMatch(/^\?/)
  expect(await said(['BTCUSDT'], 'BYBIT:BTCUSDT.P')).toBe('BTCUSDT')
})

test('a spot symbol that is not traded is asked back, never taken for the perpetual', async () => {
  expect(await said(BOTH, 'SOL-SPOT')).toMatch(/^\?/)
})

test.each([
  ['btc-spot', 'BTCUSDT-SPOT'],
  ['BTC', 'BTCUSDT'],
])('a pause of %s is one of that symbol, not of the account', async (word, symbol) => {
  const world = makeWorld()
  world.positions = BOTH.map((each) => ({ ...position, symbol: each }))
  await world.runner.runLine(`pause ${word}`, by('operator'))
  expect(world.sent).toMatchObject([{ name: 'pause', scope: { type: 'symbol', symbol } }])
})

test('a refused close names the symbol once', async () => {
  const world = makeWorld()
  world.outcome = refusedAs('execution', 'BTCUSDT: this execution algorithm is not available for the order (execution).')
  const asked = await world.runner.runLine('close BTC 50%', by('trader'))
  const { reply } = await world.runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader'))
  expect(reply.fields).toMatchObject([{ name: 'BTCUSDT', value: 'this execution algorithm is not available for the order (execution).' }])
})

test('names for narrow tables and for coins', () => {
  expect(['BTCUSDT', 'BTCUSDT-SPOT', '1000PEPEUSDT'].map((symbol) => [short(symbol), coinOf(symbol)])).toEqual([
    ['BTC', 'BTC'],
    ['BTC-SPOT', 'BTC'],
    ['1000PEPE', '1000PEPE'],
  ])
})

test('the costs of a trade: spot has no funding', () => {
  const paid = { fee: '1.5', funding: '-0.25' }
  expect(costsOf({ ...paid, symbol: 'BTCUSDT' }, ', ')).toBe('fee 1.50, funding -0.25 USDT')
  expect(costsOf({ ...paid, symbol: 'BTCUSDT-SPOT' }, ', ')).toBe('fee 1.50 USDT')
})
