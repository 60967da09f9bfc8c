import type { Terminal } from './terminal';

const WIDTH = 24;

/** A bar on standard error while something long is read; where nobody watches, nothing. */
export class Progress {
  private part = 0;
  private shown = '';

  constructor(
    private readonly terminal: Pick<Terminal, 'tell' | 'interactive'>,
    private readonly what: string,
  ) {}

  /** @param more how much has come, of 1; @param count what has been found so far */
  advance(more: number, count: number): void {
    this.part = Math.min(1, this.part + more);
    const filled = Math.round(this.part * WIDTH);
    const bar = '#'.repeat(filled) + '.'.repeat(WIDTH - filled);
    this.show(`${this.what} [${bar}] ${Math.round(this.part * 100)} %, ${count} found`);
  }

  /** Takes the bar away. */
  end(): void {
    this.show('');
  }

  private show(text: string): void {
    if (!this.terminal.interactive || text === this.shown) return;
    this.shown = text;
    this.terminal.tell(`\r\u001b[K${text}`);
  }
}
