// Small assertions; what one throws becomes the row's detail.

function fail(what, seen) {
  throw new Error(`${what}; seen: ${show(seen)}`)
}

function show(value) {
  if (value instanceof ArrayBuffer) return `${value.byteLength} bytes`
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text && text.length > 160 ? `${text.slice(0, 160)}…` : String(text)
}

function equal(seen, wanted, what) {
  if (JSON.stringify(seen) !== JSON.stringify(wanted)) fail(`${what}: wanted ${show(wanted)}`, seen)
}

function matches(seen, pattern, what) {
  if (typeof seen !== 'string' || !pattern.test(seen)) fail(`${what}: wanted ${pattern}`, seen)
}

function holds(condition, what, seen) {
  if (!condition) fail(what, seen)
}

/** The call was answered. */
function answered(result) {
  if (result.outcome !== 'success') fail('wanted success', result.value)
}

/** The call failed, and its `errMsg` begins with the interface and says why. */
function failed(result, pattern) {
  if (result.outcome !== 'fail') fail('wanted fail', result.value)
  matches(result.value.errMsg, pattern, 'errMsg')
}

module.exports = { equal, matches, holds, answered, failed }
