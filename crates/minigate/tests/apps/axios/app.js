// axios with an adapter for mini-programs, both as they are on npm.
const axios = require('axios')
const adapter = require('axios-miniprogram-adapter')

axios.defaults.adapter = adapter.default || adapter
const client = axios.create({ baseURL: 'https://api.axios.example' })
client.interceptors.request.use((config) => {
  config.headers['X-Token'] = 't-1'
  return config
})

const rejection = (promise) =>
  promise.then(
    () => {
      throw new Error('it was not rejected')
    },
    (error) => error
  )

function equal(what, seen, wanted) {
  if (JSON.stringify(seen) !== JSON.stringify(wanted)) {
    throw new Error(`${what}: wanted ${JSON.stringify(wanted)}, seen ${JSON.stringify(seen)}`)
  }
  console.log(`${what}: ${JSON.stringify(seen)}`)
}

async function run() {
  const items = await client.get('/items', { params: { page: 2 } })
  equal('query, header and JSON', [items.status, items.data], [200, { items: [1, 2] }])

  const order = await client.post('/orders', { count: 3 })
  equal('a JSON body', [order.status, order.data], [201, { id: 7 }])

  const broken = await rejection(client.get('/broken'))
  equal('a status that axios rejects', [broken.response.status, broken.response.data], [500, { error: 'no' }])

  const source = axios.CancelToken.source()
  const cancelled = rejection(client.get('/slow', { cancelToken: source.token }))
  source.cancel('enough')
  equal('a cancelled call', [axios.isCancel(await cancelled), (await cancelled).message], [true, 'enough'])

  const late = await rejection(client.get('/slow', { timeout: 100 }))
  equal('a call that takes too long', late.code, 'ECONNABORTED')

  const refused = await rejection(axios.get('https://elsewhere.axios.example/'))
  equal('a domain that is not listed', refused.response === undefined, true)
  console.log('axios: done')
}

App({
  onLaunch() {
    run()
  }
})
