/**
 * Reads of a Ballast that runs, of any build: requests in a second over 20 connections with a key.
 * `npx tsx bench/rest.ts http://127.0.0.1:8080 .ballast/admin.key [seconds]`. The load is made by a process of its own.
 */
import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { loadavg } from 'node:os'

const PATHS = ['/api/v1/positions', '/api/v1/status', '/api/v1/orders'] as const
const CONNECTIONS = 20

interface Load {
  readonly url: string
  readonly token: string
  readonly seconds: number
}
interface Measured {
  readonly requests: number
  readonly failed: number
  readonly p50Ms: number
  readonly p99Ms: number
}

async function measure({ url, token, seconds }: Load): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const until = performance.now() + seconds * 1_000
  const took: number[] = []
  let failed = 0
  const ask = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const begun = performance.now()
      const sent = request(url, { agent, headers: { Authorization: `Bearer ${token}` } }, (response) => {
        response.resume()
        response.once('end', () => {
          took.push(performance.now() - begun)
          if (response.statusCode !== 200) failed += 1
          resolve()
        })
      })
      sent.once('error', reject)
      sent.end()
    })
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() < until) await ask()
    }),
  )
  agent.destroy()
  took.sort((a, b) => a - b)
  const at = (part: number): number => took[Math.floor(took.length * part)] ?? 0
  return { requests: took.length, failed, p50Ms: at(0.5), p99Ms: at(0.99) }
}

const inOtherProcess = (load: Load): Promise<Measured> =>
  new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, ['load'], { execArgv: ['--import', 'tsx'] })
    child.once('message', (answer) => {
      // What the function above answers, in the other process.
      resolve(answer as Measured)
      child.disconnect()
    })
    child.once('error', reject)
    child.send(load)
  })

if (process.argv[2] === 'load') process.once('message', (load) => void measure(load as Load).then((answer) => process.send?.(answer)))
else {
  const [base, keyFile, seconds = '5'] = process.argv.slice(2)
  if (base === undefined || keyFile === undefined) throw new Error('usage: bench/rest.ts <url> <key file> [seconds]')
  const token = readFileSync(keyFile, 'utf8').trim()
  process.stdout.write(`load ${loadavg()[0]?.toFixed(2)}, ${CONNECTIONS} connections, ${seconds} s each\n`)
  for (const path of PATHS) {
    const { requests, failed, p50Ms, p99Ms } = await inOtherProcess({ url: `${base}${path}`, token, seconds: Number(seconds) })
    const perSecond = Math.round(requests / Number(seconds))
    process.stdout.write(
      `${path.padEnd(20)} ${String(perSecond).padStart(6)}/s   p50 ${p50Ms.toFixed(1)} ms   p99 ${p99Ms.toFixed(1)} ms   failed ${failed}\n`,
    )
  }
}
