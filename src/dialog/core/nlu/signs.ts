import { tokensOf, type Sentence } from './sentence.js';
import { SIGN_KINDS, type Interpretation, type Sign, type SignKind } from './types.js';

/** What the words of a turn are about, in the order of {@link SIGN_KINDS}. */
export function signsOf(sentence: Sentence): readonly Sign[] {
  const { chart, units } = sentence;
  return SIGN_KINDS.flatMap((kind) => {
    const found = chart.find(`sign_${kind}`, 0, units.length);
    return found === undefined ? [] : [{ kind, ...tokensOf(sentence, found) }];
  });
}

/** The place of a sign in a turn; `undefined` where it is not. */
export const signIn = ({ signs }: Pick<Interpretation, 'signs'>, kind: SignKind): Sign | undefined =>
  signs.find((sign) => sign.kind === kind);

/** Tokens that neither ask for a call, nor answer a yes/no question, nor name a number, a day or a time. */
export function tellingOf({ chart, units, mentionAt }: Sentence): readonly number[] {
  const tokens = new Set<number>();
  units.forEach(({ token }, at) => {
    const named = mentionAt[at]?.type;
    const isNamed = named === 'phone' || named === 'digits' || named === 'time';
    if (!isNamed && !chart.spans('callback_word', at, at + 1)) tokens.add(token);
  });
  return [...tokens];
}
