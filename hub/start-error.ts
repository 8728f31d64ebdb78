/** Why a hub could not start, as a sentence for whoever started it. */
export class StartError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'StartError'
  }
}

/** For the `catch` of a listener: a port that cannot be had, told to whoever chose it. */
export function portError(what: string, port: number, option: string) {
  return (error: NodeJS.ErrnoException): never => {
    if (error.code === 'EADDRINUSE') {
      throw new StartError(
        `Port ${port} for ${what} is taken by another program: stop that one, or choose another port with ${option} (0 = any free one).`,
      )
    }
    if (error.code === 'EACCES')
      throw new StartError(
        `Port ${port} for ${what} needs more rights than this user has: choose one above 1023 with ${option}.`,
      )
    throw error
  }
}
