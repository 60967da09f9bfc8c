import { isObject } from '../template/json';
import type { Expression } from './expression';

/** Members of `$states` that a field may read. @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html */
export type StatesMember = 'input' | 'context' | 'result' | 'errorOutput';

/** JSONata's own functions that give the same in every run. */
export const KNOWN_FUNCTIONS: readonly string[] = [
  ...['string', 'length', 'substring', 'substringBefore', 'substringAfter', 'uppercase', 'lowercase', 'trim', 'pad'],
  ...['contains', 'split', 'join', 'match', 'replace', 'base64encode', 'base64decode', 'encodeUrlComponent'],
  ...['encodeUrl', 'decodeUrlComponent', 'decodeUrl', 'number', 'abs', 'floor', 'ceil', 'round', 'power', 'sqrt'],
  ...['formatNumber', 'formatBase', 'formatInteger', 'parseInteger', 'sum', 'max', 'min', 'average', 'boolean', 'not'],
  ...['exists', 'count', 'append', 'sort', 'reverse', 'distinct', 'zip', 'keys', 'lookup', 'spread', 'merge', 'sift'],
  ...['each', 'error', 'assert', 'type', 'map', 'filter', 'single', 'reduce', 'fromMillis'],
];

/** Functions that somebody might expect, and why they are refused. */
const REFUSED_FUNCTIONS: Readonly<Record<string, string>> = {
  // https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
  eval: 'Step Functions does not have it',
  ...Object.fromEntries(
    ['now', 'millis', 'toMillis', 'random', 'shuffle', 'uuid', 'parse', 'partition', 'range', 'hash', 'clone'].map(
      (name) => [name, 'the local cloud does not run it'],
    ),
  ),
};

/** What the definition around an expression gives it. */
export interface Surroundings {
  /** Names of all variables that some state assigns. */
  readonly variables: ReadonlySet<string>;
  /** What the field may read of `$states`. */
  readonly members: readonly StatesMember[];
}

/** Why an expression cannot run, in AWS's sense or in ours; null: it can. */
export function problemOf({ tree }: Expression, { variables, members }: Surroundings): string | null {
  const bound = new Set<string>();
  /** Where `$states` is followed by a name. */
  const starts = new Set<Node>();
  for (const node of nodesOf(tree)) {
    for (const name of boundBy(node)) bound.add(name);
    const [first, second] = stepsOf(node);
    if (first !== undefined && second?.type === 'name') starts.add(first);
  }
  for (const node of nodesOf(tree)) {
    const problem = problemOfNode(node);
    if (problem !== null) return problem;
  }
  const name = topLevelNameIn(tree);
  return name === null ? null : `it refers to '${name}' at the top level; write $states.input.${name} or a variable`;

  function problemOfNode(node: Node): string | null {
    if (node.type === 'variable') return problemOfVariable(String(node.value), node);
    // A variable hides the function of its name. No page of AWS says so, so nothing may depend on it.
    if (node.type === 'function' && isObject(node.procedure) && variables.has(String(node.procedure.value)))
      return `it calls $${node.procedure.value}, which is a variable here`;
    const [first, second] = stepsOf(node);
    if (first?.type !== 'variable' || first.value !== 'states' || second?.type !== 'name') return null;
    if (members.some((each) => each === second.value)) return null;
    return `$states.${second.value} is not available here; available: ${available()}`;
  }

  function available(): string {
    return members.map((each) => `$states.${each}`).join(', ');
  }

  function problemOfVariable(variable: string, node: Node): string | null {
    if (variable === '$') return "it refers to '$$', which Step Functions does not support";
    if (variable === 'states') return starts.has(node) ? null : `$states is used without a member; use ${available()}`;
    if (variable === '' || bound.has(variable) || variables.has(variable)) return null;
    if (KNOWN_FUNCTIONS.includes(variable)) return null;
    const refused = REFUSED_FUNCTIONS[variable];
    return refused === undefined ? `no state assigns the variable $${variable}` : `it uses $${variable}: ${refused}`;
  }
}

type Node = Readonly<Record<string, unknown>>;

const stepsOf = (node: Node): readonly Node[] =>
  node.type === 'path' && Array.isArray(node.steps) ? node.steps.filter(isObject) : [];

function* nodesOf(tree: unknown): Generator<Node> {
  if (Array.isArray(tree)) for (const each of tree) yield* nodesOf(each);
  if (!isObject(tree)) return;
  yield tree;
  for (const value of Object.values(tree)) yield* nodesOf(value);
}

/** Variables that belong to the expression itself. */
function boundBy(node: Node): readonly string[] {
  if (node.type === 'bind' && isObject(node.lhs)) return [String(node.lhs.value)];
  if (node.type === 'lambda' && Array.isArray(node.arguments))
    return node.arguments.filter(isObject).map(({ value }) => String(value));
  return [node.focus, node.index].filter((name) => typeof name === 'string');
}

/** Fields of a syntax node whose paths begin somewhere else than at the top. */
const INNER = ['predicate', 'stages', 'group', 'terms'];

/**
 * A name that is looked up in the document around the expression. In Step Functions there is none.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
function topLevelNameIn(node: unknown): string | null {
  if (Array.isArray(node)) return firstOf(node.map(topLevelNameIn));
  if (!isObject(node)) return null;
  const [first] = stepsOf(node);
  if (first?.type === 'name') return String(first.value);
  if (first !== undefined) return topLevelNameIn(first);
  return firstOf(
    Object.entries(node)
      .filter(([key]) => !INNER.includes(key))
      .map(([, value]) => topLevelNameIn(value)),
  );
}

const firstOf = (names: readonly (string | null)[]) => names.find((name) => name !== null) ?? null;
