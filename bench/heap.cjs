// Preloaded with --expose-gc into a process that is measured: what its heap still holds after a collection, at its highest.
const { writeFileSync } = require('node:fs');

let heap = 0;
const timer = setInterval(() => {
  globalThis.gc();
  heap = Math.max(heap, process.memoryUsage().heapUsed);
}, 100);
timer.unref();
process.on('exit', () => {
  const maxRss = process.resourceUsage().maxRSS * 1024;
  writeFileSync(process.env.HEAP_FILE, JSON.stringify({ heap, maxRss }));
});
