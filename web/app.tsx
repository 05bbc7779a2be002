/**
 * The frame of all pages: who and where one is, what state trading is in, how old the page is, and the way to each part.
 */
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { session } from './data/api.ts'
import { useCell } from './data/cell.ts'
import { registry } from './data/commands.ts'
import { PAGES, type PageName, addressOf, place } from './data/places.ts'
import type { Login } from './data/types.ts'
import { CardDialog, Notices } from './parts/card-dialog.tsx'
import { Freshness } from './parts/freshness.tsx'
import { Palette, openPalette } from './parts/palette.tsx'
import { StateBar, Stops } from './parts/state-bar.tsx'
import { Loading } from './parts/states.tsx'
import { Alerts } from './pages/alerts.tsx'
import { Backtests } from './pages/backtests.tsx'
import { Chart } from './pages/chart.tsx'
import { LoggedOut } from './pages/logged-out.tsx'
import { Models } from './pages/models.tsx'
import { Overview } from './pages/overview.tsx'
import { Performance } from './pages/performance.tsx'
import { Positions } from './pages/positions.tsx'
import { Risk } from './pages/risk.tsx'
import { Settings } from './pages/settings.tsx'
import { Signals } from './pages/signals.tsx'
import { Strategies } from './pages/strategies.tsx'
import { System } from './pages/system.tsx'
import { Trades } from './pages/trades.tsx'

const CONTENTS: Readonly<Record<PageName, ComponentType>> = {
  overview: Overview,
  positions: Positions,
  chart: Chart,
  trades: Trades,
  performance: Performance,
  strategies: Strategies,
  risk: Risk,
  alerts: Alerts,
  signals: Signals,
  backtests: Backtests,
  models: Models,
  system: System,
  settings: Settings,
}

export function App() {
  const login = useCell(session)
  if (login === 'asking')
    return (
      <main class="alone">
        <h1>Ballast</h1>
        <Loading />
      </main>
    )
  return login === 'out' ? <LoggedOut /> : <Desk login={login} />
}

function Desk({ login }: { readonly login: Login }) {
  const { page } = useCell(place)
  const [isNavOpen, setNavOpen] = useState(false)
  const title = PAGES.find(([name]) => name === page)?.[1] ?? ''
  const Content = CONTENTS[page]
  useCell(registry)
  useEffect(() => {
    document.title = `${title} · Ballast ${login.profile.toUpperCase()}`
    setNavOpen(false)
    scrollTo(0, 0)
  }, [title, login.profile])
  useEffect(() => {
    document.documentElement.dataset.profile = login.profile
  }, [login.profile])
  return (
    <div class="desk">
      <button type="button" class="button skip" onClick={() => document.getElementById('content')?.focus()}>
        To the content
      </button>
      <header class="top">
        <button
          type="button"
          class="button plain menu"
          aria-expanded={isNavOpen}
          aria-controls="nav"
          onClick={() => setNavOpen(!isNavOpen)}
        >
          ☰<span class="hidden"> Pages</span>
        </button>
        <StateBar login={login} />
        <Stops />
        <button type="button" class="button plain" onClick={openPalette} aria-keyshortcuts="Control+K">
          Commands <kbd>Ctrl K</kbd>
        </button>
      </header>
      <Freshness />
      <nav id="nav" class={isNavOpen ? 'nav is-open' : 'nav'} aria-label="Pages">
        <ul>
          {PAGES.map(([name, text]) => (
            <li key={name}>
              <a href={addressOf(name)} aria-current={name === page ? 'page' : undefined}>
                {text}
              </a>
            </li>
          ))}
        </ul>
        <p class="quiet">
          {login.name}, {login.role}
        </p>
      </nav>
      <main id="content" tabIndex={-1}>
        <h1>{title}</h1>
        <Content />
      </main>
      <CardDialog />
      <Notices />
      <Palette />
    </div>
  )
}
