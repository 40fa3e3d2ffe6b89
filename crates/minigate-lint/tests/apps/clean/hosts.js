exports.HOSTS = Object.freeze({
  production: 'https://api.shop.example',
  static: 'https://static.shop.example',
})
