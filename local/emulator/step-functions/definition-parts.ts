import { isObject, type Json, type JsonObject, TemplateError } from '../template/json';
import { JSONPATH } from './definition-fields';

/** Reads parts of a definition, or says where which part is wrong. */
export class DefinitionParts {
  constructor(protected readonly where: string) {}

  protected whole(given: Json | undefined, at: string, least: number, most: number): number {
    if (typeof given === 'number' && Number.isInteger(given) && given >= least && given <= most) return given;
    this.fail(at, `${show(given)} must be a whole number from ${least} to ${most}`);
  }

  protected only(given: JsonObject, known: readonly string[], at: string): void {
    for (const key of Object.keys(given)) {
      if (known.includes(key)) continue;
      if (JSONPATH.includes(key))
        this.fail(
          at,
          `${key} is a field of JSONPath; with JSONata use Arguments, Assign, Output and expressions in {% %}`,
        );
      this.fail(at, `the local cloud does not know the field ${key}; it knows ${known.join(', ')}`);
    }
  }

  protected list(name: string, state: JsonObject, key: string): readonly Json[] {
    const given = state[key];
    if (given === undefined) return [];
    if (Array.isArray(given)) return given;
    this.fail(name, `${key} is ${show(given)}; it must be a list`);
  }

  protected object(given: Json | undefined, at: string): JsonObject {
    if (isObject(given)) return given;
    this.fail(at, `${show(given)} must be an object`);
  }

  protected fail(at: string, message: string): never {
    throw new TemplateError(`${this.where}: ${at === '' ? '' : `${at}: `}${message}`);
  }
}

export const show = (value: unknown) => JSON.stringify(value) ?? 'missing';

/** Every variable that some state, rule or catcher assigns. */
export function assignedIn(states: JsonObject): ReadonlySet<string> {
  const names = new Set<string>();
  for (const state of Object.values(states)) {
    if (!isObject(state)) continue;
    for (const each of [state, ...entriesOf(state.Choices), ...entriesOf(state.Catch)])
      if (isObject(each.Assign)) for (const name of Object.keys(each.Assign)) names.add(name);
  }
  return names;
}

const entriesOf = (given: Json | undefined): readonly JsonObject[] =>
  Array.isArray(given) ? given.filter(isObject) : [];
