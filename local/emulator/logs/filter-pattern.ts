import { isObject, type Json } from '../template/json';
import { invalid } from './groups';

type Matches = (message: string) => boolean;

/**
 * Which lines a filter pattern lets through: terms (`word`, `"a phrase"`, `-without`, `?either ?or`), or fields of a JSON
 * line (`{ $.cluster = "mail" && $.told != false || $.level = "ERROR" }`, with `*` in texts).
 * @throws ApiError `InvalidParameterException` for anything else
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function filterPattern(pattern: string): Matches {
  const text = pattern.trim();
  return text.startsWith('{') ? fields(text) : terms(text);
}

function terms(pattern: string): Matches {
  const found = [...pattern.matchAll(/([-?]?)(?:"([^"]*)"|(\S+))/g)].map(([whole, sign = '', phrase, word = '']) => {
    if (phrase === undefined && !/^\w+$/.test(word)) throw invalid(`Invalid character(s) in term '${whole}'`);
    return { sign, text: phrase ?? word };
  });
  const signed = (sign: string) => found.filter((each) => each.sign === sign).map(({ text }) => text);
  const either = signed('?');
  if (either.length > 0 && either.length < found.length)
    throw invalid('The local cloud does not know terms with ? beside terms without.');
  return (message) =>
    signed('').every((each) => message.includes(each)) &&
    !signed('-').some((each) => message.includes(each)) &&
    (either.length === 0 || either.some((each) => message.includes(each)));
}

const CONDITION = /^\(?\s*(\$(?:\.[\w-]+|\[\d+\])+)\s*(!=|=)\s*("[^"]*"|[\w.*-]+)\s*\)?$/;

/** `&&` binds closer than `||`. */
function fields(pattern: string): Matches {
  const either = pattern
    .replace(/^\{\s*|\s*\}$/g, '')
    .split(/\s*\|\|\s*/)
    .map((text) => text.split(/\s*&&\s*/).map(condition));
  return (message) => {
    const line = jsonOf(message);
    return line !== null && either.some((all) => all.every((fits) => fits(line)));
  };
}

function condition(text: string): (line: Json) => boolean {
  const [, path, operator, value = ''] = CONDITION.exec(text) ?? [];
  if (path === undefined)
    throw invalid(`The local cloud knows { $.field = value && … || … } and !=, not ${text} in a filter pattern.`);
  const steps = [...path.matchAll(/[\w-]+/g)].map(([step]) => step);
  const fits = wildcard(value.replace(/^"|"$/g, ''));
  return (line) => fits(leaf(line, steps) ?? '') === (operator === '=');
}

function wildcard(text: string): Matches {
  const parts = text.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`, 's');
  return (value) => expression.test(value);
}

/** A line as a JSON object, or null. */
export function jsonOf(message: string): Json {
  try {
    const value: unknown = JSON.parse(message);
    return isObject(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The text, number or truth value at the end of these steps, as text. */
export function leaf(value: Json, steps: readonly string[]): string | undefined {
  const end = steps.reduce<Json | undefined>((each, step) => {
    if (Array.isArray(each)) return each[Number(step)];
    return isObject(each) && Object.hasOwn(each, step) ? each[step] : undefined;
  }, value);
  return end === undefined || end === null || typeof end === 'object' ? undefined : String(end);
}
