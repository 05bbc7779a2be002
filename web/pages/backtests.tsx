/**
 * Backtests: asked for by a form, followed while they run, and their results.
 */
import { useState } from 'preact/hooks'
import { runLine } from '../data/commands.ts'
import { addressOf, place } from '../data/places.ts'
import { useCell } from '../data/cell.ts'
import { useRead } from '../data/read.ts'
import { wallTime } from '../data/show.ts'
import { useValue } from '../data/stream.ts'
import type { Backtest, List, Strategy } from '../data/types.ts'
import { CommandButton, useMay } from '../parts/command-button.tsx'
import { CommandCard } from '../parts/command-card.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { LineChart } from '../parts/line-chart.tsx'
import { Panel } from '../parts/panel.tsx'
import { Empty, Loaded } from '../parts/states.tsx'

const PERCENT = 100
const SECOND_MS = 1_000

export function Backtests() {
  const read = useRead<List<Backtest>>('/backtests?limit=50', 3_000)
  const chosen = useCell(place).parts[0]
  const may = useMay('backtest')
  return (
    <div class="grid">
      {may ? <BacktestForm /> : null}
      {chosen === undefined ? null : <Result id={chosen} key={chosen} />}
      <Panel title="Runs" isWide>
        <Loaded read={read}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty title="No backtest has run yet">What you backtest is what trades: the same kernel and the same matching engine.</Empty>
            ) : (
              <DataTable
                caption="Backtests, newest first"
                rows={data}
                keyOf={({ id }) => id}
                columns={[
                  { title: 'Run', cell: ({ id }) => <a href={addressOf('backtests', id)}>{id}</a> },
                  { title: 'Of', cell: ({ spec }) => `${String(spec.strategy)} ${String(spec.symbol)}` },
                  { title: 'Asked', cell: ({ createdAt }) => wallTime(Date.parse(createdAt)) },
                  { title: 'State', cell: (row) => <Progress row={row} /> },
                  {
                    title: 'Do',
                    cell: ({ id, status }) =>
                      status === 'queued' || status === 'running' ? (
                        <CommandButton line={`backtest cancel ${id}`} label={`Cancel ${id}`}>
                          Cancel
                        </CommandButton>
                      ) : null,
                  },
                ]}
              />
            )
          }
        </Loaded>
      </Panel>
    </div>
  )
}

function Progress({ row: { id, status, progress, error } }: { readonly row: Backtest }) {
  if (status === 'failed') return <span class="lost">✕ failed: {error}</span>
  if (status !== 'running') return <>{status === 'done' ? '✓ done' : status}</>
  return (
    <label>
      <span class="hidden">Progress of {id}</span>
      <progress value={progress} max={1} /> {Math.round(progress * PERCENT)} %
    </label>
  )
}

function Result({ id }: { readonly id: string }) {
  const live = useValue<Backtest>({ ch: 'jobs', job: id })
  const read = useRead<Backtest>(`/backtests/${encodeURIComponent(id)}`, 600_000)
  const status = live?.status ?? read.data?.status
  const curve = curveOf(live?.result ?? read.data?.result)
  return (
    <Panel
      title={`Run ${id}`}
      isWide
      actions={
        <>
          {status === 'done' ? (
            <a class="button plain" href={`/api/v1/backtests/${encodeURIComponent(id)}/report.html`} target="_blank" rel="noopener">
              Report
            </a>
          ) : null}
          <a href={addressOf('backtests')}>Close</a>
        </>
      }
    >
      <CommandCard line={`backtest ${id}`} key={status} />
      {curve.length < 2 ? null : <LineChart points={curve} label={`Equity of ${id}`} />}
    </Panel>
  )
}

/** Points of equity in a result: pairs of ms and USDT. */
function curveOf(
  result: Readonly<Record<string, unknown>> | null | undefined,
): readonly { readonly time: number; readonly value: number }[] {
  const curve = result?.curve
  if (!Array.isArray(curve)) return []
  return curve.flatMap((point: unknown) => {
    if (!Array.isArray(point)) return []
    const [at, value] = point as unknown[]
    return typeof at === 'number' && typeof value === 'number' ? [{ time: Math.floor(at / SECOND_MS), value }] : []
  })
}

function BacktestForm() {
  const strategies = useRead<List<Strategy>>('/strategies')
  const rows = strategies.data?.data ?? []
  const [strategy, setStrategy] = useState('')
  const [symbol, setSymbol] = useState('')
  const [range, setRange] = useState('30d')
  const [params, setParams] = useState('')
  const name = strategy || rows[0]?.name || ''
  const traded = symbol || rows.find((row) => row.name === name)?.symbols[0] || ''
  return (
    <Panel title="Run a backtest" isWide>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault()
          void runLine(['backtest', name, traded, range, params.trim()].filter((word) => word !== '').join(' '))
        }}
      >
        <label>
          Strategy
          <input list="strategies" value={name} onInput={(event) => setStrategy(event.currentTarget.value)} />
        </label>
        <datalist id="strategies">
          {rows.map((row) => (
            <option key={row.name} value={row.name} />
          ))}
        </datalist>
        <label>
          Symbol
          <input value={traded} onInput={(event) => setSymbol(event.currentTarget.value)} />
        </label>
        <label>
          Time <span class="quiet">(30d, or from..to)</span>
          <input value={range} onInput={(event) => setRange(event.currentTarget.value)} />
        </label>
        <label>
          Parameters <span class="quiet">(fast=9 slow=21)</span>
          <input value={params} onInput={(event) => setParams(event.currentTarget.value)} />
        </label>
        <button type="submit" class="button main">
          Run it
        </button>
      </form>
    </Panel>
  )
}
