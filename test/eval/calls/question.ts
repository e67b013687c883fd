import type { PromptSet } from '../../../src/dialog/core/context.js';

/** The utterance that a reply ends with. */
export interface Asked {
  readonly id: string;
  /** What kind of question it is, whatever the wording: `confirm`, `name`, `check`, `appointment.date`, … */
  readonly about: string;
  /** The caller is to press a key. */
  readonly byKeys: boolean;
  readonly vars: Readonly<Record<string, string>>;
}

/** Finds what a reply of the agent ends with. */
export type ReadQuestion = (reply: string) => Asked | undefined;

/** A text with less of its own than this would be found in anything. */
const LEAST_LETTERS = 8;
/** Names that one kind of question goes by. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^(appointment\.confirm|cancel\.confirm|move\.(confirm|retry|short|keypad))/, 'confirm'],
  [/^appointment\.check/, 'check'],
  [/^(appointment\.name|identify\.name)/, 'name'],
];

/** Reads questions by the texts of a pack, so that a caller need not guess at wordings. */
export function questionReader(prompts: PromptSet): ReadQuestion {
  const shapes = Object.values(prompts).flatMap(({ id, variants }) =>
    variants.flatMap((text) => {
      const own = text.replaceAll(/\{\w+\}/g, '').length;
      return own < LEAST_LETTERS ? [] : [{ id, own, shape: shapeOf(text) }];
    }),
  );
  shapes.sort((a, b) => b.own - a.own);
  return (reply) => {
    for (const { id, shape } of shapes) {
      const match = shape.exec(reply.trim());
      if (match !== null) {
        return { id, about: kindOf(id), byKeys: /keypad|keys/.test(id), vars: { ...match.groups } };
      }
    }
    return undefined;
  };
}

function shapeOf(text: string): RegExp {
  const source = text
    .split(/(\{\w+\})/)
    .map((part) => {
      const name = /^\{(\w+)\}$/.exec(part)?.[1];
      return name === undefined ? part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`) : `(?<${name}>.+?)`;
    })
    .join('');
  return new RegExp(`(?:^|[.!?] )${source}$`, 'i');
}

function kindOf(id: string): string {
  const kind = KINDS.find(([pattern]) => pattern.test(id))?.[1];
  return kind ?? id.replace(/[._](ask|retry|keypad|offer|offers|short|first|second)$/, '');
}
