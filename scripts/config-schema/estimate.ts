import { Schema } from './definitions';
import { COST_ITEMS, Volumes } from '../../cli/plan/cost-items';

const amount = (description: string): Schema => ({ type: 'number', minimum: 0, description });
const region = { $ref: '#/definitions/Region' };

const VOLUMES: Record<keyof Volumes, Schema> = {
  storedGB: amount('How much the primary holds. Each replica is taken to hold as much.'),
  uploadedGBPerMonth: amount('How much is put into the primary.'),
  uploadedObjectsPerMonth: amount('How many objects are put into the primary.'),
  downloadedGBPerMonth: {
    type: 'object',
    propertyNames: region,
    additionalProperties: amount('GB out of the region.'),
    description: 'How much viewers read, by the region that they read from.',
  },
  downloadRequestsPerMonth: amount('How many objects viewers read.'),
  routerRequestsPerMonth: amount('How many requests for links there are.'),
  attendeeMinutesPerMonth: amount('How many minutes all attendees are in meetings.'),
};

/** What only the command line knows: prices and volumes, from which it estimates costs. */
export function estimateDefinitions(): Record<string, Schema> {
  const prices = Object.entries(COST_ITEMS).map(([name, item]) => [name, amount(`${item.name}: per ${item.unit}.`)]);
  return {
    Prices: {
      type: 'object',
      description: 'Prices, as the price lists of AWS have them.',
      additionalProperties: false,
      properties: Object.fromEntries(prices),
    },
    Volumes: {
      type: 'object',
      description: 'What is expected to come and go in a month.',
      additionalProperties: false,
      properties: VOLUMES,
    },
    Estimate: {
      type: 'object',
      description:
        'Prices and volumes for the estimate of `plan`. Nothing is looked up: what has no price is not in it.',
      additionalProperties: false,
      required: ['currency', 'prices'],
      properties: {
        currency: { type: 'string', minLength: 1, description: 'What the prices are in.', examples: ['USD'] },
        prices: { $ref: '#/definitions/Prices', description: 'Prices, for every region that has none of its own.' },
        pricesByRegion: {
          type: 'object',
          propertyNames: region,
          additionalProperties: { $ref: '#/definitions/Prices' },
          description: 'Prices of single regions.',
        },
        volumes: { $ref: '#/definitions/Volumes', description: 'What is expected in a month.' },
      },
    },
  };
}
