/**
 * People, keys, logins and the configuration with where each value comes from. The configuration is read, and changed in its file.
 */
import { useState } from 'preact/hooks'
import { send, session } from '../data/api.ts'
import { useRead } from '../data/read.ts'
import type { List, Setting } from '../data/types.ts'
import { useMay } from '../parts/command-button.tsx'
import { CommandCard } from '../parts/command-card.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { Panel } from '../parts/panel.tsx'
import { Empty, Loaded } from '../parts/states.tsx'

export function Settings() {
  const mayConfigure = useMay('pause')
  return (
    <div class="grid">
      <Panel
        title="This login"
        actions={
          <button type="button" class="button plain" onClick={() => void logOut()}>
            Log out
          </button>
        }
      >
        <CommandCard line="id" />
        <CommandCard line="tz" />
      </Panel>
      <Panel title="Logins of browsers">
        <CommandCard line="sessions" />
      </Panel>
      <Panel title="People">
        <CommandCard line="user list" />
      </Panel>
      <Panel title="API keys">
        <CommandCard line="key list" />
      </Panel>
      <Panel title="Webhooks out">
        <CommandCard line="webhook list" />
      </Panel>
      <Panel title="Chats">
        <p>
          Telegram and Discord are paired at the terminal: <code>npx ballast telegram pair</code>, <code>npx ballast discord setup</code>.
          An authenticator for live: <code>npx ballast user totp</code>.
        </p>
      </Panel>
      {mayConfigure ? <Configuration /> : null}
    </div>
  )
}

async function logOut(): Promise<void> {
  await send('DELETE', '/session')
  session.set('out')
}

function Configuration() {
  const read = useRead<List<Setting>>('/config', 60_000)
  const [filter, setFilter] = useState('')
  return (
    <Panel title="Configuration" isWide>
      <label>
        Find
        <input value={filter} placeholder="api, telegram, BALLAST__" onInput={(event) => setFilter(event.currentTarget.value)} />
      </label>
      <Loaded read={read} rows={8}>
        {({ data }) => {
          const rows = data.filter(({ key, origin }) => `${key} ${origin}`.toLowerCase().includes(filter.toLowerCase()))
          return rows.length === 0 ? (
            <Empty title="No key is called so" />
          ) : (
            <DataTable
              caption="Configuration"
              rows={rows}
              keyOf={({ key }) => key}
              columns={[
                { title: 'Key', cell: ({ key }) => <code>{key}</code> },
                { title: 'Value', cell: ({ value, isSecret }) => (isSecret ? (value === null ? 'not set' : '••••') : shown(value)) },
                { title: 'From', cell: ({ origin }) => origin },
              ]}
            />
          )
        }}
      </Loaded>
    </Panel>
  )
}

const shown = (value: unknown): string =>
  value === null || value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value)
