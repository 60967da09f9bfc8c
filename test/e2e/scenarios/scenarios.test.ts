import { SCENARIOS } from '../../../local/demo/scenarios';
import { play } from './play';

test.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
  'the scenario %s ends as it should',
  async (_, scenario) => {
    expect(await play(scenario)).toEqual([]);
  },
);
