/**
 * `ballast support-bundle`: one file with what a bug report needs, to be read by its owner before it leaves the machine.
 * Never holds a key, a token or a password, and sends nothing anywhere.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, freemem, loadavg, totalmem } from 'node:os'
import type { Command } from 'commander'
import packageJson from '../../../package.json' with { type: 'json' }
import { CONFIG_KEYS } from '../../config/config-keys.ts'
import { valueAt } from '../../config/config.ts'
import { pathsOf } from '../../system/paths.ts'
import { type CliContext, contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { clientOf } from '../control/api-access.ts'
import { configRows } from './config.ts'
import { checksOf } from './doctor.ts'

/** Readings of the running Ballast, newest rows first. */
const READINGS = {
  status: '/api/v1/status',
  health: '/api/v1/health',
  strategies: '/api/v1/strategies',
  positions: '/api/v1/positions',
  orders: '/api/v1/orders?status=open&limit=500',
  alerts: '/api/v1/alerts?limit=200',
  denials: '/api/v1/denials?limit=100',
  events: '/api/v1/events?limit=500',
} as const
const HIDDEN = '•••'
/** Shorter ones, and plain words of a key file, would hide what is no secret. */
const SECRET_LEAST = 6
const PART_OF_FILE = /^(?=.*\d)\S{12,}$/

export function register(program: Command): void {
  program
    .command('support-bundle')
    .description('write what a bug report needs into one file, without keys, tokens or passwords; nothing is sent')
    .option('-o, --output <file>', 'where to (default: ballast-support-DATE.json)')
    .action(runBundle)
}

async function runBundle({ output }: { readonly output?: string }, command: Command): Promise<void> {
  const context = contextOf(command)
  const madeAt = new Date().toISOString()
  const file = output ?? `ballast-support-${madeAt.slice(0, 16).replaceAll(/[:T]/g, '-')}.json`
  if (existsSync(file)) throw new CliError(EXIT.conflict, `${file} exists already.`, 'Give another name with --output.')
  const bundle = {
    madeAt,
    version: packageJson.version,
    machine: {
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      cores: cpus().length,
      load: loadavg(),
      memoryMb: { total: Math.round(totalmem() / 1e6), free: Math.round(freemem() / 1e6) },
    },
    configuration: partOf(() =>
      configRows(context).map(({ key, shown, origin }) => ({ key, value: shown, origin: origin?.kind ?? 'default' })),
    ),
    checks: await checksOf(context).catch(wordsOf),
    running: await readings(context),
  }
  const text = hide(`${JSON.stringify(bundle, undefined, 1)}\n`, secretsOf(context))
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
  context.out.answer({ file, bytes: Buffer.byteLength(text) }, () => {
    context.out.line(`${context.out.style('good', '✓')} ${file} (${Math.ceil(Buffer.byteLength(text) / 1024)} kB). Nothing was sent.`)
    context.out.line('It holds your positions, orders and settings, and no key, token or password. Read it before you pass it on.')
  })
}

/** Each by itself: what does not answer is said in its place. */
async function readings(context: CliContext): Promise<Readonly<Record<string, unknown>>> {
  const client = partOf(() => clientOf(context))
  if (typeof client === 'string') return { note: client }
  const found: Record<string, unknown> = {}
  for (const [name, path] of Object.entries(READINGS)) {
    const answer = await client.get<unknown>(path)
    found[name] = answer.ok ? answer.value : answer.error.detail
    // The others would wait as long for the same answer.
    if (!answer.ok && answer.error.type === 'unreachable') break
  }
  return found
}

const wordsOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
function partOf<T>(make: () => T): T | string {
  try {
    return make()
  } catch (cause) {
    return wordsOf(cause)
  }
}

/** Whatever this machine keeps secret, wherever it may have got into a text. */
function secretsOf(context: CliContext): readonly string[] {
  const configured = partOf(() => {
    const { values } = context.config()
    return CONFIG_KEYS.filter(({ isSecret }) => isSecret).flatMap(({ path }) => {
      const value = valueAt(values, path)
      return typeof value === 'string' ? [value] : []
    })
  })
  const kept = partOf(() => {
    const paths = pathsOf(context.dataDir())
    return [paths.adminKey, paths.bybitKey, paths.telegramToken, paths.discord, paths.codesKey, paths.signalsKey].flatMap((path) =>
      existsSync(path)
        ? readFileSync(path, 'utf8')
            .split(/[\s"',:{}=]+/)
            .filter((part) => PART_OF_FILE.test(part))
        : [],
    )
  })
  return [configured, kept].flatMap((part) => (typeof part === 'string' ? [] : part)).filter((secret) => secret.length >= SECRET_LEAST)
}

/** The longest first, so that none is left where another is a part of it. */
export const hide = (text: string, secrets: readonly string[]): string =>
  [...new Set(secrets)]
    .sort((a, b) => b.length - a.length)
    .reduce((left, secret) => left.replaceAll(secret, HIDDEN), text)
    .replaceAll(/\btk_[a-z]+_[0-9a-f]{8}_[\w-]+/g, HIDDEN)
    .replaceAll(/\b(postgres(?:ql)?|rediss?):\/\/[^@\s"]*@/g, `$1://${HIDDEN}@`)
    .replaceAll(/\b\d{8,10}:[\w-]{30,}\b/g, HIDDEN)
