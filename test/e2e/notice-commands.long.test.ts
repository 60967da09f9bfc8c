import type { ClusterDriver } from '../../local/demo/cluster-driver';
import '../functions/support/quiet';
import { closeAll } from './driver';
import { givenAnOperator, isWorkflow, OPERATOR_KEY } from './operator';
import { commandsIn, type as typeAs } from './typed';

afterEach(closeAll);
jest.setTimeout(180_000);

/** The notice about the cluster that came last. */
function lastNotice(driver: ClusterDriver): { readonly subject: string; readonly message: string } {
  const notice = driver.notices().at(-1);
  if (notice === undefined) throw new Error('Nobody was told.');
  return notice;
}

/** "start-instances", "wait", …: what is typed, in order. */
function verbs(message: string): (string | undefined)[] {
  return commandsIn(message).map((command) => command.split(' ')[2]);
}

const given = (config?: unknown) => givenAnOperator(config);
/** In the role that the stack prints the policy of. */
const type = (driver: ClusterDriver, commands: readonly string[]) => typeAs(driver, commands, OPERATOR_KEY);

test('nothing of EC2 can be read: what to do does not depend on it', async () => {
  const driver = await given();
  driver.cloud.faults.add({
    action: 'DescribeInstances',
    when: isWorkflow,
    kind: 'error503',
  });
  driver.stop(driver.active);
  await driver.settled();
  const { subject, message } = lastNotice(driver);
  expect(subject).toContain('CHECK: failover failed, could not read where 10.0.0.5 is');
  driver.cloud.faults.clear();
  expect(verbs(message)).toEqual(['describe-network-interfaces', 'start-execution', 'assign-private-ip-addresses']);
  await type(driver, commandsIn(message));
  expect(driver.holds(driver.standby)).toBe(true);
});
