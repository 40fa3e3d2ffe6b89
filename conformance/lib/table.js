// A page's table of checks.
const config = require('../config')

/** What a check may take, in ms. */
const LIMIT = 15000

function withinLimit(check) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not done within ${LIMIT / 1000} s`)), LIMIT)
    const stop = (end) => (value) => {
      clearTimeout(timer)
      end(value)
    }
    Promise.resolve().then(check).then(stop(resolve), stop(reject))
  })
}

function judge({ id, title, needs, check }, context) {
  const row = (result, detail) => ({ id, title, result, detail: detail || '' })
  if (needs && config[needs] === null) return Promise.resolve(row('skip', `config.${needs} is null`))
  return withinLimit(() => check(context)).then(
    () => row('pass'),
    (error) => row('fail', String((error && error.message) || error))
  )
}

function sum(rows) {
  const count = (result) => rows.filter((row) => row.result === result).length
  return `${rows.length} checks: ${count('pass')} passed, ${count('fail')} failed, ${count('skip')} skipped`
}

/** Runs one check after the other, so that none takes another's slots, and shows each row as it comes. */
function fill(page, checks, context) {
  const rows = []
  const next = () => {
    if (rows.length === checks.length) return finish()
    return judge(checks[rows.length], context).then((row) => {
      page.setData({ [`rows[${rows.length}]`]: row })
      rows.push(row)
      console.log(`${row.result.toUpperCase()} ${row.id} ${row.title}${row.detail ? `: ${row.detail}` : ''}`)
      return next()
    })
  }
  const finish = () => {
    page.setData({ summary: sum(rows) })
    console.log(sum(rows))
  }
  return next()
}

module.exports = { fill }
