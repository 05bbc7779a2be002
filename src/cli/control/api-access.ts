/**
 * How the terminal reaches a running Ballast: which address and which key, and what a failure of it means in words and exit codes.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ApiClient, type ApiFailure } from '../../../api/client.ts'
import { readApiAddress, urlOf } from '../../config/api-address.ts'
import { hasTag, pathsOf } from '../../system/paths.ts'
import type { CliContext } from '../context.ts'
import { CliError, EXIT, type ExitCode } from '../exit.ts'

/** The running Ballast: that of the data directory by its own admin key, or the one of --remote by a key of its API. @throws CliError where there is none. */
export function clientOf(context: CliContext): ApiClient {
  const { remote, tokenFile } = context.flags
  if (remote !== undefined) return new ApiClient({ baseUrl: remoteUrl(remote), token: tokenIn(tokenFile), surface: 'cli' })
  if (tokenFile !== undefined)
    throw new CliError(
      EXIT.usage,
      '--token-file is for --remote, and no address was given.',
      'For example: --remote https://ballast.example.org',
    )
  const file = join(context.dataDir(), 'admin.key')
  if (!existsSync(file)) throw noKey(context.dataDir())
  return new ApiClient({ baseUrl: apiAddress(context), token: readKey(file), surface: 'cli' })
}

/** Where the API answers: that of --remote, or of the data directory. */
export function apiAddress(context: CliContext): string {
  const { remote } = context.flags
  if (remote !== undefined) return remoteUrl(remote)
  const { api } = context.config().values
  // The directory that was named counts: its Ballast may listen elsewhere than this configuration says.
  return readApiAddress(pathsOf(context.dataDir())) ?? urlOf(api.host, api.port)
}

/** @throws CliError where the key would cross a network in the clear */
function remoteUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '' || url.hash !== '')
    throw new CliError(EXIT.usage, `--remote '${text}' is not an address.`, 'For example: --remote https://ballast.example.org')
  if (url.protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname))
    throw new CliError(
      EXIT.usage,
      `--remote ${url.origin} is not encrypted: the key could be read on the way.`,
      'Use https, or a tunnel to this machine: ssh -L 8080:127.0.0.1:8080 HOST',
    )
  return url.href.replace(/\/+$/, '')
}

/** @throws CliError where no file is named, or it holds no token */
export function tokenIn(file: string | undefined): string {
  if (file === undefined)
    throw new CliError(
      EXIT.usage,
      'A key of the API is needed: --token-file FILE.',
      'Make one where Ballast runs, and put its token in a file of yours: ballast api keys create --name NAME --preset trader',
    )
  let token: string
  try {
    token = readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new CliError(EXIT.auth, `The key file ${file} cannot be read.`, 'It holds one line: the token.', { cause })
  }
  if (!/^\S+$/.test(token)) throw new CliError(EXIT.auth, `${file} does not hold one token.`, 'It holds one line: the token.')
  return token
}

function noKey(dataDir: string): CliError {
  return hasTag(pathsOf(dataDir))
    ? new CliError(
        EXIT.auth,
        `admin.key is missing in ${dataDir}.`,
        'Restart Ballast: it writes a new key and revokes the old one. ballast panic --direct works without it.',
      )
    : new CliError(
        EXIT.unreachable,
        `Ballast has not been started in ${dataDir} yet (there is no admin.key).`,
        'Start it with: npm start   or pass its directory with --data-dir',
      )
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new CliError(EXIT.auth, `${file} cannot be read by this user.`, 'Run it as the user that started Ballast.', { cause })
  }
}

/** What reduces risk never waits for a network. */
const URGENT_ELSEWHERE = 'If you cannot wait, close in Bybit’s app.'

const EXIT_OF: Readonly<Record<string, ExitCode>> = {
  unreachable: EXIT.unreachable,
  database_down: EXIT.unreachable,
  unauthorized: EXIT.auth,
  forbidden_scope: EXIT.auth,
  validation_failed: EXIT.usage,
  not_found: EXIT.notFound,
  refused: EXIT.refused,
  confirm_expired: EXIT.notConfirmed,
  rate_limited: EXIT.timeout,
}

export function failureOf(failure: ApiFailure, context: CliContext): CliError {
  const next =
    context.flags.remote !== undefined && failure.type === 'unreachable'
      ? `Does Ballast run there, and does a proxy or a tunnel lead to its API? ${URGENT_ELSEWHERE}`
      : failure.type === 'unreachable'
        ? 'Start Ballast with: npm start'
        : failure.code === 'database_down'
          ? 'If you cannot wait: ballast panic --direct'
          : failure.code === 'unauthorized'
            ? context.flags.remote !== undefined
              ? 'Is it the token of a key of that Ballast, not revoked and not expired? There: ballast api keys list'
              : `The key in ${join(context.dataDir(), 'admin.key')} was rejected. Is another Ballast running on this port?`
            : (failure.reply?.buttons
                .flatMap((button) => (button.action.type === 'command' ? [`ballast ${button.action.text.replace(/^\//, '')}`] : []))
                .slice(0, 1)
                .map((line) => `Try: ${line}`)[0] ?? '')
  const detail =
    failure.reply === undefined
      ? failure.detail
      : [
          failure.reply.title,
          ...failure.reply.fields.map(({ name, value }) => `${name}: ${value}`),
          ...(failure.reply.text === undefined ? [] : [failure.reply.text]),
        ]
          .join('. ')
          .replaceAll(/([.?!])\./g, '$1')
  return new CliError(EXIT_OF[failure.code] ?? EXIT.error, detail, next)
}
