/**
 * Lines of fitted models as the data directory has them.
 */
import type { ModelLineView } from '../../src/ml/champion/line-view.ts'

export interface ModelReads {
  lines(): readonly ModelLineView[]
}
