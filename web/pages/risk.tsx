/**
 * Risk: how much of each limit is used, where each comes from, changes of them, and what a bad day would do.
 */
import { useState } from 'preact/hooks'
import { run } from '../data/commands.ts'
import { useRead } from '../data/read.ts'
import { amount, gaugesOf, percent, plainPercent } from '../data/show.ts'
import { useValue } from '../data/stream.ts'
import type { AccountState, Limit, List, Stress } from '../data/types.ts'
import { negate } from '../../api/amount.ts'
import { CommandCard } from '../parts/command-card.tsx'
import { useMay } from '../parts/command-button.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { GaugeBar } from '../parts/gauge.tsx'
import { Money } from '../parts/money.tsx'
import { Panel } from '../parts/panel.tsx'
import { Empty, Loaded, Loading } from '../parts/states.tsx'

export function Risk() {
  const account = useValue<AccountState>({ ch: 'risk' })
  const stress = useRead<List<Stress>>('/risk/stress', 60_000)
  return (
    <div class="grid">
      <Panel title="Limits used" isWide>
        {account == null ? (
          <Loading />
        ) : (
          <>
            <p>
              {amount(account.openRisk)} USDT at stake if every stop fills at its price; drawdown {plainPercent(account.drawdown)} from the
              highest equity.
            </p>
            <div class="gauges">
              {gaugesOf(account).map((gauge) => (
                <GaugeBar gauge={gauge} key={gauge.name} />
              ))}
            </div>
          </>
        )}
      </Panel>
      <Panel title="Stress: what a bad day would do" isWide>
        <Loaded read={stress}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty title="Nothing is open to be put under stress" />
            ) : (
              <>
                <DataTable
                  caption="Stress scenarios"
                  rows={data}
                  keyOf={({ id }) => id}
                  columns={[
                    { title: 'Scenario', cell: ({ id }) => id },
                    { title: 'Result', isNumber: true, cell: ({ loss }) => <Money value={negate(loss)} /> },
                    {
                      title: 'Of equity',
                      isNumber: true,
                      cell: ({ lossFraction }) => (lossFraction === null ? '–' : percent(-lossFraction)),
                    },
                    {
                      title: 'At the stops',
                      isNumber: true,
                      cell: ({ lossAtStops }) => (lossAtStops === null ? '–' : <Money value={negate(lossAtStops)} />),
                    },
                    {
                      title: 'Margin after',
                      isNumber: true,
                      cell: ({ marginRatioAfter }) => (marginRatioAfter === null ? '⚠ no equity left' : plainPercent(marginRatioAfter, 1)),
                    },
                    {
                      title: 'Liquidation',
                      cell: ({ liquidation }) =>
                        liquidation === null ? 'none' : `⚠ ${liquidation.symbol} at ${amount(liquidation.price, 2)}`,
                    },
                  ]}
                />
                {[...new Set(data.flatMap(({ notes }) => notes))].map((note) => (
                  <p class="quiet" key={note}>
                    {note}
                  </p>
                ))}
              </>
            )
          }
        </Loaded>
      </Panel>
      <Panel title="Changes of limits">
        <CommandCard line="limits changes" />
      </Panel>
      <Panel title="Exposure">
        <CommandCard line="exposure" isHeaded={false} />
      </Panel>
      <Panel title="Measures" isWide>
        <CommandCard line="measures" isHeaded={false} />
      </Panel>
      <LimitPanel />
    </div>
  )
}

function LimitPanel() {
  const read = useRead<List<Limit>>('/risk/limits')
  const may = useMay('limits', ['set'])
  const [filter, setFilter] = useState('')
  return (
    <Panel title="Limits and where they come from" isWide>
      <label>
        Find
        <input value={filter} onInput={(event) => setFilter(event.currentTarget.value)} placeholder="dayLoss, position, BTC" />
      </label>
      <Loaded read={read} rows={6}>
        {({ data }) => {
          const rows = data.filter(({ id, origin }) => `${id} ${origin}`.toLowerCase().includes(filter.toLowerCase()))
          return rows.length === 0 ? (
            <Empty title="No limit is called so" />
          ) : (
            <DataTable
              caption="Limits"
              rows={rows}
              keyOf={({ id }) => id}
              columns={[
                { title: 'Of', cell: ({ target }) => target },
                { title: 'Limit', cell: ({ key }) => key },
                { title: 'Value', isNumber: true, cell: ({ value }) => value },
                { title: 'From', cell: ({ origin }) => origin },
                ...(may ? [{ title: 'Change', cell: (limit: Limit) => <Change limit={limit} /> }] : []),
              ]}
            />
          )
        }}
      </Loaded>
      <p class="quiet">A stricter limit counts at once; a looser one asks first. None of them limits an exit.</p>
    </Panel>
  )
}

function Change({ limit: { target, key, value } }: { readonly limit: Limit }) {
  const [isOpen, setOpen] = useState(false)
  const [text, setText] = useState(value)
  const of = target === 'account' ? {} : { target: target.split(' ').slice(1).join(' ') }
  if (!isOpen)
    return (
      <button type="button" class="link" onClick={() => setOpen(true)}>
        Change
        <span class="hidden">
          {' '}
          {key} of {target}
        </span>
      </button>
    )
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault()
        setOpen(false)
        void run('limits', { action: 'set', key, value: text.trim(), ...of })
      }}
    >
      <input aria-label={`${key} of ${target}`} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      <button type="submit" class="button plain">
        Set
      </button>
    </form>
  )
}
