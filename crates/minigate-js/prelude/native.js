// The one way out of this realm. `main.js` connects it before anything else runs; no app can import it.

/** The host's functions: a frozen object without prototype. */
export let native;

/** Takes the host's functions, once. */
export function connect(functions) {
  native = functions;
}
