import fc from 'fast-check';
import { type Option, type Order, Situations } from './situations';

/** Executions that read and set one variable; what an execution read is all that it knows. */
type Program = readonly ('read' | 'take' | 'free')[];

interface Memory {
  variable: string;
  readonly read: string[][];
}

function run(programs: readonly Program[], labels: readonly string[]): { state: string; options: Option[] } {
  const memory: Memory = { variable: 'free', read: programs.map(() => []) };
  const at = programs.map(() => 0);
  for (const label of labels) {
    const execution = Number(label[0]);
    const step = label.slice(2);
    if (step === 'read') memory.read[execution]?.push(memory.variable);
    else memory.variable = step;
    at[execution] = (at[execution] ?? 0) + 1;
  }
  const options = programs.flatMap((program, execution) => {
    const step = program[at[execution] ?? 0];
    return step === undefined ? [] : [{ label: `${execution} ${step}`, execution, changes: step !== 'read' }];
  });
  return { state: JSON.stringify([memory, at]), options };
}

/** Every state that some order leads to, one step at a time. */
function reachable(programs: readonly Program[]): Set<string> {
  const states = new Set<string>();
  const open: string[][] = [[]];
  for (let labels = open.pop(); labels !== undefined; labels = open.pop()) {
    const { state, options } = run(programs, labels);
    if (states.has(state)) continue;
    states.add(state);
    for (const { label } of options) open.push([...labels, label]);
  }
  return states;
}

/** As the search of the interleavings goes about it. */
function searched(programs: readonly Program[]): { states: Set<string>; steps: number } {
  const situations = new Situations();
  const states = new Set<string>();
  const open: Order[] = [{ labels: [], asleep: [] }];
  let steps = 0;
  for (let order = open.pop(); order !== undefined; order = open.pop()) {
    const { state, options } = run(programs, order.labels);
    states.add(state);
    const next = situations.enter(state, order, options);
    steps += next.length;
    open.push(...next);
  }
  return { states, steps };
}

const programs = fc.array(fc.array(fc.constantFrom<Program[number]>('read', 'take', 'free'), { maxLength: 4 }), {
  minLength: 2,
  maxLength: 3,
});

test('every situation is met that some order leads to, whatever is left out', () => {
  fc.assert(
    fc.property(programs, (all) => expect(searched(all).states).toEqual(reachable(all))),
    { numRuns: 300 },
  );
});

test('of two that only read, each needs no more than one order', () => {
  const reads: Program = ['read', 'read', 'read', 'read'];
  expect(searched([reads, reads])).toMatchObject({ steps: reachable([reads, reads]).size - 1 });
});

test('steps of one execution, of the world, and those that change something keep every order', () => {
  const step = (label: string, execution: number | null, changes: boolean): Option => ({ label, execution, changes });
  const follow = (first: Option, second: Option) => {
    const [, after] = new Situations().enter('', { labels: [], asleep: [] }, [first, second]);
    return after?.asleep;
  };
  const read = step('1 read', 1, false);
  expect(follow(read, step('2 read', 2, false))).toEqual([read]);
  expect(follow(read, step('1 reads too', 1, false))).toEqual([]);
  expect(follow(read, step('2 write', 2, true))).toEqual([]);
  expect(follow(step('1 write', 1, true), step('2 read', 2, false))).toEqual([]);
  expect(follow(read, step('wait', null, true))).toEqual([]);
});

test('what was left out of a situation is followed when it is met with less reason to leave it out', () => {
  const [a, b, c] = ['1 read', '2 read', '3 read'].map((label, index) => ({
    label,
    execution: index + 1,
    changes: false,
  }));
  const options = [a, b, c] as Option[];
  const situations = new Situations();
  const meet = (...asleep: unknown[]) =>
    situations
      .enter('the same', { labels: [], asleep: asleep as Option[] }, options)
      .map(({ labels, asleep: then }) => [...labels, ...then.map(({ label }) => `without ${label}`)]);
  expect(meet(a, b)).toEqual([['3 read', 'without 1 read', 'without 2 read']]);
  expect(meet(a, b)).toEqual([]);
  expect(meet(b, c)).toEqual([['1 read', 'without 2 read']]);
  expect(meet(a, c)).toEqual([['2 read']]);
  expect(meet()).toEqual([]);
});
