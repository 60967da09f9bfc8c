import { TemplateError } from '../template/json';

/** One value a period, the newest first; null where there is none. */
export type Series = readonly (number | null)[];

/** What an expression is evaluated on. */
export interface Operands {
  readonly metrics: ReadonlyMap<string, Series>;
  readonly length: number;
  /** Whether there may be data in this period: FILL fills nothing where there was no cloud yet. */
  readonly fillable: (period: number) => boolean;
}

type Value = Series | number | readonly Series[];
type Node = (operands: Operands) => Value;

/**
 * A CloudWatch metric math expression, as far as alarms here need it: `+ - * /`, numbers, IDs of metrics, `FILL` with a
 * number or `REPEAT`, and `SUM`, `AVG`, `MIN`, `MAX` over `[a, b]` or `METRICS()`.
 * @throws TemplateError that names what it does not know
 * @see CloudWatch User Guide, "Using math expressions with CloudWatch metrics"
 */
export function parseExpression(
  expression: string,
  ids: readonly string[],
  where: string,
): (operands: Operands) => Series {
  const node = new Parser(expression, ids, where).parse();
  return (operands) => {
    const value = node(operands);
    if (typeof value === 'number') return Array.from({ length: operands.length }, () => value);
    if (isList(value)) throw new TemplateError(`${where}: ${expression} gives several time series; an alarm needs one`);
    return value;
  };
}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?|[A-Za-z_]\w*)|([-+*/(),[\]]))/y;

class Parser {
  private readonly tokens: string[] = [];
  private at = 0;

  constructor(
    private readonly expression: string,
    private readonly ids: readonly string[],
    private readonly where: string,
  ) {
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < expression.trimEnd().length) {
      const from = TOKEN.lastIndex;
      const match = TOKEN.exec(expression);
      if (match === null) throw this.unknown(expression.slice(from));
      this.tokens.push(match[1] ?? match[2] ?? '');
    }
  }

  parse(): Node {
    const node = this.sum();
    if (this.at < this.tokens.length) throw this.unknown(this.tokens.slice(this.at).join(' '));
    return node;
  }

  private sum(): Node {
    let left = this.product();
    for (let operator = this.take('+', '-'); operator; operator = this.take('+', '-'))
      left = combined(left, this.product(), operator === '+' ? (a, b) => a + b : (a, b) => a - b);
    return left;
  }

  private product(): Node {
    let left = this.factor();
    for (let operator = this.take('*', '/'); operator; operator = this.take('*', '/'))
      left = combined(left, this.factor(), operator === '*' ? (a, b) => a * b : (a, b) => a / b);
    return left;
  }

  private factor(): Node {
    if (this.take('-'))
      return combined(
        () => 0,
        this.factor(),
        (a, b) => a - b,
      );
    if (this.take('(')) {
      const inner = this.sum();
      this.expect(')');
      return inner;
    }
    if (this.take('[')) return this.list();
    const token = this.tokens[this.at] ?? 'the end';
    this.at += 1;
    if (/^\d/.test(token)) return () => Number(token);
    if (this.tokens[this.at] === '(') return this.call(token);
    if (!this.ids.includes(token)) throw this.unknown(token);
    return ({ metrics }) => metrics.get(token) ?? [];
  }

  private list(): Node {
    const nodes = [this.sum()];
    while (this.take(',')) nodes.push(this.sum());
    this.expect(']');
    return (operands) => nodes.map((node) => series(node(operands), operands.length));
  }

  private call(name: string): Node {
    this.expect('(');
    if (name === 'METRICS') {
      this.expect(')');
      return ({ metrics }) => [...metrics.values()];
    }
    if (name === 'FILL') return this.fill();
    const aggregate = AGGREGATES[name];
    if (aggregate === undefined) throw this.unknown(`the function ${name}`);
    const argument = this.sum();
    this.expect(')');
    return (operands) => {
      const value = argument(operands);
      if (!isList(value)) throw this.unknown(`${name} of anything but a list of time series`);
      return Array.from({ length: operands.length }, (_, period) => {
        const present = value.flatMap((each) => each[period] ?? []);
        return present.length === 0 ? null : aggregate(present);
      });
    };
  }

  private fill(): Node {
    const argument = this.sum();
    this.expect(',');
    const repeat = this.take('REPEAT') !== undefined;
    const filling = repeat ? () => 0 : this.sum();
    this.expect(')');
    return (operands) => {
      const value = series(argument(operands), operands.length);
      const fill = filling(operands);
      if (typeof fill !== 'number') throw this.unknown('FILL with anything but a number or REPEAT');
      return value.map((each, period) => {
        if (each !== null || !operands.fillable(period)) return each;
        return repeat ? (value.slice(period).find((older) => older !== null) ?? null) : fill;
      });
    };
  }

  private take(...wanted: readonly string[]): string | undefined {
    const token = this.tokens[this.at];
    if (token === undefined || !wanted.includes(token)) return undefined;
    this.at += 1;
    return token;
  }

  private expect(wanted: string): void {
    if (this.take(wanted) === undefined)
      throw this.unknown(`${this.tokens[this.at] ?? 'the end'} where ${wanted} is expected`);
  }

  private unknown(what: string): TemplateError {
    return new TemplateError(
      `${this.where}: the local cloud does not know ${what} in the expression ${this.expression}`,
    );
  }
}

const AGGREGATES: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SUM: (values) => values.reduce((total, value) => total + value, 0),
  AVG: (values) => values.reduce((total, value) => total + value, 0) / values.length,
  MIN: (values) => Math.min(...values),
  MAX: (values) => Math.max(...values),
};

function isList(value: Value): value is readonly Series[] {
  return typeof value !== 'number' && Array.isArray(value[0]);
}

function series(value: Value, length: number): Series {
  if (typeof value === 'number') return Array.from({ length }, () => value);
  if (isList(value)) throw new TemplateError('The local cloud does not know a list of time series as an operand');
  return value;
}

/** What is missing on one side is missing in the result. */
function combined(left: Node, right: Node, operate: (a: number, b: number) => number): Node {
  return (operands) => {
    const one = left(operands);
    const other = right(operands);
    if (typeof one === 'number' && typeof other === 'number') return operate(one, other);
    const others = series(other, operands.length);
    return series(one, operands.length).map((value, period) => {
      const against = others[period] ?? null;
      return value === null || against === null ? null : operate(value, against);
    });
  };
}
