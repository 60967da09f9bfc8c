/** What a template says that this local cloud cannot play, or a file that is no template. One line, for people. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `value` as a string, or an error that names where it stands. */
export function text(value: Json | undefined, where: string): string {
  if (typeof value === 'string') return value;
  throw new TemplateError(`${where}: expected a string, found ${JSON.stringify(value)}`);
}

/** A list, also where the template gives one thing alone. */
export function list(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value as Json];
}

/** A key-value object, or an empty one where the template gives none. */
export function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
