/** A thread that reads pages, one after the other. */
import { serveThread } from '../../../threads/index.ts'
import { readFetched, readStored } from './page-work.ts'

serveThread({ readFetched, readStored })
