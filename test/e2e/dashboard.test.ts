/**
 * The dashboard in a real browser, on a running Ballast: as people use it, at a desk and on a phone.
 */
import axe, { type AxeResults } from 'axe-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { amount } from '../../api/commands/words/figures.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, launchBrowser, noteMissingBrowser } from '../support/process/browser.ts'
import { Installation, until } from '../support/process/installation.ts'

const PAGES = [
  'overview',
  'positions',
  'chart',
  'trades',
  'performance',
  'strategies',
  'risk',
  'alerts',
  'signals',
  'backtests',
  'models',
  'system',
  'settings',
] as const

const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']
/** For one element to be there: a message that names it, before the test itself is over. */
const WAIT_MS = 8_000

noteMissingBrowser('The dashboard')

describe.skipIf(chromiumPath === undefined)('the dashboard', () => {
  let ballast: Installation
  let browser: Browser
  let desk: BrowserContext
  let page: Page
  /** What browsers complain of: scripts that fail, styles that the policy of the page forbids. */
  const complaints: string[] = []

  const command = async (line: string, key = ballast.key): Promise<Answer> => {
    const response = await fetch(`${ballast.api}/api/v1/commands`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', 'X-Ballast-Surface': 'cli' },
      body: JSON.stringify({ line }),
    })
    return (await response.json()) as Answer
  }
  const say = (id: string): Promise<Response> =>
    fetch(`${ballast.api}/api/v1/confirmations/${id}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${ballast.key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ decision: 'yes' }),
    })
  const logIn = async (context: BrowserContext, key?: string): Promise<Page> => {
    const opened = await context.newPage()
    opened.on('console', (message) => {
      // A read that nobody answers while Ballast restarts is the browser's own line, and no fault of the page.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource') && !message.text().includes('ERR_CONNECTION'))
        complaints.push(message.text())
    })
    opened.on('pageerror', (error) => complaints.push(error.message))
    const { reply } = await command('web', key)
    await opened.goto(reply.fields[0]?.value ?? '')
    await opened.getByRole('button', { name: 'Log in' }).click()
    await opened.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    return opened
  }
  const go = async (to: Page, name: string): Promise<void> => {
    await to.evaluate(`location.hash = '#/${name}'`)
    await to.locator(`nav a[href="#/${name}"][aria-current="page"]`).waitFor({ state: 'attached' })
  }
  const dialog = () => page.getByRole('dialog')
  /** Closes the card, if one is open. */
  const leave = async (): Promise<void> => {
    await page.keyboard.press('Escape')
    await dialog().waitFor({ state: 'hidden' })
  }
  const sizeOf = async (symbol: string): Promise<string | undefined> => {
    const { data } = await ballast.get<{ data: { symbol: string; quantity: string }[] }>('/positions')
    return data.find((each) => each.symbol === symbol)?.quantity
  }

  beforeAll(async () => {
    ballast = await Installation.make()
    ;[, browser] = await Promise.all([ballast.start(), launchBrowser()])
    desk = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    desk.setDefaultTimeout(WAIT_MS)
    page = await logIn(desk)
    const { confirmation } = await command('open long XRP $400 sl=8%')
    await say(confirmation?.id ?? '')
    await until(async () => (await sizeOf('XRPUSDT')) !== undefined, 'a position in XRPUSDT')
  }, 90_000)
  afterAll(async () => {
    await browser?.close()
    await ballast?.remove()
  })

  test('without a login the page says how to get in', async () => {
    const stranger = await browser.newContext()
    const opened = await stranger.newPage()
    await opened.goto(ballast.api)
    expect(await opened.locator('main').textContent()).toMatch(/npx ballast web[\s\S]*\/link/)
    await stranger.close()
  })

  test('each page stands, at a desk and on a phone, with nothing wider than the screen and no serious barrier', async () => {
    const phone = await browser.newContext({
      viewport: { width: 360, height: 740 },
      colorScheme: 'dark',
      storageState: await desk.storageState(),
    })
    const small = await phone.newPage()
    await small.goto(ballast.api)
    const look = async (width: number, view: Page): Promise<void> => {
      await view.evaluate(axe.source)
      for (const name of PAGES) {
        await go(view, name)
        await view.locator('main .loading').first().waitFor({ state: 'detached' })
        const over = (await view.evaluate('document.documentElement.scrollWidth - innerWidth')) as number
        expect([width, name, over > 0, await barriersOf(view)]).toEqual([width, name, false, []])
      }
    }
    await Promise.all([look(1440, page), look(360, small)])
    await phone.close()
  }, 60_000)

  test('half a position is closed by its button and the card, as in chat', async () => {
    await go(page, 'positions')
    const before = Number(await sizeOf('XRPUSDT'))
    await page.getByRole('button', { name: 'Close 50% of XRPUSDT' }).click()
    expect(await dialog().getByRole('heading').textContent()).toMatch(/^⚠ Close [\d.,]+ XRP\?$/)
    await dialog()
      .getByRole('button', { name: /^Close [\d.,]+ XRP$/ })
      .click()
    await until(async () => Number(await sizeOf('XRPUSDT')) < before, 'half of the position')
    expect(Number(await sizeOf('XRPUSDT')) / before).toBeCloseTo(0.5, 1)
    const article = page.getByRole('article', { name: 'long XRPUSDT' })
    await article
      .getByText((await sizeOf('XRPUSDT')) ?? '', { exact: false })
      .first()
      .waitFor({ state: 'attached' })
    await leave()
  })

  test('a stop is moved by keyboard alone, and the page shows where it stands', async () => {
    await go(page, 'positions')
    const article = page.getByRole('article', { name: 'long XRPUSDT' })
    await article.getByText('Move stop or target').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('5%')
    await page.keyboard.press('Enter')
    await dialog()
      .getByRole('button', { name: /^Move to/ })
      .waitFor()
    // From the title of the card, where the focus is, to its first verb.
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await until(async () => {
      const { data } = await ballast.get<{ data: { symbol: string; stopLoss: string; entryPrice: string }[] }>('/positions')
      const found = data.find(({ symbol }) => symbol === 'XRPUSDT')
      return found !== undefined && Number(found.stopLoss) / Number(found.entryPrice) > 0.94
    }, 'a stop nearer than 6 %')
    await leave()
  })

  test('trading is paused at once and resumed after a question, and two pages agree', async () => {
    const other = await desk.newPage()
    await other.goto(ballast.api)
    await page.locator('.stops').getByRole('button', { name: 'Pause' }).click()
    await other.getByText('PAUSED').first().waitFor()
    await page.locator('.stops').getByRole('button', { name: 'Resume' }).click()
    await dialog()
      .getByRole('button', { name: /^Resume/ })
      .click()
    await other.getByText('RUNNING').first().waitFor()
    await leave()
    await other.close()
  })

  test('the palette runs a command of the registry, and an alert that follows is acknowledged', async () => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type('panic XRP')
    await page.keyboard.press('Enter')
    await dialog().getByRole('button', { name: /XRP/ }).first().click()
    await until(async () => (await sizeOf('XRPUSDT')) === undefined, 'a flat XRPUSDT')
    await leave()
    await go(page, 'alerts')
    const acknowledge = page.getByRole('button', { name: /^Acknowledge alert/ }).first()
    await acknowledge.click()
    await page.getByText('✓ acknowledged').first().waitFor()
    const { data } = await ballast.get<{ data: { status: string }[] }>('/alerts/open')
    expect(data.some(({ status }) => status === 'acked')).toBe(true)
  })

  test('markup in a note stays text', async () => {
    await go(page, 'trades')
    await page.getByRole('button', { name: 'the note on trade 1' }).click()
    await page.getByRole('textbox', { name: 'Note on trade 1' }).fill('<b>bold</b> & <i>more</i>')
    await page.getByRole('button', { name: 'Keep' }).click()
    await page.locator('.note', { hasText: '<b>bold</b> & <i>more</i>' }).waitFor()
    expect(await page.locator('main b, main i').count()).toBe(0)
  })

  test('a backtest is asked for by the form and followed to its result', async () => {
    await go(page, 'backtests')
    await page.getByLabel('Strategy').fill('ema-cross')
    await page.getByLabel('Symbol').fill('BTCUSDT')
    await page.getByLabel('Time').fill('1d')
    await page.getByRole('button', { name: 'Run it' }).click()
    await dialog().getByRole('heading').waitFor()
    await leave()
    await page.getByText('✓ done').first().waitFor()
    await page.locator('main table a').first().click()
    await page.locator('main .chart').waitFor()
    const [report] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: 'Report' }).click()])
    await report.getByRole('heading', { name: 'ema-cross on BTCUSDT' }).waitFor()
    await report.close()
  })

  test('a page that is open over a restart says how old it is, and shows the truth again by itself', async () => {
    await go(page, 'overview')
    await ballast.stop()
    await page.getByText(/No connection to Ballast since .*: what you see is .* old/).waitFor()
    await ballast.start()
    await page.getByText('No connection to Ballast').waitFor({ state: 'detached' })
    await until(async () => {
      const { equity } = await ballast.get<{ equity: string }>('/status')
      return (await page.locator('.state-bar .figure').first().textContent()) === `${amount(equity)} USDT`
    }, 'the equity of now at the top of the page')
    await page.getByText('This page: ✓ live').waitFor()
  }, 60_000)

  test('a viewer sees everything and is offered nothing that acts', async () => {
    const made = await fetch(`${ballast.api}/api/v1/keys`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${ballast.key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'guest', preset: 'read-only' }),
    })
    const { token } = (await made.json()) as { token: string }
    const context = await browser.newContext()
    context.setDefaultTimeout(WAIT_MS)
    const guest = await logIn(context, token)
    await guest.locator('.trading').waitFor()
    for (const name of ['overview', 'positions', 'strategies', 'alerts', 'risk'] as const) {
      await go(guest, name)
      await guest.locator('main .loading').first().waitFor({ state: 'detached' })
      expect(await guest.getByRole('button', { name: /^(Pause|Panic|Resume|Close|Switch|Acknowledge|Silence|Reload)/ }).count()).toBe(0)
    }
    await context.close()
  })

  test('no browser had anything to complain of', () => {
    expect(complaints).toEqual([])
  })
})

/** What axe-core finds serious, each with where. */
async function barriersOf(view: Page): Promise<readonly string[]> {
  const { violations } = (await view.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(STANDARDS)}, resultTypes: ['violations'] })`,
  )) as AxeResults
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
}

interface Answer {
  readonly reply: { readonly title: string; readonly fields: readonly { readonly value: string }[] }
  readonly confirmation?: { readonly id: string }
}
