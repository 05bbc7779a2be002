/**
 * The keys of the configuration, found by walking the schema: their paths, their names in the environment, what they allow.
 */
import { z } from 'zod'
import { PLAIN_ENV_NAMES, configSchema } from './sections/config-schema.ts'

export interface ConfigKey {
  /** `telegram.apiRoot` */
  readonly path: string
  /** `BALLAST__TELEGRAM__API_ROOT` */
  readonly envName: string
  readonly type: 'text' | 'number' | 'boolean' | 'list' | 'structure'
  /** What may be given, in words. */
  readonly allowed: string
  readonly isSecret: boolean
}

export const ENV_PREFIX = 'BALLAST__'

const toEnvName = (path: string): string =>
  ENV_PREFIX +
  path
    .split('.')
    .map((part) => part.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase())
    .join('__')

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = schema
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodNullable ||
    inner instanceof z.ZodReadonly
  )
    inner = inner.def.innerType
  return inner
}

/** Description and secrecy sit on the outermost or on the inner schema, depending on where the schema names them. */
function metaOf(schema: z.core.$ZodType): { description: string; secret: boolean } {
  const metas = [schema, unwrap(schema)].map((each) => z.globalRegistry.get(each))
  return {
    description: metas.map((meta) => meta?.description).find((text) => text !== undefined) ?? 'a value of the right type',
    secret: metas.some((meta) => meta?.secret === true),
  }
}

function typeOf(schema: z.core.$ZodType): ConfigKey['type'] {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodNumber) return 'number'
  if (inner instanceof z.ZodBoolean) return 'boolean'
  if (inner instanceof z.ZodArray) return unwrap(inner.def.element) instanceof z.ZodObject ? 'structure' : 'list'
  if (inner instanceof z.ZodString || inner instanceof z.ZodEnum || inner instanceof z.ZodStringFormat) return 'text'
  return 'structure'
}

function walk(schema: z.core.$ZodType, path: readonly string[]): ConfigKey[] {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodObject)
    return Object.entries(inner.shape).flatMap(([name, child]) => walk(child as z.core.$ZodType, [...path, name]))
  const text = path.join('.')
  const plainName = Object.entries(PLAIN_ENV_NAMES).find(([, target]) => target === text)?.[0]
  const { description, secret } = metaOf(schema)
  return [{ path: text, envName: plainName ?? toEnvName(text), type: typeOf(schema), allowed: description, isSecret: secret }]
}

export const CONFIG_KEYS: readonly ConfigKey[] = walk(configSchema, [])
