// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the add-on store's linter over a zip; fails on any finding but the one that two browsers in one manifest bring.
import { spawnSync } from 'node:child_process';

// Chromium reads background.service_worker, Firefox background.scripts; with one manifest for both this cannot be avoided.
const KNOWN = new Set(['BACKGROUND_SERVICE_WORKER_IGNORED']);

const run = spawnSync('addons-linter', ['--output', 'json', process.argv[2]], { encoding: 'utf8', maxBuffer: 1 << 26 });
let result;
try {
  result = JSON.parse(run.stdout);
} catch {
  console.error(`failed to run addons-linter: ${run.error ?? run.stderr}`);
  process.exit(1);
}
const findings = [...result.errors, ...result.warnings];
const bad = findings.filter((finding) => !KNOWN.has(finding.code));
for (const { _type, code, message, file, line } of bad) {
  console.error(`${_type} ${code} in ${file ?? 'the zip'}${line ? `:${line}` : ''}: ${message}`);
}
console.log(`   ${result.errors.length} errors, ${result.warnings.length} warnings, ${findings.length - bad.length} known`);
process.exit(bad.length > 0 ? 1 : 0);
