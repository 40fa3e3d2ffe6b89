const API = 'https://api.shop.example'

module.exports = {
  BASE: API,
  hosts: { api: 'https://apl.shop.example' },
  timeout: 3000,
}
