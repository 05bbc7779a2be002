/**
 * Alerts: what is open, what was, what is silenced, and who is told.
 */
import { useState } from 'preact/hooks'
import { runLine } from '../data/commands.ts'
import { useRead } from '../data/read.ts'
import { time } from '../data/show.ts'
import { useRows, useValue } from '../data/stream.ts'
import type { AccountState, Alert, AlertProblem, List, Silence } from '../data/types.ts'
import { CommandButton, useMay } from '../parts/command-button.tsx'
import { CommandCard } from '../parts/command-card.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { Panel } from '../parts/panel.tsx'
import { ProblemList } from '../parts/problem-list.tsx'
import { Empty, Loaded, Loading } from '../parts/states.tsx'

const SHOWN = 50

export function Alerts() {
  const open = useRead<List<AlertProblem>>('/alerts/open', 3_000)
  const silences = useRead<List<Silence>>('/silences')
  const history = useRows<Alert>('alerts')
  const account = useValue<AccountState>({ ch: 'risk' })
  const now = account?.updatedAt
  return (
    <div class="grid">
      <Panel
        title="Open"
        isWide
        actions={
          (open.data?.data.length ?? 0) < 2 ? undefined : (
            <CommandButton command="ack" args={{ id: 'all' }}>
              Acknowledge all
            </CommandButton>
          )
        }
      >
        <Loaded read={open}>
          {({ data }) => (data.length === 0 ? <Empty title="✓ No alert is open" /> : <ProblemList problems={data} />)}
        </Loaded>
      </Panel>
      <Panel title="Silences">
        <Loaded read={silences}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty title="Nothing is silenced" />
            ) : (
              <ul class="lines">
                {data.map(({ number, filter, reason, by, until }) => (
                  <li key={number}>
                    <span>
                      {filter}{' '}
                      <span class="quiet">
                        until {time(until, undefined)}, by {by}
                        {reason === '' ? '' : `: ${reason}`}
                      </span>
                    </span>
                    <CommandButton command="unsilence" args={{ id: number }} label={`End silence ${number}`}>
                      End
                    </CommandButton>
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
        <SilenceForm />
      </Panel>
      <Panel title="Who is told">
        <CommandCard line="subscriptions" />
        <div class="row">
          <CommandButton line="alert list">Price alerts</CommandButton>
          <CommandButton line="quiet">Quiet hours</CommandButton>
          <CommandButton line="alerts types">Types of alerts</CommandButton>
        </div>
      </Panel>
      <Panel title="History" isWide>
        {!history.isLoaded ? (
          <Loading />
        ) : history.rows.length === 0 ? (
          <Empty title="No alert was raised yet" />
        ) : (
          <DataTable
            caption="Alerts, newest first"
            rows={[...history.rows].reverse().slice(0, SHOWN)}
            keyOf={({ id }) => id}
            columns={[
              { title: 'Time', cell: ({ ts }) => time(ts, now) },
              { title: 'Severity', cell: ({ severity }) => <span class="severity">{severity}</span> },
              { title: 'Type', cell: ({ type }) => type },
              { title: 'What', cell: ({ summary }) => summary },
            ]}
          />
        )}
      </Panel>
    </div>
  )
}

function SilenceForm() {
  const may = useMay('silence')
  const [what, setWhat] = useState('')
  const [span, setSpan] = useState('2h')
  if (!may) return null
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault()
        if (what.trim() !== '') void runLine(`silence ${what.trim()} ${span.trim()}`)
      }}
    >
      <label>
        Silence <span class="quiet">(sym:BTC, type:order.rejected, sev:P4)</span>
        <input value={what} onInput={(event) => setWhat(event.currentTarget.value)} />
      </label>
      <label>
        for
        <input class="short" value={span} onInput={(event) => setSpan(event.currentTarget.value)} />
      </label>
      <button type="submit" class="button plain">
        Silence
      </button>
    </form>
  )
}
