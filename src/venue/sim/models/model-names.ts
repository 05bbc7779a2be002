/**
 * The models of a simulation by the names that REST and chats switch them on with (docs/research.md).
 */
export const MODEL_NAMES = [
  'detail',
  'mark',
  'slippageImpact',
  'maxVolumeShare',
  'latency',
  'margin',
  'leverage',
  'riskTiers',
  'liquidation',
] as const
export type ModelName = (typeof MODEL_NAMES)[number]
