import { isSupportedCountry, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/core';
import metadata from 'libphonenumber-js/metadata.min';
import { LeibnizError } from '../kernel/errors.js';
import type { NumberNormaliser } from './core/identity.js';

/** Shorter national numbers are taken for extensions of a PBX and stay as they are. */
const MIN_NATIONAL_DIGITS = 7;

/**
 * Normalises telephone numbers to E.164. Without a region only numbers that begin with `+` are recognised.
 *
 * @param region - ISO 3166 alpha-2 code of the country whose national numbers are understood
 * @throws LeibnizError CONFIG_INVALID for an unknown region
 */
export function numberNormaliser(region: string | undefined): NumberNormaliser {
  const country = region === undefined ? undefined : supportedCountry(region);
  return (number) => {
    if (number.startsWith('+')) return possible(parsePhoneNumberFromString(number, metadata));
    if (country === undefined || number.length < MIN_NATIONAL_DIGITS) return undefined;
    return possible(parsePhoneNumberFromString(number, country, metadata));
  };
}

function possible(parsed: ReturnType<typeof parsePhoneNumberFromString>): string | undefined {
  return parsed?.isPossible() === true ? parsed.number : undefined;
}

function supportedCountry(region: string): CountryCode {
  const country = region.toUpperCase() as CountryCode;
  if (isSupportedCountry(country, metadata)) return country;
  throw new LeibnizError(
    'CONFIG_INVALID',
    'The default region is not a two-letter country code such as DE.',
    {
      field: 'defaultRegion',
    },
  );
}
