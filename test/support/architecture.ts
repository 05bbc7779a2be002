/**
 * The rules of docs/architecture.md as functions from files to findings.
 */
import { type SourceFile, importsOf, strip } from './source.ts'

export interface Finding {
  readonly path: string
  readonly what: string
}

export const isTest = (path: string): boolean => path.startsWith('test/') || path.endsWith('.test.ts')

// Layers.

/** The layer a file is in: the longest prefix wins. */
export const LAYERS = [
  ['src/core/', 'core'],
  ['src/market/candles/', 'candles'],
  ['src/market/', 'market'],
  ['src/files/', 'files'],
  ['src/indicators/', 'indicators'],
  ['src/strategy/', 'strategy'],
  ['src/strategy-files/', 'strategy-files'],
  ['src/model-files/', 'model-files'],
  ['src/trading/', 'trading'],
  ['src/risk/', 'risk'],
  ['src/portfolio/', 'portfolio'],
  ['src/signals-in/', 'signals-in'],
  ['src/alerts/', 'alerts'],
  ['src/kernel/', 'kernel'],
  ['src/venue/port/', 'venue-port'],
  ['src/venue/bybit/', 'bybit'],
  ['src/venue/sim/bybit-server/', 'bybit-server'],
  ['src/venue/sim/', 'sim'],
  ['src/backtest/', 'backtest'],
  ['src/ml/', 'ml'],
  ['src/charts/', 'charts'],
  ['src/journal/', 'journal'],
  ['src/system/', 'system'],
  ['src/config/', 'config'],
  ['src/market-data/', 'market-data'],
  ['src/trader/', 'trader'],
  ['src/emergency/', 'emergency'],
  ['src/diagnostics/', 'diagnostics'],
  ['src/process/', 'process'],
  ['src/cli/', 'cli'],
  ['src/cli.ts', 'cli'],
  ['src/main.ts', 'main'],
  ['db/', 'db'],
  ['api/commands/', 'commands'],
  ['api/amount.ts', 'commands'],
  ['api/ids.ts', 'commands'],
  ['api/ports/access-ports.ts', 'commands'],
  ['api/client.ts', 'client'],
  ['api/clients/', 'client'],
  ['api/', 'api'],
  ['jobs/', 'jobs'],
  ['bots/', 'bots'],
  ['web/', 'web'],
  ['bench/', 'bench'],
] as const
type Layer = (typeof LAYERS)[number][1]

export const layerOf = (path: string): Layer | undefined => LAYERS.find(([prefix]) => path.startsWith(prefix))?.[1]

const PURE = [
  'core',
  'market',
  'indicators',
  'trading',
  'portfolio',
  'risk',
  'strategy',
  'kernel',
  'sim',
  'signals-in',
  'alerts',
  'ml',
] as const
const ENGINES = [...PURE, 'candles', 'backtest'] as const

/** Who may import whom. A layer may always import itself. */
export const MAY_IMPORT: Readonly<Record<Layer, readonly Layer[]>> = {
  core: [],
  market: ['core'],
  files: ['core', 'market'],
  candles: ['core', 'market', 'files'],
  indicators: ['core'],
  trading: ['core', 'market'],
  portfolio: ['core', 'market', 'trading'],
  risk: ['core', 'market', 'trading', 'portfolio'],
  strategy: ['core', 'market', 'trading', 'portfolio', 'indicators', 'ml'],
  'strategy-files': ['core', 'strategy', 'ml', 'model-files'],
  'model-files': ['core', 'ml'],
  kernel: ['core', 'market', 'indicators', 'trading', 'portfolio', 'risk', 'strategy', 'signals-in'],
  'signals-in': ['core', 'market'],
  alerts: ['core', 'kernel'],
  'venue-port': ['core', 'market', 'trading'],
  bybit: ['core', 'market', 'trading', 'venue-port'],
  sim: ['core', 'market', 'trading', 'portfolio'],
  'bybit-server': ['core', 'market', 'trading', 'portfolio', 'sim', 'candles'],
  backtest: [...PURE, 'candles', 'strategy-files', 'charts'],
  // Features are the indicators, and the little algebra and the statistics of the portfolio are those of models too.
  ml: ['core', 'market', 'indicators', 'portfolio'],
  charts: ['core'],
  journal: ['core', 'market', 'trading', 'portfolio', 'risk', 'kernel'],
  db: ['core', 'market', 'trading', 'portfolio', 'risk', 'kernel', 'journal', 'strategy', 'signals-in', 'alerts'],
  commands: [...PURE, 'journal'],
  client: [...PURE, 'commands'],
  api: [...PURE, 'commands', 'journal', 'charts', 'system'],
  jobs: [...ENGINES, 'strategy-files', 'db'],
  bots: ['core', 'alerts', 'commands', 'client'],
  system: ['core'],
  config: ['core', 'market', 'candles', 'trading', 'portfolio', 'risk', 'strategy', 'strategy-files', 'sim', 'bybit', 'system', 'alerts'],
  'market-data': ['core', 'market', 'candles', 'charts', 'bybit', 'bybit-server', 'venue-port', 'config', 'system'],
  // Past the trader: with the exchange alone.
  emergency: ['core', 'market', 'trading', 'bybit', 'venue-port', 'system'],
  trader: [...PURE, 'venue-port', 'journal', 'config', 'emergency', 'system'],
  diagnostics: ['core', 'market', 'risk', 'bybit', 'venue-port', 'trader', 'config', 'system', 'db', 'bots', 'commands', 'client', 'api'],
  process: [
    ...ENGINES,
    'strategy-files',
    'model-files',
    'bybit',
    'bybit-server',
    'venue-port',
    'journal',
    'system',
    'config',
    'market-data',
    'trader',
    'emergency',
    'db',
    'commands',
    'client',
    'api',
    'jobs',
    'bots',
  ],
  // `panic --direct` stands on the adapter alone, with no database and no trader.
  cli: [
    ...ENGINES,
    'files',
    'strategy-files',
    'model-files',
    'bybit',
    'bybit-server',
    'venue-port',
    'system',
    'config',
    'market-data',
    'trader',
    'emergency',
    'charts',
    'diagnostics',
    'process',
    'db',
    'commands',
    'client',
    'bots',
  ],
  main: ['process'],
  // What its browser loads is bundled: the build fails where something of a host comes along.
  web: ['core', 'commands'],
  bench: ['client', 'api', ...ENGINES, 'bybit', 'bybit-server', 'venue-port', 'journal', 'config', 'trader', 'system', 'db'],
}

/** Ports live with their users and their adapters outside: an adapter may import the port's types, and nothing that runs. */
export const MAY_IMPORT_TYPES: Readonly<Partial<Record<Layer, readonly Layer[]>>> = {
  db: ['api', 'commands', 'bots'],
  jobs: ['api'],
  client: ['api'],
  commands: ['api'],
  'market-data': ['api', 'jobs'],
  web: ['api', 'client'],
}

export function importFindings(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) => {
    const layer = layerOf(file.path)
    if (isTest(file.path)) return []
    if (layer === undefined) return [{ path: file.path, what: 'lies in no layer of docs/architecture.md' }]
    return importsOf(file).flatMap(({ target, isTypeOnly }) => {
      const other = layerOf(target)
      if (other === undefined)
        return target.startsWith('test/') && !(layer === 'bench' && target.startsWith('test/support/'))
          ? [{ path: file.path, what: `imports a test: ${target}` }]
          : []
      if (other === layer || MAY_IMPORT[layer].includes(other)) return []
      if (isTypeOnly && MAY_IMPORT_TYPES[layer]?.includes(other) === true) return []
      return [{ path: file.path, what: `${layer} may not import ${other} (${target})` }]
    })
  })
}

/** Import cycles, type imports included, each reported once. */
export function cycleFindings(files: readonly SourceFile[]): Finding[] {
  const paths = new Set(files.map((file) => file.path))
  const edges = new Map(
    files.map((file) => [
      file.path,
      importsOf(file)
        .map((i) => i.target)
        .filter((target) => paths.has(target)),
    ]),
  )
  const state = new Map<string, 'open' | 'done'>()
  const findings: Finding[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') {
      findings.push({ path, what: `import cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' -> ')}` })
      return
    }
    state.set(path, 'open')
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path])
    state.set(path, 'done')
  }
  for (const file of files) visit(file.path, [])
  return findings
}

// The pure zone.

const BANNED =
  /\b(async|await|Promise|Date|performance|Math\.random|setTimeout|setInterval|setImmediate|queueMicrotask|process|console|fetch|JSON)\b/g

const isPure = (path: string): boolean => {
  const layer = layerOf(path)
  return !isTest(path) && (([...PURE, 'charts'] as readonly (Layer | undefined)[]).includes(layer) || path === 'src/backtest/backtest.ts')
}

/** Ports of the outer world that live with their user: interfaces only, whose methods answer with promises. */
const PORTS = ['src/kernel/trader-command.ts']

export function purityFindings(files: readonly SourceFile[]): Finding[] {
  return files
    .filter((file) => isPure(file.path) && !PORTS.includes(file.path))
    .flatMap((file) => [
      ...[...strip(file.text).code.matchAll(BANNED)].map((match) => ({ path: file.path, what: `uses ${match[0]}` })),
      ...importsOf(file)
        .filter(({ target }) => target.startsWith('node:'))
        .map(({ target }) => ({ path: file.path, what: `imports ${target}` })),
    ])
}

/** A port in the pure zone holds declarations only: no value leaves it. */
export function portFindings(files: readonly SourceFile[]): Finding[] {
  return files
    .filter((file) => PORTS.includes(file.path))
    .flatMap((file) =>
      /\b(?:const|let|function|class)\s+\w/.test(strip(file.text).code)
        ? [{ path: file.path, what: 'a port holds something that runs' }]
        : [],
    )
}

// Text.

export function headFindings(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) => {
    const head = /^(?:#![^\n]*\n)?\/\*\*\n((?: \*[^\n]*\n)+?) \*\//.exec(file.text)?.[1]
    if (head === undefined) return [{ path: file.path, what: 'has no head comment' }]
    return /[.:](?:\s|$)/.test(head) ? [] : [{ path: file.path, what: 'its head does not say in a sentence what it is' }]
  })
}

const BRANDS = 'Ticks|Lots|Cash|Ts|Rate|InstrumentIndex|OrderId|TradeNumber|StrategyId'
const MAKERS = ['src/core/units.ts']

interface TextRule {
  readonly what: string
  readonly pattern: RegExp
  readonly in: 'code' | 'comments'
  readonly applies: (path: string) => boolean
}
const everywhere = (): boolean => true
const TEXT_RULES: readonly TextRule[] = [
  {
    what: 'reads process.env outside src/config/config.ts',
    pattern: /\bprocess\s*\.\s*env\b/,
    in: 'code',
    applies: (path) => path !== 'src/config/config.ts' && !isTest(path) && !path.startsWith('bench/'),
  },
  { what: 'leaves work to do (TODO, FIXME)', pattern: /\b(TODO|FIXME|XXX|HACK)\b/, in: 'comments', applies: everywhere },
  { what: 'silences the compiler', pattern: /@ts-(ignore|nocheck|expect-error)/, in: 'comments', applies: everywhere },
  { what: 'casts to any', pattern: /\bas\s+any\b/, in: 'code', applies: everywhere },
  { what: 'casts through unknown', pattern: /\bas\s+unknown\s+as\b/, in: 'code', applies: everywhere },
  {
    what: 'casts to a unit instead of making one',
    pattern: new RegExp(`\\bas\\s+(${BRANDS})\\b(?!\\s*\\[)`),
    in: 'code',
    applies: (path) => !MAKERS.includes(path),
  },
  {
    what: 'has a name that says nothing (Manager, Helper, Util, Service)',
    pattern: /\b(?:class|interface|type|function|const)\s+\w*(Manager|Helper|Util|Utils|Service)\b/,
    in: 'code',
    applies: everywhere,
  },
]

export function textFindings(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) => {
    const stripped = strip(file.text)
    return TEXT_RULES.filter((rule) => rule.applies(file.path) && rule.pattern.test(stripped[rule.in])).map((rule) => ({
      path: file.path,
      what: `${rule.what}: ${rule.pattern.exec(stripped[rule.in])?.[0]}`,
    }))
  })
}

export function nameFindings(files: readonly SourceFile[]): Finding[] {
  return files
    .filter(
      ({ path }) =>
        !/^[a-z0-9-]+(\.(test|test-d|contract|prove|config|d))?\.tsx?$/.test(path.split('/').at(-1) as string) ||
        /(manager|helper|util|service)/.test(path) ||
        path.endsWith('/index.ts'),
    )
    .map(({ path }) => ({ path, what: 'has a file name that is not kebab-case, is a barrel, or says nothing' }))
}
