/**
 * Beside a file of samples: which features they are and of what, so that a model which is fitted on them can be given live bars.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { type FeatureSpec, readFeatureSpec } from '../../ml/features/spec.ts'
import { CliError, EXIT } from '../exit.ts'

export interface SamplesOrigin {
  readonly spec: FeatureSpec
  readonly symbols: readonly string[]
  readonly intervalMs: number
  readonly schema: string
  /** Hash of the candles. */
  readonly candles: string
}

const originFileOf = (samples: string): string => `${samples}.spec.json`

const shape = z.strictObject({
  spec: z.custom<FeatureSpec>((value) => readFeatureSpec(value).ok, 'is no spec of features'),
  symbols: z.array(z.string().min(1)).min(1),
  intervalMs: z.int().min(1),
  schema: z.string(),
  candles: z.string(),
})

/** @throws CliError where it cannot be written. */
export function writeSamplesOrigin(samples: string, origin: SamplesOrigin): void {
  const file = originFileOf(samples)
  try {
    writeFileSync(file, `${JSON.stringify(origin, undefined, 2)}\n`)
  } catch (cause) {
    throw new CliError(
      EXIT.error,
      `Could not write ${file} (${cause instanceof Error ? cause.message : String(cause)}).`,
      'Choose another path.',
      {
        cause,
      },
    )
  }
}

/** @throws CliError where the file was not made by `ml features`. */
export function readSamplesOrigin(samples: string): SamplesOrigin {
  const file = originFileOf(samples)
  if (!existsSync(file))
    throw new CliError(
      EXIT.error,
      `${file} is missing: without it nobody knows how the features of ${samples} are made of bars.`,
      'Make the samples with: ballast ml features --spec … --out …, which writes it beside them.',
    )
  try {
    return shape.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw new CliError(
      EXIT.error,
      `${file} is damaged: it no longer says how the features are made.`,
      'Make the samples again with: ballast ml features',
      {
        cause,
      },
    )
  }
}
