/**
 * Performance: equity and how far it was below its peak, results by day, symbol and strategy, and what trading cost.
 */
import { useMemo, useState } from 'preact/hooks'
import { toFloat } from '../../api/amount.ts'
import { useRead } from '../data/read.ts'
import { amount, percent, plainPercent } from '../data/show.ts'
import type { Equity, List } from '../data/types.ts'
import { CommandCard } from '../parts/command-card.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { chartTime } from '../parts/chart-frame.ts'
import { LineChart } from '../parts/line-chart.tsx'
import { Money } from '../parts/money.tsx'
import { Panel } from '../parts/panel.tsx'
import { Empty, Loaded } from '../parts/states.tsx'

const PERIODS = ['1d', '7d', '30d', '90d', 'ytd', 'all'] as const
const PERCENT = 100

interface Group {
  readonly name: string
  readonly trades: number
  readonly wins: number
  readonly result: string
  readonly fees: string
  readonly funding: string
  readonly profitFactor: string | null
}
interface PerformanceAnswer {
  readonly account: {
    readonly result: string
    readonly timeWeighted: number | null
    readonly moneyWeighted: number | null
    readonly flows: string
    readonly trades: number
    readonly wins: number
    readonly fees: string
    readonly funding: string
    readonly endEquity: string
  } | null
  readonly symbols: readonly Group[]
  readonly strategies: readonly Group[]
}

export function Performance() {
  const [period, setPeriod] = useState<string>('30d')
  const read = useRead<PerformanceAnswer>(`/performance?period=${period}`)
  return (
    <div class="grid">
      <Panel
        title="Result"
        isWide
        actions={
          <label>
            Period
            <select value={period} onChange={(event) => setPeriod(event.currentTarget.value)}>
              {PERIODS.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
        }
      >
        <Loaded read={read}>
          {({ account }) =>
            account === null ? (
              <Empty title="Nothing to report yet" />
            ) : (
              <dl class="fields">
                <div>
                  <dt>Result</dt>
                  <dd>
                    <Money value={account.result} unit="USDT" />{' '}
                    {account.timeWeighted === null ? '' : `(${percent(account.timeWeighted)} time-weighted)`}
                  </dd>
                </div>
                <div>
                  <dt>Trades</dt>
                  <dd>
                    {account.trades}, {account.trades === 0 ? '–' : plainPercent(account.wins / account.trades, 0)} won
                  </dd>
                </div>
                <div>
                  <dt>Costs</dt>
                  <dd>
                    fees {amount(account.fees)}, funding <Money value={account.funding} unit="USDT" />
                  </dd>
                </div>
                <div>
                  <dt>Money in and out</dt>
                  <dd>
                    <Money value={account.flows} unit="USDT" />
                  </dd>
                </div>
                <div>
                  <dt>Equity</dt>
                  <dd>{amount(account.endEquity)} USDT</dd>
                </div>
              </dl>
            )
          }
        </Loaded>
      </Panel>
      <Curves />
      <Panel title="By symbol" isWide>
        <Loaded read={read}>{({ symbols }) => <Groups rows={symbols} caption="By symbol" />}</Loaded>
      </Panel>
      <Panel title="By strategy" isWide>
        <Loaded read={read}>{({ strategies }) => <Groups rows={strategies} caption="By strategy" />}</Loaded>
      </Panel>
      <Panel title="By day">
        <CommandCard line="daily 14" isHeaded={false} />
      </Panel>
      <Panel title="Statistics">
        <CommandCard line={`stats ${period}`} isHeaded={false} />
      </Panel>
    </div>
  )
}

function Curves() {
  const read = useRead<List<Equity>>('/equity?limit=500')
  const { data } = read
  const curves = useMemo(() => {
    const rows = [...(data?.data ?? [])].reverse()
    return {
      equity: rows.map(({ ts, equity }) => ({ time: chartTime(ts), value: toFloat(equity) })),
      // A fraction below the peak; drawn downwards, in percent.
      underwater: rows.map(({ ts, drawdown }) => ({ time: chartTime(ts), value: -drawdown * PERCENT })),
    }
  }, [data])
  return (
    <>
      <Panel title="Equity, the last 500 bars" isWide>
        <Loaded read={read} rows={6}>
          {() =>
            curves.equity.length < 2 ? (
              <Empty title="Too little yet">A point is kept with each bar.</Empty>
            ) : (
              <LineChart points={curves.equity} label="Equity in USDT" />
            )
          }
        </Loaded>
      </Panel>
      <Panel title="Below the peak, in percent" isWide>
        <Loaded read={read} rows={6}>
          {() =>
            curves.underwater.length < 2 ? (
              <Empty title="Too little yet" />
            ) : (
              <LineChart points={curves.underwater} label="Drawdown in percent" isLoss />
            )
          }
        </Loaded>
      </Panel>
    </>
  )
}

function Groups({ rows, caption }: { readonly rows: readonly Group[]; readonly caption: string }) {
  if (rows.length === 0) return <Empty title="No trade was closed in this time" />
  return (
    <DataTable
      caption={caption}
      rows={rows}
      keyOf={({ name }) => name}
      columns={[
        { title: 'Name', cell: ({ name }) => name },
        { title: 'Result', isNumber: true, cell: ({ result }) => <Money value={result} /> },
        { title: 'Trades', isNumber: true, cell: ({ trades }) => trades },
        { title: 'Won', isNumber: true, cell: ({ wins, trades }) => (trades === 0 ? '–' : plainPercent(wins / trades, 0)) },
        { title: 'Profit factor', isNumber: true, cell: ({ profitFactor }) => profitFactor ?? 'nothing lost' },
        { title: 'Fees', isNumber: true, cell: ({ fees }) => amount(fees) },
        { title: 'Funding', isNumber: true, cell: ({ funding }) => <Money value={funding} /> },
      ]}
    />
  )
}
