/**
 * Runs test/functions for Stryker in one process that stays. Jest would load the test files and the AWS SDK anew for each of
 * some two thousand mutants; here a mutant costs only the tests that reach it, and the first failure ends it. Matchers,
 * mocks, timers and tables are Jest's own, and `npm test` runs the same files under Jest itself.
 * @see https://stryker-mutator.io/docs/stryker-js/guides/create-a-plugin/
 */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { jestExpect } from '@jest/expect';
import { ModernFakeTimers } from '@jest/fake-timers';
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { DryRunStatus, TestStatus, toMutantRunResult } from '@stryker-mutator/api/test-runner';
import { bind } from 'jest-each';
import { ModuleMocker } from 'jest-mock';

/** A mutant may wait for ever where the original does not, milliseconds. */
const TEST_TIMEOUT_MS = 5_000;
/** Between a file's path and a test's name in a test's ID. */
const SEPARATOR = ': ';

class UnitTests {
  #folder = join(process.cwd(), 'test/functions');
  #require = createRequire(join(this.#folder, 'index.js'));
  /** Test files by path: loaded when first wanted, kept while the process lives. */
  #loaded = new Map();
  /** They were loaded with a mutant. */
  #mutated = false;

  /** True: a mutant of code that runs while modules load needs no process of its own, only the test files loaded anew. */
  capabilities() {
    return { reloadEnvironment: true };
  }

  init() {
    globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {};
    this.#require('tsx/cjs');
    // Fixed, so that a score can be had again; without the search for the smallest counterexample.
    this.#require('fast-check').configureGlobal({ seed: 7, endOnFailure: true });
  }

  async dryRun() {
    const tests = await this.#run(this.#names(), () => true, false);
    const { mutantCoverage } = globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE];
    return { status: DryRunStatus.Complete, tests, mutantCoverage };
  }

  /** A mutant of code that runs while modules load is active from the start, any other one once the tests are loaded. */
  async mutantRun({ activeMutant, mutantActivation, testFilter, hitLimit, disableBail }) {
    const atLoad = mutantActivation === 'static';
    if (atLoad || this.#mutated) this.#loaded.clear();
    this.#mutated = atLoad;
    const context = globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE];
    const ids = testFilter === undefined ? null : new Set(testFilter);
    const files = ids === null ? null : new Set([...ids].map((id) => id.slice(0, id.indexOf(SEPARATOR))));
    const names = this.#names().filter((name) => files === null || files.has(name));
    context.activeMutant = undefined;
    if (!atLoad) for (const name of names) this.#load(name);
    context.activeMutant = activeMutant.id;
    context.hitCount = hitLimit === undefined ? undefined : 0;
    context.hitLimit = hitLimit;
    try {
      const tests = await this.#run(names, (id) => ids === null || ids.has(id), !disableBail);
      return context.hitCount > hitLimit
        ? toMutantRunResult({ status: DryRunStatus.Timeout, reason: `Hit more than ${hitLimit} times.` })
        : toMutantRunResult({ status: DryRunStatus.Complete, tests }, disableBail);
    } catch (error) {
      // A module that no longer loads: such mutants are invalid and stay out of the score, as with Stryker's Jest runner.
      return toMutantRunResult({ status: DryRunStatus.Error, errorMessage: String(error) });
    }
  }

  /** The files' paths in the folder without ".test.ts", the slow ones last. */
  #names() {
    return readdirSync(this.#folder, { recursive: true })
      .filter((path) => path.endsWith('.test.ts'))
      .map((path) => path.slice(0, -'.test.ts'.length))
      .sort()
      .sort((a, b) => Number(a.includes('.property')) - Number(b.includes('.property')));
  }

  /** Each file gets its own copy of the functions and of the SDK's clients, as under Jest: it mocks their classes. */
  #load(name) {
    const known = this.#loaded.get(name);
    if (known !== undefined) return known;
    const { cache } = this.#require;
    for (const path of Object.keys(cache)) {
      if (!path.includes(`${sep}node_modules${sep}`) || path.includes(`@aws-sdk${sep}client-`)) delete cache[path];
    }
    const tests = collect(() => this.#require(join(this.#folder, `${name}.test.ts`)));
    this.#loaded.set(name, tests);
    return tests;
  }

  async #run(names, wanted, bail) {
    const context = globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE];
    const results = [];
    for (const file of names) {
      for (const { name, hooks, run } of this.#load(file)) {
        const id = `${file}${SEPARATOR}${name}`;
        if (!wanted(id)) continue;
        const environment = { ...process.env };
        const start = performance.now();
        context.currentTestId = id;
        const failureMessage = await failureOf([
          ...hooks.flatMap(({ before }) => before),
          run,
          ...hooks.toReversed().flatMap(({ after }) => after),
        ]);
        context.currentTestId = undefined;
        restoreEnvironment(environment);
        const fileName = join(this.#folder, `${file}.test.ts`);
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

function restoreEnvironment(before) {
  for (const name of Object.keys(process.env)) if (!Object.hasOwn(before, name)) delete process.env[name];
  Object.assign(process.env, before);
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
    beforeAll: (run) => scope.at(-1).before.push(once(run)),
    // The process ends, and what a file left open with it.
    afterAll: () => undefined,
    beforeEach: (run) => scope.at(-1).before.push(run),
    afterEach: (run) => scope.at(-1).after.push(run),
    jest: {
      fn: mocker.fn.bind(mocker),
      spyOn: mocker.spyOn.bind(mocker),
      mocked: (each) => each,
      restoreAllMocks: () => mocker.restoreAllMocks(),
      useFakeTimers: (options) => clock.useFakeTimers(options),
      useRealTimers: () => clock.useRealTimers(),
      setSystemTime: (now) => clock.setSystemTime(now),
      advanceTimersByTimeAsync: (milliseconds) => clock.advanceTimersByTimeAsync(milliseconds),
    },
  });
  load();
  return tests;
}

function once(run) {
  let result;
  return () => {
    result ??= Promise.resolve(run());
    return result;
  };
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'unit', UnitTests)];
