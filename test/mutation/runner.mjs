/**
 * Runs test/unit for Stryker in one process that stays. Jest would load the test files and the AWS SDK anew for each of
 * some two thousand mutants; here a mutant costs only the tests that reach it, and the first failure ends it. Matchers,
 * mocks, timers and tables are Jest's own, and `npm test` runs the same files under Jest itself.
 * @see https://stryker-mutator.io/docs/stryker-js/guides/create-a-plugin/
 */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, sep } from 'node:path';
import { jestExpect } from '@jest/expect';
import { ModernFakeTimers } from '@jest/fake-timers';
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { DryRunStatus, TestStatus, toMutantRunResult } from '@stryker-mutator/api/test-runner';
import { bind } from 'jest-each';
import { ModuleMocker } from 'jest-mock';

/** A mutant may wait for ever where the original does not, milliseconds. */
const TEST_TIMEOUT_MS = 5_000;

class UnitTests {
  #files = [];

  /** False: Stryker starts a new process for mutants of code that runs while modules load. */
  capabilities() {
    return { reloadEnvironment: false };
  }

  init() {
    globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {};
  }

  async dryRun() {
    const context = globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE];
    this.#load();
    const tests = await this.#run(() => true, false);
    return { status: DryRunStatus.Complete, tests, mutantCoverage: context.mutantCoverage };
  }

  async mutantRun({ activeMutant, mutantActivation, testFilter, hitLimit, disableBail }) {
    const context = globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE];
    context.hitCount = hitLimit === undefined ? undefined : 0;
    context.hitLimit = hitLimit;
    if (mutantActivation === 'static') context.activeMutant = activeMutant.id;
    try {
      this.#load();
    } catch (error) {
      return toMutantRunResult({ status: DryRunStatus.Error, errorMessage: String(error) });
    }
    context.activeMutant = activeMutant.id;
    const wanted = testFilter === undefined ? undefined : new Set(testFilter);
    const tests = await this.#run((id) => wanted === undefined || wanted.has(id), !disableBail);
    if (context.hitCount > hitLimit) {
      return toMutantRunResult({ status: DryRunStatus.Timeout, reason: `Hit more than ${hitLimit} times.` });
    }
    return toMutantRunResult({ status: DryRunStatus.Complete, tests }, disableBail);
  }

  /** Each file gets its own copy of the functions and of the SDK's clients, as under Jest: it mocks their classes. */
  #load() {
    if (this.#files.length > 0) return;
    const folder = join(process.cwd(), 'test/unit');
    const require = createRequire(join(folder, 'index.js'));
    require('tsx/cjs');
    // Fixed, so that a score can be had again; without the search for the smallest counterexample.
    require('fast-check').configureGlobal({ seed: 7, endOnFailure: true });
    const names = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
    const quickFirst = [...names].sort((a, b) => Number(a.includes('.property.')) - Number(b.includes('.property.')));
    for (const name of quickFirst) {
      for (const path of Object.keys(require.cache)) {
        if (!path.includes(`${sep}node_modules${sep}`) || path.includes(`@aws-sdk${sep}client-`)) {
          delete require.cache[path];
        }
      }
      const fileName = join(folder, name);
      this.#files.push({ fileName, tests: collect(() => require(fileName)) });
    }
  }

  async #run(wanted, bail) {
    const context = globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE];
    const results = [];
    for (const { fileName, tests } of this.#files) {
      for (const { name, hooks, run } of tests) {
        const id = `${basename(fileName, '.test.ts')}: ${name}`;
        if (!wanted(id)) continue;
        context.currentTestId = id;
        const start = performance.now();
        const failureMessage = await failureOf([
          ...hooks.flatMap(({ before }) => before),
          run,
          ...hooks.toReversed().flatMap(({ after }) => after),
        ]);
        context.currentTestId = undefined;
        const result = { id, name: id, fileName, timeSpentMs: performance.now() - start };
        results.push(
          failureMessage === null
            ? { ...result, status: TestStatus.Success }
            : { ...result, status: TestStatus.Failed, failureMessage },
        );
        if (bail && failureMessage !== null) return results;
      }
    }
    return results;
  }
}

/** What the test and its hooks fail with, or null. The hooks after a failure still run: they put the clock back. */
async function failureOf(functions) {
  let failure = null;
  for (const each of functions) {
    let timer;
    const tooLong = new Promise((_resolve, reject) => {
      timer = realTimers.setTimeout(() => reject(new Error(`Longer than ${TEST_TIMEOUT_MS} ms.`)), TEST_TIMEOUT_MS);
    });
    try {
      await Promise.race([each(), tooLong]);
    } catch (error) {
      failure ??= error instanceof Error ? (error.stack ?? error.message) : String(error);
    } finally {
      realTimers.clearTimeout(timer);
    }
  }
  return failure;
}

const realTimers = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
const mocker = new ModuleMocker(globalThis);
const clock = new ModernFakeTimers({
  config: { rootDir: process.cwd(), fakeTimers: {} },
  global: globalThis,
});

/** Loads a test file; the tests that it declares, in order. */
function collect(load) {
  const tests = [];
  let scope = [{ name: '', before: [], after: [] }];
  const test = (name, run) => {
    const hooks = [...scope];
    tests.push({ name: [...scope.slice(1).map((each) => each.name), name].join(' '), hooks, run });
  };
  const describe = (name, declare) => {
    scope = [...scope, { name, before: [], after: [] }];
    declare();
    scope = scope.slice(0, -1);
  };
  test.each = bind(test);
  describe.each = bind(describe, false);
  Object.assign(globalThis, {
    test,
    describe,
    expect: jestExpect,
    beforeEach: (run) => scope.at(-1).before.push(run),
    afterEach: (run) => scope.at(-1).after.push(run),
    jest: {
      fn: mocker.fn.bind(mocker),
      spyOn: mocker.spyOn.bind(mocker),
      restoreAllMocks: () => mocker.restoreAllMocks(),
      useFakeTimers: (options) => clock.useFakeTimers(options),
      useRealTimers: () => clock.useRealTimers(),
      advanceTimersByTimeAsync: (milliseconds) => clock.advanceTimersByTimeAsync(milliseconds),
    },
  });
  load();
  return tests;
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'unit', UnitTests)];
