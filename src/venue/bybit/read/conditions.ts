/**
 * Reads what trading rests on outside of orders: rights of the key, modes, leverage, fees, loans, the cancel-on-disconnect (S12).
 */
import type { ConditionsReading, DcpCondition, FeeCondition, KeyCondition, ConditionPart, SymbolCondition } from '../../port/conditions.ts'
import { z } from 'zod'
import { parseDecimal } from '../../../core/decimal.ts'
import { DAY_MS, RATE_SCALE, rate } from '../../../core/units.ts'
import { type Category, isSpotSymbol } from '../../../market/instrument.ts'

import { type Requests, listOf } from '../http/requests.ts'
import { ownSymbolOf } from '../symbols.ts'

const keyResult = z.object({
  userID: z.union([z.number(), z.string()]).optional(),
  readOnly: z.number(),
  permissions: z.object({
    ContractTrade: z.array(z.string()).optional(),
    Spot: z.array(z.string()).optional(),
    Wallet: z.array(z.string()).optional(),
  }),
  ips: z.array(z.string()).optional(),
  deadlineDay: z.number().optional(),
  expiredAt: z.string().optional(),
})
const infoResult = z.object({ marginMode: z.string() })
export const symbolRow = z.object({
  symbol: z.string(),
  positionIdx: z.number(),
  size: z.string(),
  leverage: z.string(),
  isReduceOnly: z.boolean().optional(),
  autoAddMargin: z.number().optional(),
})
const walletResult = z.object({
  list: z.array(z.object({ coin: z.array(z.object({ coin: z.string(), borrowAmount: z.string().optional() })) })),
})
const feeRow = z.object({ symbol: z.string(), takerFeeRate: z.string() })
const dcpResult = z.object({ dcpInfos: z.array(z.object({ product: z.string(), dcpStatus: z.string(), timeWindow: z.string() })) })

const TRANSFERS = ['AccountTransfer', 'SubMemberTransfer', 'SubMemberTransferList']

function keyOf(row: z.infer<typeof keyResult>, wallMs: number): KeyCondition {
  const wallet = row.permissions.Wallet ?? []
  const trade = row.permissions.ContractTrade ?? []
  const ips = (row.ips ?? []).filter((ip) => ip !== '' && ip !== '*')
  // Bound keys do not end: they show -2 days and 1970.
  const end = Date.parse(row.expiredAt ?? '')
  const days = row.deadlineDay ?? -1
  return {
    isReadOnly: row.readOnly === 1,
    mayTrade: trade.includes('Order') && trade.includes('Position'),
    mayTradeSpot: row.permissions.Spot?.includes('SpotTrade') === true,
    mayWithdraw: wallet.includes('Withdraw'),
    mayTransfer: wallet.some((right) => TRANSFERS.includes(right)),
    isBoundToIp: ips.length > 0,
    expiresAtMs: days < 0 ? undefined : end > DAY_MS ? end : wallMs + days * DAY_MS,
  }
}

export const symbolCondition = (rows: readonly z.infer<typeof symbolRow>[]): SymbolCondition => ({
  symbol: rows[0]?.symbol ?? '',
  isHedge: rows.some((row) => row.positionIdx !== 0),
  isHeld: rows.some((row) => Number(row.size) !== 0),
  leverage: Number(rows[0]?.leverage ?? '0'),
  isReduceOnly: rows.some((row) => row.isReduceOnly === true),
  autoAddsMargin: rows.some((row) => row.autoAddMargin === 1),
})

/** How a symbol is answered that the exchange does not know. */
const UNLISTED = '10001'
/** Codes of an endpoint that the environment (demo) does not have. */
const ABSENT: ReadonlySet<string> = new Set(['http-404', '10017', '10032', '10404'])
/** Demo answers a question for fees with 10001 and an empty text. */
const FEES_ABSENT: ReadonlySet<string> = new Set([...ABSENT, '10001'])

export class ConditionsReader {
  /** Of the account, once its key was read. */
  userId: string | undefined
  private readonly requests: Requests
  private readonly wallMs: () => number

  constructor(requests: Requests, wallMs: () => number) {
    this.requests = requests
    this.wallMs = wallMs
  }

  async read(symbols: readonly string[]): Promise<ConditionsReading> {
    const hasSpot = symbols.some(isSpotSymbol)
    return {
      key: await this.part('/v5/user/query-api', {}, keyResult, (row) => {
        this.userId = row.userID === undefined ? undefined : String(row.userID)
        return keyOf(row, this.wallMs())
      }),
      marginMode: await this.part('/v5/account/info', {}, infoResult, (row) => row.marginMode),
      symbols: await this.readSymbols(symbols.filter((symbol) => !isSpotSymbol(symbol))),
      borrowed: await this.part('/v5/account/wallet-balance', { accountType: 'UNIFIED' }, walletResult, (row) =>
        row.list
          .flatMap((account) => account.coin)
          .flatMap(({ coin, borrowAmount }) => (Number(borrowAmount ?? '0') > 0 ? [{ coin, amount: borrowAmount as string }] : [])),
      ),
      fees: await this.readFees('linear', symbols),
      spotFees: hasSpot ? await this.readFees('spot', symbols) : { type: 'absent' },
      ...(await this.readDcp()),
    }
  }

  private readFees(category: Category, symbols: readonly string[]): Promise<ConditionPart<readonly FeeCondition[]>> {
    return this.part(
      '/v5/account/fee-rate',
      { category },
      listOf(feeRow),
      (row) =>
        row.list
          .map(({ symbol, takerFeeRate }) => ({
            symbol: ownSymbolOf(category, symbol),
            takerRate: rate(parseDecimal(takerFeeRate, RATE_SCALE, 'ceil') ?? 0),
          }))
          .filter(({ symbol }) => symbols.includes(symbol)),
      FEES_ABSENT,
    )
  }

  /** One answer shows of all products. */
  private async readDcp(): Promise<Pick<ConditionsReading, 'dcp' | 'spotDcp'>> {
    const both = await this.part('/v5/account/query-dcp-info', {}, dcpResult, ({ dcpInfos }) => dcpInfos)
    const of = (product: string): ConditionPart<DcpCondition> => {
      if (both.type !== 'read') return both
      const own = both.value.find((info) => info.product === product)
      return { type: 'read', value: { isOn: own?.dcpStatus === 'ON', windowSec: Number(own?.timeWindow ?? '0') } }
    }
    return { dcp: of('DERIVATIVES'), spotDcp: of('SPOT') }
  }

  /** By symbol a row comes even where nothing is held; in hedge mode two. */
  private async readSymbols(symbols: readonly string[]): Promise<ConditionPart<readonly SymbolCondition[]>> {
    const read: SymbolCondition[] = []
    for (const symbol of symbols) {
      const reply = await this.requests.read('account', '/v5/position/list', { category: 'linear', symbol }, listOf(symbolRow))
      // One that is not listed any more keeps nobody from reading the others.
      if (!reply.ok && reply.error.code === UNLISTED) continue
      if (!reply.ok) return { type: 'failed', error: reply.error }
      if (reply.value.list.length > 0) read.push(symbolCondition(reply.value.list))
    }
    return { type: 'read', value: read }
  }

  private async part<Row, T>(
    path: string,
    params: Readonly<Record<string, string>>,
    schema: z.ZodType<Row>,
    map: (row: Row) => T,
    absent = ABSENT,
  ): Promise<ConditionPart<T>> {
    const reply = await this.requests.read('account', path, params, schema)
    if (reply.ok) return { type: 'read', value: map(reply.value) }
    return absent.has(reply.error.code) ? { type: 'absent' } : { type: 'failed', error: reply.error }
  }
}
