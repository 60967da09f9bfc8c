import { ClusterDriver } from '../../../local/demo/cluster-driver';
import { FAULT_CHOICES } from '../../../local/demo/fault-kinds';
import { runScenario } from '../../../local/demo/player';
import type { Scenario } from '../../../local/demo/scenarios';
import { synthesize } from '../../../local/demo/synth';
import { startCloud } from '../../../local/emulator/cloud';

type Fault = (typeof FAULT_CHOICES)[number];

/** Plays a scenario in virtual time. @returns what it says of each expectation that does not hold */
export async function play(scenario: Scenario, faults: readonly Fault[] = []): Promise<string[]> {
  const templateFile = synthesize(scenario.config);
  const cloud = await startCloud({ ...scenario.cloud, templateFile, clock: 'virtual', reuseInstances: true });
  try {
    const expectations = await runScenario(scenario, new ClusterDriver(cloud), { faults: [...faults] });
    return expectations.filter(({ holds }) => !holds).map(({ says }) => says);
  } finally {
    await cloud.close();
  }
}

/** A test for every scenario with every kind of fault. */
export function playWithFaults(scenarios: readonly Scenario[]): void {
  const named = scenarios.map((scenario) => [scenario.name, scenario] as const);
  describe.each(named)('the scenario %s ends safely with the fault', (_, scenario) => {
    test.each(FAULT_CHOICES.map((fault) => [fault.name, fault] as const))('%s', async (_name, fault) => {
      expect(await play(scenario, [fault])).toEqual([]);
    });
  });
}
