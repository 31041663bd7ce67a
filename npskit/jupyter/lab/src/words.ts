/**
 * What a person reads, in English and in French.
 *
 * `words.json` is made from npskit's own table of words. It is used instead of Lab's translator because the language can
 * be chosen for npskit alone, and because French must not need a language pack.
 */

import words from './words.json';

export type Lang = 'en' | 'fr';
export type Key = keyof typeof words.en;

/** The words of a key, with the places in braces filled. */
export function say(lang: Lang, key: Key, values: Record<string, string> = {}): string {
  return words[lang][key].replace(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);
}

/** A whole number as the language writes it. */
export function count(lang: Lang, value: number): string {
  return new Intl.NumberFormat(lang).format(value);
}

/** So many rows, with their noun; the rule of the language says of which numbers one speaks as of one. */
export function rowsOf(lang: Lang, value: number): string {
  const key = new Intl.PluralRules(lang).select(value) === 'one' ? 'rows_1' : 'rows';
  return say(lang, key, { n: count(lang, value) });
}

/** The language for one that Lab names, such as `fr_FR`. */
export function langOf(code: string): Lang {
  return code.toLowerCase().startsWith('fr') ? 'fr' : 'en';
}
