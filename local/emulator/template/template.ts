import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { digest, IDENTITIES, type Identity, uuidOf } from './identities';
import { isObject, type Json, type JsonObject, list, object, TemplateError, text } from './json';
import { Parameters, type ParameterValues } from './parameters';

/** A resource with every intrinsic in its properties resolved. */
export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
  /** What `Ref` gives; the logical ID for types that nothing here refers to. */
  readonly physicalId: string;
  /** Null for types that have none. */
  readonly arn: string | null;
}

export interface TemplateOptions {
  readonly region?: string;
  readonly accountId?: string;
  /** Values of the template's parameters; those with a default need none. */
  readonly parameters?: ParameterValues;
  /** Resources that somebody made beside the stack, as a template would have them. */
  readonly beside?: JsonObject;
}

/**
 * A synthesized CloudFormation template as it would be deployed: names and IDs given out (the same ones each time),
 * intrinsics resolved. Only what is listed here is known; anything else throws, naming it.
 */
export class Template {
  readonly stackName: string;
  readonly region: string;
  readonly accountId: string;
  private readonly raw: Record<string, { Type: string; Properties?: Json; Condition?: string }>;
  private readonly parameters: Parameters;
  private readonly conditions: JsonObject;
  private readonly resolved = new Map<string, Resource>();
  private readonly assetDirectories: ReadonlyMap<string, string>;

  constructor(
    readonly file: string,
    private readonly content: JsonObject,
    assetDirectories: ReadonlyMap<string, string>,
    options: TemplateOptions,
  ) {
    this.stackName = basename(file).replace(/(\.template)?\.json$/, '');
    this.region = options.region ?? 'us-east-1';
    this.accountId = options.accountId ?? '123456789012';
    this.raw = { ...object(content.Resources), ...options.beside } as typeof this.raw;
    this.parameters = new Parameters(object(content.Parameters), options.parameters ?? {});
    this.conditions = object(content.Conditions);
    this.assetDirectories = assetDirectories;
    this.checkRules(object(content.Rules));
  }

  get stackId(): string {
    return `arn:aws:cloudformation:${this.region}:${this.accountId}:stack/${this.stackName}/${uuidOf(this.stackName)}`;
  }

  /** As it was written, with its intrinsics. */
  get body(): string {
    return JSON.stringify(this.content);
  }

  get outputs(): readonly { readonly key: string; readonly value: string; readonly description: string | null }[] {
    return Object.entries(object(this.content.Outputs)).map(([key, output]) => {
      const { Value, Description } = object(output);
      const value = this.scalar(this.resolve(Value ?? null, `output ${key}`), `output ${key}`);
      return { key, value, description: typeof Description === 'string' ? Description : null };
    });
  }

  /** Every resource whose condition holds. */
  get resources(): readonly Resource[] {
    return Object.keys(this.raw)
      .filter((logicalId) => this.exists(logicalId))
      .map((logicalId) => this.resource(logicalId));
  }

  ofType(type: string): readonly Resource[] {
    return Object.keys(this.raw)
      .filter((logicalId) => this.raw[logicalId]?.Type === type && this.exists(logicalId))
      .map((logicalId) => this.resource(logicalId));
  }

  resource(logicalId: string): Resource {
    const known = this.resolved.get(logicalId);
    if (known) return known;
    const raw = this.raw[logicalId];
    if (raw === undefined) throw new TemplateError(`${this.file}: there is no resource ${logicalId}`);
    const identity = IDENTITIES[raw.Type] === undefined ? undefined : this.identity(logicalId);
    const resource = {
      logicalId,
      type: raw.Type,
      properties: object(this.resolve(raw.Properties ?? {}, logicalId)),
      physicalId: identity?.ref ?? logicalId,
      arn: identity?.attributes.Arn ?? null,
    };
    this.resolved.set(logicalId, resource);
    return resource;
  }

  /** The resource whose physical ID or ARN this is. */
  find(type: string, physicalIdOrArn: string): Resource | undefined {
    return this.ofType(type).find(({ physicalId, arn }) => physicalId === physicalIdOrArn || arn === physicalIdOrArn);
  }

  /** The directory of an asset, by the object key that the template names. */
  assetDirectory(objectKey: string): string {
    const directory = this.assetDirectories.get(objectKey);
    if (directory === undefined)
      throw new TemplateError(`${this.file}: no asset with the key ${objectKey} is in the assets manifest beside it`);
    return directory;
  }

  /** What `Ref` gives. */
  ref(logicalId: string): string {
    return this.identity(logicalId).ref;
  }

  /** @throws TemplateError where the type has no ARN. */
  arn(logicalId: string): string {
    return this.attribute(logicalId, 'Arn', logicalId);
  }

  /** The last part of the physical name: what logs and people call it. */
  nameOf(logicalId: string): string {
    return this.identity(logicalId).name;
  }

  /**
   * What the parameters must be together; CloudFormation checks it before it creates anything. The rule that CDK adds asks
   * for its bootstrap stack, which nothing here needs.
   *
   * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
   */
  private checkRules({ CheckBootstrapVersion, ...rules }: JsonObject): void {
    for (const [name, rule] of Object.entries(rules)) {
      const { RuleCondition, Assertions } = object(rule);
      if (RuleCondition !== undefined && this.resolve(RuleCondition, `rule ${name}`) !== true) continue;
      for (const assertion of list(Assertions)) {
        const { Assert, AssertDescription } = object(assertion);
        if (this.resolve(Assert ?? null, `rule ${name}`) !== true)
          throw new TemplateError(`The parameters do not fit the template's rule ${name}: ${AssertDescription}`);
      }
    }
  }

  private exists(logicalId: string): boolean {
    const condition = this.raw[logicalId]?.Condition;
    return condition === undefined || this.condition(condition);
  }

  private condition(name: string): boolean {
    const value = this.conditions[name];
    if (value === undefined) throw new TemplateError(`${this.file}: there is no condition ${name}`);
    return this.resolve(value, `condition ${name}`) === true;
  }

  private resolve(value: Json, where: string): Json {
    if (Array.isArray(value)) {
      return value.map((each) => this.resolve(each, where)).filter((each) => each !== NO_VALUE);
    }
    if (!isObject(value)) return value;
    const [key, ...others] = Object.keys(value);
    if (key !== undefined && others.length === 0 && (key === 'Ref' || key === 'Condition' || key.startsWith('Fn::'))) {
      return this.intrinsic(key, value[key] ?? null, where);
    }
    return Object.fromEntries(
      Object.entries(value)
        .map(([name, each]) => [name, this.resolve(each, where)] as const)
        .filter(([, each]) => each !== NO_VALUE),
    );
  }

  private intrinsic(name: string, argument: Json, where: string): Json {
    const all = () => list(this.resolve(argument, where));
    switch (name) {
      case 'Ref':
        return this.reference(text(argument, `${where}: Ref`), where);
      case 'Condition':
        // Outside of Conditions, "Condition" is an ordinary key (IAM statements), and its value an object.
        return typeof argument === 'string' ? this.condition(argument) : { Condition: this.resolve(argument, where) };
      case 'Fn::GetAtt': {
        const [logicalId, attribute] =
          typeof argument === 'string' ? split(argument, '.') : list(argument).map((each) => text(each, name));
        return this.attribute(logicalId ?? '', attribute ?? '', where);
      }
      case 'Fn::Join': {
        const [separator, parts] = list(argument);
        const resolved = list(this.resolve(parts ?? [], where));
        return resolved.map((part) => this.scalar(part, where)).join(text(separator, `${where}: Fn::Join`));
      }
      case 'Fn::Sub':
        return this.substitute(argument, where);
      case 'Fn::Select': {
        const [index, from] = all();
        const chosen = list(from)[Number(index)];
        if (chosen === undefined) throw new TemplateError(`${where}: Fn::Select has no element ${index}`);
        return chosen;
      }
      case 'Fn::Split': {
        const [separator, whole] = all();
        return text(whole, `${where}: Fn::Split`).split(text(separator, `${where}: Fn::Split`));
      }
      case 'Fn::If': {
        const [condition, yes, no] = list(argument);
        return this.resolve((this.condition(text(condition, `${where}: Fn::If`)) ? yes : no) ?? null, where);
      }
      case 'Fn::Equals': {
        const [one, other] = all();
        return JSON.stringify(one) === JSON.stringify(other);
      }
      case 'Fn::And':
        return all().every((each) => each === true);
      case 'Fn::Or':
        return all().some((each) => each === true);
      case 'Fn::Not':
        return all()[0] !== true;
      case 'Fn::GetAZs':
        return ['a', 'b', 'c'].map((zone) => `${this.region}${zone}`);
      case 'Fn::Base64':
        return Buffer.from(this.scalar(this.resolve(argument, where), where)).toString('base64');
      default:
        throw new TemplateError(`${where}: the local cloud does not know the intrinsic ${name}`);
    }
  }

  private substitute(argument: Json, where: string): string {
    const [pattern, variables] = typeof argument === 'string' ? [argument, {}] : list(argument);
    return text(pattern, `${where}: Fn::Sub`).replace(/\$\{([^}]+)\}/g, (_, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      const given = object(variables)[name];
      if (given !== undefined) return this.scalar(this.resolve(given, where), where);
      const [logicalId = '', attribute] = split(name, '.');
      return attribute === undefined
        ? this.scalar(this.reference(logicalId, where), where)
        : this.attribute(logicalId, attribute, where);
    });
  }

  private scalar(value: Json, where: string): string {
    if (typeof value === 'object') throw new TemplateError(`${where}: expected text, found ${JSON.stringify(value)}`);
    return String(value);
  }

  private reference(name: string, where: string): Json {
    switch (name) {
      case 'AWS::AccountId':
        return this.accountId;
      case 'AWS::Region':
        return this.region;
      case 'AWS::Partition':
        return 'aws';
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      case 'AWS::StackName':
        return this.stackName;
      case 'AWS::StackId':
        return this.stackId;
      case 'AWS::NoValue':
        return NO_VALUE;
    }
    if (this.parameters.has(name)) return this.parameters.value(name, where);
    if (this.raw[name] !== undefined) return this.ref(name);
    throw new TemplateError(`${where}: Ref to ${name}, which the template does not declare`);
  }

  private attribute(logicalId: string, name: string, where: string): string {
    const value = this.identity(logicalId).attributes[name];
    if (value === undefined)
      throw new TemplateError(
        `${where}: the local cloud does not know ${logicalId}.${name} (${this.raw[logicalId]?.Type ?? 'not declared'})`,
      );
    return value;
  }

  private identity(logicalId: string): Identity {
    const raw = this.raw[logicalId];
    if (raw === undefined) throw new TemplateError(`${this.file}: there is no resource ${logicalId}`);
    const make = IDENTITIES[raw.Type];
    if (make === undefined)
      throw new TemplateError(`${logicalId}: the local cloud does not know what Ref gives for ${raw.Type}`);
    return make({
      hash: (length) => digest(`${this.stackName}/${logicalId}`, length),
      named: (property) => {
        const given = object(raw.Properties)[property];
        return given === undefined
          ? `${this.stackName}-${logicalId}`
          : this.scalar(this.resolve(given, logicalId), logicalId);
      },
      property: (property) => this.resolve(object(raw.Properties)[property] ?? null, logicalId),
      arn: (service, rest, regional = true) =>
        `arn:aws:${service}:${regional ? this.region : ''}:${this.accountId}:${rest}`,
      region: this.region,
      accountId: this.accountId,
    });
  }
}

/** All of them; each is told apart in `Template`. */
export const INTRINSICS: readonly string[] = [
  'Ref',
  'Condition',
  'Fn::And',
  'Fn::Base64',
  'Fn::Equals',
  'Fn::GetAZs',
  'Fn::GetAtt',
  'Fn::If',
  'Fn::Join',
  'Fn::Not',
  'Fn::Or',
  'Fn::Select',
  'Fn::Split',
  'Fn::Sub',
];
export const PSEUDO_PARAMETERS: readonly string[] = [
  'AWS::AccountId',
  'AWS::NoValue',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
];

/** Stands for a property that is not there (`AWS::NoValue`). */
const NO_VALUE = '\u0000AWS::NoValue';

function split(whole: string, separator: string): [string, string | undefined] {
  const at = whole.indexOf(separator);
  return at < 0 ? [whole, undefined] : [whole.slice(0, at), whole.slice(at + 1)];
}

/**
 * Reads a synthesized template (`cdk.out/<Stack>.template.json`) and the assets manifest that lies beside it.
 * @throws TemplateError in one line: no such file, no JSON, no template.
 */
export function loadTemplate(file: string, options: TemplateOptions = {}): Template {
  const path = resolve(file);
  if (!existsSync(path)) throw new TemplateError(`There is no template ${file}.`);
  const content = readJson(path, file);
  if (!isObject(content.Resources)) throw new TemplateError(`${file} is no CloudFormation template: no Resources.`);
  if (content.Transform !== undefined)
    throw new TemplateError(
      `${file}: the local cloud does not know the transform ${JSON.stringify(content.Transform)}.`,
    );
  const assets = assetsOf(path);
  for (const [logicalId, each] of Object.entries(content.Resources)) {
    const { Type, Properties } = object(each);
    if (typeof Type !== 'string') throw new TemplateError(`${file}: the resource ${logicalId} has no Type.`);
    const key = Type === 'AWS::Lambda::Function' ? object(object(Properties).Code).S3Key : undefined;
    if (typeof key !== 'string' || assets.has(key)) continue;
    throw new TemplateError(
      `${file}: the code of ${logicalId} is not beside it. Name the template where it was synthesized (cdk.out), with its assets manifest.`,
    );
  }
  return new Template(path, content, assets, options);
}

function readJson(path: string, file: string): JsonObject {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new TemplateError(`${file} cannot be read as JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (!isObject(content)) throw new TemplateError(`${file} is no CloudFormation template.`);
  return content;
}

/** Object key in the assets bucket → directory. Empty where the template names no assets. */
function assetsOf(templatePath: string): ReadonlyMap<string, string> {
  const manifest = templatePath.replace(/\.template\.json$/, '.assets.json');
  const directories = new Map<string, string>();
  if (manifest === templatePath || !existsSync(manifest)) return directories;
  for (const asset of Object.values(object(readJson(manifest, manifest).files))) {
    const { source, destinations } = object(asset);
    const path = object(source).path;
    if (typeof path !== 'string') continue;
    for (const destination of Object.values(object(destinations))) {
      const key = object(destination).objectKey;
      if (typeof key === 'string') directories.set(key, join(dirname(templatePath), path));
    }
  }
  return directories;
}
