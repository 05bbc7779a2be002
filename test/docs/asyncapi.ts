/**
 * docs/asyncapi.json: the description that the running API gives of its WebSocket.
 */
import { asyncApi } from '../../api/stream/asyncapi.ts'
import packageJson from '../../package.json' with { type: 'json' }

export const asyncApiText = (): string => `${JSON.stringify(asyncApi(packageJson.version), undefined, 1)}\n`
