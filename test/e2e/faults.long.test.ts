import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { FAULT_CHOICES } from '../../local/demo/fault-kinds';
import { runScenario } from '../../local/demo/player';
import { BASIC } from '../../local/demo/scenarios/basic';
import { REALISTIC } from '../../local/emulator/kernel/latency';
import { closeAll } from './driver';
import { given, SECOND, secondsUntilOn } from './field';

afterEach(closeAll);

/** What `npm start -- --scenario NAME --fault FAULT --latency realistic` plays, with warm functions. */
async function played(scenarioName: string, faultName: string | null): Promise<ClusterDriver> {
  const scenario = BASIC.find(({ name }) => name === scenarioName);
  const faults = FAULT_CHOICES.filter(({ name }) => name === faultName);
  if (scenario === undefined) throw new Error(`There is no scenario ${scenarioName}.`);
  const world = { transitions: { stopping: 40 * SECOND, shuttingDown: 40 * SECOND } };
  const driver = await given(undefined, { world, latency: REALISTIC, overhead: { cold: 5, warm: 5 } });
  const expectations = await runScenario(scenario, driver, { faults });
  expect(expectations.filter(({ holds }) => !holds)).toEqual([]);
  return driver;
}

test.each(['stop', 'terminate'])(
  '%s with every unassignment denied: the address is on the standby within a second more than without the fault',
  async (scenario) => {
    const [well, denied] = [await played(scenario, null), await played(scenario, 'unassign-denied')].map((driver) =>
      secondsUntilOn(driver, driver.standby),
    );
    expect(well).not.toBeNull();
    expect(denied).not.toBeNull();
    expect(Number(denied) - Number(well)).toBeLessThanOrEqual(1);
  },
);
