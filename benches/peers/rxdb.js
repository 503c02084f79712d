// RxDB over its Dexie storage, the one that is free. One collection of ratings.
import { createRxDatabase } from 'rxdb/plugins/core';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';

const text = { type: 'string' };
const SCHEMA = {
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: {
    id: { type: 'string', maxLength: 32 },
    at: { type: 'number', minimum: 0, maximum: 4e12, multipleOf: 1 },
    synced: { type: 'number', minimum: 0, maximum: 1, multipleOf: 1 },
    rating: { type: 'number' },
    kiosk: text, place: text, survey: text, language: text, comment: text,
    tags: { type: 'array', items: text },
  },
  required: ['id', 'at', 'rating', 'synced'],
  indexes: ['at', 'synced'],
};

export const openCollection = async (name) => {
  const database = await createRxDatabase({ name, storage: getRxStorageDexie(), multiInstance: false });
  const { ratings } = await database.addCollections({ ratings: { schema: SCHEMA } });
  return { database, ratings };
};
