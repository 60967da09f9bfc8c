import { ApiError, type ApiRequest } from './api';

/**
 * The AWS Query protocol's request: a form whose names are paths. `Filter.1.Value.2` is the second value of the first
 * filter; SNS writes `MessageAttributes.entry.1.Name` or `X.member.1`. Also takes the form from a GET's query string.
 * @see Smithy, "AWS Query protocol"; EC2 API Reference, "Query requests"
 */
export type QueryValue = string | readonly QueryValue[] | { readonly [name: string]: QueryValue };

const MOST_FIELDS = 5_000;

/** @throws ApiError `MalformedQueryString`, `MissingAction` */
export function parseQuery(request: ApiRequest): {
  readonly action: string;
  readonly version: string;
  readonly parameters: Parameters;
} {
  const text = request.body !== '' ? request.body : (request.path.split('?')[1] ?? '');
  const form = new URLSearchParams(text);
  if (form.size > MOST_FIELDS) throw malformed('too many parameters');
  const root = new Map<string, Node>();
  for (const [path, value] of form) place(root, path, value);
  const action = form.get('Action');
  if (action === null || action === '')
    throw new ApiError('MissingAction', 'The request is missing an action or a required parameter.');
  root.delete('Action');
  root.delete('Version');
  const values = Object.fromEntries([...root].map(([name, node]) => [name, flatten(node)]));
  return { action, version: form.get('Version') ?? '', parameters: new Parameters(values) };
}

type Node = string | Map<string, Node>;

function place(root: Map<string, Node>, path: string, value: string): void {
  const steps = path.split('.');
  if (steps.length > 10 || steps.some((step) => step === '')) throw malformed(path.slice(0, 100));
  const last = steps.pop() ?? '';
  let node = root;
  for (const step of steps) {
    const next = node.get(step) ?? new Map<string, Node>();
    if (typeof next === 'string') throw malformed(path);
    node.set(step, next);
    node = next;
  }
  if (node.has(last)) throw malformed(path);
  node.set(last, value);
}

function flatten(node: Node): QueryValue {
  if (typeof node === 'string') return node;
  const keys = [...node.keys()];
  const wrapped = node.get('member') ?? node.get('entry');
  if (keys.length === 1 && wrapped instanceof Map) return flatten(wrapped);
  if (keys.every((key) => /^[1-9]\d{0,5}$/.test(key)))
    return keys.sort((a, b) => Number(a) - Number(b)).map((key) => flatten(node.get(key) ?? ''));
  return Object.fromEntries([...node].map(([name, child]) => [name, flatten(child)]));
}

function malformed(where: string): ApiError {
  return new ApiError('MalformedQueryString', `The query string contains a syntax error: ${where}`);
}

/** Typed reading of one level of parameters. */
export class Parameters {
  constructor(readonly values: Readonly<Record<string, QueryValue>>) {}

  /** @throws ApiError `UnknownParameter` where there is one that the local cloud does not act upon. */
  only(known: readonly string[]): void {
    for (const name of Object.keys(this.values)) {
      if (!known.includes(name)) throw new ApiError('UnknownParameter', `The parameter ${name} is not recognized`);
    }
  }

  has(name: string): boolean {
    return Object.hasOwn(this.values, name);
  }

  text(name: string): string | undefined {
    if (!this.has(name)) return undefined;
    const value = this.values[name];
    if (typeof value !== 'string') throw invalid(name, 'a single value is expected');
    return value;
  }

  /** @throws ApiError `MissingParameter` */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw missing(name);
    return value;
  }

  flag(name: string, otherwise = false): boolean {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return otherwise;
    if (value !== 'true' && value !== 'false') throw invalid(name, 'true or false is expected');
    return value === 'true';
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^\d{1,9}$/.test(value)) throw invalid(name, 'a number is expected');
    return Number(value);
  }

  texts(name: string): readonly string[] {
    if (!this.has(name)) return [];
    const value = this.values[name];
    if (!Array.isArray(value) || !value.every((each): each is string => typeof each === 'string'))
      throw invalid(name, `${name}.1, ${name}.2, … are expected`);
    return value;
  }

  /** @throws ApiError `MissingParameter` where the list is empty. */
  requiredTexts(name: string): readonly string[] {
    const values = this.texts(name);
    if (values.length === 0) throw missing(name);
    return values;
  }

  structures(name: string): readonly Parameters[] {
    if (!this.has(name)) return [];
    const value = this.values[name];
    if (!Array.isArray(value)) throw invalid(name, `${name}.1.…, ${name}.2.… are expected`);
    return value.map((each: QueryValue) => {
      if (!isStructure(each)) throw invalid(name, `${name}.1.…, ${name}.2.… are expected`);
      return new Parameters(each);
    });
  }

  structure(name: string): Parameters | undefined {
    if (!this.has(name)) return undefined;
    const value = this.values[name];
    if (value === undefined || !isStructure(value)) throw invalid(name, `${name}.… is expected`);
    return new Parameters(value);
  }
}

function isStructure(value: QueryValue): value is { readonly [name: string]: QueryValue } {
  return typeof value === 'object' && !Array.isArray(value);
}

export function missing(name: string): ApiError {
  return new ApiError('MissingParameter', `The request must contain the parameter ${name}`);
}

function invalid(name: string, what: string): ApiError {
  return new ApiError('InvalidParameterValue', `Invalid value for parameter ${name}: ${what}`);
}
