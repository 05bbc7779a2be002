/**
 * The one place where frames wait to leave, in the order in which they were made.
 */
import type { Category } from '../../../../market/instrument.ts'

export type Channel = 'public' | 'private'

export interface Frame {
  readonly channel: Channel
  readonly topic: string
  readonly text: string
  /** Of what a private frame shows; undefined where it is of the whole account. */
  readonly category?: Category | undefined
}

export class FrameQueue {
  private frames: Frame[] = []
  private readonly wanted = new Map<string, number>()

  /** Topics are counted by subscriber, so that nothing is built for nobody. */
  subscribe(topic: string): void {
    this.wanted.set(topic, (this.wanted.get(topic) ?? 0) + 1)
  }

  unsubscribe(topic: string): void {
    const left = (this.wanted.get(topic) ?? 0) - 1
    if (left > 0) this.wanted.set(topic, left)
    else this.wanted.delete(topic)
  }

  wants(topic: string): boolean {
    return this.wanted.has(topic)
  }

  topics(): IterableIterator<string> {
    return this.wanted.keys()
  }

  push(channel: Channel, topic: string, payload: object, category?: Category): void {
    this.frames.push({ channel, topic, text: JSON.stringify(payload), category })
  }

  /** Hands out what waits and forgets it. */
  takeFrames(): readonly Frame[] {
    const frames = this.frames
    this.frames = []
    return frames
  }
}
