/**
 * How much memory this process holds for its program: objects, and the buffers that they own.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface Heap {
  /** As it is, with what nobody refers to any more. A few microseconds. */
  bytes(): number
  /** After everything that nobody refers to has been given back. Some 100 ms for each 300 MB. */
  keptBytes(): number
}

const bytes = (): number => {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}

export function machineHeap(): Heap {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  return {
    bytes,
    keptBytes: () => {
      collect()
      return bytes()
    },
  }
}
