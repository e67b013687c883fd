import { jest } from '@jest/globals';
import { isSearched, MaterialSync } from '../../../src/app/material-sync.js';
import { FakeKnowledge } from '../../../src/dialog/testing/fake-knowledge.js';
import { LeibnizError } from '../../../src/kernel/errors.js';
import type { NewMaterial } from '../../../src/store/types.js';
import { FakeMaterials } from '../../../src/store/testing/fake-materials.js';
import { wallMs } from '../../../src/kernel/time.js';
import { VirtualTime } from '../../support/virtual-time.js';

const text = (title: string): NewMaterial => ({
  ...{
    title,
    source: 'upload',
    filePath: `${title}.pdf`,
    kind: 'pdf',
    bytes: 1,
    sha256: '0',
    subject: 'money',
  },
  sections: [{ headings: [], paragraphs: [title] }],
});

function setUp(): {
  time: VirtualTime;
  materials: FakeMaterials;
  knowledge: FakeKnowledge;
  sync: MaterialSync;
  warned: string[];
} {
  const time = new VirtualTime();
  const materials = new FakeMaterials(() => time.wall());
  const knowledge = new FakeKnowledge({ scheduler: time });
  const warned: string[] = [];
  const log = {
    info: () => undefined,
    error: () => undefined,
    warn: (_fields: object, message: string) => void warned.push(message),
  };
  const sync = new MaterialSync({ materials, knowledge, scheduler: time, log: log as never });
  return { time, materials, knowledge, sync, warned };
}

it('added, changed, removed: the index follows, and what is there already is not sent again', async () => {
  const { materials, knowledge, sync } = setUp();
  const fees = await materials.add(text('Fees'));
  await sync.now();
  expect([...knowledge.kept.values()]).toMatchObject([{ title: 'Fees', path: 'Fees.pdf', tags: ['money'] }]);
  expect(isSearched(fees, await knowledge.held())).toBe(true);
  const take = jest.spyOn(knowledge, 'take');
  await materials.add(text('Rooms'));
  await sync.now();
  expect(take.mock.calls.map(([change]) => change.put?.map(({ title }) => title))).toEqual([['Rooms']]);
  await materials.remove(fees.id);
  await sync.now();
  expect([...knowledge.kept.values()].map(({ title }) => title)).toEqual(['Rooms']);
});

it('a version with a date is held beside the one before, each with its time', async () => {
  const { materials, knowledge, sync } = setUp();
  const { id } = await materials.add(text('Fees'));
  const changed = await materials.addVersion(id, { ...text('Fees'), validFromMs: wallMs(5000) });
  await sync.now();
  expect(
    [...knowledge.kept.values()].map(({ validFromMs, validUntilMs }) => [validFromMs, validUntilMs]),
  ).toEqual([
    [5000, undefined],
    [undefined, 5000],
  ]);
  expect(changed !== undefined && isSearched(changed, await knowledge.held())).toBe(true);
});

it('the knowledge base fails, forgets, works: everything is given again by itself, and one warning is written', async () => {
  const { time, materials, knowledge, sync, warned } = setUp();
  await materials.add(text('Fees'));
  knowledge.failure = new LeibnizError('WORKER_CRASHED', 'down');
  sync.start();
  await time.advance(25_000);
  expect(warned).toHaveLength(1);
  knowledge.failure = undefined;
  await time.advance(10_000);
  expect(knowledge.kept.size).toBe(1);
  knowledge.kept.clear();
  await time.advance(10_000);
  expect(knowledge.kept.size).toBe(1);
  sync.close();
});

it('changes that come during a run are in the next one, which their caller waits for', async () => {
  const { materials, knowledge, sync } = setUp();
  await materials.add(text('One'));
  const first = sync.now();
  await materials.add(text('Two'));
  await Promise.all([first, sync.now(), sync.now()]);
  expect(knowledge.kept.size).toBe(2);
});
