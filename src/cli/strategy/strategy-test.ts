/**
 * `ballast strategy test NAME`: what every strategy must keep, tried on candles, and then the test that is beside its file.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { compileFile } from '../../strategy-files/compile.ts'
import { pathsOf } from '../../system/paths.ts'
import type { CliContext } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { formatCount } from '../ui/format.ts'
import { inspect, printFinding, shownFinding } from './inspect.ts'

export async function testStrategy(context: CliContext, name: string | undefined): Promise<void> {
  if (name === undefined) throw new CliError(EXIT.usage, 'Which strategy?', 'For example: ballast strategy test pullback')
  const { out } = context
  const { file, checks, bars, signals, findings, recursive } = await inspect(context, name)
  const test = file === undefined ? undefined : file.replace(/\.ts$/, '.test.ts')
  const own = test === undefined || !existsSync(test) ? undefined : await runTest(test, pathsOf(context.dataDir()).strategies)
  const text = findings.filter(({ isOfRun }) => !isOfRun)
  const isGood = signals > 0 && findings.length === 0 && own?.passed !== false
  out.answer(
    { name, bars, signals, recursive: recursive ?? null, checks, findings: findings.map(shownFinding), test: own ?? null, isGood },
    () => {
      for (const { name: what, flaw } of checks) {
        out.line(`${flaw === undefined ? out.style('good', '✓') : out.style('bad', '✗')} ${what}`)
        if (flaw !== undefined) out.line(`    ${flaw}`)
      }
      if (file !== undefined && text.length === 0)
        out.line(`${out.style('good', '✓')} its text reads no clock, chance or network and keeps nothing outside its state`)
      for (const finding of text) printFinding(out, finding)
      out.line(
        `${signals > 0 ? out.style('good', '✓') : out.style('bad', '✗')} ${formatCount(signals)} signals over ${formatCount(bars)} candles`,
      )
      if (recursive !== undefined)
        out.line(
          `${out.style(recursive.differing === 0 ? 'good' : 'warn', recursive.differing === 0 ? '✓' : '!')} begun with its warm-up of ${formatCount(recursive.warmupBars)} bars, ${formatCount(recursive.differing)} of ${formatCount(recursive.signals)} signals have another side`,
        )
      if (own === undefined) out.note(file === undefined ? '' : 'There is no test beside it.')
      else {
        out.line(`${own.passed ? out.style('good', '✓') : out.style('bad', '✗')} ${relative('', test as string)}`)
        if (!own.passed) out.line(own.output)
      }
    },
  )
  if (!isGood)
    throw new CliError(
      EXIT.checksFailed,
      `${name} failed its checks.`,
      signals === 0 ? 'Make it give at least one signal on these candles.' : '',
    )
}

interface OwnTest {
  readonly passed: boolean
  readonly output: string
}

async function runTest(file: string, outDirectory: string): Promise<OwnTest> {
  const compiled = await compileFile(file, outDirectory)
  if (!compiled.ok) return { passed: false, output: compiled.error.sentence }
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--enable-source-maps', '--test', '--test-reporter=spec', compiled.value.path], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const hear = (chunk: Buffer): void => {
      output += chunk.toString()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('close', (code) => resolve({ passed: code === 0, output }))
  })
}
