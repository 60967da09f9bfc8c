import type { Exit, State } from './definition';

type States = ReadonlyMap<string, State>;

/** The first state that no way from the start leads to. */
export function unreachable(startAt: string, states: States): string | undefined {
  const reached = new Set([startAt]);
  // A Set's iteration sees what is added on the way.
  for (const name of reached) for (const next of nextOf(states.get(name))) reached.add(next);
  return [...states.keys()].find((name) => !reached.has(name));
}

/** Whether some state ends the execution. */
export function hasEnd(states: States): boolean {
  return [...states.values()].some(
    (state) => state.type === 'Succeed' || state.type === 'Fail' || exitsOf(state).some(({ next }) => next === null),
  );
}

function nextOf(state: State | undefined): readonly string[] {
  if (state === undefined) return [];
  return exitsOf(state).flatMap(({ next }) => (next === null ? [] : [next]));
}

function exitsOf(state: State): readonly Exit[] {
  switch (state.type) {
    case 'Task':
      return [state, ...state.catchers];
    case 'Choice':
      return state.otherwise === null ? state.rules : [...state.rules, state.otherwise];
    case 'Pass':
    case 'Wait':
      return [state];
    case 'Succeed':
    case 'Fail':
      return [];
  }
}
