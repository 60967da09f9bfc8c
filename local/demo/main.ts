import { run } from './program';

/** `npm start`. */
run(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
