import type { RecordedOutcome } from './records';

/** A pause as the records saw it: from the first to the last one of the cluster that met it. */
export interface PauseSeen {
  readonly cluster: string;
  /** What the tag said. */
  readonly text: string;
  /** The last record of the cluster that did not meet it; null: there is none in the period. */
  readonly before: number | null;
  readonly first: number;
  readonly last: number;
}

/** Follows the records, oldest first: each check looks whether its cluster is paused. */
export class Pauses {
  readonly seen: PauseSeen[] = [];
  private readonly open = new Map<string, PauseSeen>();
  private readonly free = new Map<string, number>();

  add({ cluster, at, findings, why }: Pick<RecordedOutcome, 'cluster' | 'at' | 'findings' | 'why'>): void {
    const finding = findings.find(({ code }) => code === 'PAUSED');
    const text = finding?.detail ?? (why === 'PAUSED' ? '' : null);
    const before = this.open.get(cluster);
    if (text === null) {
      this.open.delete(cluster);
      this.free.set(cluster, at);
      return;
    }
    const pause =
      before?.text === text
        ? { ...before, last: at }
        : { cluster, text, before: before?.last ?? this.free.get(cluster) ?? null, first: at, last: at };
    if (before?.text === text) this.seen.splice(this.seen.indexOf(before), 1, pause);
    else this.seen.push(pause);
    this.open.set(cluster, pause);
  }
}
