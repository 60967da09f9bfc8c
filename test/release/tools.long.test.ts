import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SIZES } from '../../release/write';
import { release } from './released';

/*
 * The release as the tools see it of those who deploy it: cfn-lint, and Terraform with the provider for AWS. Neither comes with
 * npm, so what is not installed here is skipped by name. A provider on the disk: TF_CLI_ARGS_init=-plugin-dir=DIRECTORY.
 */

const directory = release();
afterAll(() => rmSync(dirname(directory), { recursive: true, force: true }));

function run(command: string, ...args: string[]) {
  const env = { ...process.env, CHECKPOINT_DISABLE: '1' };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: directory, encoding: 'utf8', env });
  return { status, output: `${stdout}${stderr}` };
}

const testWhere = (there: boolean) => (there ? test : test.skip);
const lint = run('cfn-lint', '--version').status === 0;
const terraform = run('terraform', 'version').status === 0;
const provider =
  terraform && run('terraform', '-chdir=terraform', 'init', '-backend=false', '-input=false').status === 0;

testWhere(lint).each(SIZES)('cfn-lint has nothing to say about $name', ({ name }) => {
  expect(run('cfn-lint', join(directory, `${name}.template.json`))).toEqual({ status: 0, output: '' });
});

testWhere(terraform)('the Terraform module is formatted as Terraform does it', () => {
  expect(run('terraform', '-chdir=terraform', 'fmt', '-check', '-diff')).toMatchObject({ status: 0 });
});

testWhere(provider)('the Terraform module is valid for the provider', () => {
  expect(run('terraform', '-chdir=terraform', 'validate', '-no-color')).toMatchObject({
    status: 0,
    output: expect.stringContaining('The configuration is valid.'),
  });
});
