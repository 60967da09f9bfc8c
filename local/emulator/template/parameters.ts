import { existsSync, readFileSync } from 'node:fs';
import { digest } from './identities';
import { isObject, type Json, type JsonObject, object, TemplateError } from './json';

/** What somebody gives for a template's parameters, by their names. */
export type ParameterValues = Readonly<Record<string, string>>;

/**
 * A template's parameters with what was given for them, checked as CloudFormation does before it creates anything.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
 */
export class Parameters {
  /** @throws TemplateError for names that the template does not have, and values that it does not allow */
  constructor(
    private readonly declared: JsonObject,
    private readonly given: ParameterValues,
  ) {
    const unknown = Object.keys(given).filter((name) => declared[name] === undefined);
    if (unknown.length > 0)
      throw new TemplateError(
        `The template has no parameters ${unknown.join(', ')}; it has: ${Object.keys(declared).join(', ')}.`,
      );
    const missing = Object.entries(declared)
      .filter(([name, parameter]) => given[name] === undefined && needsValue(object(parameter)))
      .map(([name]) => name);
    if (missing.length > 0)
      throw new TemplateError(
        `These parameters of the template need a value: ${missing.join(', ')} (--parameters FILE).`,
      );
    for (const [name, value] of Object.entries(given)) check(name, value, object(declared[name]));
  }

  has(name: string): boolean {
    return isObject(this.declared[name]);
  }

  /** What `Ref` gives: text, or a list of texts where the type says so. @throws TemplateError */
  value(name: string, where: string): Json {
    const parameter = object(this.declared[name]);
    const type = String(parameter.Type);
    // The image of an instance is looked up in SSM at deploy time; nothing here depends on which one it is.
    if (type.includes('AWS::EC2::Image::Id')) return `ami-0${digest(name, 16)}`;
    if (isLookedUp(parameter)) throw new TemplateError(`${where}: the parameter ${name} (${type}) has no value here`);
    const value = this.given[name] ?? parameter.Default ?? null;
    return isList(type) ? itemsOf(String(value)) : value;
  }
}

const isList = (type: string) => type === 'CommaDelimitedList' || type.startsWith('List<');
/** CloudFormation takes the space around an item away. */
const itemsOf = (value: string) => value.split(',').map((item) => item.trim());

/** In the parameter store, which is not here. */
const isLookedUp = ({ Type }: JsonObject) => String(Type).startsWith('AWS::SSM::');
const needsValue = (parameter: JsonObject) => parameter.Default === undefined && !isLookedUp(parameter);

function check(name: string, value: string, parameter: JsonObject): void {
  const { AllowedPattern, AllowedValues, ConstraintDescription } = parameter;
  const items = isList(String(parameter.Type)) ? itemsOf(value) : [value];
  const pattern = typeof AllowedPattern === 'string' ? new RegExp(`^(?:${AllowedPattern})$`, 'u') : undefined;
  const choices = Array.isArray(AllowedValues) ? AllowedValues.map(String) : undefined;
  for (const item of items) {
    if (pattern?.test(item) !== false && choices?.includes(item) !== false) continue;
    const what = ConstraintDescription ?? (choices ? `one of ${choices.join(', ')}` : `must match ${AllowedPattern}`);
    throw new TemplateError(`Parameter ${name}: found ${JSON.stringify(item)}; allowed: ${what}.`);
  }
}

/**
 * Reads parameter values as `aws cloudformation deploy --parameter-overrides file://FILE` does, in the one form that both
 * versions of the AWS CLI take: `["Name=value", …]`.
 *
 * @throws TemplateError in one line: no such file, no JSON, another form
 * @see https://docs.aws.amazon.com/cli/latest/reference/cloudformation/deploy/
 */
export function readParameters(file: string): ParameterValues {
  if (!existsSync(file)) throw new TemplateError(`There is no parameter file ${file}.`);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new TemplateError(`${file} cannot be read as JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (!Array.isArray(content)) throw new TemplateError(`${file} is no list of parameters; allowed: ["Name=value", …].`);
  const values: Record<string, string> = {};
  for (const [index, entry] of content.entries()) {
    const [, name, value] = /^(\w+)=(.*)$/s.exec(String(entry)) ?? [];
    if (name === undefined || value === undefined)
      throw new TemplateError(`${file}, entry ${index + 1}: found ${JSON.stringify(entry)}; allowed: "Name=value".`);
    if (values[name] !== undefined) throw new TemplateError(`${file}: ${name} stands there twice.`);
    values[name] = value;
  }
  return values;
}
