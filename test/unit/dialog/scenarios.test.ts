import { openOffice, type Office } from '../../eval/conversation/office.js';
import { declaredOf, PACK_FOLDERS } from '../../eval/scenarios/declared.js';
import { playDeclared } from '../../support/declared-talk.js';

const packs = Object.entries(PACK_FOLDERS) as [keyof typeof PACK_FOLDERS, string][];

describe.each(packs)('declared conversations: %s', (pack, folder) => {
  let office: Office;
  beforeAll(async () => {
    office = await openOffice(folder);
  }, 120_000);
  afterAll(() => office.close());

  for (const declared of declaredOf(pack)) {
    const { id, knownFault } = declared;
    const name = knownFault === undefined ? id : `${id} (not yet: ${knownFault})`;
    (knownFault === undefined ? test : test.failing)(name, async () => {
      const { faults, lines } = await playDeclared(declared, office);
      if (faults.length > 0) throw new Error([...faults, '', ...lines].join('\n'));
    });
  }
});
