import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';
import { LeibnizError } from '../kernel/errors.js';
import type { NumberNormaliser } from './core/identity.js';

/**
 * Normalises telephone numbers to E.164. Without a region only numbers that begin with `+` are recognised.
 *
 * @param region - ISO 3166 alpha-2 code of the country whose national numbers are understood
 * @throws LeibnizError CONFIG_INVALID for an unknown region
 */
export function numberNormaliser(region: string | undefined): NumberNormaliser {
  const country = region?.toUpperCase();
  if (country !== undefined && !isSupportedCountry(country)) {
    throw new LeibnizError(
      'CONFIG_INVALID',
      'The default region is not a two-letter country code such as DE.',
      {
        field: 'defaultRegion',
      },
    );
  }
  return (number) => {
    const parsed = parsePhoneNumberFromString(number, country);
    return parsed?.isPossible() === true ? parsed.number : undefined;
  };
}
