import { startCloud } from '../../local/cloud';
import { FAULT_CHOICES } from '../../local/fault-kinds';
import { SCENARIOS } from '../../local/scenarios';
import { Stage } from '../../local/stage';
import { synthesize } from '../../local/synth';
import { perform } from '../../local/theatre';

jest.setTimeout(120_000);

async function play(scenario: (typeof SCENARIOS)[number], faults: (typeof FAULT_CHOICES)[number][]) {
  const templateFile = synthesize(scenario.config);
  const options = { ...scenario.cloud, templateFile, clock: 'virtual', reuseInstances: true } as const;
  const cloud = await startCloud(options);
  try {
    const expectations = await perform(scenario, new Stage(cloud), { faults });
    return expectations.filter(({ holds }) => !holds).map(({ says }) => says);
  } finally {
    await cloud.close();
  }
}

describe.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))('the scenario %s', (_, scenario) => {
  it('ends as it should', async () => {
    expect(await play(scenario, [])).toEqual([]);
  });

  it.each(FAULT_CHOICES.map((fault) => [fault.name, fault] as const))(
    'ends safely with the fault %s',
    async (_name, fault) => {
      expect(await play(scenario, [fault])).toEqual([]);
    },
  );
});
