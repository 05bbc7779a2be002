/**
 * The installation: its components, how old their word is, work in progress, who did what, and the log.
 */
import { useRead } from '../data/read.ts'
import { time } from '../data/show.ts'
import { useCell } from '../data/cell.ts'
import { stream } from '../data/stream.ts'
import type { AuditRow, HealthPart, List, LogLine } from '../data/types.ts'
import { CommandButton, useMay } from '../parts/command-button.tsx'
import { CommandCard } from '../parts/command-card.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { HealthList } from '../parts/health-list.tsx'
import { Panel } from '../parts/panel.tsx'
import { Empty, Loaded } from '../parts/states.tsx'

export function System() {
  const health = useRead<List<HealthPart>>('/health', 5_000)
  const { state, count } = useCell(stream.connection)
  const maySeeAudit = useMay('audit')
  return (
    <div class="grid">
      <Panel title="Components" isWide actions={<CommandButton line="health">As a card</CommandButton>}>
        <p>
          This page: {state === 'live' ? '✓ live' : '✕ not connected'}, connected {count} {count === 1 ? 'time' : 'times'} since it was
          opened.
        </p>
        <Loaded read={health} rows={8}>
          {({ data }) => <HealthList parts={data} />}
        </Loaded>
      </Panel>
      <Panel title="Version">
        <CommandCard line="version" />
      </Panel>
      <Panel title="Execution algorithms">
        <CommandCard line="algos" />
      </Panel>
      {maySeeAudit ? (
        <>
          <AuditPanel />
          <LogPanel />
        </>
      ) : (
        <Panel title="Audit and log">
          <Empty title="For admins" />
        </Panel>
      )}
    </div>
  )
}

function AuditPanel() {
  const read = useRead<List<AuditRow>>('/audit?limit=50')
  return (
    <Panel title="Who did what" isWide actions={<CommandButton line="audit verify">Verify the record</CommandButton>}>
      <Loaded read={read}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="Nobody has done anything yet" />
          ) : (
            <DataTable
              caption="Audit, newest first"
              rows={data}
              keyOf={({ id }) => id}
              columns={[
                { title: 'Time', cell: ({ ts }) => time(ts, undefined) },
                { title: 'Who', cell: ({ who, actor }) => who ?? actor },
                { title: 'Where', cell: ({ surface }) => surface },
                { title: 'Command', cell: ({ command, args }) => `${command} ${argsText(args)}` },
                { title: 'Outcome', cell: ({ decision, result }) => `${decision}${result === null ? '' : `: ${result}`}` },
              ]}
            />
          )
        }
      </Loaded>
    </Panel>
  )
}

const argsText = (args: Readonly<Record<string, unknown>>): string =>
  Object.values(args)
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    .join(' ')

function LogPanel() {
  const read = useRead<List<LogLine>>('/logs?limit=100', 5_000)
  return (
    <Panel title="Log of API, worker and bots" isWide>
      <Loaded read={read}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="Nothing was logged since the start">The trader’s log is at its terminal.</Empty>
          ) : (
            <ul class="log">
              {data.map(({ id, ts, level, text }) => (
                <li key={id}>
                  <span class="quiet">{time(ts, undefined)}</span> <strong>{level}</strong> {text}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  )
}
