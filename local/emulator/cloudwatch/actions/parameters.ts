import { ApiError } from '../../kernel/api';

export type Json = Readonly<Record<string, unknown>>;

/** Typed reading of parameters, from JSON (numbers, times in seconds) or from a Query form (all texts). */
export function only(parameters: Json, known: readonly string[]): void {
  const unknown = Object.keys(parameters).find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(`The local cloud does not know the parameter ${unknown}.`);
}

export function text(parameters: Json, name: string): string | undefined {
  const value = parameters[name];
  if (value !== undefined && typeof value !== 'string') throw invalid(`${name} must be text.`);
  return value;
}

export function required(parameters: Json, name: string): string {
  const value = text(parameters, name);
  if (value === undefined || value === '')
    throw new ApiError('MissingParameter', `The request must contain the parameter ${name}.`);
  return value;
}

export function texts(parameters: Json, name: string): readonly string[] | undefined {
  const value = parameters[name];
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every((each): each is string => typeof each === 'string'))
    throw invalid(`${name} must be a list of texts.`);
  return value.length === 0 ? undefined : value;
}

export function structures(parameters: Json, name: string): readonly Json[] {
  const value = parameters[name] ?? [];
  if (!Array.isArray(value)) throw invalid(`${name} must be a list.`);
  return value.map((each: unknown) => structure(each, name));
}

export function structure(value: unknown, name: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${name} must be a structure.`);
  return Object.fromEntries(Object.entries(value));
}

/** @returns `otherwise` where it is not given. */
export function integer(parameters: Json, name: string, least: number, most: number, otherwise: number): number {
  const value = parameters[name];
  if (value === undefined) return otherwise;
  const number = Number(value);
  if (!Number.isInteger(number) || number < least || number > most)
    throw invalid(`${name} must be a whole number from ${least} to ${most}.`);
  return number;
}

/** Milliseconds since the epoch, or undefined. */
export function time(parameters: Json, name: string): number | undefined {
  const value = parameters[name];
  if (value === undefined) return undefined;
  const milliseconds = typeof value === 'number' ? value * 1_000 : Date.parse(String(value));
  if (Number.isFinite(milliseconds)) return milliseconds;
  throw invalid(`${name} must be a time.`);
}

export function choice<Choice extends string>(
  parameters: Json,
  name: string,
  known: readonly Choice[],
): Choice | undefined {
  const value = text(parameters, name);
  if (value === undefined) return undefined;
  const found = known.find((each) => each === value);
  if (found !== undefined) return found;
  throw invalid(`The local cloud knows ${known.join(', ')} for ${name}, not ${value}.`);
}

export function invalid(message: string): ApiError {
  return new ApiError('InvalidParameterValue', message);
}
