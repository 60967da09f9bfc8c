import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { GUEST } from './programs';

const SCRIPTS = readdirSync(GUEST, { recursive: true, encoding: 'utf8' })
  .filter((name) => statSync(join(GUEST, name)).isFile())
  .filter((name) => readFileSync(join(GUEST, name), 'utf8').startsWith('#!/bin/sh'));

test('there are scripts', () => {
  expect(SCRIPTS).toEqual(expect.arrayContaining(['vip-claim', 'vip-follow', 'examples/pacemaker/claim']));
});

test.each(SCRIPTS)('%s: shellcheck has nothing to say', (name) => {
  const { status, stdout } = spawnSync('shellcheck', ['--shell=sh', join(GUEST, name)], { encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, '']);
});
