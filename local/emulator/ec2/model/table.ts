/**
 * Records by ID, with as much of their past as readers may still ask for. With no past to keep it is a Map.
 */
export class Table<T> {
  private readonly current = new Map<string, T>();
  private readonly past = new Map<string, { readonly since: number; readonly value: T | undefined }[]>();

  /** @param keep how far back `at` may look, in milliseconds; 0 keeps nothing. */
  constructor(
    private readonly now: () => number,
    private readonly keep: number,
  ) {}

  get(id: string): T | undefined {
    return this.current.get(id);
  }

  values(): Iterable<T> {
    return this.current.values();
  }

  set(id: string, value: T): void {
    this.current.set(id, value);
    this.remember(id, value);
  }

  delete(id: string): void {
    this.current.delete(id);
    this.remember(id, undefined);
  }

  /** The record as it was at a time; a record that is younger than that time was not there yet. */
  getAt(id: string, time: number): T | undefined {
    if (this.keep === 0) return this.current.get(id);
    const versions = this.past.get(id) ?? [];
    for (let index = versions.length - 1; index >= 0; index--) {
      const version = versions[index];
      if (version !== undefined && version.since <= time) return version.value;
    }
    return undefined;
  }

  valuesAt(time: number): Iterable<T> {
    if (this.keep === 0) return this.current.values();
    const found: T[] = [];
    for (const id of this.past.keys()) {
      const value = this.getAt(id, time);
      if (value !== undefined) found.push(value);
    }
    return found;
  }

  private remember(id: string, value: T | undefined): void {
    if (this.keep === 0) return;
    const versions = this.past.get(id) ?? [];
    const oldest = this.now() - this.keep;
    // The last version from before the window is still what a reader at the window's edge must see.
    while ((versions[1]?.since ?? Number.POSITIVE_INFINITY) <= oldest) versions.shift();
    // What the world began with has always been there.
    versions.push({ since: versions.length === 0 ? Number.NEGATIVE_INFINITY : this.now(), value });
    this.past.set(id, versions);
  }
}
