// The page of the background, driven by `minigate test` instead of a hand.
const { expect, test } = require('minigate:test')

test('every check of the background passes', async (t) => {
  const page = await t.open('pages/life/life')
  await t.idle()
  await t.hide()
  await t.advance(8000)
  await t.show()
  await t.advance(1000)

  expect(page.data.rows.filter(({ result }) => result !== 'pass')).toEqual([])
  expect(page.data.summary).toBe('6 checks: 6 passed, 0 failed, 0 skipped')
})
