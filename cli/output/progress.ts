import type { Terminal } from './terminal';

const WIDTH = 24;

/** A bar on standard error while something long is read; where nobody watches, nothing. */
export class Progress {
  private shown = '';

  constructor(
    private readonly terminal: Pick<Terminal, 'tell' | 'interactive'>,
    private readonly what: string,
  ) {}

  /** @param part how much has been read by now, from 0 to 1; @param count what has been found so far */
  reach(part: number, count: number): void {
    const filled = Math.round(part * WIDTH);
    const bar = '#'.repeat(filled) + '.'.repeat(WIDTH - filled);
    this.show(`${this.what} [${bar}] ${Math.round(part * 100)} %, ${count} found`);
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
