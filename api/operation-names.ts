/**
 * Names of operations in the OpenAPI document, by which clients are generated: `getPositions`, `getPositionsById`, `postPositionsClose`.
 */
const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete'])
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const wordsOf = (segment: string): string[] => segment.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')

/** A parameter is named where the path ends with it: what it is of is in the name already. @example operationName('post', '/api/v1/alerts/{id}:ack') // postAlertsAck */
export function operationName(method: string, path: string): string {
  const segments = path.replace(/^\/api\/v\d+\//, '').split('/')
  const words = segments.flatMap((segment, k) => {
    const parameter = /^\{(\w+)\}(?::([\w-]+))?$/.exec(segment)
    if (parameter === null) return wordsOf(segment)
    const [, name = '', verb] = parameter
    return verb === undefined ? (k === segments.length - 1 ? ['by', name] : []) : wordsOf(verb)
  })
  return [method, ...words.map(capital)].join('')
}

/** An OpenAPI document with a name for each operation. @throws Error where two would have the same */
export function withOperationNames<D extends { readonly paths?: object | undefined }>(document: D): D {
  const seen = new Map<string, string>()
  const named = ([path, item]: [string, object]): [string, object] => [
    path,
    Object.fromEntries(
      Object.entries(item).map(([method, operation]: [string, object]) => {
        if (!METHODS.has(method)) return [method, operation]
        const operationId = operationName(method, path)
        const other = seen.get(operationId)
        if (other !== undefined) throw new Error(`${method} ${path} and ${other} are both named ${operationId}`)
        seen.set(operationId, `${method} ${path}`)
        return [method, { operationId, ...operation }]
      }),
    ),
  ]
  return { ...document, paths: Object.fromEntries(Object.entries(document.paths ?? {}).map(named)) }
}
