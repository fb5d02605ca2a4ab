// What goes wrong with a build, told to the user by its message alone.

/** The message says what is wrong and how to mend it; the CLI prints it without a stack trace. */
export class BuildFailure extends Error {
  readonly code = 'TURNGATE_BUILD_FAILED';
  readonly hideStackTrace = true;
  override name = 'BuildFailure';
}
