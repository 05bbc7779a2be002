/**
 * Requests as an OpenAPI document lets a program make them, and as a careless one makes them: fast-check arbitraries of an operation.
 */
import fc from 'fast-check'

export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
}
interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: Schema
}
export interface Operation {
  readonly method: string
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly body: { readonly schema: Schema; readonly isRequired: boolean } | undefined
  readonly statuses: readonly string[]
}
export interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}
interface OperationObject {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly required?: boolean; readonly content: { readonly 'application/json': { readonly schema: Schema } } }
  readonly responses: Readonly<Record<string, unknown>>
}

export const operationsOf = ({ paths }: Described): readonly Operation[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { parameters = [], requestBody, responses }]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
      body:
        requestBody === undefined
          ? undefined
          : { schema: requestBody.content['application/json'].schema, isRequired: requestBody.required === true },
      statuses: Object.keys(responses),
    })),
  )

const YEAR_2000 = new Date('2000-01-01T00:00:00Z')
const YEAR_2100 = new Date('2100-01-01T00:00:00Z')

/** Values that are as a schema says. */
export function valuesOf(schema: Schema, known: Described, depth = 0): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? ''
    return valuesOf(known.components.schemas[name] ?? {}, known, depth)
  }
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return fc.oneof(...choices.map((each) => valuesOf(each, known, depth)))
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['object'])
  return fc.oneof(...types.map((type) => ofType(type, schema, known, depth)))
}

function ofType(type: string, schema: Schema, known: Described, depth: number): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.integer({ min: Math.ceil(schema.minimum ?? -1_000), max: Math.min(schema.maximum ?? 1_000, 1_000_000) })
    case 'number':
      return fc.double({
        min: schema.minimum ?? schema.exclusiveMinimum ?? -1_000,
        max: schema.maximum ?? 1_000,
        noNaN: true,
        minExcluded: schema.exclusiveMinimum !== undefined,
      })
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}, known, depth + 1), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 3, 3),
      })
    case 'object': {
      const { properties = {}, required = [] } = schema
      return fc.record(Object.fromEntries(Object.entries(properties).map(([name, of]) => [name, valuesOf(of, known, depth + 1)])), {
        requiredKeys: [...required],
      })
    }
    default:
      return textOf(schema)
  }
}

const LONGEST = 400

function textOf({ format, pattern, minLength = 0, maxLength = LONGEST }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.date({ min: YEAR_2000, max: YEAR_2100, noInvalidDate: true }).map((date) => date.toISOString())
  // What fast-check cannot make is left to chance.
  if (pattern !== undefined && !pattern.includes('(?!'))
    return fc.stringMatching(new RegExp(pattern)).filter((text) => text.length >= minLength && text.length <= maxLength)
  return fc
    .string({ minLength, maxLength: Math.min(maxLength, Math.max(minLength, 12)), unit: 'binary-ascii' })
    .map((text) => text.replaceAll('\0', 'x'))
}

/** What a path may name: rows that are there, and what is not. */
const NAMED = [
  'BTCUSDT',
  'BTC',
  '12',
  'ord_00000000007',
  'ord_00000000008',
  'pos_0000000000C',
  'ema-cross',
  'dayLoss',
  'account',
  '7',
  'trades',
  'none',
] as const

export interface Request {
  readonly operation: Operation
  readonly url: string
  readonly body: string | undefined
  readonly contentType: string | undefined
  readonly idempotencyKey: string | undefined
  readonly isAdmin: boolean
  /** Made as the document says, in each part. */
  readonly isRight: boolean
}

const garbage = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '-1',
    '0',
    '1e3',
    '0x10',
    '99999999999999999999',
    'null',
    'NaN',
    'true',
    '../..',
    '%',
    "'; drop table orders; --",
    '2026-06-01',
    '1893456000',
    '🙂',
    'ord_0',
    '[]',
  ),
  fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\0', 'x')),
)

export function requestsOf(operation: Operation, known: Described): fc.Arbitrary<Request> {
  const isWrong = fc.boolean()
  const inPath = operation.parameters.filter((each) => each.in === 'path')
  const inQuery = operation.parameters.filter((each) => each.in === 'query')
  const path = fc.tuple(
    ...inPath.map(({ name, schema }) =>
      fc
        .oneof(
          ...(schema.pattern === undefined && schema.enum === undefined ? [fc.constantFrom(...NAMED)] : []),
          valuesOf(schema, known).map(String),
        )
        .map((value) => [name, value === '' ? 'x' : value] as const),
    ),
  )
  const right = fc.tuple(
    ...inQuery.map(({ name, required, schema }) => {
      const pair = valuesOf(schema, known).map((value): [string, string] | undefined => [name, String(value)])
      return required === true ? pair : fc.option(pair, { nil: undefined })
    }),
  )
  const spoilt = fc.array(
    fc.tuple(
      fc.oneof(
        fc.constantFrom('limit', 'cursor', 'from', 'to', 'symbl', 'types', ...inQuery.map(({ name }) => name)),
        fc.string({ minLength: 1, maxLength: 5 }),
      ),
      garbage,
    ),
    { minLength: 1, maxLength: 3 },
  )
  const bodyRight =
    operation.body === undefined
      ? fc.constant(undefined)
      : operation.body.isRequired
        ? valuesOf(operation.body.schema, known)
        : fc.option(valuesOf(operation.body.schema, known), { nil: undefined })
  const bodyWrong = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.dictionary(fc.string({ maxLength: 6 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }),
  )
  return fc
    .record({
      isWrong,
      path,
      right,
      spoilt,
      bodyRight,
      bodyWrong,
      wrongHow: fc.nat(3),
      broken: fc.constantFrom('{', 'x', '[1,', '"'),
      key: fc.option(fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom('a', 'b', 'c') }), { nil: undefined }),
      isAdmin: fc.nat(3).map((n) => n > 0),
    })
    .map((of): Request => {
      const spoilsQuery = of.isWrong && (of.wrongHow === 0 || operation.body === undefined)
      const query = spoilsQuery ? of.spoilt : of.right.filter((pair) => pair !== undefined)
      const spoilsBody = of.isWrong && !spoilsQuery
      const value = spoilsBody && of.wrongHow === 1 ? of.bodyWrong : of.bodyRight
      const text = spoilsBody && of.wrongHow === 2 ? of.broken : value === undefined ? undefined : JSON.stringify(value)
      const contentType = text === undefined ? undefined : spoilsBody && of.wrongHow === 3 ? 'text/plain' : 'application/json'
      const filled = of.path.reduce((at, [name, each]) => at.replace(`{${name}}`, encodeURIComponent(each)), operation.path)
      const search = new URLSearchParams(Object.fromEntries(query.map(([name, each]) => [name, each]))).toString()
      return {
        operation,
        url: `http://127.0.0.1${filled}${search === '' ? '' : `?${search}`}`,
        body: operation.body === undefined ? undefined : text,
        contentType: operation.body === undefined ? undefined : contentType,
        idempotencyKey: of.key,
        isAdmin: of.isAdmin,
        isRight: !of.isWrong,
      }
    })
}
