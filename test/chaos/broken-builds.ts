import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { record, strings } from './runs';

/** A build that is wrong on purpose: what chaos must find. */
export interface BrokenBuild {
  readonly name: string;
  /** Makes the broken template beside the good one and returns its file. */
  make(templateFile: string): string;
}

type Json = Readonly<Record<string, unknown>>;

/** By state: its definition, changed. */
type Change = (state: Json, name: string) => Json;

/** Each is one defect that a real version had, or that a careless change could bring back. */
export const BROKEN_BUILDS: readonly BrokenBuild[] = [
  definition('no retry', ({ Retry, ...state }) => state),
  definition('verify skipped', (state, name) =>
    name === 'VerifyEni' ? { Type: 'Pass', Output: {}, Next: 'NotifySuccess' } : state,
  ),
  definition('failure notice removed', (state, name) =>
    name === 'NotifyFailure' ? { Type: 'Pass', Output: {}, Next: 'FailoverFailed' } : state,
  ),
  definition('unassigning must work', (state, name) =>
    name === 'UnassignIp' ? { ...state, Catch: [...without(state.Catch, 'States.ALL'), FAIL] } : state,
  ),
  definition('unknown errors are not tried again', (state) =>
    state.Retry === undefined ? state : { ...state, Retry: without(state.Retry, 'States.ALL') },
  ),
  definition('passing errors are tried three times', (state) =>
    state.Retry === undefined ? state : { ...state, Retry: list(state.Retry).map(threeTimes) },
  ),
  definition('a target that refuses ends it', (state, name) =>
    name === 'AssignIp' ? { ...state, Catch: [...without(state.Catch, 'States.ALL'), FAIL] } : state,
  ),
  bundle('assign without AllowReassignment', ['AssignIp'], (source) =>
    replaced(source, 'AllowReassignment:!0', 'AllowReassignment:!1'),
  ),
  bundle('decision from the event instead of EC2', ['VerifyInstanceState'], (source) => {
    const decides = replaced(
      source,
      /\[(\w+)\.InstanceId\?\?``,(\w+)\(\1\)\]/,
      '[$1.InstanceId??"",said===$1.InstanceId?{...$2($1),state:"stopped"}:$2($1)]',
    );
    return `let said=null;${decides}
;{const {handler}=exports;exports.handler=(input)=>{const detail=input.input?.detail;said=detail?.state==="running"?null:detail?.["instance-id"];return handler(input)}}`;
  }),
  bundle('interfaces that EC2 hides are not asked for', ['VerifyInstanceState'], (source) =>
    replaced(source, /IncludeManagedResources:!0/g, 'IncludeManagedResources:!1'),
  ),
  withoutRule('absence in one answer is death', 'two answers of EC2 contradict each other'),
  bundle(
    'a drill unassigns first, and an address on its way is given away',
    ['UnassignIp', 'VerifyInstanceState'],
    (source, name) =>
      name === 'UnassignIp'
        ? replaced(source, /return \w+\?(\[\{address:\w+,why:`HEALTHY_HOLDER`)/, 'return!1?$1')
        : lacking(source, 'a VIP held by nobody, and no interface died'),
  ),
  withoutRule(
    'an alarm that is not shown yet is believed to be over',
    'all VIPs on a healthy node, or on one that is left alone',
  ),
  bundle('failback takes back what a person moved', ['VerifyInstanceState'], (source) =>
    replaced(source, /\|\|\w+\.movedByItselfTo!==\w+\?\.instanceId/, ''),
  ),
  bundle('an alarm that was updated counts as changed', ['VerifyInstanceState'], (source) =>
    replaced(
      replaced(source, /StateTransitionedTimestamp(?=:\w+\}\)=>\{)/g, 'StateUpdatedTimestamp'),
      /(since:\()\w+(?=\|\|\w+===void 0\|\|)/,
      '$1!0',
    ),
  ),
  bundle('a tag in capitals means nothing', ['VerifyInstanceState'], (source) =>
    replaced(source, '?.trim().toLowerCase()===`never`', '===`never`'),
  ),
  bundle('an event without a readable time is invalid', ['VerifyInstanceState'], (source) => {
    const check = `const time=input.input?.detail===undefined?0:Date.parse(input.input.time);
if(Number.isNaN(time))throw Object.assign(new Error('The event has no time.'),{name:'InvalidInput'});`;
    return `${source}
;{const {handler}=exports;exports.handler=async(input)=>{${check}return handler(input)}}`;
  }),
  withoutRule('late and repeated claims are believed', 'all VIPs on a healthy node, a claim comes late'),
  bundle('a request is forgotten when it is decided again', ['VerifyInstanceState'], (source) =>
    replaced(source, /(request:\{mode:\w+,trigger:\w+,target:)\w+/, '$1null'),
  ),
  bundle('alarms that change in turn carry the addresses', ['VerifyInstanceState'], (source) =>
    replaced(source, /quietCandidates:(\w+)\.filter\([^}]*?\)\}/, 'quietCandidates:$1}'),
  ),
  bundle('texts are cut within a character', ['VerifyInstanceState', 'Notify'], (source) =>
    replaced(source, /=(\w+)\.toWellFormed\(\);if\((\w+)\.length<=(\w+)\)return \2;/, '=$1;return $2.slice(0,$3);'),
  ),
  bundle('a dark time is said where an answer was lost', ['Notify'], (source) =>
    replaced(source, /return!\w+\.certain[^:]*:(\w+)===null\?.*?\?null:0:/, 'return $1===null?0:'),
  ),
  bundle('the application need not answer', ['VerifyInstanceState'], (source) =>
    replaced(source, /(\?\.application===`)impaired`\?/, '$1nothing`?'),
  ),
  bundle('the application has no time to start', ['VerifyInstanceState'], (source) =>
    replaced(source, /(includes\(\w+\.networkInterfaceId\)\))&&\w+===!1(?=:!1)/, '$1'),
  ),
  definition('a task gives up before its function does', (state) =>
    state.TimeoutSeconds === undefined ? state : { ...state, TimeoutSeconds: 3 },
  ),
];

const FAIL: Json = {
  ErrorEquals: ['States.ALL'],
  Assign: { failure: '{% $states.errorOutput %}' },
  Output: {},
  Next: 'NotifyFailure',
};

const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(record) : []);

/** Retriers or catchers but those of an error. */
const without = (all: unknown, error: string): readonly Json[] =>
  list(all).filter(({ ErrorEquals }) => !strings(ErrorEquals).includes(error));

const threeTimes = (retrier: Json): Json => ({ ...retrier, MaxAttempts: Math.min(3, Number(retrier.MaxAttempts)) });

/** The decision table lacks the rules whose names begin so. */
function withoutRule(name: string, ...rules: readonly string[]): BrokenBuild {
  return bundle(name, ['VerifyInstanceState'], (source) => lacking(source, ...rules));
}

function lacking(source: string, ...rules: readonly string[]): string {
  return rules.reduce(
    (text, rule) => replaced(text, new RegExp(`(name:\`${rule}[^\`]*\`,when:)`), '$1()=>!1,was:'),
    source,
  );
}

/** Replaces once, and insists that there was something to replace. */
function replaced(source: string, what: string | RegExp, by: string): string {
  const result = source.replace(what, by);
  if (result === source) throw new Error(`${what} is not in the bundle any more: break it another way.`);
  return result;
}

const DIRECTORY = join(__dirname, '../../dist/broken-builds');

/** Writes a template that differs from a synthesized one, with the same assets, and returns its file. */
function variantOf(templateFile: string, name: string, change: (template: unknown) => unknown): string {
  const directory = join(DIRECTORY, basename(dirname(templateFile)), fileName(name));
  mkdirSync(directory, { recursive: true });
  const file = join(directory, basename(templateFile));
  writeFileSync(file, JSON.stringify(change(readJson(templateFile))));
  changeAssets(templateFile, file, (source) => relative(directory, join(dirname(templateFile), source)));
  return file;
}

/** Writes the manifest of the assets of a template with other paths. */
function changeAssets(from: string, to: string, pathOf: (path: string, asset: string) => string): void {
  const manifest = record(readJson(manifestOf(from)));
  const files = Object.entries(record(manifest.files)).map(([key, value]) => {
    const asset = record(value);
    const source = record(asset.source);
    const path = pathOf(String(source.path), String(asset.displayName));
    return [key, { ...asset, source: { ...source, path } }] as const;
  });
  writeFileSync(manifestOf(to), JSON.stringify({ ...manifest, files: Object.fromEntries(files) }));
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

const manifestOf = (templateFile: string) => templateFile.replace(/\.template\.json$/, '.assets.json');

const fileName = (name: string) => name.replaceAll(/\W+/g, '-');

function definition(name: string, change: Change): BrokenBuild {
  const make = (templateFile: string) =>
    variantOf(templateFile, name, (template) => {
      const before = JSON.stringify(template);
      const after = changeResources(template, 'AWS::StepFunctions::StateMachine', (properties) => ({
        ...properties,
        DefinitionString: changeDefinition(properties.DefinitionString, change),
      }));
      if (JSON.stringify(after) === before) throw new Error(`${name}: nothing was changed.`);
      return after;
    });
  return { name, make };
}

function changeResources(template: unknown, type: string, change: (properties: Json) => Json): Json {
  const { Resources, ...rest } = record(template);
  const resources = Object.entries(record(Resources)).map(([id, value]) => {
    const resource = record(value);
    return [
      id,
      resource.Type === type ? { ...resource, Properties: change(record(resource.Properties)) } : resource,
    ] as const;
  });
  return { ...rest, Resources: Object.fromEntries(resources) };
}

/** The definition is text with references in between, which stand for themselves while it is changed. */
function changeDefinition(definitionString: unknown, change: Change): Json {
  const joined = record(definitionString)['Fn::Join'];
  const parts: readonly unknown[] = Array.isArray(joined) && Array.isArray(joined[1]) ? joined[1] : [];
  const source = parts.map((part, index) => (typeof part === 'string' ? part : `@@${index}@@`)).join('');
  const { States, ...machine } = record(JSON.parse(source));
  const states = Object.entries(record(States)).map(([name, state]) => [name, change(record(state), name)] as const);
  const text = JSON.stringify({ ...machine, States: Object.fromEntries(states) });
  const pieces = text.split(/@@(\d+)@@/).map((piece, index) => (index % 2 === 0 ? piece : parts[Number(piece)]));
  return { 'Fn::Join': ['', pieces] };
}

function bundle(
  name: string,
  functions: readonly string[],
  change: (source: string, functionName: string) => string,
): BrokenBuild {
  const make = (templateFile: string) => {
    const file = variantOf(templateFile, name, (template) => template);
    changeAssets(file, file, (path, asset) => {
      const functionName = functions.find((each) => asset.includes(`/${each}/`));
      if (functionName === undefined) return path;
      const source = readFileSync(join(dirname(file), path, 'index.js'), 'utf8');
      const directory = join(dirname(file), functionName);
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, 'index.js'), change(source, functionName));
      return functionName;
    });
    return file;
  };
  return { name, make };
}
