/**
 * reading: turns whatever runs declared queries into the reading half of the contract: position and changes come from
 * queries of the engine's own. It promises that no pruned change is passed over in silence. It knows no backend.
 */
export { changesAfter, engineQueries, latestPosition, prunedTo } from './engine-queries.ts'
export { closeOnce, readerOver } from './reader-over.ts'
