/**
 * Margin tiers as Bybit lists them: in percent or as fractions, over several pages, and rows that make no tiers.
 */
import { expect, test } from 'vitest'
import { Requests } from '../http/requests.ts'
import { ListingReader } from './listing.ts'

const INFO = {
  symbol: 'BTCUSDT',
  status: 'Trading',
  baseCoin: 'BTC',
  quoteCoin: 'USDT',
  settleCoin: 'USDT',
  contractType: 'LinearPerpetual',
  deliveryTime: '0',
  leverageFilter: { maxLeverage: '100.00' },
  priceFilter: { tickSize: '0.10' },
  lotSizeFilter: { minNotionalValue: '5', maxOrderQty: '1190', maxMktOrderQty: '120', minOrderQty: '0.001', qtyStep: '0.001' },
  fundingInterval: 480,
}
const tier = (
  id: number,
  riskLimitValue: string,
  maintenanceMargin: string,
  initialMargin: string,
  maxLeverage: string,
  mmDeduction = '',
) => ({
  id,
  symbol: 'BTCUSDT',
  riskLimitValue,
  maintenanceMargin,
  initialMargin,
  isLowestRisk: id === 1 ? 1 : 0,
  maxLeverage,
  mmDeduction,
})
const FIRST = tier(1, '2000000', '0.005', '0.01', '100.00')
const SECOND = tier(2, '2600000', '0.0056', '0.0111', '90.00', '1200')

/** @param pages of tiers; each but the last has a cursor */
function reader(pages: readonly unknown[][]): { readonly lister: ListingReader; readonly cursors: unknown[] } {
  const cursors: unknown[] = []
  const transport = {
    call: async (_: string, path: string, params: Readonly<Record<string, unknown>>) => {
      const isTiers = path === '/v5/market/risk-limit'
      const at = isTiers ? cursors.push(params['cursor']) - 1 : 0
      const result = isTiers
        ? { category: 'linear', list: pages[at] ?? [], nextPageCursor: at < pages.length - 1 ? `page${at + 1}` : '' }
        : { category: 'linear', list: [INFO] }
      return { type: 'reply' as const, body: { retCode: 0, retMsg: 'OK', result }, limits: undefined }
    },
    open: () => {},
    renew: () => {},
    openMore: () => {},
    close: async () => {},
  }
  const clocks = { wallMs: () => 0, steadyMs: () => 0, sleep: async () => {} }
  return { lister: new ListingReader(new Requests(transport, clocks)), cursors }
}
const tiersOf = async (...pages: unknown[][]) => {
  const read = await reader(pages).lister.instruments(['BTCUSDT'])
  return read.ok ? read.value[0]?.tiers : read.error
}

const EXPECTED = [
  { valueMax: '2000000', maintenanceRate: '0.005', deduction: '0', leverageMax: 100 },
  { valueMax: '2600000', maintenanceRate: '0.0056', deduction: '1200', leverageMax: 90 },
]

test('fractions, of which the first tier has no deduction', async () => {
  expect(await tiersOf([FIRST, SECOND])).toEqual(EXPECTED)
})

test('percent: initial margin times largest leverage is about 100', async () => {
  const percent = [tier(1, '2000000', '0.5', '1', '100.00'), tier(2, '2600000', '0.56', '1.11', '90.00', '1200')]
  expect(await tiersOf(percent)).toEqual(EXPECTED)
})

test('numbers instead of texts, and rows in any order', async () => {
  const rows = [SECOND, FIRST].map((row) => ({
    ...row,
    maintenanceMargin: Number(row.maintenanceMargin),
    initialMargin: Number(row.initialMargin),
  }))
  expect(await tiersOf(rows)).toEqual(EXPECTED)
})

test('every page is read', async () => {
  const { lister, cursors } = reader([[FIRST], [SECOND]])
  expect(await lister.instruments(['BTCUSDT'])).toMatchObject({ ok: true, value: [{ tiers: EXPECTED }] })
  expect(cursors).toEqual([undefined, 'page1'])
})

test.each([
  ['no tier at all', []],
  ['a tier twice', [FIRST, FIRST]],
  ['a rate that falls', [FIRST, { ...SECOND, maintenanceMargin: '0.001' }]],
  ['a rate that is no number', [{ ...FIRST, maintenanceMargin: 'x' }]],
])('%s makes no tiers, and the symbol is listed all the same', async (_, rows) => {
  const read = await reader([rows]).lister.instruments(['BTCUSDT'])
  expect(read).toMatchObject({ ok: true, value: [{ symbol: 'BTCUSDT', lotSize: '0.001' }] })
  expect(read.ok && read.value[0]?.tiers).toBeUndefined()
})

test('an exchange that does not answer is no symbol without tiers', async () => {
  const clocks = { wallMs: () => 0, steadyMs: () => 0, sleep: async () => {} }
  const transport = {
    call: async (_: string, path: string) =>
      path === '/v5/market/risk-limit'
        ? { type: 'reply' as const, body: { retCode: 10016, retMsg: 'busy', result: {} }, limits: undefined }
        : { type: 'reply' as const, body: { retCode: 0, retMsg: 'OK', result: { list: [INFO] } }, limits: undefined },
    open: () => {},
    renew: () => {},
    openMore: () => {},
    close: async () => {},
  }
  expect(await new ListingReader(new Requests(transport, clocks)).instruments(['BTCUSDT'])).toMatchObject({ ok: false })
})
