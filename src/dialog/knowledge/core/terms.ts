import { stem } from './stem.js';

/** Function words and the small talk of telephone questions; they say nothing about the topic. */
const STOP_WORDS = new Set(
  (
    'a an and any are as at be been being but by can could d did do does doing for from get gets getting give go ' +
    'going gonna got had has have having he hello her hers hey hi him his how i if in into is it its just know let ' +
    'like ll m may many maybe me might much mine my no not now of off ok okay on or our ours out please re s shall she should ' +
    'so some such t tell than thank thanks that the their them then there these they this those to too uh um up us ' +
    've very wanna want wants was we well were what whats when where which who whom whose why will with would yeah ' +
    'yes you your yours about actually already also anybody anyone anything been really lately still ever even ' +
    'feel feeling need needs needed make makes take takes thing things use used something somebody someone there through'
  ).split(' '),
);

/** Lower-case words and numbers of a text; apostrophes inside words are dropped ("don't" is "dont"). */
export function words(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replace(/[’']/g, '')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** The stemmed content words of a text, in order, repeated as often as they occur. */
export function terms(text: string): string[] {
  return words(text)
    .filter((word) => !STOP_WORDS.has(word))
    .map(stem);
}
