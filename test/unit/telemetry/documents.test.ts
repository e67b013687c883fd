import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRIC_NAMES, metricOf } from '../../../src/telemetry/catalogue.js';
import { projectRoot } from '../../../src/threads/project-root.js';

const DOCS = join(projectRoot(), 'docs');

/** Words that have the form of a metric's name: a family's first word and a unit or kind at the end. */
function mentioned(text: string): string[] {
  const families = new Set(METRIC_NAMES.map((name) => name.split('_')[0]));
  return [...text.matchAll(/`([a-z][a-z0-9]*(?:_[a-z0-9]+)+)(?:\{([^}`]*)\})?`/g)]
    .map((match) => match[1] ?? '')
    .filter(
      (name) => families.has(name.split('_')[0]) && /_(total|ms|seconds|bytes|depth|free|active)$/.test(name),
    );
}

test.each(readdirSync(DOCS).filter((file) => file.endsWith('.md')))(
  '%s names only metrics that exist',
  (file) => {
    const names = mentioned(readFileSync(join(DOCS, file), 'utf8'));
    expect(names.filter((name) => !(METRIC_NAMES as readonly string[]).includes(name))).toEqual([]);
  },
);

test('the labels that the operations page alarms on exist', () => {
  const text = readFileSync(join(DOCS, 'operations.md'), 'utf8');
  for (const [, name, labels] of text.matchAll(/`([a-z_]+)\{([^}`]*)\}`/g)) {
    const known = METRIC_NAMES.find((entry) => entry === name);
    expect(known).toBe(name);
    if (known === undefined) continue;
    for (const [, label] of (labels ?? '').matchAll(/([a-z_]+)=/g)) {
      expect(metricOf(known).labels).toContain(label);
    }
  }
});
