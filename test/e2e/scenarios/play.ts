import { ClusterDriver } from '../../../local/demo/cluster-driver';
import { FAULT_CHOICES } from '../../../local/demo/fault-kinds';
import { runScenario } from '../../../local/demo/player';
import type { Scenario } from '../../../local/demo/scenarios';
import { synthesize } from '../../../local/demo/synth';
import { startCloud } from '../../../local/emulator/cloud';

/** Plays each scenario as it is, and once with every kind of fault, in virtual time. */
export function playEach(scenarios: readonly Scenario[]): void {
  jest.setTimeout(120_000);
  describe.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('the scenario %s', (_, scenario) => {
    let templateFile = '';
    beforeAll(() => {
      templateFile = synthesize(scenario.config);
    });

    async function play(faults: (typeof FAULT_CHOICES)[number][]): Promise<string[]> {
      const options = { ...scenario.cloud, templateFile, clock: 'virtual', reuseInstances: true } as const;
      const cloud = await startCloud(options);
      try {
        const expectations = await runScenario(scenario, new ClusterDriver(cloud), { faults });
        return expectations.filter(({ holds }) => !holds).map(({ says }) => says);
      } finally {
        await cloud.close();
      }
    }

    test('ends as it should', async () => {
      expect(await play([])).toEqual([]);
    });

    test.each(FAULT_CHOICES.map((fault) => [fault.name, fault] as const))(
      'ends safely with the fault %s',
      async (_name, fault) => {
        expect(await play([fault])).toEqual([]);
      },
    );
  });
}
