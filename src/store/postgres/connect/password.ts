/** A password from whoever knows it: asked once for all who need it at the same time, and again when it is old. */
import { MillraceError, toMillraceError, type Clock } from '../../../model/index.ts'

/** The password of one login. */
export interface Login {
  /** @throws MillraceError NoPermission when there is none or it can not be had */
  password(): Promise<string>
  /** The server refused it. Whether another can be asked for, which the next login does. */
  refused(): boolean
}

/** Makes logins. */
export type Passwords = () => Login

/** A password that never changes. */
export function fixedPassword(password: string | undefined, name: string): Passwords {
  const login: Login = {
    async password() {
      if (password !== undefined) return password
      throw new MillraceError('NoPermission', `${name} asks for a password, and none was given`)
    },
    refused: () => false,
  }
  return () => login
}

/** How a password is had that changes. */
export interface Asking {
  readonly ask: () => Promise<string>
  readonly name: string
  readonly clock: Clock
  /** After which it is asked for again. */
  readonly lifetimeMs: number
  /** How long an answer may take before somebody else may ask again. */
  readonly patienceMs: number
}

interface Asked {
  readonly at: number
  readonly answer: Promise<string>
  isAnswered: boolean
}

/** A password that is asked for, and again after its lifetime or a refusal; never twice at once. */
export function askedPassword(asking: Asking): Passwords {
  let latest: Asked | undefined
  const isGood = ({ at, isAnswered }: Asked) =>
    asking.clock.now() - at < (isAnswered ? asking.lifetimeMs : asking.patienceMs)
  return () => {
    let used: Asked | undefined
    return {
      async password() {
        if (latest === undefined || !isGood(latest)) latest = askNow(asking)
        used = latest
        try {
          return await used.answer
        } catch (error) {
          if (latest === used) latest = undefined
          throw error
        }
      },
      refused() {
        // Whoever was refused with an older one finds a newer one here, which is not yet known to be wrong.
        if (latest === used) latest = undefined
        return used !== undefined
      },
    }
  }
}

function askNow({ ask, name, clock }: Asking): Asked {
  const asked: Asked = { at: clock.now(), isAnswered: false, answer: answerOf(ask, name) }
  void asked.answer.then(
    () => (asked.isAnswered = true),
    // Told by each login that waits for it.
    () => undefined,
  )
  return asked
}

async function answerOf(ask: () => Promise<string>, name: string): Promise<string> {
  let answer: unknown
  try {
    answer = await ask()
  } catch (thrown) {
    if (thrown instanceof MillraceError) throw thrown
    const message = `the password for ${name} can not be had: ${toMillraceError(thrown).message}`
    throw new MillraceError('NoPermission', message, { cause: thrown })
  }
  if (typeof answer === 'string') return answer
  throw new MillraceError('NoPermission', `expected the password for ${name} as a text, got ${typeof answer}`)
}
