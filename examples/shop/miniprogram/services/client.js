const { create } = require('wx-courier')

module.exports = create({
  baseURL: 'https://api.shop.example',
  header: { accept: 'application/json' }
})
