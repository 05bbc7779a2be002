/**
 * Roles as processes of their own: each says in a line that it is ready, and a trader without its exchange what it waits for.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { freePorts, until } from '../support/process/installation.ts'
import { makeTemporaryDatabase } from '../support/process/temporary-database.ts'
import { MAIN } from '../support/process/program.ts'

const temporary = await makeTemporaryDatabase()
const dataDir = mkdtempSync(join(tmpdir(), 'ballast-roles-'))
const children: ChildProcess[] = []
afterAll(async () => {
  for (const child of children) {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    if (child.exitCode === null && child.kill('SIGTERM')) await ended
  }
  await temporary?.remove()
  rmSync(dataDir, { recursive: true, force: true })
}, 60_000)

describe.skipIf(temporary === undefined)('roles alone', () => {
  const start = (role: string) => {
    const run = { said: '' }
    const child = spawn(process.execPath, [MAIN, '--role', role, '--data-dir', dataDir, '--config', join(dataDir, 'config.json')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DATABASE_URL: temporary?.url ?? '', NO_COLOR: '1' },
    })
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        run.said += chunk.toString()
      })
    children.push(child)
    return Object.assign(run, { child, ended: new Promise((resolve) => child.once('exit', resolve)) })
  }

  test('a trader says what it waits for; then every role that it is ready, once, and where', async () => {
    const [api, sim] = await freePorts(2)
    writeFileSync(join(dataDir, 'config.json'), JSON.stringify({ api: { port: api }, sim: { port: sim, speed: 60, seed: 7 } }))
    const early = start('trader')
    await until(() => early.said.includes('waiting for'), 'what the trader waits for')
    expect(early.said).toContain(`waiting for the simulator at http://127.0.0.1:${sim}, which does not answer`)
    // As it is typed here: with the directory and the file that this one was started with.
    expect(early.said).toMatch(/Start it with: npx ballast --data-dir \S+ -c \S+ run --role simulator/)
    early.child.kill('SIGTERM')
    await early.ended
    const simulator = start('simulator')
    await until(() => simulator.said.includes('ready'), 'the simulator', 30_000)
    expect(simulator.said).toMatch(new RegExp(`✓ simulator +ready: http://127.0.0.1:${sim} `))
    const trader = start('trader')
    await until(() => /✓ trader +ready/.test(trader.said), 'the trader', 60_000)
    const roles = ['api', 'worker', 'bots'].map((role) => ({ role, run: start(role) }))
    for (const { role, run } of roles) {
      await until(() => run.said.includes('ready'), `${role} (${run.said})`, 30_000)
      expect(run.said.match(new RegExp(`✓ ${role} +ready`, 'g'))).toHaveLength(1)
    }
    expect(roles[0]?.run.said).toContain(`ready: http://127.0.0.1:${api} `)
  }, 180_000)
})
