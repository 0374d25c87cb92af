import { Schema } from './definitions';
import { PRICE_UNITS, Volumes } from '../../cli/plan/prices';

const amount = (description: string): Schema => ({ type: 'number', minimum: 0, description });
const region = { $ref: '#/definitions/Region' };

const VOLUMES: Record<keyof Volumes, Schema> = {
  storedGB: amount('GB stored in the primary. Each replica is assumed to store the same.'),
  uploadedGBPerMonth: amount('GB uploaded to the primary.'),
  uploadedObjectsPerMonth: amount('Number of objects uploaded to the primary.'),
  downloadedGBPerMonth: {
    type: 'object',
    propertyNames: region,
    additionalProperties: amount('GB transferred out of the region.'),
    description: 'GB downloaded by viewers, by the region of the copy.',
  },
  downloadRequestsPerMonth: amount('Number of objects downloaded by viewers.'),
  routerRequestsPerMonth: amount('Number of link requests.'),
  attendeeMinutesPerMonth: amount('Minutes in meetings, over all attendees.'),
  storedVersions: amount('Number of object versions in each copy, for the costs of the audit.'),
};

/** Definitions for the cost estimate, which only the command line uses. */
export function estimateDefinitions(): Record<string, Schema> {
  const prices = Object.entries(PRICE_UNITS).map(([name, unit]) => [name, amount(`Per ${unit}.`)]);
  return {
    Prices: {
      type: 'object',
      description: 'Prices that replace list prices.',
      additionalProperties: false,
      properties: Object.fromEntries(prices),
    },
    Volumes: {
      type: 'object',
      description: 'Expected volumes in a month.',
      additionalProperties: false,
      properties: VOLUMES,
    },
    Estimate: {
      type: 'object',
      description:
        'Prices and volumes for the costs in `plan`. Without prices, `plan` uses list prices of us-east-1 as an example.',
      additionalProperties: false,
      required: [],
      properties: {
        currency: {
          type: 'string',
          minLength: 1,
          description:
            'The currency of the prices. Nothing is converted: with a currency other than USD, list prices do not apply.\nDefault: USD.',
          examples: ['USD'],
        },
        prices: {
          $ref: '#/definitions/Prices',
          description:
            'Prices for all regions, unless `pricesByRegion` specifies others.\nDefault: list prices of us-east-1.',
        },
        pricesByRegion: {
          type: 'object',
          propertyNames: region,
          additionalProperties: { $ref: '#/definitions/Prices' },
          description: 'Prices for individual regions.',
        },
        volumes: { $ref: '#/definitions/Volumes', description: 'Expected volumes in a month.' },
      },
    },
  };
}
