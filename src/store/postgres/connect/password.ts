/** A password from whoever knows it: asked once for all who need it at the same time, and again when it is old. */
import { MillraceError, type Clock } from '../../../model/index.ts'

/** What logs in asks this; what was refused tells it. */
export interface Passwords {
  /** @throws MillraceError NoPermission when there is none; what the callback throws, otherwise */
  current(): Promise<string>
  /** The server refused this one: the next to ask makes it be fetched anew. Says whether that can help. */
  refused(): boolean
}

interface Asked {
  readonly at: number
  readonly answer: Promise<string>
}

/** A password that never changes. */
export function fixedPassword(password: string | undefined, name: string): Passwords {
  return {
    async current() {
      if (password !== undefined) return password
      throw new MillraceError('NoPermission', `${name} asks for a password, and none was given`)
    },
    refused: () => false,
  }
}

/** A password that is asked for, and again after `lifetimeMs` or a refusal. */
export function askedPassword(ask: () => Promise<string>, lifetimeMs: number, clock: Clock): Passwords {
  let asked: Asked | undefined
  return {
    current() {
      if (asked !== undefined && clock.now() - asked.at < lifetimeMs) return asked.answer
      const mine: Asked = { at: clock.now(), answer: ask() }
      asked = mine
      mine.answer.catch(() => {
        // Whoever waits is told; whoever comes later asks anew.
        if (asked === mine) asked = undefined
      })
      return mine.answer
    },
    refused() {
      asked = undefined
      return true
    },
  }
}
