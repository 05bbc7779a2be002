/**
 * What every command starts from: the global flags, the output and, when asked for, the configuration.
 */
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { type LoadedConfig, dataDirectory, environment, loadConfig } from '../config/config.ts'
import { withStrategyChanges } from '../config/strategy-changes.ts'
import { hintFor } from '../config/hint.ts'
import { pathsOf } from '../system/paths.ts'
import type { DataError } from '../market/data-error.ts'
import { type CandleStore, openStore } from '../market/candles/store.ts'
import { type LoadedStrategies, loadStrategies } from '../strategy-files/load.ts'
import { CliError, EXIT, type ExitCode } from './exit.ts'
import { Output } from './ui/output.ts'

export interface GlobalFlags {
  readonly json?: boolean
  readonly plain?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly color?: boolean
  readonly dataDir?: string
  readonly profile?: string
  readonly config?: readonly string[]
  readonly yes?: boolean
  /** Address of the API of a Ballast elsewhere. */
  readonly remote?: string
  readonly tokenFile?: string
}

export interface CliContext {
  readonly out: Output
  readonly flags: GlobalFlags
  /** @throws CliError with exit code 3 when the configuration is invalid. */
  config(): LoadedConfig
  /** Absolute path of the data directory. @throws CliError as {@link config}. */
  dataDir(): string
  /** @throws CliError as {@link config}. */
  candleStore(): CandleStore
  /** Built-in strategies and those of the user's folder; a file that is none is noted. @throws CliError where one of those wanted cannot be used. */
  strategies(wanted?: readonly string[]): Promise<LoadedStrategies>
}

/** The context of the command that runs, from its own and the global options. */
export function contextOf(command: Command): CliContext {
  const flags = command.optsWithGlobals<GlobalFlags>()
  const env = environment()
  const out = new Output(
    {
      json: flags.json === true,
      plain: flags.plain === true,
      quiet: flags.quiet === true,
      verbose: flags.verbose === true,
      color: flags.color !== false && flags.plain !== true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb',
    },
    process.stdout,
    process.stderr,
    hintFor(process.argv.slice(2), process.argv[1]),
  )
  let loaded: LoadedConfig | undefined
  const config = (): LoadedConfig => {
    loaded ??= loadOrThrow(flags)
    return loaded
  }
  const dataDir = (): string => dataDirectory(config().values)
  const strategies = async (wanted: readonly string[] = []): Promise<LoadedStrategies> => {
    const paths = pathsOf(dataDir())
    const found = await loadStrategies(resolve(config().values.strategiesDir), paths.strategies, wanted, undefined, paths.models)
    if (!found.ok) throw new CliError(EXIT.config, found.error.sentence, found.error.next)
    for (const { sentence } of found.value.broken) out.note(`Skipped: ${sentence}`)
    return found.value
  }
  return { out, flags, config, dataDir, candleStore: () => openStore(join(dataDir(), 'candles')), strategies }
}

function loadOrThrow(flags: GlobalFlags): LoadedConfig {
  const loaded = loadConfig({ env: environment(), flags: { dataDir: flags.dataDir, profile: flags.profile }, files: flags.config })
  if (loaded.ok) {
    const counted = withStrategyChanges(loaded.value, dataDirectory(loaded.value.values))
    if (!counted.ok) throw new CliError(EXIT.config, counted.error.sentence, counted.error.next)
    return counted.value
  }
  const sentences = loaded.error.map((problem) => problem.sentence)
  throw new CliError(EXIT.config, sentences.join('\n'), loaded.error[0]?.next)
}

const EXIT_OF_DATA: Readonly<Record<DataError['kind'], ExitCode>> = {
  'bad-input': EXIT.error,
  damaged: EXIT.error,
  'not-found': EXIT.notFound,
  conflict: EXIT.conflict,
}

export const dataFailure = (error: DataError): CliError => new CliError(EXIT_OF_DATA[error.kind], error.sentence, error.next)
