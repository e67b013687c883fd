import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fillScript, loadScript, parseScript } from '../../../src/cli/caller/script.js';
import { projectRoot } from '../../../src/threads/project-root.js';

describe('script of a simulated call', () => {
  test.each([
    [{ name: 'x', steps: [] }, 'steps'],
    [{ name: 'x', steps: [{ say: 'a', dtmf: '1' }] }, 'exactly one of say, play, dtmf, hangup'],
    [{ name: 'x', steps: [{}] }, 'exactly one of say, play, dtmf, hangup'],
    [{ name: 'x', steps: [{ dtmf: '1x' }] }, 'steps.0.dtmf'],
    [{ name: 'x', steps: [{ say: 'a', tag: 'Free Speech' }] }, 'steps.0.tag'],
    [{ name: 'x', steps: [{ say: 'a', wen: 'day' }] }, 'steps.0'],
    [{ name: 'x', steps: [{ say: 'a' }], rules: [{ say: 'b' }] }, 'rules.0.when'],
    ['just text', 'not valid'],
  ])('%j is refused, naming what is wrong', (raw, part) => {
    expect(() => parseScript(raw, 'file.yaml')).toThrow(part);
    expect(() => parseScript(raw, 'file.yaml')).toThrow('file.yaml');
  });

  test('a file that cannot be read is named', () => {
    expect(() => loadScript('/nowhere/book.yaml')).toThrow('cannot read script /nowhere/book.yaml');
  });

  test('variables are put into words, files, conditions and expectations', () => {
    const script = parseScript(
      {
        name: 'x',
        steps: [{ say: 'I am {name}.', when: '{name}' }, { play: '{clip}' }],
        rules: [{ when: 'no {name}', say: '{name}!' }],
        expect: { contains: ['{name}'], absent: ['not {name}'] },
      },
      'of the test',
    );
    const filled = fillScript(script, { name: 'Ann', clip: 'yes.wav' });
    expect(filled.steps).toMatchObject([{ say: 'I am Ann.', when: 'Ann' }, { play: 'yes.wav' }]);
    expect(filled.rules).toMatchObject([{ when: 'no Ann', say: 'Ann!' }]);
    expect(filled.expect).toMatchObject({ contains: ['Ann'], absent: ['not Ann'] });
  });

  test('an unknown variable is an error, not a spoken brace', () => {
    const script = parseScript({ name: 'x', steps: [{ say: 'I am {nmae}.' }] }, 'of the test');
    expect(() => fillScript(script, { name: 'Ann' })).toThrow('{nmae}');
  });

  const folder = join(projectRoot(), 'test/eval/scenarios');
  test.each(readdirSync(folder).filter((file) => file.endsWith('.yaml')))('%s is valid', (file) => {
    const { name } = loadScript(join(folder, file));
    expect(name.replaceAll('-', '')).toBe(file.replace('.yaml', '').replaceAll('-', ''));
  });
});
