/**
 * The clients of the REST API, in TypeScript and in Python, and the examples that use them, beside a running Ballast.
 */
import { execFile, execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RestError, restClient } from '../../api/clients/rest-client.ts'
import { closeHalf } from '../../examples/client/close-half.ts'
import { Installation, until } from '../support/process/installation.ts'
import { ROOT } from '../support/repository.ts'

const SYMBOL = 'XRPUSDT'
let ballast: Installation
const options = () => ({ baseUrl: ballast.api, token: ballast.key })

beforeAll(async () => {
  ballast = await Installation.make()
  await ballast.start()
}, 120_000)
afterAll(() => ballast?.remove(), 60_000)

/** Undefined: new enough. */
function pythonProblem(): string | undefined {
  try {
    const [major = 0, minor = 0] = execFileSync('python3', ['-c', 'import sys; print(*sys.version_info[:2])'], { encoding: 'utf8' })
      .split(' ')
      .map(Number)
    return major > 3 || (major === 3 && minor >= 11) ? undefined : `python3 is ${major}.${minor}, and the client needs 3.11`
  } catch {
    return 'there is no python3 here'
  }
}
const noPython = pythonProblem()

const run = (program: string, args: readonly string[]) =>
  new Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const env = { ...process.env, BALLAST_URL: ballast.api, BALLAST_KEY: ballast.key }
    execFile(program, [...args], { cwd: ROOT, env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    )
  })

const held = async (): Promise<string> => {
  const { data } = await restClient(options()).call('GET /positions', { query: { symbol: SYMBOL } })
  return data[0]?.quantity ?? '0'
}

test('TypeScript: an entry is asked and confirmed, half of it closed by the example, and a no changes nothing', async () => {
  const { call, read } = restClient(options())
  const body = { side: 'long', symbol: SYMBOL, size: '$200', sl: '8%', because: 'a test of the client' } as const
  const asked = await call('POST /orders', { body, idempotencyKey: 'open-1' })
  if (!('confirmation' in asked) || asked.confirmation === undefined) throw new Error(`no card: ${JSON.stringify(asked)}`)
  const done = await call('POST /confirmations/{id}', { path: { id: asked.confirmation.id }, body: { decision: 'yes' } })
  expect(done.status).toBe('done')
  await until(async () => (await held()) !== '0', 'the position')
  const before = Number(await held())
  const cards: string[] = []
  expect(await closeHalf(options(), SYMBOL, (card) => cards.push(card) === 0)).toBe('Nothing was done')
  expect(cards[0]).toMatch(/^Close [\d.]+ XRP/)
  expect(Number(await held())).toBe(before)
  const example = await run(process.execPath, ['--import', 'tsx', 'examples/client/close-half.ts', SYMBOL])
  expect(example, example.stderr).toMatchObject({ code: 0, stderr: '' })
  await until(async () => Math.abs(Number(await held()) - before / 2) < 0.2, 'half of it')
  const { answer, etag } = await read('GET /risk/limits')
  expect(answer.data.length).toBeGreaterThan(10)
  expect(etag).toMatch(/^".+\..+"$/)
}, 60_000)

test('TypeScript: a refusal is an error with its code, and where nobody listens it says so', async () => {
  const { call } = restClient(options())
  await expect(call('GET /trades/{id}', { path: { id: '999' } })).rejects.toMatchObject({ status: 404, code: 'not_found' })
  await expect(call('PUT /risk/limits/{key}', { path: { key: 'dayLoss' }, body: { value: '3%' }, ifMatch: '"old"' })).rejects.toMatchObject(
    {
      status: 412,
      code: 'version_conflict',
    },
  )
  await expect(restClient({ ...options(), token: 'tk_sim_0_0' }).call('GET /me')).rejects.toThrow(RestError)
  await expect(restClient({ ...options(), baseUrl: 'http://127.0.0.1:9' }).call('GET /time')).rejects.toThrow('does not answer')
})

test.skipIf(noPython !== undefined)(
  `Python: the example reads, moves a stop on condition, and reports refusals${noPython === undefined ? '' : ` (not run: ${noPython})`}`,
  async () => {
    const script = join('examples', 'client', 'tighten_stop.py')
    const example = await run('python3', [script, SYMBOL, '0.25'])
    expect(example, example.stderr).toMatchObject({ code: 0, stderr: '' })
    expect(example.stdout).toMatch(/^holds [\d.]+ XRPUSDT from [\d.]+, stop [\d.]+$/m)
    expect(example.stdout).toMatch(/^done: /m)
    expect(await run('python3', [script, 'DOGEUSDT', '0.25'])).toMatchObject({
      code: 1,
      stderr: 'not_found: There is no open position DOGEUSDT.\n',
    })
    const check = await run('python3', [
      '-c',
      [
        'import os, sys',
        "sys.path.insert(0, 'api/clients')",
        'from ballast import Ballast, BallastError, Unreachable',
        "ballast = Ballast(os.environ['BALLAST_URL'], os.environ['BALLAST_KEY'])",
        "print(ballast.get_time()['time'][:2], len(ballast.get_risk_limits()['data']) > 10, len(ballast.get_trades(limit=1)['data']))",
        "print(ballast.post_commands({'line': 'positions'}, idempotency_key='py-1')['status'], type(ballast.get_export_by_what('trades')).__name__)",
        'try:',
        "    ballast.put_risk_limits_by_key('dayLoss', {'value': '3%'}, if_match='\"old\"')",
        'except BallastError as error:',
        '    print(error.status, error.code)',
        'try:',
        "    Ballast('http://127.0.0.1:9', 'x').get_me()",
        'except Unreachable as error:',
        '    print(error)',
      ].join('\n'),
    ])
    expect(check, check.stderr).toMatchObject({ code: 0 })
    expect(check.stdout.split('\n').slice(0, 3)).toEqual(['20 True 1', 'done str', '412 version_conflict'])
    expect(check.stdout).toContain('Ballast does not answer at http://127.0.0.1:9')
  },
  60_000,
)
