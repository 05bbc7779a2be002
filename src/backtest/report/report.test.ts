/**
 * The report: opens offline, carries the JSON that it shows, and lets no name become markup.
 */
import { describe, expect, test } from 'vitest'
import { escapeHtml } from '../../charts/markup.ts'
import { cash, instrumentIndex, rate } from '../../core/units.ts'
import { makeInstrument } from '../../market/instrument.ts'
import { RISK_PROFILES } from '../../risk/profiles.ts'
import { smaCross } from '../../strategy/builtin/sma-cross.ts'
import { type BacktestRequest, runBacktestRequest } from '../backtest-run.ts'
import { doubtsOf } from '../doubts.ts'
import { scriptJson, signedMoney } from './html.ts'
import { METRIC_TEXTS, metricText } from './metric-text.ts'
import { reportHtml } from './report.ts'

const NASTY = '</script><img src=x onerror=alert(1)>&"\''
const BARS = 4_000

function report(symbol: string): { readonly html: string; readonly run: ReturnType<typeof runBacktestRequest> } {
  const price = (k: number): number => 10_000 + Math.round(1_500 * Math.sin(k / 37) + 400 * Math.sin(k / 5))
  const column = (pick: (k: number) => number): Float64Array => Float64Array.from({ length: BARS }, (_, k) => pick(k))
  const request: BacktestRequest = {
    definition: smaCross,
    params: smaCross.params.parse({ fast: 5, slow: 20 }),
    series: [
      {
        instrument: makeInstrument({ index: instrumentIndex(0), venue: 'test', symbol, tickSize: '0.01', lotSize: '0.001' }),
        intervalMs: 3_600_000,
        columns: {
          ts: column((k) => 1_700_006_400_000 + k * 3_600_000),
          open: column(price),
          high: column((k) => Math.max(price(k), price(k + 1))),
          low: column((k) => Math.min(price(k), price(k + 1))),
          close: column((k) => price(k + 1)),
          volume: column(() => 10),
        },
        funding: undefined,
      },
    ],
    risk: RISK_PROFILES.research,
    sizing: { type: 'all' },
    openingCash: cash(1_000_000_000_000),
    makerRate: rate(200_000),
    takerRate: rate(550_000),
    spotRate: rate(1_000_000),
    slippage: { type: 'none' },
    limitFill: 'through',
    stopFraction: undefined,
  }
  const run = runBacktestRequest(request)
  const html = reportHtml({
    run,
    request,
    verdict: doubtsOf(run, request),
    series: [{ venue: 'test', symbol, interval: '1h', from: 1_700_006_400_000, to: 1_714_402_800_000, bars: BARS, gaps: 0, hash: 'cafe' }],
    params: { fast: 5, slow: 20 },
    costs: { maker: '0.0002', taker: '0.00055' },
    version: '9.9.9',
    generatedAt: '2025-01-01T00:00:00.000Z',
    answer: { strategy: 'sma-cross', fingerprint: run.fingerprint, metrics: run.metrics },
  })
  return { html, run }
}

describe('backtest report', () => {
  const { html, run } = report('BTCUSDT')
  const data = JSON.parse(/<script type="application\/json" id="report-data">(.*)<\/script>/.exec(html)?.[1] ?? '')

  test('backtest report has trades to show at all', () => {
    expect(run.result.trades.length).toBeGreaterThan(10)
  })
  test('backtest report opens offline: no address, nothing loaded, and a policy that forbids it', () => {
    expect(html).not.toMatch(/https?:|\/\/[a-z]|@import|url\(|<link|<img|<iframe|src=/i)
    expect(html).toContain("default-src 'none'")
  })
  test('backtest report is one document whose elements are closed', () => {
    expect(html.startsWith('<!doctype html>')).toBe(true)
    const markup = html.replace(/<(script|style)[^>]*>[\s\S]*?<\/\1>/g, '')
    const open: string[] = []
    for (const [, close, name, , empty] of markup.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:[^>"]|"[^"]*")*?)(\/?)>/gi)) {
      if (name === undefined || empty === '/' || name === 'meta') continue
      if (close === '/') expect(open.pop()).toBe(name)
      else open.push(name)
    }
    expect(open).toEqual([])
  })
  test('prints the warnings before any figure', () => {
    const doubt = html.indexOf('<h2>Warnings')
    expect(doubt).toBeGreaterThan(0)
    expect(doubt).toBeLessThan(html.indexOf('Total return'))
    expect(html).toContain('in-sample only')
  })
  test('shows each metric as the JSON in the file has it', () => {
    expect(data.fingerprint).toBe(run.fingerprint)
    expect(data.metrics).toEqual(JSON.parse(JSON.stringify(run.metrics)))
    expect(METRIC_TEXTS.map(([name]) => name).sort()).toEqual(Object.keys(run.metrics).sort())
    for (const [name, , , form] of METRIC_TEXTS)
      expect(html).toContain(`<td data-metric="${name}">${escapeHtml(metricText(data.metrics[name], form))}</td>`)
  })
  test('the cost steps lead from gross to net, and the table has each trade', () => {
    const net = run.result.trades.reduce((sum, t) => sum + t.pnl, 0) / 1e8
    const fees = run.result.trades.reduce((sum, t) => sum + t.fee, 0) / 1e8
    for (const amount of [net + fees, -fees, net]) expect(html).toContain(`<b>${signedMoney(amount)}</b>`)
    const body = /<table class="sortable">[\s\S]*<tbody>([\s\S]*?)<\/tbody>/.exec(html)?.[1] ?? ''
    expect(body.match(/<tr>/g)?.length).toBe(run.result.trades.length + run.result.openTrades.length)
  })
  test('charts hold numbers only', () => {
    expect(html).not.toMatch(/NaN|Infinity|undefined/)
  })
  test('a name with markup stays text', () => {
    const nasty = report(NASTY).html
    expect(nasty).not.toContain('<img')
    expect(nasty).toContain(escapeHtml(NASTY))
    expect(JSON.parse(scriptJson(NASTY))).toBe(NASTY)
    expect(scriptJson(NASTY)).not.toContain('<')
  })
})
