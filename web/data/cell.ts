/**
 * A value that parts of the page look at: whoever uses it is drawn again when it changes.
 */
import { useEffect, useState } from 'preact/hooks'

export class Cell<T> {
  private value: T
  private readonly listeners = new Set<() => void>()

  constructor(value: T) {
    this.value = value
  }
  get(): T {
    return this.value
  }
  set(value: T): void {
    if (Object.is(value, this.value)) return
    this.value = value
    for (const listener of [...this.listeners]) listener()
  }
  /** Answers what ends it. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }
}

export function useCell<T>(cell: Cell<T>): T {
  const [, draw] = useState(0)
  useEffect(() => {
    const again = (): void => draw((count) => count + 1)
    // What changed between the first drawing and now.
    again()
    return cell.listen(again)
  }, [cell])
  return cell.get()
}
