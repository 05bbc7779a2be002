/**
 * Loads the configuration: defaults, then the file, then the environment, then flags; the last one wins and its origin is kept.
 * The only reader of process.env. Never prints a secret, and never accepts a key that it does not know.
 */
import { readFileSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import type { z } from 'zod'
import { issueWords } from '../core/issue-words.ts'
import { nearestOf } from '../core/nearest.ts'
import { type Result, err, ok } from '../core/result.ts'
import { CONFIG_KEYS, type ConfigKey, ENV_PREFIX } from './config-keys.ts'
import { type Config, configSchema } from './sections/config-schema.ts'

export type { Config } from './sections/config-schema.ts'
export type Environment = Readonly<Record<string, string | undefined>>

/** The environment of this process. */
export const environment = (): Environment => process.env

export const CONFIG_FILE = 'ballast.config.json'

export interface Origin {
  readonly kind: 'default' | 'file' | 'env' | 'flag'
  /** File, variable or flag. */
  readonly name: string
}

export interface ConfigProblem {
  readonly sentence: string
  readonly next: string
}

export interface LoadedConfig {
  readonly values: Config
  /** By path, as `api.port`; every key has one. */
  readonly origins: ReadonlyMap<string, Origin>
}

export interface ConfigSources {
  readonly env: Environment
  /** By path, as `{ dataDir: 'elsewhere' }` or `{ 'api.port': 9000 }`; undefined ones are skipped. */
  readonly flags?: Readonly<Record<string, unknown>> | undefined
  /** Files of `--config`, later ones win; the default file is read where none is named, and may be absent. */
  readonly files?: readonly string[] | undefined
  readonly cwd?: string | undefined
}

interface Given {
  readonly value: unknown
  readonly origin: Origin
}

export function loadConfig(sources: ConfigSources): Result<LoadedConfig, readonly ConfigProblem[]> {
  const cwd = sources.cwd ?? process.cwd()
  const given = new Map<string, Given>()
  const problems: ConfigProblem[] = []
  readFiles(cwd, sources.files, given, problems)
  readEnvironment(cwd, sources.env, given, problems)
  for (const [path, value] of Object.entries(sources.flags ?? {}))
    if (value !== undefined) given.set(path, { value, origin: { kind: 'flag', name: flagOf(path) } })
  if (problems.length > 0) return err(problems)
  const parsed = configSchema.safeParse(nest(given))
  if (!parsed.success) return err(parsed.error.issues.map((issue) => problemOf(issue, given)))
  const origins = new Map<string, Origin>(
    CONFIG_KEYS.map((key) => [key.path, given.get(key.path)?.origin ?? { kind: 'default', name: 'default' }]),
  )
  return ok({ values: parsed.data, origins })
}

/** The data directory as an absolute path. */
export const dataDirectory = (config: Config, cwd: string = process.cwd()): string => resolve(cwd, config.dataDir)

/** Value of a key, by its path. */
export function valueAt(config: Config, path: string): unknown {
  let value: unknown = config
  for (const name of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[name]
  return value
}

/** Text of a value for users: a secret shows its last four characters at most. */
export function displayValue(key: ConfigKey, value: unknown): string {
  if (value === undefined) return '–'
  if (key.isSecret) return typeof value === 'string' && value.length >= 12 ? `•••${value.slice(-4)}` : '•••'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const flagOf = (path: string): string =>
  `--${path
    .replace(/\./g, '-')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()}`

function readFiles(cwd: string, files: readonly string[] | undefined, given: Map<string, Given>, problems: ConfigProblem[]): void {
  const isNamed = files !== undefined && files.length > 0
  for (const file of isNamed ? files : [CONFIG_FILE]) {
    const path = isAbsolute(file) ? file : join(cwd, file)
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch (cause) {
      if (!isNamed && cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') continue
      problems.push({
        sentence: `${file} cannot be read (${cause instanceof Error ? cause.message : String(cause)}).`,
        next: 'Check the path and its permissions.',
      })
      continue
    }
    readFile(file, text, given, problems)
  }
}

function readFile(file: string, text: string, given: Map<string, Given>, problems: ConfigProblem[]): void {
  let raw: unknown
  try {
    // Editors on Windows put a byte order mark before it.
    raw = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    problems.push({
      sentence: `${file} is not valid JSON${jsonPlace(text, cause)}.`,
      next: 'Fix the file, or remove it to use defaults.',
    })
    return
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    problems.push({ sentence: `${file} must hold one JSON object.`, next: 'Example: { "profile": "sim" }.' })
    return
  }
  collect(file, raw, [], given, problems)
}

function collect(file: string, section: object, path: readonly string[], given: Map<string, Given>, problems: ConfigProblem[]): void {
  for (const [name, value] of Object.entries(section)) {
    if (path.length === 0 && name === '$schema') continue
    const here = [...path, name]
    const text = here.join('.')
    if (CONFIG_KEYS.some((key) => key.path === text)) {
      given.set(text, { value, origin: { kind: 'file', name: file } })
    } else if (CONFIG_KEYS.some((key) => key.path.startsWith(`${text}.`))) {
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) collect(file, value, here, given, problems)
      else
        problems.push({
          sentence: `${file}: ${text} is a section, not a value (got ${JSON.stringify(value)}).`,
          next: `Write it as { … } with keys such as ${exampleIn(text)}.`,
        })
    } else {
      problems.push(
        unknownKey(
          `${file}: `,
          text,
          CONFIG_KEYS.map((key) => key.path),
        ),
      )
    }
  }
}

const exampleIn = (section: string): string =>
  CONFIG_KEYS.find((key) => key.path.startsWith(`${section}.`))?.path.slice(section.length + 1) ?? ''

function unknownKey(where: string, name: string, known: readonly string[]): ConfigProblem {
  const nearest = nearestOf(name, known)
  return {
    sentence: `${where}${name} is not a known key.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`,
    next: 'List all keys with: ballast config show',
  }
}

const FILE_SUFFIX = '__FILE'

function readEnvironment(cwd: string, env: Environment, given: Map<string, Given>, problems: ConfigProblem[]): void {
  const byName = new Map(CONFIG_KEYS.map((key) => [key.envName, key]))
  for (const [name, text] of Object.entries(env)) {
    if (text === undefined || (!name.startsWith(ENV_PREFIX) && !byName.has(name))) continue
    const isFile = name.endsWith(FILE_SUFFIX) && !byName.has(name)
    const key = byName.get(isFile ? name.slice(0, -FILE_SUFFIX.length) : name)
    if (key === undefined) {
      problems.push(unknownKey('', name, [...byName.keys()]))
      continue
    }
    // An empty variable is how compose files and shells say "not set".
    if (text === '') continue
    const origin: Origin = { kind: 'env', name }
    if (!isFile) given.set(key.path, { value: coerce(key, text), origin })
    else if (env[key.envName] !== undefined && env[key.envName] !== '')
      problems.push({ sentence: `${key.envName} and ${name} are both set.`, next: 'Set only one of them.' })
    else readSecretFile(cwd, text, key, origin, given, problems)
  }
}

function readSecretFile(
  cwd: string,
  file: string,
  key: ConfigKey,
  origin: Origin,
  given: Map<string, Given>,
  problems: ConfigProblem[],
): void {
  try {
    given.set(key.path, { value: coerce(key, readFileSync(resolve(cwd, file), 'utf8').trim()), origin })
  } catch (cause) {
    problems.push({
      sentence: `${origin.name} names a file that cannot be read (${cause instanceof Error ? cause.message : String(cause)}).`,
      next: 'Check the path and its permissions.',
    })
  }
}

/** Text of the environment as the schema's type; what does not fit stays text, and the schema says what is allowed. */
function coerce(key: ConfigKey, text: string): unknown {
  switch (key.type) {
    case 'text':
      return text
    case 'number':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text
    case 'boolean':
      return /^(true|1|yes|on)$/i.test(text) ? true : /^(false|0|no|off)$/i.test(text) ? false : text
    case 'list':
      return text.trimStart().startsWith('[')
        ? parseJson(text)
        : text
            .split(',')
            .map((part) => part.trim())
            .filter((part) => part !== '')
    case 'structure':
      return parseJson(text)
  }
}

/** Where JSON goes wrong, as an editor counts, with what is there; the parser shows it in its own words, from which the place is taken. */
function jsonPlace(text: string, cause: unknown): string {
  const message = cause instanceof Error ? cause.message : ''
  const position = /position (\d+)/.exec(message)?.[1]
  const at = position === undefined ? (/end of JSON/i.test(message) ? text.length : undefined) : Number(position)
  if (at === undefined) return ''
  const before = text.slice(0, at).split('\n')
  const line = (text.split('\n')[before.length - 1] ?? '').trim()
  const shown = line === '' ? '' : `: ${line.length > 60 ? `${line.slice(0, 59)}…` : line}`
  return at >= text.trimEnd().length
    ? `: it ends too early, in line ${before.length}`
    : ` in line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}${shown}`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON: the schema refuses the text and names the key.
    return text
  }
}

function nest(given: ReadonlyMap<string, Given>): Record<string, unknown> {
  const root: Record<string, unknown> = {}
  for (const [path, { value }] of given) {
    const names = path.split('.')
    let section = root
    for (const name of names.slice(0, -1)) {
      section[name] ??= {}
      section = section[name] as Record<string, unknown>
    }
    section[names.at(-1) as string] = value
  }
  return root
}

function problemOf(issue: z.core.$ZodIssue, given: ReadonlyMap<string, Given>): ConfigProblem {
  const text = issue.path.join('.')
  const key = CONFIG_KEYS.find((each) => text === each.path || text.startsWith(`${each.path}.`))
  if (issue.code === 'unrecognized_keys' && key === undefined)
    return unknownKey(
      '',
      [...issue.path, issue.keys[0]].join('.'),
      CONFIG_KEYS.map((each) => each.path),
    )
  if (key === undefined)
    return { sentence: `${text || 'The configuration'}: ${issueWords(issue)}.`, next: 'List all keys with: ballast config show' }
  const { value, origin } = given.get(key.path) ?? { value: undefined, origin: { kind: 'default', name: 'default' } as const }
  const where =
    origin.kind === 'file' ? `${origin.name}: ${key.path}` : origin.kind === 'default' ? key.path : `${origin.name} (${key.path})`
  const got = key.isSecret ? 'a value that is not' : JSON.stringify(value)
  const detail = key.type === 'structure' ? ` At ${text}: ${issueWords(issue)}.` : ''
  return { sentence: `${where} must be ${key.allowed} (got ${got}).${detail}`, next: 'Fix the value, or remove it to use the default.' }
}
