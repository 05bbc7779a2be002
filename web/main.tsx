/**
 * The dashboard begins: who is logged in, then the stream, then the page.
 */
import './style/base.css'
import './style/parts.css'
import './style/pages.css'
import { render } from 'preact'
import { App } from './app.tsx'
import { loadSession, session } from './data/api.ts'
import { loadRegistry } from './data/commands.ts'
import { followPlace } from './data/places.ts'
import { stream } from './data/stream.ts'

followPlace()
const root = document.getElementById('app')
if (root !== null) {
  root.replaceChildren()
  render(<App />, root)
}
let isStarted = false
session.listen(() => {
  if (typeof session.get() !== 'object' || isStarted) return
  isStarted = true
  stream.start()
  void loadRegistry()
})
void loadSession()
