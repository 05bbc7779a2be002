/**
 * How long a sender of signals waits for its 202, of a Ballast that runs: first with nothing else to do, then while searches of parameters keep the
 * worker busy. `npx tsx bench/webhooks.ts http://127.0.0.1:8080 .ballast/admin.key [seconds]`. It makes a source of its own in mode paper, sends
 * exits to it (entries are bounded to 60 a minute), and removes it.
 */
import { readFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { type RestClient, restClient } from '../api/clients/rest-client.ts'

const PER_SECOND = 20
const SECOND_MS = 1_000
const JOBS_AT_ONCE = 3
/** Of TradingView's patience, 3 s, what the aim leaves for the network. */
const AIM_MS = 200

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function makeSource({ call }: RestClient, name: string): Promise<string> {
  const asked = await call('POST /signal-sources', { body: { name, format: 'line', symbols: 'BTC', stop: '2%' } })
  const made = await call('POST /confirmations/{id}', { path: { id: asked.confirmation?.id ?? '' }, body: { decision: 'yes' } })
  const address = made.reply.fields.find((field) => field.name === 'Address')?.value
  if (address === undefined) throw new Error(`no address in the answer: ${made.reply.title}`)
  return address
}

async function removeSource({ call }: RestClient, name: string): Promise<void> {
  const asked = await call('DELETE /signal-sources/{name}', { path: { name } })
  await call('POST /confirmations/{id}', { path: { id: asked.confirmation?.id ?? '' }, body: { decision: 'yes' } })
}

/** Open loop: a signal is due by the clock, whatever became of those before. */
async function measure(address: string, seconds: number, tag: string): Promise<string> {
  const took: number[] = []
  const statuses = new Map<number, number>()
  const send = async (number: number): Promise<void> => {
    const begun = performance.now()
    const response = await fetch(address, {
      method: 'POST',
      body: `close BTC 50% id=${tag}-${number}`,
      headers: { 'content-type': 'text/plain' },
    })
    await response.text()
    took.push(performance.now() - begun)
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
  }
  const sent: Promise<void>[] = []
  const from = performance.now()
  for (let number = 0; number < seconds * PER_SECOND; number += 1) {
    await sleep(Math.max(0, from + (number * SECOND_MS) / PER_SECOND - performance.now()))
    sent.push(send(number))
  }
  await Promise.all(sent)
  took.sort((a, b) => a - b)
  const at = (part: number): string => (took[Math.min(took.length - 1, Math.floor(took.length * part))] ?? 0).toFixed(1).padStart(6)
  const answers = [...statuses].map(([status, count]) => `${status}: ${count}`).join(', ')
  return `p50 ${at(0.5)} ms   p99 ${at(0.99)} ms   max ${at(1)} ms   ${answers}`
}

/** Keeps searches in the queue until it is told to stop; answers how many were done. */
function keepBusy({ call }: RestClient): { readonly stop: () => Promise<number> } {
  let isOver = false
  const ids: string[] = []
  const work = (async () => {
    while (!isOver) {
      const { data } = await call('GET /optimizations', { query: { limit: 20, fields: 'id,status' } })
      const waiting = data.filter(({ status }) => status === 'queued' || status === 'running').length
      for (let k = waiting; k < JOBS_AT_ONCE; k += 1) {
        const job = await call('POST /optimizations', {
          body: { strategy: 'ema-cross', symbol: 'BTCUSDT', grid: { fast: '3:20:1', slow: '21:40:1' } },
        })
        if ('id' in job) ids.push(job.id)
      }
      await sleep(SECOND_MS / 2)
    }
    const { data } = await call('GET /optimizations', { query: { limit: 20, fields: 'id,status' } })
    const left = data.filter(({ id, status }) => ids.includes(id) && (status === 'queued' || status === 'running'))
    for (const { id } of left) await call('DELETE /optimizations/{id}', { path: { id } }).catch(() => undefined)
    return data.filter(({ id, status }) => ids.includes(id) && status === 'done').length
  })()
  return {
    stop: () => {
      isOver = true
      return work
    },
  }
}

const [baseUrl, keyFile, words = '20'] = process.argv.slice(2)
if (baseUrl === undefined || keyFile === undefined) throw new Error('usage: bench/webhooks.ts <url> <key file> [seconds]')
const seconds = Number(words)
const client = restClient({ baseUrl, token: readFileSync(keyFile, 'utf8').trim() })
const name = `bench-${Date.now()}`
const address = await makeSource(client, name)
try {
  process.stdout.write(
    `load ${loadavg()[0]?.toFixed(2)}, ${PER_SECOND} signals a second for ${seconds} s each, aim: p99 under ${AIM_MS} ms\n`,
  )
  await measure(address, 2, `${name}-warm`)
  process.stdout.write(`quiet        ${await measure(address, seconds, `${name}-quiet`)}\n`)
  const jobs = keepBusy(client)
  await sleep(SECOND_MS)
  const busy = await measure(address, seconds, `${name}-busy`)
  process.stdout.write(`while jobs   ${busy}   searches done: ${await jobs.stop()}\n`)
} finally {
  await removeSource(client, name)
}
