/** What is wrong with JSON text, and where: Node's own message names a position, or nothing, depending on its version. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/**
 * Parses what people write into a file. A field that stands twice in one object is an error too: JSON.parse would take the
 * last one and say nothing.
 *
 * @throws {JsonError} with line and column
 */
export function parseJson(text: string): unknown {
  // Some editors put a byte order mark in front.
  const json = text.replace(/^\uFEFF/, '');
  new JsonCheck(json).run();
  return JSON.parse(json);
}

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\n\r]|\\.)*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/y;

/** What people write who do not mean JSON, by the first character. */
const HINTS: Readonly<Record<string, string>> = {
  '/': 'JSON has no comments',
  '#': 'JSON has no comments',
  "'": 'strings stand between double quotes (")',
  '“': 'strings stand between double quotes (")',
  '”': 'strings stand between double quotes (")',
};

class JsonCheck {
  private at = 0;

  constructor(private readonly text: string) {}

  run(): void {
    this.value();
    if (this.next() !== undefined) this.fail('the end of the file');
  }

  private value(): void {
    const start = this.next();
    if (start === '{') this.object();
    else if (start === '[') this.array();
    else if (start === '"') this.string('a string that ends on its line and has valid escapes');
    else if (this.read(SCALAR) === undefined) this.fail('a value');
  }

  private object(): void {
    const names = new Set<string>();
    this.entries('}', 'the name of a field in double quotes', () => {
      this.next();
      const start = this.at;
      const name = this.string('the name of a field in double quotes');
      if (names.has(name)) {
        this.at = start;
        this.fail('each field once in an object', `the field ${JSON.stringify(name)} for the second time`);
      }
      names.add(name);
      this.character(':');
      this.value();
    });
  }

  private array(): void {
    this.entries(']', 'a value', () => this.value());
  }

  /** What stands between the brackets, with commas in between and none after the last. */
  private entries(end: string, expected: string, entry: () => void): void {
    this.at += 1;
    if (this.next() === end) {
      this.at += 1;
      return;
    }
    for (;;) {
      entry();
      if (this.next() === end) break;
      if (this.next() !== ',') this.fail(`"," or "${end}"`);
      this.at += 1;
      if (this.next() === end) this.fail(`${expected} (no comma stands after the last one)`);
    }
    this.at += 1;
  }

  private character(expected: string): void {
    if (this.next() !== expected) this.fail(`"${expected}"`);
    this.at += 1;
  }

  private string(expected: string): string {
    const start = this.at;
    try {
      const value: unknown = JSON.parse(this.read(STRING) ?? '');
      return String(value);
    } catch {
      this.at = start;
      return this.fail(expected);
    }
  }

  /** The next character that is not white space; undefined at the end. */
  private next(): string | undefined {
    this.read(SPACE);
    const code = this.text.codePointAt(this.at);
    return code === undefined ? undefined : String.fromCodePoint(code);
  }

  private read(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  private fail(expected: string, found = this.shown()): never {
    const lines = this.text.slice(0, this.at).split(/\r\n|\n|\r/);
    const column = [...(lines.at(-1) ?? '')].length + 1;
    const hint = HINTS[this.next() ?? ''];
    throw new JsonError(
      `line ${lines.length}, column ${column}: found ${found}; allowed: ${expected}${hint === undefined ? '' : `; ${hint}`}`,
    );
  }

  private shown(): string {
    if (this.next() === undefined) return 'the end of the file';
    const line = this.text.slice(this.at).split(/[\n\r]/)[0] ?? '';
    const word = /^[\w.+-]+/.exec(line)?.[0] ?? this.next() ?? '';
    return JSON.stringify(line.startsWith('"') ? cut(line) : cut(word));
  }
}

function cut(text: string): string {
  const characters = [...text];
  return characters.length > 40 ? `${characters.slice(0, 37).join('')}...` : text;
}
