/**
 * `panic --direct`, which runs outside this process: it halts the trader from the moment that its file is seen until an admin resumes (S7).
 */
import type { Ts } from '../../core/units.ts'
import type { EmergencyNotice } from '../../emergency/emergency-file.ts'
import type { KernelInput } from '../../kernel/input.ts'

export interface DirectPanicPorts {
  readonly notice: EmergencyNotice
  readonly now: () => Ts
  readonly submit: (make: () => readonly KernelInput[]) => Promise<unknown>
  readonly log: (level: 'warn', text: string) => void
}

export class DirectPanic {
  private readonly ports: DirectPanicPorts
  private isImporting = false

  constructor(ports: DirectPanicPorts) {
    this.ports = ports
  }

  get isPending(): boolean {
    return this.ports.notice.isPending()
  }

  /** None where its file is not in sight. */
  inputs(): readonly KernelInput[] {
    if (!this.isPending) return []
    const since = this.ports.now()
    const actor = 'panic --direct'
    return [
      {
        type: 'add-hold',
        ts: since,
        hold: { id: 'panic', scope: { type: 'account' }, effect: 'no-orders', cause: 'panic', actor, reason: actor, since },
      },
      { type: 'cancel-orders', orderId: undefined, actor, ts: since },
    ]
  }

  /** Books it, and puts the file aside. Answers whether there was one. */
  async book(): Promise<boolean> {
    if (this.isImporting || !this.isPending) return false
    this.isImporting = true
    this.ports.log('warn', 'panic --direct has run: halted until an admin resumes')
    await this.ports.submit(() => this.inputs())
    try {
      this.ports.notice.settle()
    } catch (thrown) {
      // The file stays in sight: nothing is opened while it does.
      this.ports.log('warn', `emergency.jsonl cannot be put aside (${thrown instanceof Error ? thrown.message : String(thrown)})`)
    }
    this.isImporting = false
    return true
  }
}
